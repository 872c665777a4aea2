"""Cells of foreign files as text, amounts, days and moments.

Full-width forms, stray spaces and Excel's numbers are dealt with here, once, so that every import reads
alike. Cells are what `tabular.read` hands over: text from CSV, text or Python values from XLSX. Floats occur
in this module only, because XLSX has no other number; they leave it as text.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from agency.money import parse_yuan

Cell = str | int | float | bool | date | datetime | time | timedelta | None

_WIDE_LETTERS = "０-９Ａ-Ｚａ-ｚ"
_SPACES = "\t\n\x0b\x0c\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_INVISIBLE = (
    "\x00-\x08\r\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
)
_WIDE_SIGNS = "！-／：-＠［-｀｛-～−"

_find_odd = re.compile(f"[{_WIDE_LETTERS}{_SPACES}{_INVISIBLE}{_WIDE_SIGNS}']").search
_find_sign = re.compile("[！-～−']").search  # what is odd though printable
_ESCAPE_OF_EXPORTS = re.compile(r"^'+(?=[=+\-@＝＋－＠])")


def _characters(ranges: str) -> list[str]:
    inside = re.compile(f"[{ranges}]")
    return [char for code in range(0x10000) if inside.match(char := chr(code))]


_TO_PLAIN: dict[int, str | int | None] = {
    **{ord(char): ord(char) - 0xFEE0 for char in _characters(_WIDE_LETTERS)},
    **{ord(char): " " for char in _characters(_SPACES)},
    **{ord(char): None for char in _characters(_INVISIBLE)},
}
_SIGNS_TO_PLAIN = {ord(char): ord(char) - 0xFEE0 for char in _characters(_WIDE_SIGNS) if char != "−"}
_SIGNS_TO_PLAIN[ord("−")] = ord("-")

_MOMENT = re.compile(
    r"([0-9]{4})([-/]?)([0-9]{1,2})\2([0-9]{1,2})"
    r"(?:(?:T| +)([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.0+)?)?)?"
)
_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - cells have no zone: local time throughout
_SERIAL_DAYS = range(10000, 73051)  # 1927-05-18 to 2099-12-31 as Excel counts days
_OLDEST_YEAR = 1900


class DigitsLost(ValueError):
    """位数丢失: a number cell of more than 15 digits; Excel has already replaced its last ones."""


def is_number_cell(cell: Cell) -> bool:
    """Whether Excel stored the cell as a number (dates and TRUE/FALSE are not)."""
    return type(cell) is float or type(cell) is int


def lost_digits(cell: Cell) -> bool:
    """Whether the cell is a number too long for Excel: its last digits, or its cents, are already gone."""
    if type(cell) is float:
        size = abs(cell)
        if size < 10**12:
            return False
        return size >= 10**15 or float(f"{cell:.15g}") != cell
    return type(cell) is int and abs(cell) >= 10**15


def to_text(cell: Cell) -> str:
    """The cell as one line of clean text; an empty cell is "".

    Spaces of every kind become plain ones and go at both ends; invisible characters go; full-width digits
    and letters become plain. Full-width signs become plain only in a text that is Latin throughout
    (`１，２３４．５０`): Chinese punctuation and every Chinese character stay as they are. The apostrophe
    that our own exports put before a text that begins with `= + - @`, full-width ones too, goes. Numbers are
    read at 15 significant digits. Raises DigitsLost for a number that `lost_digits`.
    """
    if type(cell) is str:
        return cell.strip(" ") if _find_odd(cell) is None else _cleaned(cell)
    return _other_text(cell)


def to_texts(cells: Sequence[Cell]) -> list[str]:
    """`to_text` of a whole row; quick where nothing has to change, as in most rows of most files."""
    try:
        row = "|".join(cells)  # type: ignore[arg-type]
    except TypeError:
        return [to_text(cell) for cell in cells]
    at_ends = " |" in row or "| " in row or row[:1] == " " or row[-1:] == " "
    if at_ends or not row.isprintable() or _find_sign(row):
        return [to_text(cell) for cell in cells]
    return list(cells)  # type: ignore[arg-type]


def to_fen(cell: Cell) -> int:
    """The cell's amount in fen; raises MoneyError, or DigitsLost for an Excel number too long to be whole."""
    return parse_yuan(cell if type(cell) is str else to_text(cell))


