"""挂账进出清算行: what held-over cases carry out of a month's lines and into them.

Sums of records and deductions stay as they are: only the carried columns and what is due are written here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from settlement.clearing import rules, selectors
from settlement.clearing.models import ClearingLine, ClearingPeriod
from settlement.clearing.rules import LINE_FIELDS, Line, LineKey
from settlement.clearing.states import PeriodState
from settlement.holding.months import KNOWN_MONTHS, MonthFacts
from settlement.holding.rules import NotCross
from settlement.holding.selectors import Carry, carries_of

Sums = dict[LineKey, tuple[int, int]]  # carried in, carried out
CARRIED = ("carried_in_fen", "carried_out_fen", "due_fen")


@KNOWN_MONTHS.register("clearing")
def facts_of_months(periods: Collection[str]) -> Mapping[str, MonthFacts]:
    """What holding asks of the months that were begun."""
    months = ClearingPeriod.objects.filter(period__in=periods).order_by("pk")
    return {
        month.period: MonthFacts(
            month.state != PeriodState.OPEN,
            month.is_signed,
            tuple(NotCross(*pair) for pair in selectors.pairs_of(month)),
        )
        for month in months
    }


def key_of(carry: Carry) -> LineKey:
    """The line that a held case belongs to."""
    return LineKey(*carry[1:5])


def sums_of(carries: Iterable[Carry]) -> Sums:
    """What the lines carry, by their keys."""
    found: Sums = {}
    for carry in carries:
        into, out = found.get(key_of(carry), (0, 0))
        found[key_of(carry)] = (into + carry.carried_in_fen, out + carry.carried_out_fen)
    return found


def with_carries(lines: Mapping[LineKey, Line], carries: Iterable[Carry]) -> dict[LineKey, Line]:
    """Lines that carry nothing yet, with what they carry: a new line where only a carry touches."""
    found = dict(lines)
    for key, (into, out) in sums_of(carries).items():
        line = found.get(key) or Line._make([*key, *[0] * (len(LINE_FIELDS) - len(key))])
        line = line._replace(carried_in_fen=into, carried_out_fen=out)
        found[key] = line._replace(due_fen=rules.due(line))
    return found


def without_carries(lines: Mapping[LineKey, Line]) -> dict[LineKey, Line]:
    """Lines as records and deductions alone give them; lines of nil are left out."""
    bare = {}
    for key, line in lines.items():
        line = line._replace(carried_in_fen=0, carried_out_fen=0)
        bare[key] = line._replace(due_fen=rules.due(line))
    return {key: line for key, line in bare.items() if any(line[len(key) :])}


# --- the stored lines ---------------------------------------------------------------------------------------


def carries_apply(month: ClearingPeriod) -> bool:
    """Write what is carried now into the month's stored lines; whether any line came, went or changed.

    Call it inside the transaction that holds the month. However often, the result is the same.
    """
    carries = carries_of(month.period)
    wanted = sums_of(carries)
    stored = {LineKey(*_key(row)): row for row in ClearingLine.objects.filter(period=month)}
    changed = []
    for key, row in stored.items():
        into, out = wanted.get(key, (0, 0))
        if (row.carried_in_fen, row.carried_out_fen) != (into, out):
            row.due_fen += into - out - row.carried_in_fen + row.carried_out_fen
            row.carried_in_fen, row.carried_out_fen = into, out
            changed.append(row)
    ClearingLine.objects.bulk_update(changed, CARRIED)
    lacking = with_carries({}, (carry for carry in carries if key_of(carry) not in stored))
    ClearingLine.objects.bulk_create(
        ClearingLine(period=month, **line._asdict()) for line in lacking.values()
    )
    gone = _untouched(month, [row for key, row in stored.items() if key not in wanted])
    return bool(changed or lacking or gone)


def _key(row: ClearingLine) -> tuple[int, int, str, str]:
    return row.insured_region_id, row.care_region_id, row.insurance_type, row.care_kind


def _untouched(month: ClearingPeriod, rows: Iterable[ClearingLine]) -> int:
    """Remove the lines that no case, no deduction and no carry touches any more; how many."""
    empty = {_key(row): row.pk for row in rows if row.records == 0 and row.deduction_fen == 0}
    if not empty:
        return 0
    deducted = selectors.cleared_deductions(month).values_list(*selectors.KEYS).distinct()
    gone = empty.keys() - set(deducted)
    return ClearingLine.objects.filter(pk__in=[empty[key] for key in gone]).delete()[0]
