"""按依据成对: many differences, each with the half that its evidence names; all of them or none. [P]"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import transaction

from agency.errors import DomainError
from agency.journal import workflow
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.reconciliation.acting import differences_held, log
from settlement.reconciliation.judging import JUDGED, OPEN, note_given
from settlement.reconciliation.kinds import Remedy
from settlement.reconciliation.locks import hold_differences
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.pairing import NAMED, half_of, paired_numbers, same_numbers
from settlement.reconciliation.verdict_rules import pair_refusal
from settlement.records.selectors import chunks

Place = tuple[int, int]  # run and serial


@transaction.atomic
def pairs_give(keys: Collection[int], *, by: User, at: dt.datetime, note: str) -> list[Discrepancy]:
    """提出“互相对应” for all of these and the halves that their evidence names, which are judged with them.

    Errors: those of `differences_held`, `note_missing`, `not_a_pair` (one names none, or does not fit),
    `already_used`.
    """
    note = note_given(note)
    whole = {*keys, *_named_keys(keys)}
    hold_differences(whole | same_numbers(whole))
    rows = differences_held(whole, by=by, may=May.RECONCILE, states=[OPEN])
    pairs = _pairs(rows)
    _require_fit(pairs)
    used = paired_numbers(rows)
    if used:
        raise DomainError("already_used", f"{used[0]}，一笔只能用一次。")
    said: dict[str, Any] = {"remedy": Remedy.PAIR, "note": note, "judged_by": by, "judged_at": at}
    workflow.move_many(rows, JUDGED, by=by, at=at, reason=f"{Remedy.PAIR.label}：{note}", **said)
    for one, other in pairs:
        one.pair, other.pair = other, one
    Discrepancy.objects.bulk_update(rows, ["pair"], batch_size=500)
    log("verdicts_given", rows, by=by, at=at, remedy=str(Remedy.PAIR.label), reason=note)
    return rows


def _places(keys: Iterable[int]) -> dict[int, Place]:
    """Key → where the half lies that its evidence names; only those that name one."""
    found = {}
    for block in chunks(keys):
        rows = Discrepancy.objects.filter(pk__in=block).order_by()
        for key, run_id, evidence in rows.values_list("pk", "run_id", "evidence"):
            serial = str(evidence.get(NAMED, ""))
            if serial.isdecimal():
                found[key] = (run_id, int(serial))
    return found


def _named_keys(keys: Collection[int]) -> set[int]:
    """The keys of the halves that these name."""
    by_run: dict[int, list[int]] = {}
    for run_id, serial in _places(keys).values():
        by_run.setdefault(run_id, []).append(serial)
    found: set[int] = set()
    for run_id, serials in by_run.items():
        for block in chunks(serials):
            rows = Discrepancy.objects.filter(run=run_id, serial__in=block).order_by()
            found.update(rows.values_list("pk", flat=True))
    return found


def _pairs(rows: Sequence[Discrepancy]) -> list[tuple[Discrepancy, Discrepancy]]:
    """Each with the one that it names and that names it, once. DomainError for one that has none."""
    places = _places([row.pk for row in rows])
    by_place = {(row.run_id, row.serial): row for row in rows}
    pairs = []
    for row in rows:
        other = by_place.get(places.get(row.pk, (0, 0)))
        if other is None or by_place.get(places.get(other.pk, (0, 0))) != row:
            raise DomainError("not_a_pair", f"{row} 的依据没有指出另一条，或另一条指的不是它，请单独办理。")
        if row.pk < other.pk:
            pairs.append((row, other))
    return pairs


def _require_fit(pairs: Sequence[tuple[Discrepancy, Discrepancy]]) -> None:
    """That each two are on opposite sides and equal to the cent; both sides are read in blocks."""
    for block in chunks(pairs):
        wanted = [row.pk for pair in block for row in pair]
        whole = Discrepancy.objects.in_bulk(wanted)
        for one, other in block:
            why = pair_refusal(half_of(whole[one.pk]), half_of(whole[other.pk]))
            if why:
                raise DomainError("not_a_pair", why)
