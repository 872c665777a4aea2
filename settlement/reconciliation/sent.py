"""核对表: what goes to the other side, row by row: our differences in the columns of their own file.

A row is known by its key (差异编号) and by a check code over all that was sent of it. The cells are kept as a
file under its digest, so that what comes back is held against the very texts that went out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from agency.batches.services import kept_path
from agency.errors import DomainError
from agency.money import plain_yuan
from settlement.reconciliation.kinds import Remedy
from settlement.reconciliation.models import DifferenceSheet, Discrepancy, ReconciliationRun
from settlement.reconciliation.report import text_digest
from settlement.reconciliation.telling import shown_value, what_differs
from settlement.records.columns import NAMES
from settlement.records.selectors import chunks

SHEET_NO, KEY, CHECK = "核对表编号", "差异编号", "校验码"
AMOUNT_SENT = "差额（元）"
FACTS = ("差异类别", "不符之处", AMOUNT_SENT, "我方意见", "我方说明")
STANCE, AMOUNT, REASON = "答复", "认可金额（元）", "理由"
ANSWERS = (STANCE, AMOUNT, REASON)
FIXED = (SHEET_NO, KEY, CHECK, *FACTS)
CHECK_LENGTH = 16
OUR_FIGURES = "以我方数据为准"  # where there is neither a verdict nor a proposal
PROPOSED = "（建议）"  # where nobody has judged yet

Stance = tuple[int, str, str, bool]  # serial, remedy ("": our figures stand), note, whether it is a verdict


def stance_of(row: Discrepancy) -> Stance:
    """我方意见 on a difference as it is now: the verdict, else what is proposed."""
    if row.remedy:
        return row.serial, row.remedy, row.note, True
    return row.serial, row.proposed, "", False


@dataclass(frozen=True)
class SentRow:
    """One row as it was sent: our stance (see `stance_of`), and the text of every cell but the answers."""

    difference: Discrepancy
    remedy: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class SentSheet:
    """A sheet as it was sent; `headings` stand over the cells of each row, then come ANSWERS."""

    sheet_no: str
    headings: tuple[str, ...]
    rows: tuple[SentRow, ...]

    @cached_property
    def by_key(self) -> dict[str, SentRow]:
        return {row.difference.difference_no: row for row in self.rows}

    def kept(self) -> bytes:
        """The cells as they are kept; the same sheet, the same bytes."""
        content = {"headings": self.headings, "rows": [row.cells for row in self.rows]}
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def sent_sheet(sheet: DifferenceSheet) -> SentSheet:
    """The sheet as it was sent. `changed_since_sent` when what was kept of it is gone or another."""
    try:
        kept = kept_path(sheet.file).read_bytes()
    except OSError:
        kept = b""
    if hashlib.sha256(kept).hexdigest() != sheet.digest:
        told = f"核对表 {sheet} 发出的内容找不到或被改过，不能收答复：请系统管理员核对原件。"
        raise DomainError("changed_since_sent", told, field="file")
    content = json.loads(kept)
    remedies = {serial: remedy for serial, remedy, _, _ in sheet.sent}
    found = {row.difference_no: row for row in _differences(sheet.run, remedies)}
    rows = (tuple(cells) for cells in content["rows"])
    at_key = FIXED.index(KEY)
    of_rows = ((found[cells[at_key]], cells) for cells in rows)
    sent = tuple(SentRow(row, remedies[row.serial], cells) for row, cells in of_rows)
    return SentSheet(sheet.sheet_no, tuple(content["headings"]), sent)


def _differences(run: ReconciliationRun, serials: Iterable[int]) -> list[Discrepancy]:
    """Those of a run, in the order of their serial."""
    found: list[Discrepancy] = []
    for block in chunks(sorted(serials)):
        found += Discrepancy.objects.filter(run=run, serial__in=block).order_by("serial")
    return found


def sheet_of(run: ReconciliationRun, sheet_no: str, stances: Sequence[Stance]) -> SentSheet:
    """A new sheet of some differences of a run, in the order of their serial."""
    by_serial = {stance[0]: stance for stance in stances}
    found = _differences(run, by_serial)
    columns = layout(run, found)
    rows = tuple(_row(sheet_no, row, by_serial[row.serial], [ours for ours, _ in columns]) for row in found)
    return SentSheet(sheet_no, (*FIXED, *(heading for _, heading in columns)), rows)


def layout(run: ReconciliationRun, rows: Iterable[Discrepancy]) -> list[tuple[str, str]]:
    """(our column, their heading) in the order of their file where it is known, else in ours."""
    if run.columns:
        theirs = list(run.mapping.headings) if run.mapping is not None else []
        places = {heading: place for place, heading in enumerate(theirs)}
        pairs = [(name, heading) for name, heading in run.columns.items() if heading]
        pairs.sort(key=lambda pair: (places.get(pair[1], len(places)), _place(pair[0], run)))
    else:
        names = {name for row in rows for values in (row.ours, row.theirs) for name in values}
        pairs = [(name, name) for name in sorted(names, key=lambda name: _place(name, run))]
    taken = {*FIXED, *ANSWERS}
    return [(name, f"{heading}（原列）" if heading in taken else heading) for name, heading in pairs]


def _place(name: str, run: ReconciliationRun) -> tuple[int, int, str]:
    """Columns of cases in our order; of a sheet or a statement in the order in which they were compared."""
    if name in NAMES:
        return 0, NAMES.index(name), name
    compared = list(run.compared)
    return 1, compared.index(name) if name in compared else len(compared), name


def _row(sheet_no: str, row: Discrepancy, stance: Stance, columns: Sequence[str]) -> SentRow:
    _, remedy, note, is_verdict = stance
    said = f"{Remedy(remedy).label}{'' if is_verdict else PROPOSED}" if remedy else OUR_FIGURES
    facts = (
        str(row.get_kind_display()),
        what_differs(row, masked=False),
        plain_yuan(row.amount_fen),
        said,
        note,
    )
    values = tuple(_value(row, name) for name in columns)
    check = text_digest([sheet_no, row.difference_no, facts, values])[:CHECK_LENGTH]
    return SentRow(row, remedy, (sheet_no, row.difference_no, check, *facts, *values))


def _value(row: Discrepancy, name: str) -> str:
    """What their own file says, ours where they have nothing; identity numbers in full only where they are
    what differs."""
    value = (row.theirs or row.ours).get(name, "")
    return shown_value(name, value, masked=name not in row.columns) if value else ""
