"""表 16–18 as forms that the commands export and compare."""

from __future__ import annotations

from functools import partial

from django.urls import reverse

from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from agency.sheets.filled import SheetData
from settlement.clearing.families import MORE_SHEETS, Family
from settlement.year_end.filling import book_of, party_in, require_year_adds_up, year_sheet
from settlement.year_end.sheets import OF_PROVINCE, SHEETS

SHEET_KIND = "year_sheet"


def filled_sheet(form: str, year: str, region: PoolingRegion | None, by: User) -> SheetData:
    """A proven sheet of a computed or closed year. Errors: NotAllowed, `not_computed`, `does_not_add_up`."""
    access.require(by, May.READ_CLEARING, region)
    book = book_of(year)
    require_year_adds_up(book)
    return year_sheet(form, book, party_in(book, region) if region else None)


def year_sheet_url(form: str, year: str, region: PoolingRegion | None) -> str:
    """Where a sheet stands on screen."""
    where = {"year": year, "year_form": form, **({"region_code": region.code} if region else {})}
    return reverse("settlement:year_sheet", kwargs=where)


def _family(form: str) -> Family:
    fill, page = partial(filled_sheet, form), partial(year_sheet_url, form)
    return Family(SHEETS[form], form in OF_PROVINCE, SHEET_KIND, fill, page)


for _form in SHEETS:
    MORE_SHEETS.register(_form, order=int(_form))(partial(_family, _form))
