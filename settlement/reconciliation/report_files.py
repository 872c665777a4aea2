"""报告的打印和文件: the report of a run with its verification code, on paper and as a file; each logged."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.db import transaction

from agency.errors import DomainError
from agency.journal import audit
from agency.journal.prints import form_printed, verify_url
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.sheets.filled import SheetData
from settlement.clearing.export import ON_PAPER as PAPER_FORMATS
from settlement.clearing.export import WRITERS
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.report import digest_of, report_of
from settlement.reconciliation.report_filling import IN_A_FILE, ON_PAPER, report_data
from settlement.reconciliation.signing import KIND
from settlement.reconciliation.states import RunState

REPORTED = (RunState.COMPARED, RunState.SIGNED)


def run_named(by: User, run_no: str) -> ReconciliationRun | None:
    """A run that a person may see, with what its pages tell; None where there is none."""
    related = ("region", "scope_region", "scope_institution", "file", "created_by", "signed_by", "mapping")
    return ReconciliationRun.objects.visible_to(by).select_related(*related).filter(run_no=run_no).first()


def run_to_report(by: User, run_no: str) -> ReconciliationRun:
    """A run that has a report. Errors: NotAllowed, `no_such_run`, `not_compared`."""
    access.require(by, May.READ_RECONCILIATION)
    run = run_named(by, run_no)
    if run is None:
        raise DomainError("no_such_run", f"没有对账 {run_no}，或不属于您的统筹区。")
    if run.state not in REPORTED:
        raise DomainError("not_compared", f"对账 {run_no} 现在是“{run.get_state_display()}”，没有报告。")
    return run


@transaction.atomic
def report_coded(run: ReconciliationRun, *, by: User, at: dt.datetime) -> SheetData:
    """The report with the verification code of its content; the print stands in the log."""
    report = report_of(run)
    data = report_data(run, ON_PAPER, report)
    printed = form_printed(
        form_no=data.sheet.form,
        title=data.title,
        subject_kind=KIND,
        subject_no=run.run_no,
        digest=digest_of(report),
        by=by,
        at=at,
        region=run.region,
        copy=data.state_label,
    )
    return replace(data, code=printed.code, verify_url=verify_url(printed))


@transaction.atomic
def report_written(
    run: ReconciliationRun, *, format_name: str, by: User, at: dt.datetime
) -> tuple[bytes, str]:
    """The report as a file, and its digest; of one state of a run the bytes are always the same."""
    if format_name not in WRITERS:
        raise DomainError("no_such_format", f"没有“{format_name}”这种格式：可用 {'、'.join(WRITERS)}。")
    report = report_of(run)
    if format_name in PAPER_FORMATS:
        data = report_coded(run, by=by, at=at)
    else:
        data = report_data(run, IN_A_FILE, report)
    digest = digest_of(report)
    content = WRITERS[format_name](data)
    audit.record(
        "exported",
        by=by,
        at=at,
        subject_kind=KIND,
        subject_no=run.run_no,
        region=run.region,
        what="report",
        format=format_name,
        digest=digest,
    )
    return content, digest
