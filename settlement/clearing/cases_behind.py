"""明细到原件: the cases behind a figure, each with its file, line and filing; and as a list to take out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from agency.batches.selectors import batches_visible
from agency.organisation.models import User
from agency.tabular.write import Kind, TableColumn
from settlement.clearing.behind import Figure, contribution, deductions_behind, records_behind
from settlement.clearing.models import ClearingPeriod
from settlement.deductions.models import Deduction
from settlement.matching.models import RecordFiling
from settlement.matching.selectors import filings_opened, names_filing
from settlement.records.models import SettlementRecord
from settlement.records.selectors import chunks

NAMED = ("insured_region", "care_region", "institution")
CHUNK = 1_000
ADDS = "计入本数"
COLUMNS = [
    TableColumn("种类", width=8),
    TableColumn("编号", width=26),
    TableColumn("日期", "date", 12),
    TableColumn("参保地"),
    TableColumn("就医地"),
    TableColumn("险种", width=8),
    TableColumn("医疗类别", width=12),
    TableColumn("定点医药机构", width=26),
    TableColumn("医疗总费用", "money"),
    TableColumn("基金支付", "money"),
    TableColumn("个人账户", "money"),
    TableColumn("扣款", "money"),
    TableColumn(ADDS, "money"),
    TableColumn("批次号", width=16),
    TableColumn("行号", "int", 8),
    TableColumn("备案核对", width=12),
    TableColumn("备案编号", width=14),
]


def columns_of(figure: Figure) -> list[TableColumn]:
    """The columns of the list; what a case adds is an amount, or a count."""
    kind: Kind = "int" if figure.is_count else "money"
    return [replace(column, kind=kind) if column.title == ADDS else column for column in COLUMNS]


@dataclass(frozen=True)
class CaseBehind:
    """One case of a figure: what it adds, and where it leads. `batch_no` and `filing_no` are links only where
    the reader may open them (`batch_opens`, `filing_opens`)."""

    record: SettlementRecord
    adds: int
    mark: RecordFiling | None
    filing_no: str
    batch_opens: bool
    filing_opens: bool

    @property
    def paid_fen(self) -> int:
        """What funds and account paid."""
        return self.record.fund_total_fen + self.record.personal_account_pay_fen

    @property
    def batch_no(self) -> str:
        return self.record.batch.batch_no if self.record.batch is not None else ""


def cases_shown(figure: Figure, records: Sequence[SettlementRecord], by: User) -> list[CaseBehind]:
    """The cases of one page (with their batch, regions and institution), in their order: three queries."""
    marks = RecordFiling.objects.select_related("filing").in_bulk([record.pk for record in records])
    batches = {record.batch_id for record in records if record.batch_id}
    seen = set(batches_visible(by).filter(pk__in=batches).values_list("pk", flat=True))
    opened = filings_opened(by, list(marks.values()))
    found = []
    for record in records:
        mark = marks.get(record.pk)
        number = _filing_no(by, mark)
        adds = contribution(figure, record)
        found.append(CaseBehind(record, adds, mark, number, record.batch_id in seen, number in opened))
    return found


def _filing_no(by: User, mark: RecordFiling | None) -> str:
    if mark is None or mark.filing is None or not names_filing(by, mark):
        return ""
    return mark.filing.filing_no


def count_behind(figure: Figure, month: ClearingPeriod, limit: int) -> int:
    """How many cases and deductions are behind a figure, at most `limit` of each."""
    rows = (records_behind(figure, month), deductions_behind(figure, month))
    return sum(len(found.values_list("pk", flat=True)[:limit]) for found in rows)


def lines_behind(figure: Figure, month: ClearingPeriod, by: User) -> Iterator[list[Any]]:
    """Every case and deduction behind a figure, as `columns_of` names them, oldest first; in blocks."""
    keys = list(records_behind(figure, month).order_by("pk").values_list("pk", flat=True))
    for block in chunks(keys, CHUNK):
        rows = SettlementRecord.objects.filter(pk__in=block).select_related(*NAMED, "batch")
        marks = RecordFiling.objects.select_related("filing").in_bulk(block)
        for record in rows.order_by("pk"):
            yield _record_line(figure, record, marks.get(record.pk), by)
    rows_of = deductions_behind(figure, month).select_related(*NAMED, "batch", "record").order_by("pk")
    for deduction in rows_of:
        yield _deduction_line(figure, deduction)


def _record_line(figure: Figure, record: SettlementRecord, mark: RecordFiling | None, by: User) -> list[Any]:
    kind = "退费" if record.is_reversal else "明细"
    day = timezone.localtime(record.settled_at).date()
    amounts = (record.total_fee_fen, record.fund_total_fen, record.personal_account_pay_fen, None)
    return [
        *(f"{kind}（更正）" if record.correction_no else kind, record.settlement_no, day),
        *_place(record),
        *amounts,
        _adds(figure, record),
        *_source(record),
        mark.get_mark_display() if mark is not None else "",
        _filing_no(by, mark),
    ]


def _deduction_line(figure: Figure, item: Deduction) -> list[Any]:
    return [
        *("扣款", item.deduction_no, None),
        *_place(item),
        *(None, None, None, item.amount_fen),
        _adds(figure, item),
        *_source(item),
        *("", ""),
    ]


def _place(item: SettlementRecord | Deduction) -> Iterable[str]:
    yield str(item.insured_region)
    yield str(item.care_region)
    yield item.get_insurance_type_display()
    yield item.get_care_kind_display()
    yield str(item.institution)


def _adds(figure: Figure, item: SettlementRecord | Deduction) -> int:
    return contribution(figure, item)


def _source(item: SettlementRecord | Deduction) -> tuple[str, int | None]:
    return (item.batch.batch_no, item.line_no) if item.batch is not None else ("", None)
