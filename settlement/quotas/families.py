"""表 6-1、6-2 as forms that the commands export and compare."""

from __future__ import annotations

from functools import partial

from django.urls import reverse

from agency.errors import DomainError
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from agency.sheets.filled import SheetData
from settlement.clearing.families import MORE_SHEETS, Family
from settlement.quotas.filling import quota_sheet, require_round_adds_up
from settlement.quotas.selectors import round_of
from settlement.quotas.sheets import OF_PROVINCE, SHEETS

SHEET_KIND = "quota_sheet"


def filled_sheet(form: str, year: str, region: PoolingRegion | None, by: User) -> SheetData:
    """A proven sheet of a year's round; a region's staff see those that are approved.

    Errors: NotAllowed, `bad_period`, `not_drawn`, `not_in_round`, `does_not_add_up`.
    """
    access.require(by, May.READ_QUOTAS, region)
    if len(year) != 4 or not (year.isascii() and year.isdigit()):
        raise DomainError("bad_period", f"“{year}”不是年度：请写成四位年份，如 2027。", field="period")
    drawn = round_of(by, int(year))
    if drawn is None:
        raise DomainError("not_drawn", f"{year}年度还没有额度核定，没有表 {form}。", field="period")
    require_round_adds_up(drawn)
    return quota_sheet(form, drawn, region)


def quota_sheet_url(form: str, year: str, region: PoolingRegion | None) -> str:
    """Where a sheet stands on screen."""
    where = {"year": int(year), "quota_form": form, **({"region_code": region.code} if region else {})}
    return reverse("settlement:quota_sheet", kwargs=where)


def _family(form: str) -> Family:
    fill, page = partial(filled_sheet, form), partial(quota_sheet_url, form)
    return Family(SHEETS[form], form in OF_PROVINCE, SHEET_KIND, fill, page)


for _place, _form in enumerate(SHEETS):
    MORE_SHEETS.register(_form, order=6 + _place)(partial(_family, _form))
