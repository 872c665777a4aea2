"""打印: a person's form as a page or a PDF, logged, with its verification code.

`PRINTED_FORMS` is what `print_form` can print: a slice registers a function under the form's number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from agency.errors import DomainError
from agency.journal import audit
from agency.journal.prints import PRINTED, form_printed, verify_url
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.registry import Registry
from agency.sheets.as_pdf import render_form_pdf
from filings.filing import form1
from filings.filing.models import Filing
from filings.filing.selectors import filings_visible

BLANK_MADE_AT = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Paper:
    """A printed form: the file and the digest of what it says."""

    pdf: bytes
    digest: str


PRINTED_FORMS: Registry[Callable[..., Paper]] = Registry("printed forms")  # (by, at, number) -> Paper


@PRINTED_FORMS.register(form1.FORM_NO)
def print_form1(by: User, at: dt.datetime, number: str) -> Paper:
    """表 1, of a filing, or blank without a number."""
    if not number:
        said = form1.blank_form()
        return Paper(render_form_pdf(form1.TEMPLATE, said.context(), at=BLANK_MADE_AT), said.digest())
    access.require(by, May.READ_FILINGS)
    filing = filings_visible(by).filter(filing_no=number).first()
    if filing is None:
        raise DomainError("no_such_filing", f"没有备案 {number}，或不在您的统筹区。")
    return form1_pdf(filing, by=by, at=at)


def form1_pdf(filing: Filing, *, by: User, at: dt.datetime) -> Paper:
    """The filing's form as PDF; inside it bears the moment it came into force, or was taken in."""
    said, context = _form1(filing, by=by, at=at)
    pdf = render_form_pdf(form1.TEMPLATE, context, at=filing.effective_at or filing.taken_in_at)
    return Paper(pdf, said.digest())


def form1_page(filing: Filing, *, by: User, at: dt.datetime) -> str:
    """The filing's form as a print page."""
    return render_to_string(form1.TEMPLATE, _form1(filing, by=by, at=at)[1])


def _form1(filing: Filing, *, by: User, at: dt.datetime) -> tuple[form1.Form1, dict[str, Any]]:
    """The form with its code; one that never took effect is nothing that anybody vouches for, and has none,
    but whole numbers stand on it too: it is logged all the same."""
    access.require(by, May.READ_FILINGS, filing.insured_region)
    said = form1.form_of(filing, timezone.localdate(at))
    if filing.effective_at is None:
        _log_unvouched(filing, said, by=by, at=at)
        return said, said.context()
    printed = form_printed(
        form_no=form1.FORM_NO,
        title=form1.TITLE,
        subject_kind=Filing.machine.kind,
        subject_no=filing.filing_no,
        digest=said.digest(),
        by=by,
        at=at,
        region=filing.insured_region,
    )
    return said, said.context(code=printed.code, verify_url=verify_url(printed))


def _log_unvouched(filing: Filing, said: form1.Form1, *, by: User, at: dt.datetime) -> None:
    audit.record(
        PRINTED,
        by=by,
        at=at,
        subject_kind=Filing.machine.kind,
        subject_no=filing.filing_no,
        region=filing.insured_region,
        form_no=form1.FORM_NO,
        code="",
        digest=said.digest(),
        copy="",
        mark=said.mark,
    )
