"""导入扣款: check, load and undo of a file of deductions, as a kind of batch."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from agency.batches.aside import RowsAside
from agency.batches.kinds import BatchKind, CheckRequest, Outcome
from agency.batches.models import Batch
from agency.errors import DomainError
from agency.journal.numbers import next_number, next_numbers
from agency.organisation.roles import May
from agency.registry import BATCH_KINDS
from agency.tabular.read import Row, Table, open_table
from settlement.deductions import parse as p
from settlement.deductions.check import Candidate, RowChecker
from settlement.deductions.models import Deduction
from settlement.deductions.selectors import cases_named, stored_digests, stored_external_numbers
from settlement.records.intake import Checked, ControlTotals, RowRefused, still_valid
from settlement.records.locks import lock_records, records_written, revision
from settlement.records.periods import signed_periods
from settlement.records.reference import read_reference
from settlement.records.selectors import chunks

KIND = "deductions"
BLOCK = 500
MOST_ROWS = 100_000


@dataclass
class Accepted(Checked):
    """What is to be loaded; `lines` has the line of every row that stands, new or known, by its digest."""

    rows: RowsAside[Candidate] = field(default_factory=RowsAside)
    lines: dict[str, int] = field(default_factory=dict)


def check_deductions(request: CheckRequest) -> Outcome:
    """Read and judge a file; nothing is written. DomainError when the file cannot be taken at all."""
    table = open_table(request.path, filename=request.file_name, expected=p.NAMES, needed=p.NEEDED)
    outcome = _Check(request, table, p.read_header(table.header)).run()
    if not outcome.rows:
        raise DomainError("no_rows", f"“{request.file_name}”只有表头，没有一行扣款，请核对文件。")
    return outcome


class _Check:
    """One pass over one file."""

    def __init__(self, request: CheckRequest, table: Table, layout: p.Layout) -> None:
        self.request, self.table, self.layout = request, table, layout
        self.reference = read_reference()
        self.checker = RowChecker(self.reference, request.by)
        self.payload = Accepted(request, revision())
        self.accepted = self.payload.rows
        self.seen: set[str] = set()
        self.digest = hashlib.sha256()  # of what is accepted, in the order of the file
        self.counts: Counter[str] = Counter(late=0, local=0)
        self.periods: Counter[str] = Counter()
        self.totals = ControlTotals(("rows", "amount_fen"), self.reference.region_names)
        self.outcome = Outcome(encoding=table.encoding, header=list(table.header), payload=self.payload)

    def run(self) -> Outcome:
        rows = self.table.rows()
        while block := list(islice(rows, BLOCK)):
            self.outcome.rows += len(block)
            if self.outcome.rows > MOST_ROWS:
                told = f"超过 {MOST_ROWS:,} 行，请按期别或机构拆成几个文件再导入。"
                raise DomainError("too_many_rows", told)
            self._take(block)
            self.request.progress(self.outcome.rows)
        self.outcome.notes = self.table.told()
        self.outcome.accepted = len(self.accepted)
        self.outcome.ignored_columns = self.layout.ignored
        self.outcome.fingerprint = self.digest.hexdigest()
        self.outcome.preview = self._preview()
        return self.outcome

    def _take(self, block: Sequence[Row]) -> None:
        typed = list(self._typed(block))
        cases = cases_named({texts[p.SETTLEMENT_NO] for _, texts, _ in typed if texts[p.SETTLEMENT_NO]})
        candidates = []
        for row, texts, amount_fen in typed:
            try:
                candidates.append(self.checker.check(row, texts, amount_fen, cases))
            except RowRefused as refused:
                self._refused(row, refused)
        known = stored_digests({candidate.digest for candidate in candidates})
        numbers = stored_external_numbers({row.external_no for row in candidates if row.external_no})
        for candidate in candidates:
            self._judge(candidate, candidate.digest in known, candidate.external_no in numbers)

    def _typed(self, block: Sequence[Row]) -> Iterator[tuple[Row, list[str], int]]:
        for row in block:
            try:
                texts = self.layout.texts(row)
                yield row, texts, p.check_values(texts)
            except RowRefused as refused:
                self._refused(row, refused)

    def _judge(self, row: Candidate, is_known: bool, number_is_known: bool) -> None:
        keys = {row.digest, f"no {row.external_no}"} if row.external_no else {row.digest}
        if keys & self.seen:
            why = "文件前面已有同样的扣款（或同一扣款编号），以前面的为准，请去掉多余的行。"
            self._refused(row.row, RowRefused("duplicate_in_file", p.EXTERNAL_NO, row.external_no, why))
        elif is_known:
            self.seen |= keys
            self.payload.lines[row.digest] = row.row.line_no
            self.outcome.unchanged += 1
        elif number_is_known:
            why = "库中已有这个扣款编号，内容不同。要改，请先撤回原扣款，再用新编号导入。"
            self._refused(row.row, RowRefused("conflicts_with_stored", p.EXTERNAL_NO, row.external_no, why))
        else:
            self.seen |= keys
            self.payload.lines[row.digest] = row.row.line_no
            self._accept(row)

    def _accept(self, row: Candidate) -> None:
        self.accepted.add(row.row.line_no, row)
        self.digest.update(row.digest.encode())
        parties = row.parties
        self.totals.add(self.reference.region_codes[parties.insured_region_id], "", 1, row.amount_fen)
        self.periods[row.period] += 1
        self.counts["late"] += row.period != row.stated_period
        self.counts["local"] += parties.insured_region_id == parties.care_region_id

    def _refused(self, row: Row, refused: RowRefused) -> None:
        name, shown = p.NAMES[refused.column], refused.value
        self.outcome.refused.append(self.layout.refusal(row, refused, name, cells=row.cells, shown=shown))

    def _preview(self) -> dict[str, Any]:
        """Counts and sums (fen) by insured region; plain JSON."""
        return {
            "new": len(self.accepted),
            "unchanged": self.outcome.unchanged,
            **self.counts,
            "periods": dict(sorted(self.periods.items())),
            "totals": [row for _, row in self.totals.rows()],
            "sum": self.totals.sum(),
        }


def new_deduction_no(period: str) -> str:
    """A number of our own, counted within the month in which the deduction counts."""
    return _deduction_no(period, next_number(f"deduction-{period}"))


def _deduction_no(period: str, number: int) -> str:
    return f"D{period}{number:05d}"


def load_deductions(batch: Batch, outcome: Outcome) -> None:
    """Write what a check accepted, inside the caller's transaction; PreviewOutdated when that changed."""
    accepted = still_valid(outcome, Accepted, check_deductions)
    for rows in chunks(accepted.rows):
        Deduction.objects.bulk_create(_numbered(batch, rows))
    records_written()


