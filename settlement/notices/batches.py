"""导入银行流水: check, load and undo of a bank statement, as a kind of batch; matched when loaded.

Lines are facts from the bank, and move no figure of ours by themselves; yet a file is confirmed by a second
person like every other one [P]: what it says makes notices paid.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from agency.batches.kinds import BatchKind, CheckRequest, Outcome
from agency.batches.models import Batch
from agency.errors import DomainError
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from agency.registry import BATCH_KINDS
from agency.tabular.read import Row, Table, open_table
from agency.tabular.values import as_shown
from settlement.notices import parse as p
from settlement.notices.matching import lines_match
from settlement.notices.models import BankDirection, BankLine, Basis, Payment
from settlement.notices.services import LineContent, lines_write, new_line, own_region
from settlement.notices.uses import LINE_USES
from settlement.records.intake import FileLayout, RowRefused
from settlement.records.selectors import chunks

KIND = "bank"
BLOCK = 500
Key = tuple[dt.date, str]


@dataclass
class Accepted:
    """What is to be loaded: the rows that nobody registered yet, with their lines in the file."""

    rows: list[tuple[int, LineContent]] = field(default_factory=list)


def check_bank(request: CheckRequest) -> Outcome:
    """Read and judge a statement; nothing is written. DomainError when the file cannot be taken at all."""
    table = open_table(request.path, filename=request.file_name, expected=p.NAMES, needed=p.NEEDED)
    outcome = _Check(request, table, p.read_header(table.header)).run()
    if not outcome.rows:
        raise DomainError("no_rows", f"“{request.file_name}”只有表头，没有一行流水，请核对文件。")
    return outcome


class _Check:
    """One pass over one file."""

    def __init__(self, request: CheckRequest, table: Table, layout: FileLayout) -> None:
        self.request, self.table, self.layout = request, table, layout
        self.region = own_region(request.by)
        self.payload = Accepted()
        self.seen: set[Key] = set()
        self.outcome = Outcome(encoding=table.encoding, header=list(table.header), payload=self.payload)
        self.outcome.notes = list(table.notes)

    def run(self) -> Outcome:
        rows = self.table.rows()
        while block := list(islice(rows, BLOCK)):
            self.outcome.rows += len(block)
            self._take(block)
            self.request.progress(self.outcome.rows)
        accepted = self.payload.rows
        self.outcome.accepted = len(accepted)
        self.outcome.ignored_columns = self.layout.ignored
        digests = (new_line(said, self.region, by=self.request.by, at=_NEVER) for _, said in accepted)
        self.outcome.fingerprint = " ".join(line.content_digest for line in digests)
        self.outcome.preview = _preview(self.region, accepted)
        return self.outcome

    def _take(self, block: Sequence[Row]) -> None:
        read = []
        for row in block:
            try:
                read.append((row, p.read_row(self.layout, row)))
            except RowRefused as refused:
                self._refused(row, refused)
        known = _stored(self.region, [said.reference for _, said in read])
        for row, said in read:
            try:
                self._judge(row, said, known)
            except RowRefused as refused:
                self._refused(row, refused)

    def _judge(self, row: Row, said: LineContent, known: dict[Key, LineContent]) -> None:
        key = (said.booked_on, said.reference)
        if key in self.seen:
            why = "文件前面已有同一天的这个流水号，以前面的为准，请去掉多余的行。"
            raise RowRefused("duplicate_in_file", p.REFERENCE, said.reference, why)
        stored = known.get(key)
        if stored is not None and stored != said:
            why = "同一天的这个流水号已经登记，内容不同。请核对对账单；登记错的先撤销原批次。"
            raise RowRefused("conflicts_with_stored", p.REFERENCE, said.reference, why)
        self.seen.add(key)
        if stored is None:
            self.payload.rows.append((row.line_no, said))
        else:
            self.outcome.unchanged += 1

    def _refused(self, row: Row, refused: RowRefused) -> None:
        name = p.NAMES[refused.column]
        cells = [as_shown(cell) for cell in row.cells]
        shown = refused.value
        self.outcome.refused.append(self.layout.refusal(row, refused, name, cells=cells, shown=shown))


_NEVER = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # a digest does not cover when a line was registered


def _stored(region: PoolingRegion | None, references: Sequence[str]) -> dict[Key, LineContent]:
    """The registered lines of an account with these 流水号."""
    found = {}
    names = list(LineContent.__dataclass_fields__)
    for block in chunks(set(references)):
        for values in BankLine.objects.filter(region=region, reference__in=block).values_list(*names):
            said = LineContent(*values)
            found[said.booked_on, said.reference] = said
    return found


def _preview(region: PoolingRegion | None, rows: Sequence[tuple[int, LineContent]]) -> dict[str, Any]:
    """Counts and sums (fen) by direction; plain JSON."""
    totals = [
        {
            "label": label,
            "rows": sum(said.direction == value for _, said in rows),
            "amount_fen": sum(said.amount_fen for _, said in rows if said.direction == value),
        }
        for value, label in BankDirection.choices
    ]
    days = sorted({said.booked_on.isoformat() for _, said in rows})
    return {
        "account": str(region) if region is not None else "省级账户",
        "totals": totals,
        "sum_fen": sum(said.amount_fen for _, said in rows),
        "first_day": days[0] if days else "",
        "last_day": days[-1] if days else "",
    }


def load_bank(batch: Batch, outcome: Outcome) -> None:
    """Register what a check accepted and match it, inside the caller's transaction.

    Where somebody registered one of the lines meanwhile, the database refuses all of them (IntegrityError).
    """
    by, at = batch.confirmed_by, batch.confirmed_at
    assert by is not None and at is not None
    accepted: Accepted = outcome.payload
    lines = [_line(batch, row_no, said, by=batch.created_by, at=at) for row_no, said in accepted.rows]
    lines_write(lines, at=at)
    lines_match([line.pk for line in lines], by=by, at=at)


def _line(batch: Batch, row_no: int, said: LineContent, *, by: User, at: dt.datetime) -> BankLine:
    line = new_line(said, batch.region, by=by, at=at)
    line.batch, line.row_no = batch, row_no
    return line


def undo_bank(batch: Batch) -> int:
    """Remove the lines of a batch while no notice was paid with any of them. Returns how many."""
    rows = BankLine.objects.filter(batch=batch)
    used = Payment.objects.filter(line__in=rows).select_related("line", "notice").first()
    if used is not None:
        told = f"流水 {used.line} 已核销到 {used.notice}（撤回的也留有记录），整批不能撤销。"
        raise DomainError("already_used", told)
    if any(entry.function().filter(line__in=rows).exists() for entry in LINE_USES):
        raise DomainError("already_used", "批次中有流水由调账记了账，整批不能撤销。")
    return rows.delete()[0]


def matched_of(batch: Batch | None) -> int:
    """How many lines of a batch found their notice by themselves, when it was loaded."""
    if batch is None or batch.confirmed_at is None:
        return 0
    rows = Payment.objects.filter(line__batch=batch, at=batch.confirmed_at).exclude(basis=Basis.HAND)
    return rows.values("line").distinct().count()


@BATCH_KINDS.register(KIND, order=40)
def bank() -> BatchKind:
    return BatchKind(
        kind=KIND,
        title="银行流水",
        may_load=May.LOAD_BANK,
        may_read=May.READ_NOTICES,
        may_confirm=May.RELEASE_BANK,
        check=check_bank,
        load=load_bank,
        undo=undo_bank,
        template="settlement/notices/_preview.html",
        help_text="本单位清算账户的对账单，方向从本账户看：收进来的写“收”，付出去的写“付”。"
        "同一份文件再导一次不会重复登记。",
        columns=p.NAMES,
        undo_told="移出这一批登记的全部流水；有一笔核销过的，整批不能撤销。",
    )
