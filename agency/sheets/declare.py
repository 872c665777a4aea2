"""表的声明: form number, title, columns, groups, totals and footers of a sheet, said once. [P]

`Sheet` is the blank form; `agency.sheets.filled.SheetData` is one filled-in copy of it.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from agency.money import plain_yuan, yuan

Value = int | str | Decimal | None


class Kind(StrEnum):
    """列的种类: what a cell holds, and so how it is written and on which side it stands."""

    SEQ = "seq"  # 序号, counted by the engine
    TEXT = "text"
    MARK = "mark"  # a short word (职工, 应收, 收), centred on paper
    CODE = "code"  # an identifier: always text, fixed-width face
    COUNT = "count"  # 人次
    MONEY = "money"  # integer fen
    FACTOR = "factor"  # 倍数: a Decimal, never summed


SUMMED = frozenset({Kind.COUNT, Kind.MONEY})
NUMERIC = SUMMED | {Kind.FACTOR}
ROOM = {Kind.SEQ: 2, Kind.TEXT: 12, Kind.MARK: 4, Kind.CODE: 20, Kind.COUNT: 3, Kind.MONEY: 4, Kind.FACTOR: 3}


@dataclass(frozen=True, slots=True)
class Column:
    """列. `width` is its weight on paper, in ems: longer text wraps there; figures never wrap.

    `totalled` None means: as its kind says (counts and money are summed). `break_at`: where a heading too
    long for one line is broken, counted in letters (0: near its middle).
    """

    key: str
    title: str
    kind: Kind = Kind.TEXT
    totalled: bool | None = None
    width: int = 0
    break_at: int = 0
    group: str = ""

    @property
    def is_totalled(self) -> bool:
        return self.kind in SUMMED if self.totalled is None else self.totalled

    @property
    def is_numeric(self) -> bool:
        return self.kind in NUMERIC

    @property
    def room(self) -> int:
        return self.width or ROOM[self.kind]

    @property
    def heading(self) -> str:
        """The name of the column where one line must do, as in CSV: `应收-职工人次`."""
        return f"{self.group}-{self.title}" if self.group else self.title

    @property
    def heading_lines(self) -> tuple[str, ...]:
        """The title in the one or two pieces that it may be broken into; short ones stay whole."""
        length = len(self.title)
        at = self.break_at or (2 if length < 6 else 4)
        return (self.title[:at], self.title[at:]) if length > 3 else (self.title,)

    def text(self, value: Value) -> str:
        """What people read: `1,234.50`. An empty figure is 0.00; text in a figure's place stays text."""
        if value is None:
            value = self._nothing()
        if self.kind is Kind.MONEY and isinstance(value, int):
            return yuan(value)
        if self.kind is Kind.COUNT and isinstance(value, int):
            return f"{value:,}"
        return _plain(value)

    def plain(self, value: Value) -> str:
        """What programs read: `1234.50`, no separators."""
        if value is None:
            value = self._nothing()
        return plain_yuan(value) if self.kind is Kind.MONEY and isinstance(value, int) else _plain(value)

    def _nothing(self) -> int | str:
        return 0 if self.kind in SUMMED else ""


def _plain(value: int | str | Decimal) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


@dataclass(frozen=True, slots=True)
class Group:
    """列组: a heading over several columns (应收 over 职工人次, 职工金额 …)."""

    title: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """小计: one sub-total per value of the columns `by`; `{value}` in the label is that value."""

    by: tuple[str, ...]
    label: str = "{value}小计"


SIGNATORIES = ("制表人", "复核人", "负责人", "编制日期", "盖章")


@dataclass(frozen=True)
class Sheet:
    """表式: the blank form. `{region}` and `{period}` in the title are filled in from the data.

    `landscape` None means: landscape when there are more than eight columns.
    """

    form: str
    title: str
    columns: tuple[Column | Group, ...]
    subtotals: tuple[Total, ...] = ()
    total: str = "合计"
    unit: str = "元"
    signatories: tuple[str, ...] = SIGNATORIES
    landscape: bool | None = None

    def __post_init__(self) -> None:
        if len(self.leaves) < 3:
            raise ValueError(f"form {self.form}: a sheet has at least three columns")
        keys = [column.key for column in self.leaves]
        if len(keys) != len(set(keys)):
            raise ValueError(f"form {self.form}: a column key stands twice")
        if unknown := {key for total in self.subtotals for key in total.by} - set(keys):
            raise ValueError(f"form {self.form}: sub-total by unknown column {sorted(unknown)}")
        if wrong := [c.key for c in self.leaves if c.is_totalled and c.kind not in SUMMED]:
            raise ValueError(f"form {self.form}: only counts and money are summed, not {wrong}")
        if not self.lead:
            raise ValueError(f"form {self.form}: no column before the figures to write 合计 in")

    @property
    def is_numbered(self) -> bool:
        """Whether it is one of the numbered forms; another bears its name alone."""
        return self.form[:1].isdigit()

    @property
    def label(self) -> str:
        """What the form is called: 表 10, or 对账单."""
        return f"表 {self.form}" if self.is_numbered else self.form

    @cached_property
    def leaves(self) -> tuple[Column, ...]:
        """The columns themselves, left to right, each knowing its group."""
        found: list[Column] = []
        for part in self.columns:
            if isinstance(part, Group):
                found += [replace(column, group=part.title) for column in part.columns]
            else:
                found.append(part)
        return tuple(found)

    @cached_property
    def lead(self) -> int:
        """How many columns stand before the first summed one: the label of a total spans them."""
        summed = [i for i, column in enumerate(self.leaves) if column.is_totalled]
        return summed[0] if summed else len(self.leaves)

    @property
    def is_grouped(self) -> bool:
        return any(isinstance(part, Group) for part in self.columns)

    @property
    def is_landscape(self) -> bool:
        return len(self.leaves) > 8 if self.landscape is None else self.landscape
