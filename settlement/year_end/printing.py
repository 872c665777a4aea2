"""打印表 15: an application by its number, or blank; logged, with a verification code once it is approved."""

from __future__ import annotations

import datetime as dt

from agency.errors import DomainError
from agency.journal.papers import PRINTED_FORMS, Paper, Printable, blank_paper, paper_pdf
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.year_end.form15 import Form15, form_of
from settlement.year_end.models import YearEndApplication
from settlement.year_end.states import ApplicationState

KIND = "year_end_application"


@PRINTED_FORMS.register(Form15.FORM_NO, order=15)
def print_form15(by: User, at: dt.datetime, number: str) -> Paper:
    """表 15, of an application by its number, or blank without one."""
    if not number:
        return blank_paper(Form15())
    access.require(by, May.READ_CLEARING)
    application = application_named(by, number)
    if application is None:
        raise DomainError("no_such_application", f"没有年终清算申请 {number}，或不属于您的统筹区。")
    return paper_pdf(printable_application(application), by=by, at=at)


def application_named(by: User, number: str) -> YearEndApplication | None:
    """An application that a person may see."""
    rows = YearEndApplication.objects.visible_to(by).filter(application_no=number)
    return rows.select_related("region", "year_end", "applied_by", "reviewed_by", "approved_by").first()


def printable_application(application: YearEndApplication) -> Printable:
    """The application as it is printed; vouched for once it is approved."""
    return Printable(
        said=form_of(application),
        subject_kind=KIND,
        subject_no=application.application_no,
        region=application.region,
        made_at=application.approved_at or application.applied_at or application.drafted_at,
        vouched=application.state == ApplicationState.APPROVED,
    )
