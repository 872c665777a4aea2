"""前后月: cases that one side has alone in a month and the other side has in another one [P]."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Q

from settlement.reconciliation.doctor_amounts import ACCOUNT, FEE, FUND, Finding, beside
from settlement.reconciliation.doctor_pairs import THEIRS, Amounts, Single, single_of
from settlement.reconciliation.doctor_rules import Difference, apart, lines_told, may_be_the_same
from settlement.reconciliation.doctor_singles import Singles
from settlement.reconciliation.kinds import Cause, DiscrepancyKind, Remedy
from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from settlement.reconciliation.pairing import free_for
from settlement.records.selectors import records_now

Found = list[tuple[int, Finding]]  # by serial


class Elsewhere(NamedTuple):
    """A difference of another run over the same number: the case, and whether it can be paired still."""

    period: str
    run_no: str
    is_free: bool
    case: Single

    def pairs_with(self, one: Single) -> bool:
        """As the door of pairs of two months asks (verdict_rules.months_refusal)."""
        return self.is_free and one.paid_fen is not None and one.paid_fen == self.case.paid_fen


class OurMonth(NamedTuple):
    """A case of ours by its number: its settlement month, whose it is, fee, fund and account (fen)."""

    month: str
    cert_no: str
    amounts: Amounts


def party(run: ReconciliationRun, prefix: str = "") -> Q:
    """Whose cases a run may look at: all for the province's, for a region's those to which it is a party."""
    if run.region_id is None:
        return Q()
    return Q(**{f"{prefix}insured_region": run.region_id}) | Q(**{f"{prefix}care_region": run.region_id})


def stored_in_other_months(run: ReconciliationRun, singles: Singles, block: Sequence[Single]) -> Found:
    """他有我无: their number is that of a case of ours in another month, or beyond the scope of the run."""
    stored = _stored(run, [one.subject for one in block])
    earlier = _elsewhere(run, [*stored], DiscrepancyKind.ONLY_OURS) if stored else {}
    return [
        (one.serial, _stored_told(run.period, one, ours, earlier.get(one.subject)))
        for one in block
        if (ours := stored.get(one.subject)) is not None and may_be_the_same(one.cert_no, ours.cert_no)
    ]


def _stored(run: ReconciliationRun, numbers: Sequence[str]) -> dict[str, OurMonth]:
    rows = records_now(numbers).filter(party(run))
    fields = ("settlement_no", "settlement_month", "cert_no")
    amounts = ("total_fee_fen", "fund_total_fen", "personal_account_pay_fen")
    return {
        number: OurMonth(month, cert_no, (fee, fund, account))
        for number, month, cert_no, fee, fund, account in rows.values_list(*fields, *amounts)
    }


def _stored_told(period: str, one: Single, ours: OurMonth, other: Elsewhere | None) -> Finding:
    if ours.month != period:
        return _in_month(period, one, ours.month, ours.amounts, other)
    sentence = "我方本期有这个编号，不在这次对账所选的范围内：请核对它的归属。"
    return Finding("", Remedy.ASK_THEM, lines_told(sentence, _amounts_told(ours.amounts, one.amounts)))


def missed_in_other_months(run: ReconciliationRun, singles: Singles, block: Sequence[Single]) -> Found:
    """我有他无: our number was one that they had alone in a run of another month."""
    theirs = _elsewhere(run, [one.subject for one in block], DiscrepancyKind.ONLY_THEIRS)
    return [
        (one.serial, _in_month(run.period, one, other.period, other.case.amounts, other))
        for one in block
        if (other := theirs.get(one.subject)) is not None and may_be_the_same(other.case.cert_no, one.cert_no)
    ]


def _elsewhere(run: ReconciliationRun, numbers: Sequence[str], kind: str) -> dict[str, Elsewhere]:
    """The newest difference of a class over each number, in the same office's runs of other months over files
    of the same source: only those can be paired."""
    standing = ReconciliationRun.objects.standing().filter(region=run.region_id, source=run.source)
    others = standing.exclude(period=run.period)
    rows = Discrepancy.objects.filter(subject__in=numbers, kind=kind, run__in=others).order_by("pk")
    named = [free.filter(subject__in=numbers, kind=kind) for free in free_for(run)]
    free = {pk for found in named for pk in found.values_list("pk", flat=True)}
    found = {}
    of_run = ("pk", "run__period", "run__run_no")
    for pk, period, run_no, *values in rows.values_list(*of_run, *Difference._fields):
        case = single_of(Difference(*values))
        found[case.subject] = Elsewhere(period, run_no, pk in free, case)
    return found


def _in_month(period: str, one: Single, month: str, amounts: Amounts, other: Elsewhere | None) -> Finding:
    """The other side has it in a month, with these amounts."""
    where = "我方把它算在" if one.side == THEIRS else "对方在"
    sentence = f"同一编号，{where} {month}，比本期{apart(period, month)}。"
    remedy = Remedy.NONE if one.side == THEIRS else Remedy.ASK_THEM
    if other is not None and other.pairs_with(one):
        remedy = Remedy.PAIR
    told = {"另一月": month, "那一月的差异": f"{other.run_no} 第 {other.case.serial} 条" if other else ""}
    sides = (amounts, one.amounts) if one.side == THEIRS else (one.amounts, amounts)
    return Finding(Cause.OTHER_MONTH, remedy, lines_told(sentence, told | _amounts_told(*sides)))


def _amounts_told(ours: Amounts, theirs: Amounts) -> dict[str, str]:
    """The amounts that differ, as far as both sides have them."""
    return {
        name: beside(mine, other)
        for name, mine, other in zip((FEE, FUND, ACCOUNT), ours, theirs, strict=True)
        if mine is not None and other is not None and mine != other
    }


def said_of_other_months(run: ReconciliationRun, singles: Singles, block: Sequence[Single]) -> Found:
    """他有我无: settled in another month by their own words."""
    found = []
    for one in block:
        month = one.settled_at[:7].replace("-", "")
        if month and month != run.period:
            sentence = f"对方写的结算时间在 {month}，比本期{apart(run.period, month)}，不是本期的结算。"
            told = lines_told(sentence, {"另一月": month, "对方结算时间": one.settled_at})
            found.append((one.serial, Finding(Cause.OTHER_MONTH, Remedy.ASK_THEM, told)))
    return found
