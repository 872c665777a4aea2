"""冲突: refused lines of files whose number is stored with other content, set beside what is stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from agency.batches.models import Refusal
from agency.batches.selectors import batches_visible
from agency.batches.states import BatchState
from agency.errors import DomainError
from agency.masking import mask_id
from agency.money import yuan
from agency.organisation.models import User
from agency.policy.insurance import InsuranceType
from agency.tabular.read import Row
from settlement.corrections.models import ConflictLine
from settlement.corrections.states import SETTLING
from settlement.records.check import Candidate, RowChecker
from settlement.records.columns import read_header
from settlement.records.content import LOOKUPS, NULL, NUMBER, as_delivered, side_by_side, texts_of
from settlement.records.export import SHANGHAI
from settlement.records.intake import RowRefused
from settlement.records.models import SettlementRecord
from settlement.records.parse import parse_row
from settlement.records.reference import read_reference
from settlement.records.rules import AMOUNT_NAMES
from settlement.records.selectors import holding

KIND, CONFLICT = "settlements", "conflicts_with_stored"
CHECKED = (BatchState.PREVIEWED, BatchState.LOADED, BatchState.NOTHING_NEW)
WORDS = {"险种": dict(InsuranceType.choices), "退费标志": {"0": "0 正常", "1": "1 退费"}}


@dataclass(frozen=True)
class Pair:
    """One column on both sides, as shown."""

    title: str
    stored: str
    file: str
    differs: bool
    is_amount: bool


@dataclass(frozen=True)
class Conflict:
    """A refused line beside what is stored. `why`: what is in the way; then there are no pairs."""

    refusal: Refusal
    record: SettlementRecord | None = None
    candidate: Candidate | None = None
    why: str = ""
    pairs: Sequence[Pair] = ()

    @property
    def number(self) -> str:
        return self.refusal.value

    @property
    def differing(self) -> list[str]:
        return [pair.title for pair in self.pairs if pair.differs]

    @property
    def is_same(self) -> bool:
        return bool(self.pairs) and not self.differing


def conflicts(by: User) -> QuerySet[Refusal]:
    """Every conflicting line of the files that a person may see, unless they were withdrawn or undone."""
    batches = batches_visible(by).filter(kind=KIND, state__in=CHECKED)
    rows = Refusal.objects.filter(code=CONFLICT, batch__in=batches.order_by().values("pk"))
    return rows.select_related("batch__created_by", "batch__file", "batch__region")


def conflicts_open(by: User) -> QuerySet[Refusal]:
    """Those that no correction settles, or is about to; a number that is stored no more is no conflict."""
    settled = ConflictLine.objects.filter(
        batch=OuterRef("batch"), line_no=OuterRef("line_no"), correction__state__in=SETTLING
    )
    stored = SettlementRecord.objects.filter(settlement_no=OuterRef("value"))
    return conflicts(by).filter(Exists(stored.order_by())).exclude(Exists(settled))


def like_this(refusal: Refusal) -> QuerySet[Refusal]:
    """Conflicting lines of the same number in any file, of any region."""
    rows = Refusal.objects.filter(code=CONFLICT, value=refusal.value, batch__kind=KIND)
    return rows.filter(batch__state__in=CHECKED).select_related("batch").order_by("pk")


class Reader:
    """Reads kept lines again, by the tables of today; both are read once."""

    def __init__(self) -> None:
        self.checker = RowChecker(read_reference())

    def read(self, refusal: Refusal) -> Candidate:
        """The line as the import reads it; DomainError when the tables no longer take it."""
        header = [str(title) for title in refusal.batch.preview.get("header", [])]
        layout = read_header(header)
        cells = [str(cell) for cell in refusal.cells][: len(header)]
        cells += [""] * (len(header) - len(cells))
        row = Row(refusal.line_no, list(cells), False, None, 0)
        try:
            return self.checker.check(row, parse_row(layout.pick(row)))
        except RowRefused as refused:
            raise DomainError(
                "no_longer_read", f"这一行按现在的对照表读不通：{refused.why}请改好文件重新导入。"
            ) from refused


def compared(by: User, refusals: Collection[Refusal]) -> list[Conflict]:
    """The lines beside what is stored now, in a few queries however many."""
    reader = Reader() if refusals else None
    numbers = {refusal.value for refusal in refusals}
    rows = holding(SettlementRecord.objects.visible_to(by).filter(settlement_no__in=numbers))
    named = rows.select_related("insured_region", "care_region")
    stored = {record.settlement_no: record for record in named}
    contents = {}
    for values in rows.values_list(*LOOKUPS):
        content = as_delivered(texts_of(values))
        contents[content[NUMBER]] = content
    found = []
    for refusal in refusals:
        assert reader is not None
        found.append(_conflict(refusal, reader, stored.get(refusal.value), contents.get(refusal.value)))
    return found


def conflict(by: User, refusal: Refusal) -> Conflict:
    """One line beside what is stored now."""
    return compared(by, [refusal])[0]


def _conflict(
    refusal: Refusal, reader: Reader, record: SettlementRecord | None, content: list[str] | None
) -> Conflict:
    if record is None or content is None:
        return Conflict(refusal, why=NOT_A_PARTY)
    try:
        candidate = reader.read(refusal)
    except DomainError as error:
        return Conflict(refusal, record, why=error.message)
    return Conflict(refusal, record, candidate, pairs=pairs_of(content, candidate.content.split("\t")))


NOT_A_PARTY = "库中的这笔结算已撤销，或不属于本统筹区；属于其他统筹区的，请由它或省级经办机构办理。"


def pairs_of(stored: Sequence[str], file: Sequence[str]) -> list[Pair]:
    """Both contents column by column, what differs first, identity numbers masked, amounts in yuan."""
    pairs = [
        Pair(
            title=title,
            stored=_shown(title, mine),
            file=_shown(title, theirs),
            differs=mine != theirs,
            is_amount=title in AMOUNT_NAMES,
        )
        for title, mine, theirs in side_by_side(stored, file, AMOUNT_NAMES)
        if title != "correction_no"
    ]
    return sorted(pairs, key=lambda pair: not pair.differs)


def _shown(title: str, text: str) -> str:
    if text in ("", NULL):
        return "—"
    if title in AMOUNT_NAMES:
        return yuan(int(text))
    if title == "证件号码":
        return mask_id(text)
    if title == "结算时间":
        return (
            f"{dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
        )
    return WORDS.get(title, {}).get(text, text)


def counted(rows: QuerySet[Any], most: int) -> int:
    """How many, told up to one more than `most`: a home page never counts a long list."""
    return len(rows.order_by("-pk").values_list("pk", flat=True)[: most + 1])
