"""What the verification page says of a printed sheet: whether it is one that was signed, and still stands."""

from __future__ import annotations

from agency.journal.models import PrintedForm
from agency.registry import STANDING
from agency.sheets.digest import digest
from agency.web.parts import Standing
from settlement.clearing.filling import MonthBook, matrix_data
from settlement.clearing.matrix import FORM as MATRIX
from settlement.clearing.models import ClearingPeriod, SignedSheet
from settlement.clearing.selectors import parties_of
from settlement.clearing.sheets import SHEETS


@STANDING.register("sheet")
def standing_of_sheet(printed: PrintedForm) -> Standing | None:
    """Signed as it was printed; opened again since; other than what was signed; or still a draft."""
    if printed.subject_kind != "sheet":
        return None
    period, _, rest = printed.subject_no.partition("/")
    month = ClearingPeriod.objects.filter(period=period).first()
    if month is None or not month.version:
        return Standing("草稿，尚未签发", False)
    if month.is_signed and _is_as_signed(printed, month, rest.partition("/")[2]):
        return Standing("已签发", True)
    kept = SignedSheet.objects.filter(period=month, form_no=printed.form_no, digest=printed.digest)
    if kept.exists() or (printed.form_no not in SHEETS and month.version > 1):
        return Standing("签发之后重开过，以最新签发的表为准", False)
    return Standing("草稿，与签发的不同，以签发的为准" if month.is_signed else "草稿，尚未签发", False)


def _is_as_signed(printed: PrintedForm, month: ClearingPeriod, region_code: str) -> bool:
    """Whether what was printed is what the last signature fixed: a sheet by its digest; the matrix by what
    the lines say; the explanation of a figure by when it was first printed."""
    if printed.form_no in SHEETS:
        kept = SignedSheet.objects.filter(period=month, version=month.version, form_no=printed.form_no)
        return kept.filter(digest=printed.digest).exists()
    if printed.form_no == MATRIX:
        named = (party for party in parties_of(month).ordered if party.code == region_code)
        return digest(matrix_data(month, next(named, None), MonthBook(month))) == printed.digest
    return month.signed_at is not None and printed.at >= month.signed_at
