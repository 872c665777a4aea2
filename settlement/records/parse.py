"""解析: the cells of one row as typed values: nothing missing, no digits lost, amounts in fen, dates.

Every function refuses with RowRefused; the order in which they run is the order of the published codes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

from agency.money import MoneyError, parse_yuan
from agency.tabular.values import Cell, DigitsLost, as_shown, lost_digits, to_date, to_moment, to_texts
from settlement.records import columns as c
from settlement.records.intake import RowRefused

NOTHING = frozenset({"", "0.00", "0"})


class TypedRow(NamedTuple):
    """One row as values. `texts` follow COLUMNS; `amounts` are fen, in the order of the amount columns."""

    texts: Sequence[str]
    amounts: list[int]
    settled_at: dt.datetime
    admitted_on: dt.date | None
    discharged_on: dt.date | None


def parse_row(cells: Sequence[Cell]) -> TypedRow:
    """Read the cells of one row, in the order of COLUMNS; RowRefused with the first code that applies."""
    texts = _texts(cells)
    amounts = _amounts(texts)
    if max(map(len, texts)) > c.SHORTEST_LIMIT:
        _refuse_too_long(texts)
    try:
        settled_at = to_moment(cells[c.SETTLED_AT])
    except ValueError as error:
        raise RowRefused("bad_date", c.SETTLED_AT, texts[c.SETTLED_AT], str(error)) from None
    admitted_on = _day(cells, texts, c.ADMITTED)
    discharged_on = _day(cells, texts, c.DISCHARGED)
    if admitted_on is not None and discharged_on is not None and discharged_on < admitted_on:
        why = f"出院日期早于入院日期 {admitted_on}，请核对两个日期。"
        raise RowRefused("bad_date", c.DISCHARGED, texts[c.DISCHARGED], why)
    return TypedRow(texts, amounts, settled_at, admitted_on, discharged_on)


def _texts(cells: Sequence[Cell]) -> list[str]:
    """Clean texts; `missing_value` comes before `digits_lost`."""
    try:
        texts, lost = to_texts(cells), False
    except DigitsLost:
        texts, lost = [as_shown(cell) for cell in cells], True
    if "" in texts[c.REQUIRED]:
        column = texts.index("")
        raise RowRefused("missing_value", column, "", "没有填，请补上后再导入。")
    if lost:
        _refuse_lost_digits(cells, texts)
    return texts


def _refuse_lost_digits(cells: Sequence[Cell], texts: Sequence[str]) -> NoReturn:
    column = next(index for index, cell in enumerate(cells) if lost_digits(cell))
    why = "是 Excel 数字，超过 15 位，末几位已经丢失。请从源系统重新导出，把这一列设为“文本”再导入。"
    raise RowRefused("digits_lost", column, texts[column], why)


def _refuse_too_long(texts: Sequence[str]) -> None:
    """A number or text that is longer than what we keep is refused, never cut; 证件号码 is judged later."""
    for index in range(len(c.COLUMNS)):
        if index != c.CERT_NO:
            refuse_longer(texts, index, "bad_number")


def refuse_longer(texts: Sequence[str], index: int, code: str) -> None:
    limit = c.COLUMNS[index].limit
    if limit and len(texts[index]) > limit:
        raise RowRefused(code, index, texts[index], f"超过 {limit} 个字符，请核对是否错列。")


def _amounts(texts: Sequence[str]) -> list[int]:
    try:
        return [0 if text in NOTHING else parse_yuan(text) for text in texts[c.AMOUNTS]]
    except MoneyError:
        return _amounts_one_by_one(texts)


def _amounts_one_by_one(texts: Sequence[str]) -> list[int]:
    """The same once more, to name the column at fault."""
    amounts = []
    for column in range(c.FIRST_AMOUNT, c.LAST_AMOUNT + 1):
        try:
            amounts.append(0 if texts[column] in NOTHING else parse_yuan(texts[column]))
        except MoneyError as error:
            raise RowRefused("bad_number", column, texts[column], error.message) from None
    return amounts


def _day(cells: Sequence[Cell], texts: Sequence[str], column: int) -> dt.date | None:
    if not texts[column]:
        return None
    try:
        return to_date(cells[column])
    except ValueError as error:
        raise RowRefused("bad_date", column, texts[column], str(error)) from None
