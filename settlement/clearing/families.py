"""别的清算表: sheets that higher slices declare and that the same commands export and compare.

A slice registers each of its forms; `export_sheet` and `compare_sheet` ask here for what is not of a month.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from agency.errors import DomainError
from agency.organisation.models import PoolingRegion, User
from agency.registry import Registry
from agency.sheets.declare import Sheet
from agency.sheets.filled import SheetData
from settlement.clearing.sheets import OF_PROVINCE, SHEETS


@dataclass(frozen=True)
class Family:
    """One form of a higher slice. `fill(period, region, by)` gives the sheet, proven; it raises DomainError
    for a period without one. `kind` is how the log and the verification page name it, `page` gives the URL of
    the sheet on screen."""

    sheet: Sheet
    is_of_province: bool
    kind: str
    fill: Callable[[str, PoolingRegion | None, User], SheetData]
    page: Callable[[str, PoolingRegion | None], str]


MORE_SHEETS: Registry[Callable[[], Family]] = Registry("sheets beside those of a month")  # by form number


def family_of(form: str) -> Family | None:
    """The form of a higher slice; None for one of a month, or unknown."""
    return MORE_SHEETS[form]() if form in MORE_SHEETS else None


def is_of_province(form: str) -> bool:
    """Whether a form is the whole province's; DomainError when nobody has such a sheet."""
    family = family_of(form)
    if family is not None:
        return family.is_of_province
    if form not in SHEETS:
        raise DomainError("no_such_sheet", f"没有清算表 {form}：月度清算有表 9 至表 14。")
    return form in OF_PROVINCE


def sheet_url(form: str, period: str, region: PoolingRegion | None) -> str:
    """Where a sheet stands on screen."""
    family = family_of(form)
    if family is not None:
        return family.page(period, region)
    where = {"period": period, "form": form, **({"region_code": region.code} if region else {})}
    return reverse("settlement:sheet", kwargs=where)
