"""What must always hold of reconciliations: counts, totals and differences agree, and nothing was changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Count, F, Max, QuerySet, Sum

from agency.money import yuan
from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.reconciliation import meanings
from settlement.reconciliation.fields import ACCOUNT_PAY, FUND
from settlement.reconciliation.kinds import DETAILS, DiscrepancyKind
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.result import stored_digest
from settlement.reconciliation.states import RunState
from settlement.reconciliation.totals import our_cases, their_cases

COUNTS = "对账笔数与差异相符"
WORTH = "对账差额等于合计之差"
UNCHANGED = "对账结果未改"
ALWAYS = meanings.Days(dt.date(2000, 1, 1), dt.date(2999, 12, 31))
FOUND = (RunState.COMPARED, RunState.SIGNED, RunState.VOIDED)


def _runs(period: str | None) -> QuerySet[ReconciliationRun]:
    runs = ReconciliationRun.objects.filter(state__in=FOUND).order_by("pk")
    return runs.filter(period=period) if period else runs


def _of_details(period: str | None) -> QuerySet[ReconciliationRun]:
    return _runs(period).filter(source__in=DETAILS)


@CHECKS.register(COUNTS, order=780)
def counts_are_those_of_the_rows(period: str | None) -> Iterator[Broken]:
    """A run says as many differences of each class, and as many unread rows, as there are."""
    for run in _runs(period):
        rows = run.discrepancies.order_by().values_list("kind").annotate(Count("pk"))
        counted = {str(kind): count for kind, count in rows}
        told = {kind: count for kind, count in run.counts.items() if count}
        if counted != told or run.differences != sum(counted.values()):
            yield Broken(COUNTS, run.run_no, f"记为 {_listed(told)}，实有 {_listed(counted)}")
        elif run.discrepancies.aggregate(last=Max("serial"))["last"] not in (None, run.differences):
            yield Broken(COUNTS, run.run_no, "差异序号不连续")
        elif run.unread.count() != run.unread_rows:
            yield Broken(COUNTS, run.run_no, f"记为读不出 {run.unread_rows} 行，实有 {run.unread.count()} 行")


def _listed(counts: dict[str, int]) -> str:
    found = (f"{kind.label} {counts[kind]}" for kind in DiscrepancyKind if kind in counts)
    return "、".join(found) or "没有差异"


@CHECKS.register(f"{COUNTS}（合计）", order=781)
def totals_have_every_case(period: str | None) -> Iterator[Broken]:
    """All cases of ours and all rows of theirs stand in the totals; what is not 相符 is a difference."""
    name = f"{COUNTS}（合计）"
    for run in _of_details(period):
        ours, theirs = our_cases(run), their_cases(run)
        differing = run.discrepancies.filter(our_correction_no__isnull=False).count()
        if ours != run.our_cases or theirs != run.their_rows - run.unread_rows:
            told = f"我方 {run.our_cases} 笔、对方 {run.their_rows - run.unread_rows} 行"
            yield Broken(name, run.run_no, f"记为{told}，合计里是我方 {ours} 笔、对方 {theirs} 行")
        elif run.matched != ours - differing:
            yield Broken(name, run.run_no, f"记为相符 {run.matched} 笔，应为 {ours - differing} 笔")


@CHECKS.register(WORTH, order=782)
def differences_explain_the_totals(period: str | None) -> Iterator[Broken]:
    """Where every case was compared, in fund and account, the differences add up to what the totals differ
    by."""
    if meanings.inside(ALWAYS):  # what holds the account is told by the region, which a file may not say
        return
    for run in _of_details(period).filter(all_details=True):
        if not {FUND.name, ACCOUNT_PAY.name} <= set(run.compared):
            continue
        gap = F("our_fund_fen") + F("our_account_fen") - F("their_fund_fen") - F("their_account_fen")
        totals = run.totals.aggregate(sum=Sum(gap))["sum"] or 0
        found = run.discrepancies.aggregate(sum=Sum("amount_fen"))["sum"] or 0
        if totals != found:
            told = f"合计相差 {yuan(int(totals))} 元，差异加起来是 {yuan(int(found))} 元"
            yield Broken(WORTH, run.run_no, told)


@CHECKS.register(UNCHANGED, order=783)
def results_are_unchanged(period: str | None) -> Iterator[Broken]:
    """The totals and differences of a run still give the digest that was noted when it was compared."""
    for run in _of_details(period):
        if stored_digest(run) != run.result_digest:
            yield Broken(UNCHANGED, run.run_no, "合计或差异与比对时的摘要不符，有人改动过")
