"""挂账的组成: what counts in which month of held cases: themselves, their deductions, what cancels them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from agency.periods import SHANGHAI
from settlement.deductions.models import Deduction
from settlement.holding.models import HeldCase
from settlement.holding.months import facts_of
from settlement.holding.rules import Held, is_local
from settlement.records.models import SettlementRecord

OF_REVERSAL = (
    *("reverses_no", "correction_no", "period", "settled_at"),
    *("fund_total_fen", "personal_account_pay_fen"),
)


@dataclass(frozen=True)
class Item:
    """One addend of a held case: in which month it counts, the moment by whose day it is judged as local, and
    what it adds to the amount due, in fen."""

    case: HeldCase
    period: str
    settled_at: dt.datetime
    fen: int


def helds_of(cases: Collection[HeldCase]) -> dict[int, Held]:
    """What counts of these cases (with their records read), by key; in as many queries as for one."""
    known = [case for case in cases if case.record_id is not None]
    items = [item for item in _items(known) if item.period >= item.case.held_from]
    facts = facts_of({item.period for item in items})
    counted: dict[int, dict[str, int]] = {case.pk: {} for case in cases}
    for item in items:
        day = f"{item.settled_at.astimezone(SHANGHAI):%Y-%m-%d}"
        case, pairs = item.case, facts[item.period].not_cross
        if not is_local(pairs, case.insured_region_id, case.care_region_id, day):
            months = counted[case.pk]
            months[item.period] = months.get(item.period, 0) + item.fen
    return {case.pk: Held(case.held_from, case.returns_in, counted[case.pk]) for case in cases}


def _items(cases: Collection[HeldCase]) -> Iterator[Item]:
    of_record: dict[int, list[HeldCase]] = defaultdict(list)
    for case in cases:
        record = _record(case)
        of_record[record.pk].append(case)
        yield Item(case, record.period, record.settled_at, _due(record))
    for record_id, period, fen in _deducted(of_record):
        for case in of_record[record_id]:
            yield Item(case, period, _record(case).settled_at, -fen)
    yield from _cancelled(cases)


def _record(case: HeldCase) -> SettlementRecord:
    assert case.record is not None  # those without one were sorted out
    return case.record


def _due(record: SettlementRecord) -> int:
    return record.fund_total_fen + record.personal_account_pay_fen


def _deducted(records: Collection[int]) -> QuerySet[Deduction, tuple[int, str, int]]:
    """(record, month, sum): what was deducted from these records, less what was taken back."""
    rows = Deduction.objects.filter(record__in=list(records)).order_by()
    return rows.values_list("record_id", "period").annotate(n=Sum("amount_fen"))


def _cancelled(cases: Collection[HeldCase]) -> Iterator[Item]:
    """What cancels the cases: of a corrected one the reversal of its correction, else the delivered one,
    which cancels what holds under the number."""
    numbers = {case.settlement_no for case in cases}
    rows = SettlementRecord.objects.filter(reverses_no__in=numbers, is_reversal=True).order_by()
    found = {(row[0], row[1]): row[2:] for row in rows.values_list(*OF_REVERSAL)}
    for case in cases:
        number = case.settlement_no
        reversal = found.get((number, case.correction_no + 1)) or found.get((number, 0))
        if reversal is not None:
            period, settled_at, fund, account = reversal
            yield Item(case, period, settled_at, fund + account)
