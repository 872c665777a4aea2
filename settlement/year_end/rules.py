"""年终清算的算术: a year's figures out of its months, what moves between years, and what is still open. Pure.

年终核定 = 月度合计 + what cases of the year add in the first months of the next − what cases of the year
before added in this year's first months (which that year counted as its own). Every part of every month so
stands in exactly one year, and all years together are all months together [P].
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from settlement.clearing.rules import LINE_FIELDS, Line, LineKey, Parties, digest_of

KEY_LENGTH = len(LineKey._fields)
FIGURES = LINE_FIELDS[KEY_LENGTH:]
FIRST_YEAR = 2000  # of the years that there are periods for
Lines = Mapping[LineKey, Line]


def months_of(year: str) -> list[str]:
    """The twelve months of a year."""
    return [f"{year}{month:02d}" for month in range(1, 13)]


def year_before(year: str) -> str:
    return f"{int(year) - 1:04d}"


def year_after(year: str) -> str:
    return f"{int(year) + 1:04d}"


def is_year(text: str) -> bool:
    """Whether the text is a year 2000 to 2998 written as YYYY."""
    return len(text) == 4 and text.isascii() and text.isdigit() and str(FIRST_YEAR) <= text <= "2998"


def expected_months(year: str, first_on_record: str) -> list[str]:
    """The months of a year that must be signed: those from the first month on record on."""
    return [month for month in months_of(year) if first_on_record and month >= first_on_record]


def late_months(year: str, deadline_month: int, signed: Iterable[str]) -> list[str]:
    """The next year's signed months, from January without a gap, up to the deadline [N22]."""
    known = set(signed)
    return list(takewhile(known.__contains__, months_of(year_after(year))[:deadline_month]))


def late_gap(year: str, deadline_month: int, signed: Iterable[str]) -> str:
    """The unsigned month of the next year before a signed one that would count; empty when there is none."""
    known = set(signed)
    months = months_of(year_after(year))[:deadline_month]
    counted = len(late_months(year, deadline_month, known))
    return months[counted] if known.intersection(months[counted:]) else ""


# --- lines --------------------------------------------------------------------------------------------------


def empty_line(key: LineKey) -> Line:
    return Line._make([*key, *[0] * (len(LINE_FIELDS) - KEY_LENGTH)])


def sum_of(parts: Iterable[Lines], sign: int = 1, start: Lines | None = None) -> dict[LineKey, Line]:
    """Lines added up by key, figure by figure; `sign` −1 takes them away from `start`."""
    found: dict[LineKey, Line] = dict(start or {})
    for lines in parts:
        for key, line in lines.items():
            was = found.get(key) or empty_line(key)
            added = {name: getattr(was, name) + sign * getattr(line, name) for name in FIGURES}
            found[key] = was._replace(**added)
    return found


class YearLine(NamedTuple):
    """One line of a year: its figures as assessed (年终核定 is their `due_fen`), what the twelve signed
    months say (月度合计), how much the side that is owed has (已收), and what the other has paid (已付)."""

    line: Line
    monthly_fen: int
    received_fen: int
    paid_fen: int


def open_shares(open_fen: int, weights: Sequence[int]) -> list[int]:
    """未结 spread over the lines of one side in proportion to what each is, by the cumulated share, half up
    to the fen, the last one takes the rest: nothing is lost. No weight at all: nobody carries it."""
    total = sum(abs(weight) for weight in weights)
    if not total:
        return [0] * len(weights)
    found, given, reached = [], 0, 0
    sign, size = (1, open_fen) if open_fen >= 0 else (-1, -open_fen)
    for weight in weights:
        reached += abs(weight)
        upto = (2 * size * reached + total) // (2 * total)
        found.append(sign * (upto - given))
        given = upto
    return found


@dataclass(frozen=True)
class Open:
    """What is still open of a region for the year, in fen: `receive_fen` it waits for, `pay_fen` it owes."""

    receive_fen: int = 0
    pay_fen: int = 0


def on_sides(open_of: Open, has_receivable: bool, has_payable: bool) -> tuple[int, int]:
    """On which side what is open stands: to receive among the receivables, to pay among the payables; a side
    without lines gives it to the other, below nil. Both sides' difference stays the same."""
    receive, pay = open_of.receive_fen, open_of.pay_fen
    if not has_receivable:
        receive, pay = 0, pay - receive
    if not has_payable and has_receivable:
        receive, pay = receive - pay, 0
    return receive, pay


def year_lines(
    monthly: Lines, assessed: Lines, open_by_region: Mapping[int, Open], parties: Parties
) -> list[YearLine]:
    """The lines of a year in the order of the sheets, in which what is open is spread over them."""
    keys = sorted(set(monthly) | set(assessed), key=parties.line_order)
    month_fen = {key: monthly[key].due_fen if key in monthly else 0 for key in keys}
    lines = {key: assessed.get(key) or empty_line(key) for key in keys}
    to_receive = _spread(keys, month_fen, open_by_region, side=0)
    to_pay = _spread(keys, month_fen, open_by_region, side=1)
    return [
        YearLine(
            lines[key],
            month_fen[key],
            lines[key].due_fen - to_receive[key],
            lines[key].due_fen - to_pay[key],
        )
        for key in keys
    ]


def _spread(
    keys: Sequence[LineKey], month_fen: Mapping[LineKey, int], opened: Mapping[int, Open], side: int
) -> dict[LineKey, int]:
    """What is open, by line: side 0 the care regions' (to receive), 1 the insured regions' (to pay)."""
    found = dict.fromkeys(keys, 0)
    for region_id, open_of in opened.items():
        sides = [
            [key for key in keys if month_fen[key] and region_id == own(key)]
            for own in (lambda key: key.care_region_id, lambda key: key.insured_region_id)
        ]
        amount = on_sides(open_of, bool(sides[0]), bool(sides[1]))[side]
        shares = open_shares(amount, [month_fen[key] for key in sides[side]])
        for key, fen in zip(sides[side], shares, strict=True):
            found[key] += fen
    return found


def lines_digest(lines: Iterable[YearLine]) -> str:
    """The SHA-256 (hex) of a year's lines, whatever their order."""
    return digest_of(sorted([*row.line, row.monthly_fen, row.received_fen, row.paid_fen] for row in lines))


# --- regions ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class YearSide:
    """One side of a region's year, in fen; cases and assessed amounts by insurance type as on sheet 16."""

    monthly_fen: int = 0
    assessed_fen: int = 0
    settled_fen: int = 0
    deduction_fen: int = 0

    @property
    def difference_fen(self) -> int:
        """差额: what the year-end moved."""
        return self.assessed_fen - self.monthly_fen

    @property
    def open_fen(self) -> int:
        """应补（退）: assessed, and not received or paid yet."""
        return self.assessed_fen - self.settled_fen


def side_of(rows: Iterable[YearLine], *, as_care: bool) -> YearSide:
    """The sums of one side."""
    found = list(rows)
    return YearSide(
        sum(row.monthly_fen for row in found),
        sum(row.line.due_fen for row in found),
        sum(row.received_fen if as_care else row.paid_fen for row in found),
        sum(row.line.deduction_fen for row in found),
    )
