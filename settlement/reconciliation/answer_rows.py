"""答复的行: each row of a sheet that came back, held against what was sent; all that is wrong, at once.

A cell of ours that says something else than was sent, a row that was not sent, or the check code of another
sheet is refused with line and reason. What was left blank is no answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from agency.errors import DomainError, DomainErrors
from agency.money import MoneyError, yuan
from agency.tabular.read import Row, Table, header_name
from agency.tabular.values import Cell, DigitsLost, as_shown, to_fen, to_moment, to_text
from settlement.reconciliation import sent as s
from settlement.reconciliation.models import Discrepancy, Stance
from settlement.reconciliation.sent import SentRow, SentSheet

TOLD_AT_MOST = 20
REASON_LIMIT = 200
WORDS = {
    "同意": Stance.AGREES,
    "认可": Stance.AGREES,
    "不同意": Stance.DISAGREES,
    "不认可": Stance.DISAGREES,
}
_AMOUNT = re.compile(r"-?[0-9]+\.[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}:[0-9]{2})?")
FUND, ACCOUNT = "基金支付总额", "个人账户"


@dataclass(frozen=True)
class Said:
    """One answer as it stands in the file."""

    line_no: int
    row: SentRow
    stance: Stance
    amount_fen: int | None
    reason: str


class RowRefused(Exception):
    """Why a row of the file is not taken, as a sentence."""


def places_in(table: Table) -> dict[str, int]:
    """Our headings → their place in the file."""
    found = {name: place for place, name in enumerate(table.header) if name}
    return {name: found[header_name(name)] for name in (*s.FIXED, *s.ANSWERS) if header_name(name) in found}


def answers_read(table: Table, sent: SentSheet) -> tuple[list[Said], int]:
    """What was answered, and how many rows were not; every row that cannot be taken is told."""
    reader = _Reader(table, sent)
    said: list[Said] = []
    refused: list[str] = []
    unanswered = 0
    for row in table.rows():
        try:
            one = reader.read(row)
        except RowRefused as error:
            refused.append(f"第 {row.line_no} 行：{error}")
            continue
        if one is None:
            unanswered += 1
        else:
            said.append(one)
    if refused:
        more = len(refused) - TOLD_AT_MOST
        told = [*refused[:TOLD_AT_MOST], *([f"另有 {more} 行也不能收。"] if more > 0 else [])]
        raise DomainErrors(DomainError("row_refused", text, field="file") for text in told)
    return said, unanswered


class _Reader:
    """Rows of one file against what was sent."""

    def __init__(self, table: Table, sent: SentSheet) -> None:
        self.sent, self.places = sent, places_in(table)
        found = {name: place for place, name in enumerate(table.header) if name}
        self.of_ours = [
            (at, found[key]) for at, name in enumerate(sent.headings) if (key := header_name(name)) in found
        ]
        self.seen: set[str] = set()

    def read(self, row: Row) -> Said | None:
        """The answer of a row; None where there is none. RowRefused when it is not as it was sent."""
        sent = self._sent(row)
        for at, place in self.of_ours:
            _require_same(self.sent.headings[at], sent.cells[at], row.cells[place])
        word, amount, reason = (self._text(row, name) for name in s.ANSWERS)
        if not (word or amount or reason):
            return None
        return _said(row.line_no, sent, word, amount, reason)

    def _sent(self, row: Row) -> SentRow:
        number, key = self._text(row, s.SHEET_NO), self._text(row, s.KEY)
        if number != self.sent.sheet_no:
            raise RowRefused(f"这是另一张核对表“{number}”的行，请一张表一个文件。")
        sent = self.sent.by_key.get(key)
        if sent is None:
            raise RowRefused(f"核对表里没有差异“{key}”，请不要添加行或改动编号。")
        if key in self.seen:
            raise RowRefused(f"差异 {key} 在文件里有两行，请只留一行。")
        self.seen.add(key)
        return sent

    def _text(self, row: Row, name: str) -> str:
        place = self.places.get(name)
        return "" if place is None else as_shown(row.cells[place])


def _require_same(heading: str, sent: str, cell: Cell) -> None:
    """A cell of ours says what was sent, however a spreadsheet wrote it: 10.00 as 10, a day as a date."""
    try:
        given = to_text(cell)
    except DigitsLost:
        raise RowRefused(f"“{heading}”在 Excel 里丢了末几位数字，请用发出的 XLSX 填写。") from None
    if given == to_text(sent) or _alike(sent, cell):
        return
    if heading == s.CHECK:
        raise RowRefused("校验码与发出的不同：这一行不是这张核对表的，或被改过。")
    raise RowRefused(f"“{heading}”与发出的不同：发出的是“{sent}”，收到的是“{given}”。请不要改动我方的列。")


def _alike(sent: str, cell: Cell) -> bool:
    readers: tuple[tuple[re.Pattern[str], Callable[[Cell], object]], ...] = (
        (_AMOUNT, to_fen),
        (_MOMENT, to_moment),
    )
    for pattern, read in readers:
        if pattern.fullmatch(sent):
            try:
                return read(cell) == read(sent)
            except (MoneyError, DigitsLost, ValueError):
                return False
    return False


def _said(line_no: int, sent: SentRow, word: str, amount: str, reason: str) -> Said:
    if not word:
        raise RowRefused("填了金额或理由，没有写同意或不同意。")
    stance = WORDS.get("".join(word.split()))
    if stance is None:
        raise RowRefused(f"答复“{word}”应为同意或不同意。")
    if stance == Stance.DISAGREES and not reason:
        raise RowRefused("不同意的请写明理由。")
    if len(reason) > REASON_LIMIT:
        raise RowRefused(f"理由超过 {REASON_LIMIT} 个字。")
    amount_fen = _amount(amount)
    ours = our_fen(sent.difference)
    if stance == Stance.AGREES and amount_fen is not None and ours is not None and amount_fen != ours:
        told = f"同意的，认可金额应与我方的相同（{yuan(ours)}）或留空；认可另一金额的请写不同意。"
        raise RowRefused(told)
    return Said(line_no, sent, stance, amount_fen, reason)


def _amount(text: str) -> int | None:
    if not text:
        return None
    try:
        return to_fen(text)
    except MoneyError as error:
        raise RowRefused(f"认可金额：{error.message}") from None


def our_fen(row: Discrepancy) -> int | None:
    """What we hold a case to be worth in fund and account; nil where we have none, None where it does not
    say (a line of a sheet, of a bank)."""
    if not row.ours:
        return 0 if {FUND, ACCOUNT} & set(row.theirs) else None
    parts = [row.ours[name] for name in (FUND, ACCOUNT) if row.ours.get(name)]
    return sum(map(to_fen, parts)) if parts else None
