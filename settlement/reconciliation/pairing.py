"""互相对应: two differences that are the two halves of one thing, judged together; who could be the other.

Each is used once: the database lets one be named by one other only, and a number that a comparison of the
same source has paired already is not paired again. [P]
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from agency.errors import DomainError
from agency.journal import workflow
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.reconciliation.acting import differences_held, log
from settlement.reconciliation.ending_models import CarriedEnding
from settlement.reconciliation.judging import JUDGED, OPEN, note_given
from settlement.reconciliation.kinds import DETAILS, Remedy, SourceKind
from settlement.reconciliation.locks import hold_differences
from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from settlement.reconciliation.states import DiscrepancyState, EndingState, RunState
from settlement.reconciliation.verdict_rules import (
    REVERSES,
    Half,
    months_refusal,
    paid_fen,
    pair_refusal,
)
from settlement.records.selectors import chunks

STANDING = (RunState.COMPARED, RunState.SIGNED)
LOOKED_AT = 200  # candidates of equal amount of which the likeliest are shown
NAMED = "对应差异的序号"  # in the evidence: the serial of the other half in the same run


@transaction.atomic
def pair_give(one_key: int, other_key: int, *, by: User, at: dt.datetime, note: str) -> list[Discrepancy]:
    """提出“互相对应”: of two open differences, or of an open one and one that another month carried forward,
    which stays as it is. Returns those that were judged.

    Errors: those of `differences_held`, `note_missing`, `not_a_pair`, `already_used`, `is_ended`.
    """
    note = note_given(note)
    one, other = _both_held(one_key, other_key, by=by)
    _require_not_ended(other)
    judged = [one]
    if not carried_for(one.run).filter(pk=other.pk).exists():
        _require_same_books(one, other)
        judged += differences_held([other.pk], by=by, may=May.RECONCILE, states=[OPEN])
    refuse = pair_refusal if one.run_id == other.run_id else months_refusal
    refusal = refuse(half_of(one), half_of(other))
    if refusal:
        raise DomainError("not_a_pair", refusal, field="other")
    _require_unused(one, other)
    for row, half in ((one, other), (other, one))[: len(judged)]:
        said = {"remedy": Remedy.PAIR, "note": note, "pair": half, "judged_by": by, "judged_at": at}
        reason = f"{Remedy.PAIR.label} {half}：{note}"
        workflow.move(row, JUDGED, by=by, at=at, reason=reason, **said)
    log("verdicts_given", judged, by=by, at=at, remedy=str(Remedy.PAIR.label), pair=str(other), reason=note)
    return judged


def _both_held(one_key: int, other_key: int, *, by: User) -> tuple[Discrepancy, Discrepancy]:
    """Both as they are now, held together so that nobody waits in a circle; the first is open and the actor's
    to judge. Whatever else has these numbers is held too: see `_require_unused`."""
    keys = {one_key, other_key}
    held = {row.pk: row for row in hold_differences(keys | same_numbers(keys))}
    (one,) = differences_held([one_key], by=by, may=May.RECONCILE, states=[OPEN])
    if other_key not in held:
        raise DomainError("not_a_pair", "请选出另一条差异。", field="other")
    return one, held[other_key]


def same_numbers(keys: Collection[int]) -> set[int]:
    """The keys of whatever else standing comparisons found of the numbers of these differences."""
    found: set[int] = set()
    for block in chunks(keys):
        subjects = Discrepancy.objects.filter(pk__in=block).order_by().values("subject")
        same = Discrepancy.objects.filter(subject__in=subjects, run__state__in=STANDING).order_by()
        found.update(same.values_list("pk", flat=True))
    return found


def half_of(row: Discrepancy) -> Half:
    """What of a difference the rules of pairs look at."""
    return Half(
        number=row.difference_no,
        kind=row.kind,
        subject=row.subject,
        amount_fen=row.amount_fen,
        ours_fen=paid_fen(row.ours),
        theirs_fen=paid_fen(row.theirs),
        reverses=row.ours.get(REVERSES) or row.theirs.get(REVERSES) or "",
    )


def _require_same_books(one: Discrepancy, other: Discrepancy) -> None:
    """That both are of one comparison, or of comparisons of other months with the same side and source."""
    mine, their = one.run, other.run
    same = mine.region_id == their.region_id and mine.source == their.source
    if mine.pk != their.pk and (not same or mine.period == their.period):
        told = f"{other} 不是同一来源、另一个月份的差异，不能与 {one} 对应。"
        raise DomainError("not_a_pair", told, field="other")
    if other.state == DiscrepancyState.SETTLED and other.remedy == Remedy.CARRY:
        told = f"{other} 转下月之后，已有另一条与它对应，或那个月重新对过账。"
        raise DomainError("not_a_pair", told, field="other")


def _require_not_ended(row: Discrepancy) -> None:
    """That nobody proposed or approved how one that was carried forward ended. Call it while that is held."""
    ending = CarriedEnding.objects.standing().filter(discrepancy=row.pk).first()
    if ending is not None:
        stands, way = ("已经了结", "撤销") if ending.is_approved else ("已提出了结，等批准", "退回")
        told = f"{row} {stands}（{ending}），不能再与别的对应；要对应，请先{way}了结。"
        raise DomainError("is_ended", told, field="other")


def _require_unused(one: Discrepancy, other: Discrepancy) -> None:
    """That neither number is paired already by a comparison of the same source: a case is used once. Call it
    while both, and all of these numbers, are held."""
    used = paired_numbers([one, other])
    if used:
        raise DomainError("already_used", f"{used[0]}，一笔只能用一次。", field="other")


def paired_numbers(rows: Sequence[Discrepancy]) -> list[str]:
    """What says that numbers of these differences, which have no half yet, are paired already by comparisons
    of the same side and source; lines of a table every month has anew."""
    told = []
    for run in {row.run_id: row.run for row in rows}.values():
        own = [row for row in rows if row.run_id == run.pk]
        used = Discrepancy.objects.filter(
            Q(run__region=run.region_id) if run.region_id else Q(run__region__isnull=True),
            run__source=run.source,
            run__state__in=STANDING,
            pair__isnull=False,
        )
        if run.source not in (*DETAILS, SourceKind.BANK):
            used = used.filter(run__period=run.period)
        for block in chunks(own):
            found = used.filter(subject__in=[row.subject for row in block]).select_related("pair")
            told += [f"{one.subject} 在 {one} 已与 {one.pair} 对应" for one in found.order_by("pk")[:1]]
    return told


# --- what earlier months carried forward --------------------------------------------------------------------


def carried() -> QuerySet[Discrepancy]:
    """Differences that are carried forward and open still: no later one is their half, their month was not
    compared anew with the same source and scope since, and nobody approved how they ended."""
    rows = Discrepancy.objects.filter(
        state=DiscrepancyState.SETTLED, remedy=Remedy.CARRY, run__state__in=STANDING
    )
    rows = rows.filter(paired_by__isnull=True).exclude(Exists(newer_runs()))
    return rows.exclude(Exists(_endings(EndingState.APPROVED)))


def _endings(state: EndingState) -> QuerySet[CarriedEnding]:
    return CarriedEnding.objects.filter(discrepancy=OuterRef("pk"), state=state).order_by()


def newer_runs() -> QuerySet[ReconciliationRun]:
    """Comparisons of the same month, source, side and scope that came after the one of a difference."""
    none = Value(0)
    mine = ("region_id", "scope_region_id", "scope_institution_id")
    rows = ReconciliationRun.objects.filter(
        period=OuterRef("run__period"),
        source=OuterRef("run__source"),
        form_no=OuterRef("run__form_no"),
        state__in=STANDING,
        pk__gt=OuterRef("run_id"),
    ).order_by()
    for name in mine:
        rows = rows.alias(**{f"own_{name}": Coalesce(F(name), none)})
        rows = rows.filter(**{f"own_{name}": Coalesce(OuterRef(f"run__{name}"), none)})
    return rows


def carried_for(run: ReconciliationRun) -> QuerySet[Discrepancy]:
    """What other months of the same side and source carried forward, open still."""
    return _of_other_months(carried(), run)


def _of_other_months(rows: QuerySet[Discrepancy], run: ReconciliationRun) -> QuerySet[Discrepancy]:
    own = rows.filter(run__source=run.source).exclude(run__period=run.period)
    return own.filter(run__region=run.region_id) if run.region_id else own.filter(run__region__isnull=True)


def free_for(run: ReconciliationRun) -> list[QuerySet[Discrepancy]]:
    """What other months of the same side and source have that can be a half: what is open, and what they
    carried forward with no ending that waits for approval."""
    unsaid = carried().exclude(Exists(_endings(EndingState.PROPOSED)))
    return [_of_other_months(rows, run) for rows in (_opened(), unsaid)]


def _opened() -> QuerySet[Discrepancy]:
    return Discrepancy.objects.filter(state=OPEN, run__state=RunState.COMPARED)


def candidates(row: Discrepancy, at_most: int) -> list[Discrepancy]:
    """Who could be the other half of an open difference, the likeliest first: the one that its evidence
    names, those of its number in other months, of its institution, then whatever is equal to the cent."""
    half = half_of(row)
    here = _opened().filter(run=row.run_id, amount_fen=-row.amount_fen).exclude(pk=row.pk)
    fit = [one for one in _near(here, row) if not pair_refusal(half, half_of(one))]
    same = Q(subject=row.subject)
    for there in free_for(row.run):
        for wanted in (same, Q(amount_fen=-row.amount_fen) & ~same):  # each out of its own index
            fit += [one for one in _near(there.filter(wanted), row) if not months_refusal(half, half_of(one))]
    named = named_in(row)

    def unlikely(one: Discrepancy) -> tuple[bool, bool, bool, int]:
        return (
            one.difference_no != named,
            one.subject != row.subject,
            one.institution_code != row.institution_code,
            one.pk,
        )

    return sorted(fit, key=unlikely)[:at_most]


def named_in(row: Discrepancy) -> str:
    """The number of the difference of the same run that the evidence says to be the other half; or ""."""
    serial = str(row.evidence.get(NAMED, ""))
    named = Discrepancy.objects.filter(run=row.run_id, serial=int(serial)) if serial.isdecimal() else None
    return (named.values_list("difference_no", flat=True).first() or "") if named is not None else ""


def _near(rows: QuerySet[Discrepancy], row: Discrepancy) -> QuerySet[Discrepancy]:
    """Those of the same institution first."""
    same = Q(institution_code=row.institution_code) & ~Q(institution_code="")
    near = Case(When(same, then=Value(True)), default=Value(False), output_field=BooleanField())
    return rows.select_related("run").order_by(near.desc(), "pk")[:LOOKED_AT]


def require_void_free(run: ReconciliationRun) -> None:
    """That no difference of another month rests on one of this run: else voiding would leave it half.

    Errors: `is_paired`.
    """
    others = Discrepancy.objects.filter(pair__run=run).exclude(run=run).select_related("pair", "run")
    first = others.filter(run__state__in=STANDING).order_by("pk").first()
    if first is not None:
        told = f"{first.pair} 与 {first} 互相对应，请先退回或撤销那一条的结论，再作废这次对账。"
        raise DomainError("is_paired", told)
