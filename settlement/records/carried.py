"""合计行: the rows of a file that are sums of others: of all its rows, of a region's, of a type's."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from agency.money import MoneyError, parse_yuan
from agency.policy.insurance import INSURANCE_BY_TEXT
from agency.tabular.values import Cell, as_shown
from settlement.records import columns as c
from settlement.records import rules
from settlement.records.reference import Reference

SUM, PART = "合计", "小计"
GRAND = frozenset({"总计", "共计"})
WORDS = frozenset({SUM, PART}) | GRAND
MOST_TOTALS = 10_000  # more are refused as rows
TOLD_AT_MOST = 5
LONGEST_LABEL = 40
INSURED, CARE = 0, 1  # which of the two regions of a case a row of sums is of
_OF_ALL = frozenset({"总", "全部", "全省", "全表", "本表", "本期", "本月", "金额"})
_TYPES = {"城镇职工": INSURANCE_BY_TEXT["职工"], "城乡居民": INSURANCE_BY_TEXT["居民"], **INSURANCE_BY_TEXT}
_COUNT = re.compile(r"(?:共|计|共计)?([0-9][0-9,]{0,8})(?:笔|条|例|行|人次)?")
# Where digits alone are a count: in any other column they may be a code, a flag or a date.
_COUNTS = (c.SETTLEMENT_NO, c.PERSON_NAME, c.INSTITUTION_NAME, c.DIAGNOSIS)
_AMOUNTS = {
    "total_fee_fen": c.FIRST_AMOUNT + rules.TOTAL,
    "fund_fen": c.FIRST_AMOUNT + rules.FUND_TOTAL,
    "account_fen": c.FIRST_AMOUNT + rules.ACCOUNT,
}
_OF_A_CASE = (c.CERT_NO, c.SETTLED_AT)
_AREAS = (c.INSURED_AREA, c.CARE_AREA)
_NAMING = (c.SETTLEMENT_NO, c.CERT_TYPE, c.PERSON_NAME)  # where a name may stand beside the word
_FINER = (c.INSTITUTION, c.INSTITUTION_NAME, c.CARE_TYPE)
_AROUND = "：:（）()-—_、"


class Of(NamedTuple):
    """Of which cases a row of sums says to be: region (id; `side` None: it does not say which of the two) and
    insurance type, "" for any. `finer`: of an institution, a county or the like, within that."""

    side: int | None = None
    region: int | None = None
    insurance_type: str = ""
    finer: bool = False


EVERYTHING = Of()


class TotalsRow(NamedTuple):
    """One row of sums: what it is called, what it is of, and its figures by key of control."""

    line_no: int
    label: str
    of: Of
    figures: dict[str, int]

    @property
    def is_part(self) -> bool:
        """Whether it is, by what it says, not the sum of all rows."""
        return self.label == PART or self.of != EVERYTHING


class CarriedTotals:
    """The rows of a file that are sums of others, of which one at most is the sum of all [P].

    Of several that may be it, it is the last one when that alone is called 总计 or 共计, when it is the sum
    of those before it, or when all say the same. Otherwise nobody can tell which it is: none is compared, and
    that is told. Rows of parts (小计, 延边州合计) are never it; `subtotals.py` compares them.
    """

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self.rows: list[TotalsRow] = []
        self.lines: list[int] = []

    def takes(self, line_no: int, cells: Sequence[Cell]) -> bool:
        """Whether a row that is no case (cells in the order of COLUMNS) is a totals row, kept then."""
        found = None
        if len(self.lines) < MOST_TOTALS:
            found = totals_row(line_no, cells, self.reference)
        if found is None:
            return False
        self.rows.append(found)
        self.lines.append(line_no)
        return True

    def section(self, line_no: int) -> int:
        """How many totals rows stand above a line: rows with the same number stand between the same two."""
        return bisect_left(self.lines, line_no) if self.lines else 0

    def parts(self) -> list[tuple[int, TotalsRow]]:
        """The rows of parts, each with the number of the section that it ends."""
        return [(index, row) for index, row in enumerate(self.rows) if row.is_part]

    def grand(self) -> TotalsRow | None:
        """What the file says of all its rows; None when no row says so."""
        rows = [row for row in self.rows if not row.is_part]
        return rows[-1] if rows and _last_is_grand(rows) else None

    def notes(self) -> list[str]:
        """What the person who loads should know: which of several rows was compared, or that none was."""
        grand = self.grand()
        if not self.rows or (grand and len(self.rows) == 1):
            return []
        told = f"文件里有 {len(self.rows)} 行合计或小计（{lines_told(self.lines)}），都不作明细"
        if grand:
            return [f"{told}；全部的合计是第 {grand.line_no} 行，与预览对照。"]
        if all(row.is_part for row in self.rows):
            return [f"{told}；没有全部的合计行，请由上传人填写控制合计。"]
        return [f"{told}；看不出哪一行是全部的合计，没有拿来对照：请由上传人填写控制合计。"]


def lines_told(lines: Sequence[int]) -> str:
    """第 4、9 行, of many the first."""
    more = "等" if len(lines) > TOLD_AT_MOST else ""
    return f"第 {'、'.join(map(str, lines[:TOLD_AT_MOST]))} 行{more}"


def _last_is_grand(rows: Sequence[TotalsRow]) -> bool:
    *before, last = rows
    if all(row.figures == last.figures for row in before):
        return True
    named = [row for row in rows if row.label in GRAND]
    if named:
        return named == [last]
    shared = set(last.figures).intersection(*(row.figures for row in before))
    return bool(shared) and all(
        sum(row.figures[key] for row in before) == last.figures[key] for key in shared
    )


def totals_row(line_no: int, cells: Sequence[Cell], reference: Reference) -> TotalsRow | None:
    """What a totals row says: 合计 stands in a cell beside the amounts, nothing of a single case does, and
    its amounts can be read. None for any other row."""
    texts = ["".join(as_shown(cell).split()) for cell in cells]
    label, said = _label(texts, reference)
    if not label or any(texts[column].strip(_AROUND) not in ("", said, *WORDS) for column in _OF_A_CASE):
        return None
    of = _of(texts, label, said, reference)
    figures = _figures(texts)
    return TotalsRow(line_no, label, of, figures) if of is not None and figures else None


def _label(texts: Sequence[str], reference: Reference) -> tuple[str, str]:
    """The word that makes a row one of sums, and the whole text in which it stands (延边州职工小计); "" for
    none."""
    beside = [text.strip(_AROUND) for text in (*texts[: c.FIRST_AMOUNT], *texts[c.LAST_AMOUNT + 1 :])]
    if plain := next((text for text in beside if text in WORDS), ""):
        return plain, plain
    for text in beside[:-2]:  # what a diagnosis says is no label
        for word in (PART, SUM):
            ends = text.endswith(word)
            if len(text) > LONGEST_LABEL or not (ends or text.startswith(word)):
                continue
            rest = _rest(text)
            if _named(rest, reference) or (ends and (word == PART or rest in _OF_ALL)):
                return word, text
    return "", ""


def _rest(said: str) -> str:
    """What stands before or behind the word of sums."""
    for word in (PART, SUM):
        if said.endswith(word) or said.startswith(word):
            rest = said.removesuffix(word) if said.endswith(word) else said.removeprefix(word)
            return rest.strip(_AROUND)
    return ""


def _of(texts: Sequence[str], label: str, said: str, reference: Reference) -> Of | None:
    """Of which cases a row is, by its label and its cells; None when an area in it is not known."""
    rest = _rest(said)
    names = [rest, *(texts[column] for column in _NAMING if not texts[column].isdigit())]
    unknown = Of(finer=bool(rest) and rest not in _OF_ALL)
    of = next(filter(None, (_named(name, reference) for name in names)), unknown)
    kind = INSURANCE_BY_TEXT.get(texts[c.INSURANCE_TYPE])
    if kind is not None:
        of = of._replace(insurance_type=kind.value)
    others = ((column, texts[column].strip(_AROUND)) for column in _FINER if label == PART)
    if any(text not in ("", said, *WORDS) and _count_in(column, text) is None for column, text in others):
        of = of._replace(finer=True)
    return _of_areas(of, texts, said, reference)


def _of_areas(of: Of, texts: Sequence[str], said: str, reference: Reference) -> Of | None:
    for side, column in enumerate(_AREAS):
        text = texts[column].strip(_AROUND)
        if text in ("", said, *WORDS):
            continue
        region = reference.region_said(text)
        if region is None:
            return None
        if of.side is None and of.region in (None, region):
            of = of._replace(side=side, region=region, finer=of.finer or text not in reference.words)
        else:  # the cases of one region in another one
            of = of._replace(finer=True)
    return of


def _named(text: str, reference: Reference) -> Of | None:
    """延边州, 职工, 延边州职工, 222400: None when it is anything else."""
    text = text.strip(_AROUND)
    for word, kind in _TYPES.items():
        if text.startswith(word) or text.endswith(word):
            rest = text.removesuffix(word) if text.endswith(word) else text.removeprefix(word)
            region = reference.words.get(rest.strip(_AROUND))
            if not rest or region is not None:
                return Of(None, region, kind.value)
    region = reference.words.get(text)
    return Of(None, region) if region is not None else None


def _figures(texts: Sequence[str]) -> dict[str, int]:
    """The figures of a totals row; none when one of its amounts cannot be read."""
    found: dict[str, int] = {}
    for key, column in _AMOUNTS.items():
        if texts[column]:
            try:
                found[key] = parse_yuan(texts[column])
            except MoneyError:
                return {}
    count = _count(texts)
    return found if count is None else {**found, "cases": count}


def _count(texts: Sequence[str]) -> int | None:
    """How many cases a totals row says."""
    counts = (_count_in(column, text) for column, text in enumerate(texts))
    return next((count for count in counts if count is not None), None)


def _count_in(column: int, text: str) -> int | None:
    """共2笔 in any column beside the amounts, bare digits where no code stands."""
    match = None if c.FIRST_AMOUNT <= column <= c.LAST_AMOUNT else _COUNT.fullmatch(text)
    if match and (column in _COUNTS or match[1] != text):
        return int(match[1].replace(",", ""))
    return None
