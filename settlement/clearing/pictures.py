"""图: a month of clearing as drawings (SVG), with a text beside each. Pure: no database, no clock.

Drawn by attributes alone (the pages' CSP takes no inline style), in one hue by lightness or in two that
everybody tells apart, the second hatched; every value is written on its mark. Amounts are integer fen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from agency.money import yuan

FONT = "Noto Sans SC Form, Noto Sans SC, Source Han Sans SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif"
INK, QUIET, LINE, PAPER = "#17242f", "#5b6b77", "#c6d1d9", "#ffffff"
IN, OUT = "#0b6b83", "#c47f14"  # what is owed to somebody, what they owe: blue and orange
SHADES = ("#f3f6f8", "#d5e9ee", "#a9d2dc", "#6fb0c0", "#33869c", "#07495a")  # light: little; dark: much
DARK_FROM = 4  # from this shade on figures are white
WIDE = 1000
UNITS = ((10**10, "亿元"), (10**6, "万元"), (100, "元"))


@dataclass(frozen=True)
class Picture:
    """A drawing and what it says in words. `table`: its values, a heading row first, for whoever reads no
    drawings; on paper it stands under the drawing."""

    key: str
    title: str
    told: str
    svg: SafeString
    table: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Unit:
    """In what the figures of a drawing are written."""

    fen: int
    name: str

    def text(self, amount: int) -> str:
        """Two decimals, rounded half up; a little that would be nought says so; nothing is a dash."""
        if not amount:
            return "–"
        hundredths = (abs(amount) * 200 + self.fen) // (2 * self.fen)
        sign = "-" if amount < 0 else ""
        if not hundredths:
            return f"{sign}<0.01"
        return f"{sign}{hundredths // 100:,}.{hundredths % 100:02d}"


def unit_for(amounts: Iterable[int]) -> Unit:
    """The largest unit in which the largest amount is at least one."""
    most = max((abs(amount) for amount in amounts), default=0)
    fen, name = next((unit for unit in UNITS if most >= unit[0]), UNITS[-1])
    return Unit(fen, name)


# --- marks --------------------------------------------------------------------------------------------------


def text(x: int, y: int, words: str, *, size: int = 12, anchor: str = "start", fill: str = INK) -> str:
    """Words at a place; `anchor` start, middle or end."""
    place = f'x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}"'
    return f'<text {place} fill="{fill}">{escape(words)}</text>'


def box(x: int, y: int, width: int, height: int, fill: str, more: str = "") -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}"{more}/>'


def rule(x1: int, y1: int, x2: int, y2: int) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{LINE}" stroke-width="1"/>'


def drawing(key: str, title: str, told: str, height: int, marks: Iterable[str]) -> SafeString:
    """The whole `<svg>`: named for screen readers, as wide as what it stands in."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" viewBox="0 0 {WIDE} {height}" role="img" '
        f'aria-labelledby="{key}-t {key}-d" font-family="{FONT}">'
        f'<title id="{key}-t">{escape(title)}</title><desc id="{key}-d">{escape(told)}</desc>'
        f"{''.join(marks)}</svg>"
    )
    return mark_safe(svg)  # our own drawing; every word in it is escaped


def hatched(key: str) -> str:
    """The second of two kinds of bars: told by its lines as well as by its colour."""
    return (
        f'<defs><pattern id="{key}-h" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="6" height="6" fill="{OUT}"/>'
        f'<rect width="2" height="6" fill="{PAPER}" fill-opacity="0.45"/></pattern></defs>'
    )


