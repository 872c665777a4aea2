"""Reads of the two-sided sheet: both stances on each difference, and how many stand where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from agency.organisation.models import User
from settlement.reconciliation.models import (
    DifferenceSheet,
    Discrepancy,
    ReconciliationRun,
    Stance,
    TheirAnswer,
)
from settlement.reconciliation.states import DiscrepancyState
from settlement.reconciliation.telling import what_differs

UNANSWERED, WAITING = "unanswered", "waiting"
STANCES = {
    Stance.DISAGREES.value: "对方不同意",
    WAITING: "对方同意，未办结",
    UNANSWERED: "对方未答复",
    Stance.AGREES.value: "对方同意",
}


def with_stance(rows: QuerySet[Discrepancy]) -> QuerySet[Discrepancy]:
    """Differences with `their_stance`, what the other side said last (None: nothing)."""
    newest = TheirAnswer.objects.filter(discrepancy=OuterRef("pk")).order_by("-pk")
    return rows.annotate(their_stance=Subquery(newest.values("stance")[:1]))


def _stands(stance: str) -> Q:
    """The condition for one of STANCES; everything for none."""
    return {
        UNANSWERED: Q(their_stance__isnull=True),
        WAITING: Q(their_stance=Stance.AGREES) & ~Q(state=DiscrepancyState.SETTLED),
        Stance.AGREES.value: Q(their_stance=Stance.AGREES),
        Stance.DISAGREES.value: Q(their_stance=Stance.DISAGREES),
    }.get(stance, Q())


def both_sides(run: ReconciliationRun, stance: str = "") -> QuerySet[Discrepancy]:
    """The differences of a run by what the other side says of them, for paging by serial."""
    rows = with_stance(Discrepancy.objects.filter(run=run)).filter(_stands(stance))
    return rows.select_related("judged_by", "approved_by").order_by("serial")


def stance_counts(run: ReconciliationRun) -> dict[str, int]:
    """How many differences there are of each of STANCES; one statement."""
    rows = with_stance(Discrepancy.objects.filter(run=run))
    found = rows.aggregate(**{f"n_{name}": Count("pk", filter=_stands(name)) for name in STANCES})
    return {name: found[f"n_{name}"] for name in STANCES}


@dataclass(frozen=True)
class BothStances:
    """One difference as it is shown: what we say of it, what they say."""

    row: Discrepancy
    what: str
    answer: TheirAnswer | None


def stances_of(rows: Sequence[Discrepancy]) -> list[BothStances]:
    """The rows of one page with the newest answer on each; one statement."""
    answers = TheirAnswer.objects.filter(discrepancy__in=[row.pk for row in rows]).order_by("pk")
    newest = {answer.discrepancy_id: answer for answer in answers.select_related("sheet")}
    return [BothStances(row, what_differs(row), newest.get(row.pk)) for row in rows]


def sheets_of(run: ReconciliationRun) -> Iterable[DifferenceSheet]:
    """The sheets of a run, newest first, with how many answers came to each."""
    rows = DifferenceSheet.objects.filter(run=run).select_related("by").defer("sent")
    return rows.annotate(answered=Count("answers__discrepancy", distinct=True)).order_by("-pk")


def sheet_named(by: User, sheet_no: str) -> DifferenceSheet | None:
    """A sheet that a person may see; None where there is none."""
    visible = ReconciliationRun.objects.visible_to(by)
    rows = DifferenceSheet.objects.filter(run__in=visible).select_related("run__region", "file")
    return rows.filter(sheet_no=sheet_no).first()
