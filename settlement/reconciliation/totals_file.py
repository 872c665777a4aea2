"""只有合计的文件: counts and sums by institution, insurance type, kind of care and agency, of a file.

A file says some of these four, or none; then both sides are added up by what it says. Rows of sums (合计) are
passed over. Rows of the same group are added up; a row that stands twice, word for word, is told.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agency.errors import DomainError
from agency.money import MoneyError
from agency.organisation.models import PoolingRegion
from agency.organisation.selectors import area_code_table
from agency.policy.care import CareKind
from agency.policy.insurance import INSURANCE_BY_TEXT
from agency.tabular.read import Row, Table
from agency.tabular.values import Cell, DigitsLost, as_shown, to_fen, to_text
from settlement.clearing.their_sheet import SUM_WORDS
from settlement.reconciliation.models import UnreadRow
from settlement.reconciliation.source_columns import columns_of, open_source
from settlement.records.models import CareType

INSTITUTION, INSURANCE, CARE, AGENCY = "定点医药机构编号", "险种", "医疗类别", "参保地"
COUNT, FEE, FUND, ACCOUNT = "人次", "医疗费总额", "基金支付总额", "个人账户"
KEYS = (INSTITUTION, INSURANCE, CARE, AGENCY)
FIGURES = (COUNT, FEE, FUND, ACCOUNT)
GROSS = "（不含退费）"
_WORDS: dict[str, tuple[str, ...]] = {
    INSTITUTION: ("fixmedins_code", "医药机构编号", "机构编号", "医院编号", "定点医药机构编码", "机构编码"),
    INSURANCE: ("insutype", "险种类型", "参保险种"),
    CARE: ("med_type", "医疗类别代码", "就医类别", "就诊类别"),
    AGENCY: ("setl_optins", "clr_optins", "insuplc_admdvs", "参保地区划", "参保统筹区", "经办机构", "统筹区"),
    COUNT: ("fixmedins_setl_cnt", "psntime", "结算人次", "结算笔数", "笔数"),
    FEE: ("medfee_sumamt", "医疗总费用", "医疗费用总额", "总费用", "费用总额", "总金额"),
    FUND: ("fund_pay_sumamt", "基金支付合计", "基金支付", "医保基金支付", "统筹支付合计", "基金合计"),
    ACCOUNT: ("acct_pay", "个人账户支付", "账户支付", "个账支付"),
}
_OF_GROSS = {f"{name}{GROSS}": tuple(f"{word}{GROSS}" for word in _WORDS[name]) for name in FIGURES}
WORDS = {**_WORDS, **_OF_GROSS}
Key = tuple[str, str, str, str]
Figures = dict[str, int]


@dataclass
class TheirTotals:
    """What could be read: the file's columns {ours: their heading}, its groups, what stands twice or not."""

    columns: dict[str, str]
    encoding: str
    rows: int = 0
    groups: dict[Key, Figures] = field(default_factory=dict)
    lines: dict[Key, int] = field(default_factory=dict)  # the first line of each group
    twice: Counter[Key] = field(default_factory=Counter)  # how often its row stands, word for word
    unread: list[UnreadRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(name for name in KEYS if name in self.columns)

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures that the file has, with refunds and without."""
        return tuple(
            name for name in (*FIGURES, *(f"{one}{GROSS}" for one in FIGURES)) if name in self.columns
        )


class _Unread(Exception):
    """Why a row is not read: code, column, value, sentence."""

    def __init__(self, code: str, column: str, value: str, why: str) -> None:
        super().__init__(why)
        self.code, self.column, self.value, self.why = code, column, value, why


def read_totals(
    content: bytes, file_name: str, period_end: dt.date, agreed: Mapping[str, str] | None = None
) -> TheirTotals:
    """Read a file of totals, by the columns agreed to or as its header speaks. DomainError when it is none:
    without a figure, or without a row."""
    table = open_source(content, file_name, WORDS)
    columns = columns_of(table, WORDS, agreed)
    if not any(name in columns for name in (FEE, FUND, COUNT, f"{FEE}{GROSS}", f"{FUND}{GROSS}")):
        told = f"“{file_name}”里没有合计的列：至少要有人次、医疗费总额或基金支付总额之一。请核对表头。"
        raise DomainError("missing_column", told, field="file")
    theirs = TheirTotals(columns, table.encoding)
    _read_rows(table, theirs, _readers(period_end))
    theirs.notes = _notes(table, theirs)
    if not theirs.rows:
        raise DomainError("no_rows", f"“{file_name}”没有一行合计，请核对文件。", field="file")
    if not theirs.groups:
        told = f"“{file_name}”没有一行读得出：{theirs.unread[0].message}"
        raise DomainError("nothing_read", told, field="file")
    return theirs


def _notes(table: Table, theirs: TheirTotals) -> list[str]:
    """What whoever reads the result should know of the file."""
    used = set(theirs.columns.values())
    ignored = [heading for heading in table.header if heading and heading not in used]
    notes = [*table.told()]
    if ignored:
        notes.append(f"没有用到的列：{'、'.join(ignored)}；同一组的几行已相加。")
    return notes


def _read_rows(table: Table, theirs: TheirTotals, readers: Mapping[str, Callable[[str], str]]) -> None:
    places = {name: table.header.index(heading) for name, heading in theirs.columns.items()}
    seen: Counter[tuple[str, ...]] = Counter()
    for row in table.rows():
        shown = tuple(as_shown(cell) for cell in row.cells)
        first = next((text for text in shown if text), "")
        if "".join(first.split()).endswith(SUM_WORDS):
            continue
        theirs.rows += 1
        try:
            key, figures = _read(row, places, readers)
        except _Unread as error:
            theirs.unread.append(_unread(row, error, places))
            continue
        seen[shown] += 1
        if seen[shown] > 1:
            theirs.twice[key] = max(theirs.twice[key], seen[shown])
            continue
        theirs.lines.setdefault(key, row.line_no)
        group = theirs.groups.setdefault(key, dict.fromkeys(figures, 0))
        for name, value in figures.items():
            group[name] += value


def _read(
    row: Row, places: Mapping[str, int], readers: Mapping[str, Callable[[str], str]]
) -> tuple[Key, Figures]:
    key = [""] * len(KEYS)
    for at, name in enumerate(KEYS):
        if name in places:
            key[at] = _key(name, row.cells[places[name]], readers[name])
    figures = {name: _figure(name, row.cells[place]) for name, place in places.items() if name not in KEYS}
    return tuple(key), figures  # type: ignore[return-value]


def _key(name: str, cell: Cell, reader: Callable[[str], str]) -> str:
    try:
        text = to_text(cell)
    except DigitsLost as error:
        raise _Unread("digits_lost", name, as_shown(cell), str(error)) from None
    if not text:
        raise _Unread("missing_value", name, "", "没有填。")
    return reader(text)


def _figure(name: str, cell: Cell) -> int:
    """A count, or fen; nothing is nil."""
    shown = as_shown(cell)
    try:
        fen = to_fen(cell) if shown else 0
    except (MoneyError, DigitsLost) as error:
        raise _Unread("bad_number", name, shown, str(error)) from None
    if not name.startswith(COUNT):
        return fen
    if fen % 100:
        raise _Unread("bad_number", name, shown, "人次应为整数。")
    return fen // 100


def _unread(row: Row, error: _Unread, places: Mapping[str, int]) -> UnreadRow:
    told = f"第 {row.line_no} 行，{error.column}“{error.value}”：{error.why}"
    where = row.address(places[error.column])[:60]
    said = {"column": error.column[:30], "value": error.value[:100], "message": told[:300]}
    return UnreadRow(line_no=row.line_no, place=where, code=error.code, **said)


# --- words of a file → ours ---------------------------------------------------------------------------------


def _readers(period_end: dt.date) -> dict[str, Callable[[str], str]]:
    """How the text of each key is understood."""
    kinds: dict[str, str] = {str(kind.label): kind.value for kind in CareKind}
    kinds |= dict(CareType.objects.in_force(period_end).values_list("code", "care_kind"))
    insurances: dict[str, str] = {text: kind.value for text, kind in INSURANCE_BY_TEXT.items()}
    return {
        INSTITUTION: lambda text: text.upper()[:12],
        INSURANCE: _lookup(INSURANCE, insurances, "unknown_insurance_type", "没有这个险种。"),
        CARE: _lookup(CARE, kinds, "unknown_care_type", "没有这个医疗类别。"),
        AGENCY: _agency(period_end),
    }


def _lookup(name: str, known: Mapping[str, str], code: str, why: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in known:
            raise _Unread(code, name, text, why)
        return known[text]

    return read


def _agency(on: dt.date) -> Callable[[str], str]:
    """A region by name, short name, its code, or any area code that leads to it on a day."""
    codes: dict[int, str] = {}
    named: dict[str, str] = {}
    for key, code, name, short in PoolingRegion.objects.values_list("pk", "code", "name", "short_name"):
        codes[key] = code
        named |= {name: code, short: code, code: code}
    areas = area_code_table()

    def read(text: str) -> str:
        if text in named:
            return named[text]
        found = areas.region_id(text, on)
        if found is None:
            raise _Unread("unknown_region", AGENCY, text, "没有这个统筹区或区划。")
        return codes[found]

    return read
