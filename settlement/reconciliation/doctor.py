"""差异诊断: each difference of a run over details gets a likely cause, what speaks for it, what to do [P].

Called within the transaction that compared: `their_twins` (classify.py) and the run's totals stand. The same
differences beside the same books get the same causes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import chain

from django.db import connection

from agency.periods import last_day
from agency.policy.selectors import int_parameter
from settlement.reconciliation.doctor_amounts import Finding
from settlement.reconciliation.doctor_classes import by_class
from settlement.reconciliation.doctor_filings import without_filing
from settlement.reconciliation.doctor_months import Found
from settlement.reconciliation.doctor_pairs import SIDES, single_of
from settlement.reconciliation.doctor_repeats import repeats_stage, repeats_unstage
from settlement.reconciliation.doctor_rules import PLAIN, Difference, drafted
from settlement.reconciliation.doctor_singles import Singles
from settlement.reconciliation.doctor_steps import singles_told
from settlement.reconciliation.judging import write_off_limit
from settlement.reconciliation.kinds import DETAILS
from settlement.reconciliation.models import Discrepancy, ReconciliationRun

ROUNDING_LIMIT = "reconciliation.rounding_limit_fen"
AT_ONCE = 2_000
NOTHING_SAID = {kind.value: Finding("", remedy) for kind, remedy in PLAIN.items()}
TABLE = Discrepancy._meta.db_table
_UPDATE = {
    "postgresql": (
        f"UPDATE {TABLE} AS d SET cause = f.cause, proposed = f.proposed, evidence = f.evidence"
        " FROM jsonb_to_recordset(%s) AS f (serial int, cause text, proposed text, evidence jsonb)"
        " WHERE d.run_id = %s AND d.serial = f.serial"
    ),
    "sqlite": (
        f"UPDATE {TABLE} SET cause = %s, proposed = %s, evidence = %s WHERE run_id = %s AND serial = %s"
    ),
}


def diagnose(run: ReconciliationRun) -> None:
    """Write cause, evidence and proposed remedy of every difference of a run over details."""
    if run.source not in DETAILS:
        return
    doctor = Doctor(run)
    for block in _blocks(run):
        findings_write(run, list(doctor.look(block).items()))
    doctor.follow()


class Doctor:
    """One run's doctor: it looks at every difference once, and then follows up what one side has alone."""

    def __init__(self, run: ReconciliationRun) -> None:
        self._run = run
        self._limit_fen = int_parameter(ROUNDING_LIMIT, last_day(run.period))
        self._write_off_limit_fen = write_off_limit(run, run.created_at)
        self._singles = Singles()
        repeats_stage()

    def look(self, block: Sequence[Difference]) -> dict[int, Finding]:
        """What a block's differences say by themselves, by serial: of each, if only what is to be done."""
        self._singles.add(single_of(one) for one in block if one.kind in SIDES)
        told = dict(by_class(self._run, block, self._limit_fen))
        found = {one.serial: told.get(one.serial) or NOTHING_SAID[one.kind] for one in block}
        return {one.serial: drafted(one, found[one.serial], self._write_off_limit_fen) for one in block}

    def follow(self) -> None:
        """Write what is found of cases that one side has alone, once all differences are stored."""
        self._singles.ready()
        for found in chain(singles_told(self._run, self._singles), without_filing(self._run)):
            findings_write(self._run, found)
        self._singles.close()
        repeats_unstage()


def _blocks(run: ReconciliationRun) -> Iterator[list[Difference]]:
    """The run's differences in the order of their serials, as many at once as memory likes."""
    rows = Discrepancy.objects.filter(run=run).order_by("serial").values_list(*Difference._fields)
    last = 0
    while block := [Difference(*values) for values in rows.filter(serial__gt=last)[:AT_ONCE]]:
        yield block
        last = block[-1].serial


def findings_write(run: ReconciliationRun, found: Found) -> None:
    """Keep what was found of these differences."""
    if not found:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            rows = [
                {"serial": serial, "cause": one.cause, "proposed": one.proposed, "evidence": one.evidence}
                for serial, one in found
            ]
            cursor.execute(_UPDATE["postgresql"], [json.dumps(rows, ensure_ascii=False), run.pk])
        else:
            cursor.executemany(
                _UPDATE["sqlite"],
                [
                    (one.cause, one.proposed, json.dumps(one.evidence), run.pk, serial)
                    for serial, one in found
                ],
            )
