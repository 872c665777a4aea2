"""解析: the cells of one row as typed values: nothing missing, no digits lost, amounts in fen, dates.

Every function refuses with RowRefused; the order in which they run is the order of the published codes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import NamedTuple, NoReturn, cast

from agency.money import MoneyError, parse_yuan, parse_yuan_row
from agency.tabular.values import Cell, DigitsLost, as_shown, lost_digits, to_date, to_moment, to_texts
from settlement.records import columns as c
from settlement.records.intake import RowRefused


class TypedRow(NamedTuple):
    """One row as values. `texts` follow COLUMNS; `amounts` are fen, in the order of the amount columns."""

    texts: Sequence[str]
    amounts: list[int]
    settled_at: dt.datetime
    admitted_on: dt.date | None
    discharged_on: dt.date | None


def parse_row(cells: Sequence[Cell]) -> TypedRow:
    """Read the cells of one row, in the order of COLUMNS; RowRefused with the first code that applies."""
    return _parse_plain(cells) or _parse_any(cells)


def _parse_any(cells: Sequence[Cell]) -> TypedRow:
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


# A row as platforms write it, cell by cell in the order of COLUMNS: nothing in it has to be cleaned, nothing
# is missing. Most rows are such, and are read in half the time; every other row is read by `_parse_any`.
_CODE, _AMOUNT, _DAY = "[0-9A-Za-z]{1,30}", r"-?[0-9]{1,12}\.[0-9]{2}", "(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}"
_NAME = "[\u4e00-\u9fff][\u4e00-\u9fff0-9A-Za-z（）·]{,29}"
_PLAIN: dict[str, str] = {
    "证件类型": "[0-9]{2}",
    "姓名": _NAME,
    "险种": "[0-9]{3}|职工|居民",
    "结算时间": f"{_DAY} [0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}",
    "定点医药机构名称": _NAME,
    "入院日期": _DAY,
    "出院日期": _DAY,
    "诊断": _NAME,
}


def _plain_cell(index: int, column: c.Column) -> str:
    is_amount = c.FIRST_AMOUNT <= index <= c.LAST_AMOUNT
    shape = f"(?:{_PLAIN.get(column.name, _AMOUNT if is_amount else _CODE)})"
    shape = shape if index <= c.LAST_REQUIRED else f"{shape}?"
    return {c.FIRST_AMOUNT: f"({shape}", c.LAST_AMOUNT: f"{shape})"}.get(index, shape)


_is_plain = re.compile(r"\|".join(_plain_cell(*pair) for pair in enumerate(c.COLUMNS))).fullmatch


def _parse_plain(cells: Sequence[Cell]) -> TypedRow | None:
    """The row when it is plain and its dates are real and in order; else None."""
    try:
        found = _is_plain("|".join(cells))  # type: ignore[arg-type]
        if found is None:
            return None
        texts = cast(Sequence[str], cells)
        settled_at = dt.datetime.fromisoformat(texts[c.SETTLED_AT])
        admitted_on, discharged_on = _plain_day(texts[c.ADMITTED]), _plain_day(texts[c.DISCHARGED])
    except (TypeError, ValueError):  # a cell of a workbook that is no text, or no such day
        return None
    if admitted_on and discharged_on and discharged_on < admitted_on:
        return None
    amounts = [int(digits) if digits else 0 for digits in found[1].replace(".", "").split("|")]
    return TypedRow(texts, amounts, settled_at, admitted_on, discharged_on)


def _plain_day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


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
        return parse_yuan_row(texts[c.AMOUNTS])
    except MoneyError:
        return _amounts_one_by_one(texts)


def _amounts_one_by_one(texts: Sequence[str]) -> list[int]:
    """The same once more, to name the column at fault."""
    amounts = []
    for column in range(c.FIRST_AMOUNT, c.LAST_AMOUNT + 1):
        try:
            amounts.append(parse_yuan(texts[column]) if texts[column] else 0)
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
