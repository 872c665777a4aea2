"""银行对账单: a bank's file as lines, whatever the bank calls its columns; read as an import reads them.

One column of amounts with a direction, or one for what came and one for what went.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agency.errors import DomainError
from agency.tabular.read import Row, Table
from agency.tabular.values import Cell, as_shown
from settlement.clearing.their_sheet import SUM_WORDS
from settlement.notices import parse as p
from settlement.notices.models import BankDirection
from settlement.notices.services import LineContent
from settlement.reconciliation.models import UnreadRow
from settlement.reconciliation.source_columns import columns_of, open_source
from settlement.records.intake import FileLayout, RowRefused

DAY, REFERENCE, DIRECTION, AMOUNT, OTHER_NAME, OTHER_ACCOUNT, NOTE = p.NAMES
COME, GONE = "收入金额", "支出金额"
WORDS: dict[str, tuple[str, ...]] = {
    DAY: ("交易日期", "记账日期", "入账日期", "交易时间"),
    REFERENCE: ("交易流水号", "核心流水号", "流水", "交易序号", "凭证号"),
    DIRECTION: ("收付", "收支", "收付标志", "借贷", "借贷标志", "借贷方向"),
    AMOUNT: ("交易金额", "发生额", "交易额"),
    COME: ("收入", "贷方发生额", "贷方金额", "存入"),
    GONE: ("支出", "借方发生额", "借方金额", "支取"),
    OTHER_NAME: ("对方名称", "对方单位", "对方账户名称", "交易对手"),
    OTHER_ACCOUNT: ("对方账户", "对方卡号", "交易对手账号"),
    NOTE: ("用途", "附言", "备注", "交易摘要"),
}
# a bank speaks of its own books: 贷 is what the account received
DIRECTIONS = {
    **dict.fromkeys(("收", "贷", "收入", "来账", "入", "C"), str(BankDirection.IN.label)),
    **dict.fromkeys(("付", "借", "支出", "往账", "出", "D"), str(BankDirection.OUT.label)),
}
SAME_PLACES = FileLayout(tuple(range(len(p.NAMES))), [])


@dataclass
class Statement:
    """What could be read: (line in the file, what it says), and what not."""

    columns: dict[str, str]
    encoding: str
    rows: int = 0
    lines: list[tuple[int, LineContent]] = field(default_factory=list)
    unread: list[UnreadRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_statement(content: bytes, file_name: str, agreed: Mapping[str, str] | None = None) -> Statement:
    """Read a bank's file, by the columns agreed to or as its header speaks. DomainError when it is none:
    without days, numbers, amounts, or any line."""
    table = open_source(content, file_name, WORDS)
    columns = columns_of(table, WORDS, agreed)
    require_columns(columns, file_name)
    statement = Statement(columns, table.encoding)
    _read_rows(table, statement)
    statement.notes = list(table.told())
    if not statement.rows:
        raise DomainError("no_rows", f"“{file_name}”没有一行流水，请核对文件。", field="file")
    if not statement.lines:
        told = f"“{file_name}”没有一行读得出：{statement.unread[0].message}"
        raise DomainError("nothing_read", told, field="file")
    return statement


def require_columns(columns: dict[str, str], file_name: str) -> None:
    """DomainError with what a bank's file lacks."""
    missing = [name for name in (DAY, REFERENCE) if name not in columns]
    if not {COME, GONE} <= set(columns):
        missing += [name for name in (DIRECTION, AMOUNT) if name not in columns]
    if missing:
        told = f"“{file_name}”不像银行对账单：缺少列{'、'.join(missing)}（或收入金额、支出金额两列）。"
        raise DomainError("missing_column", told, field="file")


def _read_rows(table: Table, statement: Statement) -> None:
    places = {name: table.header.index(heading) for name, heading in statement.columns.items()}
    for row in table.rows():
        first = next((text for cell in row.cells if (text := as_shown(cell))), "")
        if "".join(first.split()).endswith(SUM_WORDS):
            continue
        statement.rows += 1
        try:
            said = p.read_row(SAME_PLACES, row._replace(cells=_cells(row, places)))
        except RowRefused as refused:
            statement.unread.append(_unread(row, refused, places))
        else:
            statement.lines.append((row.line_no, said))


def _cells(row: Row, places: dict[str, int]) -> list[Cell]:
    """The row as an import of ours has it."""
    cells: list[Cell] = [row.cells[places[name]] if name in places else "" for name in p.NAMES]
    if not {AMOUNT, DIRECTION} <= set(places):
        come, gone = (row.cells[places[name]] for name in (COME, GONE))
        is_in = bool(_amount(come))
        cells[p.DIRECTION] = str((BankDirection.IN if is_in else BankDirection.OUT).label)
        cells[p.AMOUNT] = come if is_in else gone
    else:
        word = as_shown(cells[p.DIRECTION])
        cells[p.DIRECTION] = DIRECTIONS.get(word.upper(), word)
    return cells


def _amount(cell: Cell) -> str:
    """What stands in a column of amounts; nothing for nil."""
    text = as_shown(cell)
    return "" if not text.strip("0.,") else text


def _unread(row: Row, refused: RowRefused, places: dict[str, int]) -> UnreadRow:
    name = p.NAMES[refused.column]
    shown = f"“{refused.value}”" if refused.value else ""
    place = row.address(places[name]) if name in places else ""
    told = f"第 {row.line_no} 行，{name}{shown}：{refused.why}"
    said = {"column": name, "value": refused.value[:100], "message": told[:300]}
    return UnreadRow(line_no=row.line_no, place=place[:60], code=refused.code, **said)
