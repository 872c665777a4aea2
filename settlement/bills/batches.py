"""导入费用分类: fee classes of settled cases, as a kind of batch; a case has all of its classes or none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from agency.batches.aside import RowsAside
from agency.batches.codes import label_codes
from agency.batches.kinds import BatchKind, CheckRequest, Outcome
from agency.batches.models import Batch
from agency.errors import DomainError
from agency.money import yuan
from agency.organisation import access
from agency.organisation.roles import May
from agency.registry import BATCH_KINDS
from agency.tabular.read import Row, open_table
from settlement.bills import parse as p
from settlement.bills.cases import Candidate, CasesAside
from settlement.bills.models import FeeLine
from settlement.records.intake import Checked, RowRefused, still_valid
from settlement.records.locks import lock_records, records_written, revision
from settlement.records.selectors import chunks, records_now

KIND = "fee_classes"
MOST_ROWS = 500_000
FIELDS = ("amount_fen", "class_a_fen", "class_b_fen", "self_pay_fen", "other_fen")

label_codes({"unknown_fee_class": "收费项目类别不认识"})


@dataclass
class Accepted(Checked):
    """What is to be loaded, by line: key of the case, line, class, amounts."""

    rows: RowsAside[tuple[int, int, str, p.Amounts]] = field(default_factory=RowsAside)


def check_fee_classes(request: CheckRequest) -> Outcome:
    """Read and judge a file; nothing is written. DomainError when the file cannot be taken at all."""
    names = p.NAMES + p.PLATFORM
    table = open_table(request.path, filename=request.file_name, expected=names, needed=p.NEEDED)
    layout = p.read_header(table.header)
    outcome = Outcome(encoding=table.encoding, header=list(table.header), ignored_columns=layout.ignored)
    check = _Check(request, layout, outcome)
    for row in table.rows():
        check.take(row)
    outcome.notes = table.told()
    if not outcome.rows:
        raise DomainError("no_rows", f"“{request.file_name}”只有表头，没有一行费用，请核对文件。")
    return check.finished()


class _Check:
    """One pass over one file; a case is judged when all its rows are known."""

    def __init__(self, request: CheckRequest, layout: p.Layout, outcome: Outcome) -> None:
        self.request, self.layout, self.outcome = request, layout, outcome
        self.accepted = Accepted(request, revision())
        outcome.payload = self.accepted
        self.cases = CasesAside()
        self.count = self.amount_fen = 0  # of the accepted cases and rows

    def take(self, row: Row) -> None:
        self.outcome.rows += 1
        if self.outcome.rows > MOST_ROWS:
            told = f"超过 {MOST_ROWS:,} 行，请按期别或机构拆成几个文件再导入。"
            raise DomainError("too_many_rows", told)
        if self.outcome.rows % 1000 == 0:
            self.request.progress(self.outcome.rows)
        number = ""
        try:
            texts = self.layout.texts(row)
            number = texts[p.SETTLEMENT_NO]
            fee_class, amounts = p.parse_texts(texts)
            if not self.cases.add(Candidate(row, number, fee_class, amounts)):
                why = "这笔结算的这一类费用在文件前面已有一行，请合并或去掉多余的行。"
                raise RowRefused("duplicate_in_file", p.FEE_CLASS, texts[p.FEE_CLASS], why)
        except RowRefused as refused:
            self.cases.spoil(number)
            self._refused(row, refused)

    def finished(self) -> Outcome:
        for cases in self.cases.in_blocks():
            numbers = list(cases)
            known, stored = _cases_of(numbers, self.request), _stored(numbers)
            spoilt = self.cases.spoilt(numbers)
            for number, lines in cases.items():
                self._judge(lines, known.get(number), stored.get(number, {}), number in spoilt)
        self.outcome.accepted = len(self.accepted.rows)
        self.outcome.fingerprint = self._fingerprint()
        self.outcome.preview = {
            "new": self.outcome.accepted,
            "unchanged": self.outcome.unchanged,
            "cases": self.count,
            "amount_fen": self.amount_fen,
        }
        return self.outcome

    def _fingerprint(self) -> str:
        digest = hashlib.sha256()
        for row in self.accepted.rows:
            digest.update(repr(row).encode())
        return digest.hexdigest()

    def _judge(
        self,
        lines: Sequence[Candidate],
        case: tuple[int, int] | None,
        stored: dict[str, p.Amounts],
        is_spoilt: bool,
    ) -> None:
        if case is None:
            why = "库中没有这笔结算，或它不属于本统筹区。请先导入结算明细，或核对编号。"
            self._refuse_all(lines, "unknown_settlement", p.SETTLEMENT_NO, why)
        elif stored:
            self._compare(lines, stored)
        elif is_spoilt:
            why = "这笔结算有别的行被拒绝，各类费用凑不齐；请改好那一行，再把这笔的各行一起导入。"
            self._refuse_all(lines, "parts_do_not_add_up", p.AMOUNT, why)
        elif (total := sum(line.amounts[0] for line in lines)) != case[1]:
            why = (
                f"这笔结算各类费用合计 {yuan(total)} 元，医疗费总额 {yuan(case[1])} 元，"
                f"相差 {yuan(total - case[1])} 元；各类要一次给全。"
            )
            self._refuse_all(lines, "parts_do_not_add_up", p.AMOUNT, why)
        else:
            self._accept(case[0], lines, total)

    def _accept(self, record_id: int, lines: Sequence[Candidate], total_fen: int) -> None:
        self.count += 1
        self.amount_fen += total_fen
        for line in lines:
            line_no = line.row.line_no
            self.accepted.rows.add(line_no, (record_id, line_no, line.fee_class, line.amounts))

    def _compare(self, lines: Sequence[Candidate], stored: dict[str, p.Amounts]) -> None:
        for line in lines:
            if stored.get(line.fee_class) == line.amounts:
                self.outcome.unchanged += 1
            else:
                why = "库中已有这笔结算的费用分类，内容不同。要改，请先撤销原来那一批再导入。"
                self._refuse_all([line], "conflicts_with_stored", p.SETTLEMENT_NO, why)

    def _refuse_all(self, lines: Sequence[Candidate], code: str, column: int, why: str) -> None:
        for line in lines:
            self._refused(line.row, RowRefused(code, column, line.number, why))

    def _refused(self, row: Row, refused: RowRefused) -> None:
        name, shown = p.NAMES[refused.column], refused.value
        self.outcome.refused.append(self.layout.refusal(row, refused, name, cells=row.cells, shown=shown))


def _cases_of(numbers: list[str], request: CheckRequest) -> dict[str, tuple[int, int]]:
    """Settlement number → key and 医疗费总额 of the case as it holds now, where the loader's region is a
    party to it."""
    rows = records_now(numbers)
    own = None if access.sees_all(request.by) else request.by.region_id
    fields = ("settlement_no", "pk", "total_fee_fen", "insured_region_id", "care_region_id")
    now = {number: case for number, *case in rows.values_list(*fields)}  # the last one, whose ever it is
    return {
        number: (key, total)
        for number, (key, total, *parties) in now.items()
        if own is None or own in parties
    }


def _stored(numbers: list[str]) -> dict[str, dict[str, p.Amounts]]:
    found: dict[str, dict[str, p.Amounts]] = {}
    now = dict(records_now(numbers).values_list("settlement_no", "pk"))
    rows = FeeLine.objects.filter(record__in=now.values()).order_by()
    for number, fee_class, *amounts in rows.values_list("record__settlement_no", "fee_class", *FIELDS):
        found.setdefault(number, {})[fee_class] = tuple(amounts)
    return found


def load_fee_classes(batch: Batch, outcome: Outcome) -> None:
    """Write what a check accepted, inside the caller's transaction; PreviewOutdated when that changed."""
    accepted = still_valid(outcome, Accepted, check_fee_classes)
    for rows in chunks(_lines(batch, accepted)):
        FeeLine.objects.bulk_create(rows)
    records_written()


def _lines(batch: Batch, accepted: Accepted) -> Iterator[FeeLine]:
    for record_id, line_no, fee_class, amounts in accepted.rows:
        named = dict(zip(FIELDS, amounts, strict=True))
        yield FeeLine(record_id=record_id, fee_class=fee_class, batch=batch, line_no=line_no, **named)


def undo_fee_classes(batch: Batch) -> int:
    """Remove what a batch loaded; no figure of a month rests on it. Returns how many rows."""
    lock_records()
    records_written()
    rows = FeeLine.objects.filter(batch=batch)
    return int(rows._raw_delete(rows.db))


@BATCH_KINDS.register(KIND, order=40)
def fee_classes() -> BatchKind:
    return BatchKind(
        kind=KIND,
        title="费用分类",
        may_load=May.LOAD_CASES,
        may_read=May.READ_CASES,
        check=check_fee_classes,
        load=load_fee_classes,
        undo=undo_fee_classes,
        template="settlement/bills/_preview.html",
        help_text="表 5 住院结算单上的十四类费用，一类一行；一笔结算的各类要给全，合计等于医疗费总额。",
        columns=p.NAMES,
        undo_told="移出这一批写入的费用分类；批次、文件和经过仍保留。结算明细和清算不受影响。",
    )
