"""导入结算明细: check, load and undo of a file of settled cases, as a kind of batch."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from agency.batches.kinds import BatchKind, CheckRequest, Outcome, Staging
from agency.batches.models import Batch
from agency.errors import DomainError
from agency.organisation import access
from agency.organisation.roles import May
from agency.policy.insurance import InsuranceType
from agency.registry import BATCH_KINDS
from agency.tabular.read import Row, Table
from settlement.records.check import Candidate, shown_value
from settlement.records.columns import NAMES, Layout, read_header
from settlement.records.control import CONTROL, FileTotals
from settlement.records.followers import records_going, records_loaded
from settlement.records.intake import Checked, ControlTotals, RowRefused, still_valid
from settlement.records.layouts import CASES, open_cases
from settlement.records.load import DirectLoad, load_records
from settlement.records.locks import lock_records, records_written, revision
from settlement.records.models import SettlementRecord
from settlement.records.periods import signed_periods
from settlement.records.reference import Reference, read_reference, reference_digest
from settlement.records.resolve import Resolver
from settlement.records.rows import Block, judged_blocks
from settlement.records.spool import Spool
from settlement.records.subtotals import Cases

KIND = "settlements"
HELP = (
    "平台导出的结算明细。列名用中文名或平台字段名都可以，不认识的列会指出并忽略；也收平台的无表头文件："
    f"制表符分隔，{len(CASES.columns)} 列按接口说明的次序，空值写 null，可装在 ZIP 里。"
)
TOTALS = ("cases", "total_fee_fen", "fund_fen", "account_fen")


@dataclass
class Accepted(Checked):
    """What is to be loaded: the lines, and the institutions that occur with the names given to them."""

    spool: Spool | DirectLoad = field(default_factory=Spool)
    institutions: dict[str, str] = field(default_factory=dict)
    reference: str = ""  # digest of the tables by which the rows were judged

    def is_current(self) -> bool:
        return super().is_current() and self.reference == reference_digest()

    def fingerprint(self) -> str:
        """A digest (hex) of all lines and of the institutions' names."""
        names = json.dumps(self.institutions, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(f"{self.spool.fingerprint()} {names}".encode()).hexdigest()


def check_settlements(request: CheckRequest) -> Outcome:
    """Read and judge a file; nothing is written. DomainError when the file cannot be taken at all."""
    return _checked(request, Accepted(request, revision(), reference=reference_digest()))


def check_and_load_settlements(batch: Batch, request: CheckRequest) -> Outcome:
    """Read, judge and write a file in one pass, on PostgreSQL, inside the caller's transaction.

    DomainError when the file cannot be taken, IntegrityError when the database refuses a row: then all of it
    is to be rolled back.
    """
    lock_records()
    institutions: dict[str, str] = {}
    direct = DirectLoad(batch.pk, institutions)
    try:
        outcome = _checked(request, Accepted(request, revision(), direct, institutions))
    finally:
        direct.close()
    if outcome.accepted:
        records_written()
        records_loaded(batch)
    return outcome


def _checked(request: CheckRequest, accepted: Accepted) -> Outcome:
    table = open_cases(request.path, request.file_name)
    layout = read_header(table.header)
    outcome = _Check(request, table, layout, read_reference(), accepted).run()
    if not outcome.rows:
        raise DomainError("no_rows", f"“{request.file_name}”只有表头，没有一行明细，请核对文件。")
    return outcome


@dataclass(slots=True)
class Tally:
    """Accepted rows that have parties, insurance type and month in common. Amounts are fen."""

    cases: int = 0
    reversals: int = 0
    lines: int = 0  # the sum of their line numbers, by which a misplaced record is found
    total_fee_fen: int = 0
    fund_fen: int = 0
    account_fen: int = 0
    delivered_fund_fen: int = 0  # where 个人账户 is delivered inside it, with that

    def add(self, row: Candidate) -> None:
        self.cases += 1
        self.reversals += row.is_reversal
        self.lines += row.line_no
        total, fund, account, delivered = row.sums
        self.total_fee_fen += total
        self.fund_fen += fund
        self.account_fen += account
        self.delivered_fund_fen += delivered

    @property
    def sums(self) -> tuple[int, int, int]:
        return self.total_fee_fen, self.fund_fen, self.account_fen


class _Check:
    """One pass over one file."""

    def __init__(
        self,
        request: CheckRequest,
        table: Table,
        layout: Layout,
        reference: Reference,
        accepted: Accepted,
    ) -> None:
        self.request, self.table, self.layout, self.reference = request, table, layout, reference
        self.accepted = accepted
        self.outcome = Outcome(encoding=table.encoding, header=list(table.header), payload=self.accepted)
        self.tallies: dict[tuple[tuple[int, int], str, str, int], Tally] = {}
        self.control = FileTotals(reference)
        self.lines_of_sums = self.control.carried.lines  # grows; looked at here, for most files have none
        own = None if access.sees_all(request.by) else request.by.region_id
        self.resolver = Resolver(
            own_region=own,
            own_region_code=reference.region_codes.get(own or 0, ""),
            accept=self.accept,
            unchanged=self.unchanged,
            refuse=self.refuse,
            accepted=self.accepted.spool,
        )

    def run(self) -> Outcome:
        with closing(judged_blocks(self.table, self.request.path, self.layout, self.reference)) as blocks:
            for block in blocks:
                self._take(block)
        self.resolver.finish()
        self.outcome.accepted = sum(tally.cases for tally in self.tallies.values())
        self.outcome.ignored_columns = self.layout.ignored
        self.outcome.fingerprint = self.accepted.fingerprint()
        self.outcome.preview = self._preview()
        self.outcome.notes += self.control.notes()
        return self.outcome

    def _take(self, block: Block) -> None:
        self.outcome.rows += block.rows
        for row, cells, refused in block.refused:
            if self.control.carried.takes(row.line_no, cells):
                self.outcome.rows -= 1
            else:
                self._refused(row, refused)
        self.resolver.take(block.candidates)
        self.request.progress(self.outcome.rows)
        self.outcome.notes += block.told

    def accept(self, row: Candidate) -> None:
        self.accepted.spool.add(row.line)
        code, name = row.institution
        if code not in self.accepted.institutions:
            self.accepted.institutions[code] = name
        section = self.control.carried.section(row.line_no) if self.lines_of_sums else 0
        key = (row.regions, row.insurance_type, row.month, section)
        tally = self.tallies.get(key)
        if tally is None:
            tally = self.tallies[key] = Tally()
        tally.add(row)

    def unchanged(self, row: Candidate) -> None:
        self.control.add(row)
        self.outcome.unchanged += 1

    def refuse(self, row: Candidate, code: str, column: int, why: str) -> None:
        value = row.reverses_no if NAMES[column] == "原结算编号" else row.number
        if code == "not_your_region":
            value = row.insured_area_code
        self._refused(row.row, RowRefused(code, column, value, why))

    def _refused(self, row: Row, refused: RowRefused) -> None:
        shown = shown_value(refused.column, refused.value)
        cells = self.layout.kept_cells(row)
        name = NAMES[refused.column]
        self.outcome.refused.append(self.layout.refusal(row, refused, name, cells=cells, shown=shown))

    def _sums(self) -> Iterator[tuple[Cases, Sequence[int]]]:
        for (regions, insurance_type, _, section), tally in self.tallies.items():
            yield (
                (regions, insurance_type, section),
                (tally.cases, tally.total_fee_fen, tally.delivered_fund_fen, tally.account_fen),
            )

    def _preview(self) -> dict[str, Any]:
        """Counts and control totals (fen); plain JSON."""
        totals = ControlTotals(TOTALS, self.reference.region_names)
        counts: Counter[str] = Counter(reversals=0, local=0, late=0, line_sum=0)
        periods: Counter[str] = Counter()
        for (regions, insurance_type, month, _), tally in self.tallies.items():
            period = self.reference.period_of(month)
            totals.add(self.reference.region_codes[regions[0]], insurance_type, tally.cases, *tally.sums)
            periods[period] += tally.cases
            counts["late"] += tally.cases if period != month else 0
            counts["local"] += tally.cases if regions[0] == regions[1] else 0
            counts["reversals"] += tally.reversals
            counts["line_sum"] += tally.lines
        return {
            "new": self.outcome.accepted,
            "unchanged": self.outcome.unchanged,
            **counts,
            "periods": dict(sorted(periods.items())),
            "totals": [
                {**row, "insurance_type": insurance, "insurance_name": InsuranceType(insurance).label}
                for insurance, row in totals.rows()
            ],
            "sum": totals.sum(),
            **self.control.preview(self._sums()),
        }


def keep_accepted(outcome: Outcome, stream: BinaryIO) -> None:
    """Keep the accepted rows and what else the load needs (see agency/batches/staging.py)."""
    accepted: Accepted = outcome.payload
    about = {
        "revision": accepted.revision,
        "institutions": accepted.institutions,
        "reference": accepted.reference,
    }
    stream.write(json.dumps(about, ensure_ascii=False).encode() + b"\n")
    assert isinstance(accepted.spool, Spool)
    accepted.spool.write_to(stream)


def read_accepted(outcome: Outcome, request: CheckRequest, stream: BinaryIO) -> bool:
    """Give an outcome its accepted rows back; False when they are not those that were kept."""
    try:
        about = json.loads(stream.readline())
        accepted = Accepted(
            request, about["revision"], Spool(stream), about["institutions"], about["reference"]
        )
    except (ValueError, KeyError, TypeError):
        return False
    outcome.payload = accepted
    return accepted.fingerprint() == outcome.fingerprint


def load_settlements(batch: Batch, outcome: Outcome) -> None:
    """Write what a check accepted, inside the caller's transaction; PreviewOutdated when that changed."""
    accepted = still_valid(outcome, Accepted, check_settlements)
    assert isinstance(accepted.spool, Spool)
    request, total = accepted.request, outcome.accepted
    load_records(batch.pk, accepted.spool, accepted.institutions, lambda done: request.progress(done, total))
    records_written()
    records_loaded(batch)


def undo_settlements(batch: Batch) -> int:
    """Remove what a batch loaded and is not signed; the signed rest stays. Returns how many.

    Refused when all of it is signed, or while what would go is reversed or deducted from.
    """
    lock_records()
    loaded = SettlementRecord.objects.filter(batch=batch)
    records = loaded.exclude(period__in=signed_periods())
    signed = loaded.order_by("period").first()
    if signed is not None and not records.exists():
        raise DomainError("already_signed", f"期别 {signed.period} 已签发（如 {signed}），整批不能撤销。")
    reversal = (
        SettlementRecord.objects.filter(is_reversal=True, reverses_no__in=records.values("settlement_no"))
        .exclude(pk__in=records.values("pk"))
        .first()
    )
    if reversal is not None and reversal.correction_no:
        raise DomainError(
            "already_corrected", f"{reversal.reverses_no} 已经更正过，整批不能撤销；其余有误的请逐笔更正。"
        )
    if reversal is not None:
        raise DomainError(
            "already_reversed", f"{reversal.reverses_no} 已由 {reversal} 冲正，请先撤销那一批。"
        )
    deducted = records.filter(deductions__isnull=False).first()
    if deducted is not None:
        raise DomainError("already_deducted", f"{deducted} 已有扣款，请先撤销扣款。")
    records_going(records)
    records_written()
    return int(records._raw_delete(records.db))


@BATCH_KINDS.register(KIND, order=20)
def settlements() -> BatchKind:
    return BatchKind(
        kind=KIND,
        title="结算明细",
        may_load=May.LOAD_CASES,
        may_read=May.READ_CASES,
        check=check_settlements,
        load=load_settlements,
        undo=undo_settlements,
        staging=Staging(keep_accepted, read_accepted),
        check_and_load=check_and_load_settlements,
        template="settlement/records/_preview.html",
        help_text=HELP,
        columns=(*CASES.columns, *(name for name in NAMES if name not in CASES.columns)),
        control=CONTROL,
        conflict_url="settlement:conflict_detail",
    )
