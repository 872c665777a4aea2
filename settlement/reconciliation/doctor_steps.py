"""单边差异的诊断步骤: what is read for cases that one side has alone, in the order of docs/rules.md.

Each step looks at cases that still have no cause, a block at once: no query for one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from django.db.models import QuerySet, Sum

from agency.periods import SHANGHAI
from settlement.deductions.models import Deduction
from settlement.reconciliation.doctor_amounts import Deducted, Finding
from settlement.reconciliation.doctor_months import (
    Found,
    missed_in_other_months,
    party,
    said_of_other_months,
    stored_in_other_months,
)
from settlement.reconciliation.doctor_pairs import OURS, THEIRS, Pair, Single, left_over, pairs_of
from settlement.reconciliation.doctor_rules import lines_told, yuan_told
from settlement.reconciliation.doctor_singles import Singles
from settlement.reconciliation.doctor_stored import (
    Stored,
    copied,
    copies_of,
    originals_of,
    refund,
    refunded,
)
from settlement.reconciliation.kinds import Cause, Remedy
from settlement.reconciliation.models import ReconciliationRun
from settlement.records.models import SettlementRecord
from settlement.records.selectors import holding, records_now, stored_reversals

Step = Callable[[ReconciliationRun, Singles, Sequence[Single]], Found]
WRITTEN_AT_ONCE = 1_000


def singles_told(run: ReconciliationRun, singles: Singles) -> Iterator[Found]:
    """What is found of the cases that one side has alone, each settled once it has a cause."""
    yield from _stepped(run, singles, {OURS: (missed_in_other_months,), THEIRS: (stored_in_other_months,)})
    yield from _settled(singles, _paired(singles, pairs_of))
    yield from _stepped(run, singles, {OURS: OF_OURS, THEIRS: OF_THEIRS})
    yield from _settled(singles, _paired(singles, left_over))


def _stepped(
    run: ReconciliationRun, singles: Singles, steps: Mapping[str, Sequence[Step]]
) -> Iterator[Found]:
    """Every case by the steps of its side, until one of them says something."""
    for side, in_turn in steps.items():
        for block in singles.blocks(side):
            told: Found = []
            rest = block
            for step in in_turn:
                found = step(run, singles, rest)
                told += found
                done = {serial for serial, _ in found}
                rest = [one for one in rest if one.serial not in done]
            yield from _settled(singles, [told])


def _settled(singles: Singles, blocks: Iterable[Found]) -> Iterator[Found]:
    for found in blocks:
        singles.settle([serial for serial, _ in found])
        yield found


def _paired(singles: Singles, rule: Callable[[Sequence[Single]], list[Pair]]) -> Iterator[Found]:
    found: Found = []
    for person in singles.people():
        found += [(one.serial, finding) for pair in rule(person) for one, finding in pair.findings()]
        if len(found) >= WRITTEN_AT_ONCE:
            yield found
            found = []
    yield found


def refunded_cases(run: ReconciliationRun, singles: Singles, block: Sequence[Single]) -> Found:
    """A case that a refund of the same side names."""
    cases = [one for one in block if not one.looks_like_refund]
    if not cases:
        return []
    side, numbers = cases[0].side, [one.subject for one in cases]
    alone = singles.refunds(side, numbers)
    named = {**(stored_reversals(numbers) if side == OURS else {}), **alone}
    return [
        (one.serial, refunded(one, named[one.subject], missing_too=one.subject in alone))
        for one in cases
        if one.subject in named
    ]


def refunds(run: ReconciliationRun, singles: Singles, block: Sequence[Single]) -> Found:
    """A refund that one side has alone."""
    found = [one for one in block if one.looks_like_refund]
    if not found:
        return []
    originals = {one.serial: one.reverses_no for one in found if one.reverses_no} | _negated(run, found)
    numbers = [*originals.values()]
    missing = singles.missing(found[0].side, numbers)
    known = set(records_now(numbers).filter(party(run)).values_list("settlement_no", flat=True))
    told = [(one, originals.get(one.serial, "")) for one in found]
    return [
        (one.serial, refund(one, original, missing_too=original in missing, ours_has=original in known))
        for one, original in told
    ]


def _negated(run: ReconciliationRun, found: Sequence[Single]) -> dict[int, str]:
    """Serial of a refund that names no original → the number of the case of ours that has its amounts."""
    nameless = [one for one in found if not one.reverses_no and one.cert_no]
    stored = _cases_of(run, {one.cert_no for one in nameless})
    like = {one.serial: originals_of(one, stored.get(one.cert_no, ())) for one in nameless}
    return {serial: cases[0].subject for serial, cases in like.items() if cases}


def copies(run: ReconciliationRun, singles: Singles, block: Sequence[Single]) -> Found:
    """Another number of a case of ours that agrees under its own; a refunded one may be settled again."""
    stored = _cases_of(run, {one.cert_no for one in block if one.cert_no})
    like = {one: copies_of(one, stored.get(one.cert_no, ())) for one in block}
    numbers = {case.subject for cases in like.values() for case in cases}
    alone = singles.missing(OURS, numbers)
    again = {*stored_reversals(numbers), *singles.refunds(THEIRS, numbers)}
    return [
        (one.serial, copied(one, agreeing[0]))
        for one, cases in like.items()
        if (agreeing := [case for case in cases if case.subject not in alone | again])
    ]


def _cases_of(run: ReconciliationRun, cert_numbers: set[str]) -> dict[str, list[Stored]]:
    """The month's cases of these people that hold, in the order of their numbers."""
    rows = SettlementRecord.objects.filter(party(run), cert_no__in=cert_numbers, settlement_month=run.period)
    fields = (
        "settlement_no", "cert_no", "institution__code", "is_reversal", "settled_at", "total_fee_fen",
        "fund_total_fen", "personal_account_pay_fen",
    )  # fmt: skip
    found: dict[str, list[Stored]] = {}
    told = holding(rows).order_by("settlement_no").values_list(*fields)
    for number, cert_no, code, is_refund, at, *amounts in told:
        settled = f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
        found.setdefault(cert_no, []).append(Stored(number, code, settled, is_refund, tuple(amounts)))
    return found


