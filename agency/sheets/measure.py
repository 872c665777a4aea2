"""版面: how wide the columns of a filled-in sheet are, and in what type size it fits its page.

Figures and short words never wrap and never overflow: the largest type in which everything fits is
chosen, then the page is shared out. Widths are integers: hundredths of an em, half per cents of the page.
"""

import unicodedata
from dataclasses import dataclass

from agency.sheets.declare import Column, Kind
from agency.sheets.filled import SheetData

EM = 100
DIGIT, CAPITAL = 56, 74
NARROW = {",": 28, ".": 28, " ": 25, ":": 28, "-": 35, "(": 34, ")": 34}
LANDSCAPE_WIDTH, PORTRAIT_WIDTH = 78500, 53800  # hundredths of a point: A4 less 10 mm on each side
PADDING = 680  # both sides of a cell and its rule, hundredths of a point
WRAPPED = frozenset({Kind.TEXT, Kind.MARK, Kind.CODE})
SIZES = range(18, 11, -1)  # type sizes in half points: 9 pt down to 6 pt
SHARES = 200  # the page in half per cents
WIDEST_SHARE = 80  # the widest column class in forms.css


@dataclass(frozen=True, slots=True)
class Layout:
    """Half points of the type, half per cents of each column, and each column's width in ems / 100."""

    half_points: int
    shares: tuple[int, ...]
    ems: tuple[int, ...]


def ems(text: str) -> int:
    """The width of a text in hundredths of an em: a hanzi is one em, a digit a little over half."""
    return sum(_letter_ems(letter) for letter in text)


def _letter_ems(letter: str) -> int:
    if unicodedata.east_asian_width(letter) in "WFA":
        return EM
    return NARROW.get(letter, CAPITAL if letter.isupper() else DIGIT)


def layout(data: SheetData) -> Layout:
    """The largest type in which every column has the room it needs, and each column's share of the page."""
    needs = column_ems(data)
    page = (LANDSCAPE_WIDTH if data.sheet.is_landscape else PORTRAIT_WIDTH) * 10
    for half_points in SIZES:
        shares = tuple(_share(need, half_points, page) for need in needs)
        if sum(shares) <= SHARES:
            break
    return Layout(half_points, _spread(shares), needs)


def column_ems(data: SheetData) -> tuple[int, ...]:
    """What each column needs: its longest figure; for text, no more than the room it was declared with."""
    lines = data.lines()
    needs = []
    for column in data.sheet.leaves:
        longest = max((ems(column.text(line.values.get(column.key))) for line in lines), default=0)
        if column.kind in WRAPPED:
            longest = min(longest, column.room * EM)
        needs.append(max(longest, _heading_need(column)))
    return tuple(needs)


def _heading_need(column: Column) -> int:
    return max(ems(part) for part in column.heading_lines)


def _share(need: int, half_points: int, page: int) -> int:
    points = need * half_points * 10 // 2 + PADDING * 10  # thousandths of a point
    return -(-points * SHARES // page)


def _spread(shares: tuple[int, ...]) -> tuple[int, ...]:
    """Share out what is left of the page (or what is missing), in proportion, to the last half per cent."""
    whole = sum(shares)
    ends = [0]
    for share in shares:
        ends.append(ends[-1] + share)
    exact = [end * SHARES // whole for end in ends]
    return tuple(min(right - left, WIDEST_SHARE) for left, right in zip(exact, exact[1:], strict=False))