def shade(amount: int, most: int) -> int:
    """Which of SHADES: 0 for nothing, then five steps of the largest amount."""
    if amount <= 0 or most <= 0:
        return 0
    return min(len(SHADES) - 1, 1 + amount * (len(SHADES) - 1) // (most + 1))


# --- heat map -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Grid:
    """A square of amounts: rows owe, columns are owed. `amounts[i][j]` is what row i owes column j."""

    names: Sequence[str]
    amounts: Sequence[Sequence[int]]


def heat_map(key: str, title: str, grid: Grid) -> Picture:
    """Who owes whom: the darker, the more."""
    flat = [amount for row in grid.amounts for amount in row]
    unit, most = unit_for(flat), max(flat, default=0)
    told = _heat_told(grid, unit)
    left, top, high = 96, 54, 26
    wide = (WIDE - left) // max(len(grid.names), 1)
    marks = [
        text(0, 14, f"{title}（{unit.name}）", size=14),
        text(WIDE, 14, "颜色越深，应付越多", anchor="end", fill=QUIET),
        text(0, top - 10, "应付＼应收", size=11, fill=QUIET),
    ]
    for place, name in enumerate(grid.names):
        middle = left + place * wide + wide // 2
        marks.append(text(middle, top - 10, _short(name), size=11, anchor="middle"))
        marks.append(text(left - 8, top + place * high + 18, _short(name), anchor="end"))
    for row, line in enumerate(grid.amounts):
        for column, amount in enumerate(line):
            marks.append(_heat_cell(left + column * wide, top + row * high, wide, high, amount, most, unit))
    svg = drawing(key, title, told, top + high * len(grid.names) + 6, marks)
    return Picture(key, title, told, svg, _heat_table(grid, unit))


def _heat_cell(x: int, y: int, wide: int, high: int, amount: int, most: int, unit: Unit) -> str:
    step = shade(amount, most)
    ink = PAPER if step >= DARK_FROM else INK if amount else QUIET
    return box(x, y, wide - 2, high - 2, SHADES[step]) + text(
        x + wide // 2 - 1, y + 16, unit.text(amount), size=11, anchor="middle", fill=ink
    )


def _short(name: str) -> str:
    return name.partition("（")[0]


def _heat_told(grid: Grid, unit: Unit) -> str:
    found = [
        (amount, payer, payee)
        for payer, line in zip(grid.names, grid.amounts, strict=True)
        for payee, amount in zip(grid.names, line, strict=True)
        if amount > 0
    ]
    largest = sorted(found, key=lambda item: -item[0])[:3]
    if not largest:
        return "各方之间没有应付金额。"
    words = "；".join(
        f"{payer}应付{payee} {unit.text(amount)} {unit.name}" for amount, payer, payee in largest
    )
    return f"行是应付一方，列是应收一方。最多的是：{words}。"


def _heat_table(grid: Grid, unit: Unit) -> tuple[tuple[str, ...], ...]:
    head = (f"应付＼应收（{unit.name}）", *grid.names)
    rows = zip(grid.names, grid.amounts, strict=True)
    return (head, *((name, *(unit.text(amount) for amount in line)) for name, line in rows))


# --- bars ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """One group of bars: what is owed to somebody and what they owe, with a note (人次 …)."""

    name: str
    receivable: int
    payable: int
    note: str = ""


def lying_bars(key: str, title: str, pairs: Sequence[Pair], series: Sequence[str]) -> Picture:
    """A line for each kind: bars that lie, their values behind them. `series` names one bar, or two."""
    amounts = [amount for pair in pairs for amount in (pair.receivable, pair.payable)[: len(series)]]
    unit, most = unit_for(amounts), max([abs(amount) for amount in amounts], default=0)
    high = 20 * len(series) + 12
    left, room, top = 150, 640, 40
    marks = [hatched(key), text(0, 14, f"{title}（{unit.name}）", size=14), *_legend(key, series)]
    for place, pair in enumerate(pairs):
        y = top + place * high
        marks.append(text(left - 10, y + 15, pair.name, anchor="end"))
        if pair.note:
            marks.append(text(left - 10, y + 30, pair.note, size=10, anchor="end", fill=QUIET))
        for which, amount in enumerate((pair.receivable, pair.payable)[: len(series)]):
            long = _length(amount, most, room)
            fill = IN if which == 0 else f"url(#{key}-h)"
            marks.append(box(left, y + which * 20 + 2, max(long, 1), 16, fill))
            marks.append(text(left + long + 8, y + which * 20 + 15, unit.text(amount)))
    marks.append(rule(left, top - 4, left, top + high * len(pairs)))
    told = _bars_told(pairs, series, unit)
    svg = drawing(key, title, told, top + high * len(pairs) + 6, marks)
    return Picture(key, title, told, svg, _bars_table(pairs, series, unit))


def standing_bars(key: str, title: str, pairs: Sequence[Pair], series: Sequence[str]) -> Picture:
    """Months in a row: bars that stand, their values above them."""
    amounts = [amount for pair in pairs for amount in (pair.receivable, pair.payable)[: len(series)]]
    unit, most = unit_for(amounts), max([abs(amount) for amount in amounts], default=0)
    top, room, foot = 56, 170, 34
    wide = min(WIDE // max(len(pairs), 1), 160)
    bar = min(wide // (len(series) + 1), 46)
    marks = [hatched(key), text(0, 14, f"{title}（{unit.name}）", size=14), *_legend(key, series)]
    marks.append(rule(0, top + room, WIDE, top + room))
    for place, pair in enumerate(pairs):
        middle = place * wide + wide // 2
        marks.append(text(middle, top + room + 18, pair.name, size=11, anchor="middle"))
        marks.append(text(middle, top + room + 31, pair.note, size=9, anchor="middle", fill=QUIET))
        for which, amount in enumerate((pair.receivable, pair.payable)[: len(series)]):
            tall = _length(amount, most, room)
            x = middle - bar * len(series) // 2 + which * bar
            fill = IN if which == 0 else f"url(#{key}-h)"
            marks.append(box(x, top + room - tall, bar - 3, max(tall, 1), fill))
            above = top + room - tall - 4 - (11 if which == 0 and len(series) > 1 else 0)
            marks.append(text(x + bar // 2 - 1, above, unit.text(amount), size=9, anchor="middle"))
    told = _bars_told(pairs, series, unit)
    svg = drawing(key, title, told, top + room + foot + 4, marks)
    return Picture(key, title, told, svg, _bars_table(pairs, series, unit))


def _length(amount: int, most: int, room: int) -> int:
    return max(amount, 0) * room // most if most else 0


def _legend(key: str, series: Sequence[str]) -> Iterable[str]:
    if len(series) < 2:
        return
    for which, name in enumerate(series):
        x = WIDE - 140 + which * 72
        yield box(x, 4, 12, 12, IN if which == 0 else f"url(#{key}-h)")
        yield text(x + 17, 14, name)


def _bars_told(pairs: Sequence[Pair], series: Sequence[str], unit: Unit) -> str:
    if not pairs:
        return "还没有数。"
    words = []
    for pair in pairs:
        values = (pair.receivable, pair.payable)
        said = "、".join(f"{name} {unit.text(value)}" for name, value in zip(series, values, strict=False))
        words.append(f"{pair.name}{said}")
    return f"单位{unit.name}。{'；'.join(words)}。"


def _bars_table(pairs: Sequence[Pair], series: Sequence[str], unit: Unit) -> tuple[tuple[str, ...], ...]:
    head = ("", *(f"{name}（元）" for name in series))
    rows = ((pair.name, *map(yuan, (pair.receivable, pair.payable)[: len(series)])) for pair in pairs)
    return (head, *rows)
