"""What the verification page says of a printed year-end sheet or application."""

from __future__ import annotations

from agency.errors import DomainError
from agency.journal.models import PrintedForm
from agency.registry import STANDING
from agency.sheets.digest import digest
from agency.web.parts import Standing
from settlement.year_end.families import SHEET_KIND
from settlement.year_end.filling import all_year_sheets, book_of
from settlement.year_end.form15 import form_of
from settlement.year_end.models import YearEndApplication
from settlement.year_end.printing import KIND
from settlement.year_end.states import ApplicationState


@STANDING.register("year_sheet")
def standing_of_sheet(printed: PrintedForm) -> Standing | None:
    """Closed with this content; or a draft."""
    if printed.subject_kind != SHEET_KIND:
        return None
    try:
        book = book_of(printed.subject_no.partition("/")[0])
    except DomainError:
        return Standing("没有这一年的年终清算", False)
    if not book.year_end.is_closed:
        return Standing("草稿，年度尚未关账", False)
    holds = any(
        form == printed.form_no and digest(data) == printed.digest for form, _, data in all_year_sheets(book)
    )
    return Standing("已关账" if holds else "草稿，与关账的不同，以关账的为准", holds)


@STANDING.register("year_end_application")
def standing_of_application(printed: PrintedForm) -> Standing | None:
    """Approved and saying the same."""
    if printed.subject_kind != KIND:
        return None
    found = YearEndApplication.objects.filter(application_no=printed.subject_no)
    application = found.select_related(
        "region", "year_end", "applied_by", "reviewed_by", "approved_by"
    ).first()
    if application is None:
        return Standing("查无此申请", False)
    holds = application.state == ApplicationState.APPROVED
    same = form_of(application).digest() == printed.digest
    return Standing(str(application.get_state_display()) if same else "内容与批准的不同", holds and same)