def deducted_whole(run: ReconciliationRun, singles: Singles, block: Sequence[Single]) -> Found:
    """我有他无: what stands of a case's deductions is all that the case is worth."""
    deducted = deductions_of(run, [one.subject for one in block])
    return [
        (one.serial, _whole(one, deducted[one.subject].standing_fen))
        for one in block
        if one.subject in deducted and deducted[one.subject].standing_fen in _worth(one)
    ]


def _worth(one: Single) -> set[int]:
    fund = one.fund_fen or 0
    return {fund, fund + (one.account_fen or 0)} - {0}


def _whole(one: Single, amount_fen: int) -> Finding:
    sentence = f"这笔结算的扣款 {yuan_told(amount_fen)}正好是它的全部金额：对方没有列出。"
    told = {"扣款": yuan_told(amount_fen), "基金支付总额": yuan_told(one.fund_fen)}
    return Finding(Cause.DEDUCTION, Remedy.NONE, lines_told(sentence, told))


def deductions_of(run: ReconciliationRun, numbers: Sequence[str]) -> dict[str, Deducted]:
    """Settlement number → its deductions: each one ever made, and what stands of all."""
    rows: QuerySet[Deduction] = Deduction.objects.filter(party(run), record__settlement_no__in=numbers)
    sums = rows.order_by().values("record__settlement_no").annotate(fen=Sum("amount_fen"))
    standing = dict(sums.values_list("record__settlement_no", "fen"))
    single: dict[str, list[tuple[str, int]]] = {}
    made = rows.filter(amount_fen__gt=0).order_by("pk")
    for number, name, fen in made.values_list("record__settlement_no", "deduction_no", "amount_fen"):
        single.setdefault(number, []).append((f"扣款 {name}", fen))
    return {number: Deducted(tuple(single.get(number, ())), fen) for number, fen in standing.items()}


OF_OURS: tuple[Step, ...] = (refunded_cases, copies, refunds, deducted_whole)
OF_THEIRS: tuple[Step, ...] = (refunded_cases, copies, refunds, said_of_other_months)
