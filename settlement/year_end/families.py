"""表 16–18 as forms that the commands export and compare."""

from __future__ import annotations

from functools import partial

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


def _family(form: str) -> Family:
    return Family(SHEETS[form], form in OF_PROVINCE, SHEET_KIND, partial(filled_sheet, form))


for _form in SHEETS:
    MORE_SHEETS.register(_form, order=int(_form))(partial(_family, _form))
