"""核对: results and signed reports are what their rows say; sheets as they were sent, answers of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.db.models import F, Q

from agency.batches.services import kept_path
from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.reconciliation.kinds import SourceKind
from settlement.reconciliation.models import DifferenceSheet, ReconciliationRun, TheirAnswer
from settlement.reconciliation.opening import stored_digest
from settlement.reconciliation.report import content, digest_of
from settlement.reconciliation.states import RunState

REPORTS = "签字的对账报告未变"
RESULTS = "合计、清算表和银行对账的结果未改"
SHEETS = "发出的核对表未变"
ANSWERS = "对方的答复属于核对表"
SMALL = (SourceKind.SHEET, SourceKind.TOTALS, SourceKind.BANK)


@CHECKS.register(RESULTS, order=784)
def results_hold(period: str | None) -> Iterator[Broken]:
    """Totals and differences of a run over a small source give the digest that was noted of them."""
    runs = ReconciliationRun.objects.filter(source__in=SMALL, compared_at__isnull=False).order_by("pk")
    for run in runs.filter(period=period) if period else runs:
        if stored_digest(run) != run.result_digest:
            yield Broken(RESULTS, f"对账 {run}", "合计或差异与比对时的摘要不同")


@CHECKS.register(REPORTS, order=785)
def signed_reports_hold(period: str | None) -> Iterator[Broken]:
    """What was signed has its digest, and the run with its differences still says the same."""
    runs = ReconciliationRun.objects.filter(state=RunState.SIGNED).order_by("pk")
    related = runs.select_related("region", "scope_region", "scope_institution", "file")
    for run in related.filter(period=period) if period else related:
        subject = f"对账 {run}"
        if digest_of(run.report) != run.report_digest:
            yield Broken(REPORTS, subject, "签字的结果与签字时的摘要不同")
        elif digest_of({"content": content(run)}) != run.report_digest:
            yield Broken(REPORTS, subject, "差异、结论或答复与签字的结果不同")


@CHECKS.register(SHEETS, order=786)
def sent_sheets_hold(period: str | None) -> Iterator[Broken]:
    """What went out is kept byte for byte, and has a row for each difference that it was sent with."""
    sheets = DifferenceSheet.objects.select_related("file").order_by("pk")
    for sheet in sheets.filter(run__period=period) if period else sheets:
        subject = f"核对表 {sheet}"
        if len(sheet.sent) != sheet.rows:
            yield Broken(SHEETS, subject, f"记为 {sheet.rows} 行，发出的是 {len(sheet.sent)} 行")
        elif _digest(sheet) != sheet.digest:
            yield Broken(SHEETS, subject, "保存的内容找不到，或与发出时的摘要不同")


def _digest(sheet: DifferenceSheet) -> str:
    try:
        return hashlib.sha256(kept_path(sheet.file).read_bytes()).hexdigest()
    except OSError:
        return ""


@CHECKS.register(ANSWERS, order=787)
def answers_are_of_their_sheet(period: str | None) -> Iterator[Broken]:
    """A difference that was answered is of the run whose sheet it was answered on."""
    strange = TheirAnswer.objects.filter(~Q(discrepancy__run=F("sheet__run"))).select_related("sheet")
    rows = strange.filter(sheet__run__period=period) if period else strange
    for answer in rows.order_by("pk"):
        yield Broken(ANSWERS, f"核对表 {answer.sheet} 第 {answer.line_no} 行", "答复的差异属于另一次对账")