def _numbered(batch: Batch, rows: Sequence[Candidate]) -> list[Deduction]:
    """A block of deductions, whose numbers are taken month by month."""
    by_period: defaultdict[str, list[Candidate]] = defaultdict(list)
    for row in rows:
        by_period[row.period].append(row)
    numbers = {
        period: iter(next_numbers(f"deduction-{period}", len(some)))
        for period, some in sorted(by_period.items())
    }
    return [_deduction(batch, row, _deduction_no(row.period, next(numbers[row.period]))) for row in rows]


def _deduction(batch: Batch, row: Candidate, number: str) -> Deduction:
    return Deduction(
        deduction_no=number,
        external_no=row.external_no,
        batch=batch,
        line_no=row.row.line_no,
        stated_period=row.stated_period,
        period=row.period,
        record_id=row.parties.record_id,
        insured_region_id=row.parties.insured_region_id,
        care_region_id=row.parties.care_region_id,
        insurance_type=row.parties.insurance_type,
        care_kind=row.parties.care_kind,
        institution_id=row.parties.institution_id,
        kind=row.kind,
        reason=row.reason,
        amount_fen=row.amount_fen,
        content_digest=row.digest,
    )


def undo_deductions(batch: Batch) -> int:
    """Remove what a batch loaded and is not signed, and the withdrawals of it; the signed rest stays.

    A withdrawal counts in the month of its deduction while that is unsigned, so both go together. Refused
    when all of the batch is signed. Returns how many rows of the batch went.
    """
    lock_records()
    loaded = Deduction.objects.filter(batch=batch)
    rows = loaded.exclude(period__in=signed_periods())
    signed = loaded.order_by("period").first()
    if signed is not None and not rows.exists():
        raise DomainError("already_signed", f"期别 {signed.period} 已签发（如扣款 {signed}），整批不能撤销。")
    records_written()
    Deduction.objects.filter(withdraws__in=rows).delete()
    return rows.delete()[0]


@BATCH_KINDS.register(KIND, order=30)
def deductions() -> BatchKind:
    return BatchKind(
        kind=KIND,
        title="扣款",
        may_load=May.LOAD_CASES,
        may_read=May.READ_CASES,
        check=check_deductions,
        load=load_deductions,
        undo=undo_deductions,
        template="settlement/deductions/_preview.html",
        help_text="按笔扣款写结算编号；不是一笔的，写全参保地区划、就医地区划、险种、医疗类别和定点医药机构编号。",
        columns=p.NAMES,
    )
