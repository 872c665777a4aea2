"""对方的表: a clearing sheet in a file (CSV or XLSX) as lines and sums; what cannot be read is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from agency.errors import DomainError
from agency.money import MoneyError
from agency.organisation.models import PoolingRegion
from agency.policy.insurance import INSURANCE_BY_TEXT
from agency.sheets.declare import Column, Group, Kind, Sheet, Value
from agency.tabular.read import Row, Source, Table, header_name, open_table
from agency.tabular.values import Cell, DigitsLost, as_shown, to_fen, to_text
from settlement.clearing.models import DifferenceKind
from settlement.clearing.rules import PLATFORM_NAME

KEYS: dict[str, tuple[str, ...]] = {
    "6-1": ("region", "insurance_type"),
    "6-2": ("insurance_type", "month"),
    "9": ("region",),
    "10": ("counterpart", "insurance_type", "care_kind"),
    "11": ("counterpart", "insurance_type", "care_kind"),
    "12": ("direction", "counterpart", "care_kind"),
    "13": ("direction", "counterpart", "care_kind"),
    "14": (
        *("direction", "counterpart", "institution_code", "insurance_type", "care_kind"),
        *("settlement_no", "kind"),
    ),
    "16": ("region",),
    "17": ("counterpart", "insurance_type", "care_kind"),
    "18": ("counterpart", "insurance_type", "care_kind"),
}
MUST_HAVE = {
    "6-1": "changed",
    "6-2": "amount",
    "9": "net",
    "14": "amount",
    "16": "net",
    "17": "assessed",
    "18": "assessed",
}  # of the others: due
NOT_COMPARED = {"seq", "institution"}  # an institution's name is no identity
MAY_BE_EMPTY = {"settlement_no"}
PARTIES = {"region", "counterpart"}
SUM_WORDS = ("合计", "小计", "总计")
BRACKETS = str.maketrans("（）", "()")

Key = tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """One line, or one cell of one line, that differs; `place` says where it stands in their file, `line_no`
    on which of its lines (0: it is not about one)."""

    kind: DifferenceKind
    line: str
    column: str = ""
    ours: str = ""
    theirs: str = ""
    place: str = ""
    line_no: int = 0


@dataclass
class TheirLine:
    """One line of their sheet: what it is about, its cells by column, and where each stands."""

    key: Key
    values: dict[str, Value]
    places: dict[str, str]
    place: str
    line_no: int


@dataclass
class TheirSum:
    """A line of sums in their file: its label (合计, 职工小计), its figures, and where each stands."""

    label: str
    values: dict[str, int]
    places: dict[str, str]
    line_no: int


@dataclass
class TheirSheet:
    """What could be read of their file; what could not is named (`unread`: the keys of such lines).

    `not_compared` are columns of ours that their file does not have.
    """

    columns: list[Column]
    not_compared: list[Column] = field(default_factory=list)
    lines: list[TheirLine] = field(default_factory=list)
    sums: list[TheirSum] = field(default_factory=list)
    unreadable: list[Difference] = field(default_factory=list)
    unread: list[Key] = field(default_factory=list)


def party_aliases(sheet: Sheet) -> dict[str, str]:
    """Every spelling of a party → the name on sheets."""
    found: dict[str, str] = {}
    for name, short, code in PoolingRegion.objects.values_list("name", "short_name", "code"):
        found |= {name: name, short: name, code: name}
    for spelling in (PLATFORM_NAME, "省平台", "跨省"):
        found[spelling.translate(BRACKETS)] = PLATFORM_NAME
    return found


# --- lines ------------------------------------------------------------------------------------------------


def read_sheet(sheet: Sheet, source: Source, filename: str, aliases: Mapping[str, str]) -> TheirSheet:
    """The lines of a clearing sheet in a file, whether as CSV or as the printed XLSX."""
    table = open_table(source, filename=filename, expected=_expected(sheet), grouped=True)
    rows = table.rows()
    places = _columns(sheet, table, rows)
    _refuse_another_sheet(sheet, places, filename)
    theirs = TheirSheet([column for column in sheet.leaves if column.key in places])
    theirs.not_compared = [
        column for column in sheet.leaves if column.key not in places and column.key not in NOT_COMPARED
    ]
    for row in rows:
        if _is_line(sheet, row, places):
            _read_line(sheet, row, places, aliases, theirs)
        elif label := _sum_label(row):
            _read_sum(row, label, places, theirs)
    return theirs


def _expected(sheet: Sheet) -> set[str]:
    """Names that stand in the header row: of CSV, or the upper row of a grouped XLSX."""
    groups = {part.title for part in sheet.columns if isinstance(part, Group)}
    return groups | {column.heading for column in sheet.leaves}


def _columns(sheet: Sheet, table: Table, rows: Iterator[Row]) -> dict[str, int]:
    """Column key → place. Under the header row of a grouped XLSX a second one is taken from `rows`."""
    names = list(table.header)
    groups = {header_name(part.title) for part in sheet.columns if isinstance(part, Group)}
    if groups & set(names):
        below = next(rows, None)
        if below is not None:
            names = _joined(names, [header_name(cell) for cell in below.cells], groups)
    by_name = {header_name(column.heading): column.key for column in sheet.leaves}
    return {by_name[name]: at for at, name in enumerate(names) if name in by_name}


def _joined(upper: Sequence[str], lower: Sequence[str], groups: set[str]) -> list[str]:
    """`应收` over `职工人次` becomes `应收-职工人次`; a merged cell stands only over its first column."""
    found, group = [], ""
    for above, under in zip(upper, lower, strict=True):
        if above:
            group = above if above in groups else ""
        found.append(f"{group}-{under}" if group and under else above)
    return found


def _refuse_another_sheet(sheet: Sheet, places: Mapping[str, int], filename: str) -> None:
    wanted = {*KEYS[sheet.form], MUST_HAVE.get(sheet.form, "due")}
    missing = [column.heading for column in sheet.leaves if column.key in wanted - set(places)]
    if missing:
        raise DomainError(
            "another_sheet",
            f"“{filename}”不像表 {sheet.form}：缺少列{'、'.join(missing)}。请核对文件和表号。",
            field="file",
        )


def _is_line(sheet: Sheet, row: Row, places: Mapping[str, int]) -> bool:
    """Not a total, a sub-total, a remark or a signature line: those have no key, and a word before it."""
    keys = [as_shown(row.cells[places[key]]) for key in KEYS[sheet.form]]
    if any(keys) and any(
        as_shown(row.cells[at]) for key, at in places.items() if key not in KEYS[sheet.form]
    ):
        return not any(_bare(text).endswith(SUM_WORDS) for text in (as_shown(row.cells[0]), keys[0]))
    label = next((text for text in (as_shown(cell) for cell in row.cells) if text), "")
    has_figures = any(
        as_shown(row.cells[places[column.key]])
        for column in sheet.leaves
        if column.is_numeric and column.key in places
    )
    return has_figures and not _bare(label).endswith(SUM_WORDS)


def _bare(text: str) -> str:
    """Without the spaces that spread 合 计."""
    return "".join(text.split())


def _sum_label(row: Row) -> str:
    """合计, 职工小计 …: how a line of sums begins; empty for a title, a remark or a signature."""
    shown = (_bare(as_shown(cell)) for cell in row.cells)
    return next((text.replace("总计", "合计") for text in shown if text.endswith(SUM_WORDS)), "")


def _read_sum(row: Row, label: str, places: Mapping[str, int], theirs: TheirSheet) -> None:
    """A line of sums; a cell that is empty says nothing."""
    found = TheirSum(label, {}, {}, row.line_no)
    for column in theirs.columns:
        cell = row.cells[places[column.key]]
        if not column.is_totalled or not as_shown(cell):
            continue
        place = row.address(places[column.key])
        try:
            found.values[column.key] = int(_value(column, cell, {}) or 0)
            found.places[column.key] = place
        except (MoneyError, DigitsLost, ValueError) as error:
            wrong = (DifferenceKind.UNREADABLE, label, column.heading, str(error), as_shown(cell), place)
            theirs.unreadable.append(Difference(*wrong, line_no=row.line_no))
    theirs.sums.append(found)


def _read_line(
    sheet: Sheet, row: Row, places: Mapping[str, int], aliases: Mapping[str, str], theirs: TheirSheet
) -> None:
    """One line, or what in it cannot be read."""
    values: dict[str, Value] = {}
    wrong: list[Difference] = []
    where = f"第{row.line_no}行"
    for column in theirs.columns:
        cell = row.cells[places[column.key]]
        try:
            values[column.key] = _value(column, cell, aliases)
        except (MoneyError, DigitsLost, ValueError) as error:
            said = (column.heading, str(error), as_shown(cell), row.address(places[column.key]))
            wrong.append(Difference(DifferenceKind.UNREADABLE, where, *said, line_no=row.line_no))
    key = tuple(str(values.get(name, "")) for name in KEYS[sheet.form])
    for name, text in zip(KEYS[sheet.form], key, strict=True):
        if not text and name not in MAY_BE_EMPTY and name in values:
            column = next(column for column in sheet.leaves if column.key == name)
            message = f"没有写{column.title}，不知道是哪一行"
            said = (column.title, message, "", where)
            wrong.append(Difference(DifferenceKind.UNREADABLE, where, *said, line_no=row.line_no))
    if wrong:
        theirs.unreadable += wrong
        theirs.unread.append(key)
        return
    addresses = {name: row.address(at) for name, at in places.items()}
    theirs.lines.append(TheirLine(key, values, addresses, where, row.line_no))


def _value(column: Column, cell: Cell, aliases: Mapping[str, str]) -> Value:
    """A cell as our own sheet would hold it; an empty figure is nil."""
    text = to_text(cell)
    if column.kind is Kind.MONEY:
        return to_fen(cell) if text else 0
    if column.kind is Kind.COUNT:
        fen = to_fen(cell) if text else 0
        if fen % 100:
            raise ValueError("人次应为整数。")
        return fen // 100
    if column.kind is Kind.FACTOR and text:
        return _factor(text)
    return plain_text(column.key, text, aliases)


def _factor(text: str) -> Decimal:
    """倍数, whatever noughts stand behind it."""
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("倍数应为数字。") from None


def plain_text(column_key: str, text: str, aliases: Mapping[str, str]) -> str:
    """A text as it is compared: one spelling of parties and insurance types, one kind of brackets."""
    if column_key in PARTIES:
        bare = "".join(text.split()).translate(BRACKETS)
        return aliases.get(bare, bare)
    if column_key == "insurance_type":
        known = INSURANCE_BY_TEXT.get(text)
        return str(known.label) if known else text
    return text
