"""解析: columns of a bank statement, and the cells of one row as values."""

from __future__ import annotations

from collections.abc import Sequence

from agency.errors import DomainError
from agency.money import MoneyError, parse_yuan
from agency.tabular.read import Row
from agency.tabular.values import DigitsLost, as_shown, to_date, to_text
from settlement.notices.models import BankDirection
from settlement.notices.services import LineContent
from settlement.records.intake import FileLayout, RowRefused

DAY, REFERENCE, DIRECTION, AMOUNT, OTHER_NAME, OTHER_ACCOUNT, NOTE = range(7)
NAMES = ("日期", "流水号", "方向", "金额", "对方户名", "对方账号", "摘要")
REQUIRED = (DAY, REFERENCE, DIRECTION, AMOUNT)
NEEDED = [(NAMES[column],) for column in REQUIRED]
LIMITS = {REFERENCE: 40, OTHER_NAME: 100, OTHER_ACCOUNT: 40, NOTE: 200}
DIRECTIONS = {label: value for value, label in BankDirection.choices}


def read_header(header: Sequence[str]) -> FileLayout:
    """Match a header row; DomainError when a column is missing that must have values."""
    found = {NAMES.index(title): position for position, title in enumerate(header) if title in NAMES}
    missing = [NAMES[column] for column in REQUIRED if column not in found]
    if missing:
        message = f"文件缺少必须有的列：{'、'.join(missing)}。请核对表头后再导入。"
        raise DomainError("missing_column", message, columns=missing)
    ignored = [title for title in header if title and title not in NAMES]
    return FileLayout(tuple(found.get(column, -1) for column in range(len(NAMES))), ignored)


def read_row(layout: FileLayout, row: Row) -> LineContent:
    """One line of the statement; RowRefused with the first code that applies."""
    cells = [row.cells[at] if at >= 0 else "" for at in layout.positions]
    texts = _texts(cells)
    for column in REQUIRED:
        if not texts[column]:
            raise RowRefused("missing_value", column, "", "没有填，请补上后再导入。")
    try:
        day = to_date(cells[DAY])
    except ValueError as error:
        raise RowRefused("bad_date", DAY, texts[DAY], str(error)) from None
    if texts[DIRECTION] not in DIRECTIONS:
        why = f"应为{'或'.join(DIRECTIONS)}，从本账户看。"
        raise RowRefused("unknown_direction", DIRECTION, texts[DIRECTION], why)
    for column, limit in LIMITS.items():
        if len(texts[column]) > limit:
            raise RowRefused("bad_number", column, texts[column], f"超过 {limit} 个字符，请核对是否错列。")
    return LineContent(
        booked_on=day,
        reference=texts[REFERENCE],
        direction=DIRECTIONS[texts[DIRECTION]],
        amount_fen=_amount(texts[AMOUNT]),
        other_name=texts[OTHER_NAME],
        other_account=texts[OTHER_ACCOUNT],
        note=texts[NOTE],
    )


def _texts(cells: Sequence[object]) -> list[str]:
    """The cells as clean texts; RowRefused when Excel has eaten digits."""
    texts = []
    for column, cell in enumerate(cells):
        try:
            texts.append(to_text(cell))  # type: ignore[arg-type]
        except DigitsLost:
            why = "是 Excel 数字，超过 15 位，末几位已经丢失。请把这一列设为“文本”，重新填写后再导入。"
            raise RowRefused("digits_lost", column, as_shown(cell), why) from None  # type: ignore[arg-type]
    return texts


def _amount(text: str) -> int:
    try:
        amount_fen = parse_yuan(text)
    except MoneyError as error:
        raise RowRefused("bad_number", AMOUNT, text, error.message) from None
    if amount_fen <= 0:
        why = "金额应大于 0，收付由“方向”一列说明；银行的冲账请按相反方向写成一行。"
        raise RowRefused("bad_number", AMOUNT, text, why)
    return amount_fen
