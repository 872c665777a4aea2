"""了结的条件: what must hold of carried differences before they can end; asked of all at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.db.models import Exists

from agency.errors import DomainError, SomeoneElseWasFirst
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.reconciliation.acting import closed, rows_held
from settlement.reconciliation.ending_models import CarriedEnding
from settlement.reconciliation.kinds import Remedy
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.pairing import newer_runs
from settlement.reconciliation.states import DiscrepancyState, EndingState, RunState
from settlement.records.selectors import chunks


def endings_held(seen: Mapping[int, str], *, by: User) -> list[CarriedEnding]:
    """The endings of these numbers by the keys of their differences, with those, both held to the end of the
    transaction. Errors: those of `rows_held`, SomeoneElseWasFirst (a difference has none of its number)."""
    rows = {row.pk: row for row in rows_held(seen, by=by, may=May.APPROVE_VERDICTS)}
    found: dict[int, CarriedEnding] = {}
    for block in chunks(rows):
        named = CarriedEnding.objects.filter(
            discrepancy__in=block, ending_no__in=[seen[key] for key in block]
        )
        for one in named.select_for_update(no_key=True).order_by("pk"):
            if seen[one.discrepancy_id] == one.ending_no:
                one.discrepancy = rows[one.discrepancy_id]
                found[one.discrepancy_id] = one
    for key, row in rows.items():
        if key not in found:
            raise SomeoneElseWasFirst(_none_of(row, seen[key]))
    return [found[key] for key in rows]


def _none_of(row: Discrepancy, number: str) -> str:
    which = f"没有编号为“{number}”的了结" if number else "还没有提出了结"
    return f"{row} {which}，请刷新后再看。"


def require_step(endings: Sequence[CarriedEnding], to: EndingState) -> None:
    """That all stand where this step begins. Errors: `no_such_step`."""
    machine = CarriedEnding.machine
    wrong = [one for one in endings if (one.state, to) not in machine.transitions]
    if wrong:
        first = f"{wrong[0]} 现在是“{wrong[0].get_state_display()}”，不能变为“{machine.label(to)}”"
        raise DomainError("no_such_step", f"{first}{_and_more(wrong)}。", count=len(wrong))


def require_carried(rows: Sequence[Discrepancy]) -> None:
    """That signed comparisons carried all of them forward, and no later one has settled any by itself.
    Errors: `not_carried`, `not_signed`, `run_closed`, `is_paired`, `compared_anew`."""
    wrong = [row for row in rows if row.state != DiscrepancyState.SETTLED or row.remedy != Remedy.CARRY]
    if wrong:
        told = f"{wrong[0]} 不是批准了“转下月继续”的差异，不用了结{_and_more(wrong)}。"
        raise DomainError("not_carried", told, count=len(wrong))
    for row in rows:
        _require_signed(row, rows)
    later = list(_later_halves(rows))
    if later:
        first = f"{later[0].pair} 已由 {later[0]} 对应，不用了结{_and_more(later)}"
        raise DomainError("is_paired", f"{first}；对错了的，请先退回或撤销那一条的结论。", count=len(later))
    anew = list(_compared_anew(rows))
    if anew:
        told = f"{anew[0].run.period} 后来重新对过账，以新的一次为准，{anew[0]} 不用了结{_and_more(anew)}。"
        raise DomainError("compared_anew", told, count=len(anew))


def _require_signed(row: Discrepancy, rows: Sequence[Discrepancy]) -> None:
    run = row.run
    if run.state == RunState.COMPARED:
        same = [one for one in rows if one.run_id == row.run_id]
        first = f"对账 {run} 还没有签字，{row} 的结论可以直接撤销，另提一个，不用了结"
        raise DomainError("not_signed", f"{first}{_and_more(same)}。", count=len(same))
    if run.state != RunState.SIGNED:
        raise closed(run)


def _later_halves(rows: Sequence[Discrepancy]) -> Iterator[Discrepancy]:
    for block in chunks([row.pk for row in rows]):
        yield from Discrepancy.objects.filter(pair__in=block).select_related("pair").order_by("pk")


def _compared_anew(rows: Sequence[Discrepancy]) -> Iterator[Discrepancy]:
    for block in chunks([row.pk for row in rows]):
        named = Discrepancy.objects.select_related("run").defer("ours", "theirs", "evidence")
        yield from named.filter(Exists(newer_runs()), pk__in=block).order_by("pk")


def require_none_standing(rows: Sequence[Discrepancy]) -> None:
    """That nothing is proposed or approved of their ending. Errors: `already_proposed`."""
    standing: list[CarriedEnding] = []
    for block in chunks([row.pk for row in rows]):
        named = CarriedEnding.objects.standing().select_related("proposed_by", "discrepancy")
        standing += named.filter(discrepancy__in=block).order_by("pk")
    if standing:
        one = standing[0]
        first = f"{one.discrepancy} 已由{one.proposed_by}提出了结（{one}，{one.get_state_display()}）"
        raise DomainError(
            "already_proposed", f"{first}，不必再提{_and_more(standing)}。", count=len(standing)
        )


def _and_more(wrong: Sequence[object]) -> str:
    """How many more are in the way, behind what is said of the first."""
    return f"；另有 {len(wrong) - 1} 条也是" if len(wrong) > 1 else ""