def as_shown(cell: Cell) -> str:
    """The cell for a message or a list of refused rows: never raises, and shows lost digits as Excel does."""
    try:
        return to_text(cell)
    except DigitsLost:
        return f"{cell:.15g}"


def to_date(cell: Cell) -> date:
    """`2026-10-05`, `2026/10/5`, `20261005`, an Excel date or its serial number; a time of day is dropped.

    Raises ValueError with what the clerk should write instead.
    """
    if type(cell) is str:
        return _day_of_text(cell)
    if type(cell) is date:
        return cell
    return to_moment(cell).date()


def to_moment(cell: Cell) -> datetime:
    """`2026-10-05 14:03:00`, the same with `T` or without seconds, or an Excel date: naive local time.

    A day without a time of day is its midnight. Raises ValueError.
    """
    if type(cell) is str:
        if (
            len(cell) == 19
            and cell.isascii()
            and cell[4] == cell[7] == "-"
            and cell[13] == cell[16] == ":"
            and cell[10] in " T"
        ):
            return _sensible(_from_iso(cell), cell)
        return _moment_of_text(to_text(cell))
    if isinstance(cell, datetime):
        return _to_the_second(cell)
    if type(cell) is date:
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001
    if type(cell) is float or type(cell) is int:
        return _moment_of_number(cell)
    raise ValueError(_not_a_date(as_shown(cell)))


def column_letters(index: int) -> str:
    """0 is column A, 25 is Z, 26 is AA."""
    letters, number = "", index + 1
    while number > 0:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def column_number(letters: str) -> int:
    """A is 0, Z is 25, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _cleaned(text: str) -> str:
    text = text.translate(_TO_PLAIN)
    plain = text.translate(_SIGNS_TO_PLAIN)
    return _ESCAPE_OF_EXPORTS.sub("", (plain if plain.isascii() else text).strip(" "), count=1)


def _other_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if type(cell) is float or type(cell) is int:
        return _number_text(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return _to_the_second(cell).isoformat(sep=" ")
    if isinstance(cell, str):
        return to_text(str(cell))
    return str(cell)


def _number_text(number: int | float) -> str:
    if lost_digits(number):
        raise DigitsLost(
            "数字超过 15 位，在 Excel 里已经丢了末几位：请在源文件里把这一列设为“文本”，重新填写后再导入。"
        )
    if number == int(number):
        return str(int(number))
    text = f"{number:.15g}"
    return format(Decimal(text), "f") if "e" in text else text


@lru_cache(maxsize=1 << 16)
def _day_of_text(text: str) -> date:
    return _moment_of_text(to_text(text)).date()


def _from_iso(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(_not_a_date(text)) from None


def _moment_of_text(text: str) -> datetime:
    match = _MOMENT.fullmatch(text)
    if match is None or (not match[2] and match.end(4) != 8):
        raise ValueError(_not_a_date(text))
    numbers = (int(match[group] or 0) for group in (1, 3, 4, 5, 6, 7))
    try:
        return _sensible(datetime(*numbers), text)  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        raise ValueError(_not_a_date(text)) from None


def _moment_of_number(number: int | float) -> datetime:
    if number == number // 1 and 19000101 <= number <= 99991231:
        return _moment_of_text(str(int(number)))
    if number // 1 not in _SERIAL_DAYS:
        raise ValueError(_not_a_date(as_shown(number)))
    return _to_the_second(_EXCEL_EPOCH + timedelta(days=number))


def _to_the_second(moment: datetime) -> datetime:
    """Excel stores moments as fractions of a day: the nearest second is what was typed."""
    return (moment + timedelta(microseconds=500_000)).replace(microsecond=0)


def _sensible(moment: datetime, text: str) -> datetime:
    if moment.year < _OLDEST_YEAR:
        raise ValueError(_not_a_date(text))
    return moment


def _not_a_date(text: str) -> str:
    shown = text if len(text) <= 30 else text[:30] + "…"
    return f"“{shown}”不是日期或时间：请写成 2026-10-05 或 2026-10-05 14:03:00。"
