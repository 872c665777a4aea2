"""解析: columns of a file of fee classes, by their Chinese names and by those of the national list [NHSA]."""

from __future__ import annotations

from collections.abc import Sequence

from agency.errors import DomainError
from agency.money import MoneyError, parse_yuan
from agency.tabular.read import Row
from agency.tabular.values import DigitsLost, as_shown, lost_digits, to_texts
from settlement.bills.models import FeeClass
from settlement.records.intake import FileLayout, RowRefused

SETTLEMENT_NO, FEE_CLASS, AMOUNT, CLASS_A, CLASS_B, SELF_PAY, OTHER = range(7)
NAMES = ("结算编号", "收费项目类别", "金额", "甲类", "乙类", "自费", "其他")
PLATFORM = ("setl_id", "med_chrgitm", "amt", "claa_sumfee", "clab_amt", "fulamt_ownpay_amt", "oth_amt")
REQUIRED = (SETTLEMENT_NO, FEE_CLASS, AMOUNT)
NEEDED = [(NAMES[column], PLATFORM[column]) for column in REQUIRED]
_BY_SPELLING = {name.casefold(): at for names in (NAMES, PLATFORM) for at, name in enumerate(names)}
# 床位费, 床位 and 01 are one class
CLASSES = {
    spelling: value
    for value, label in FeeClass.choices
    for spelling in (value, value.lstrip("0"), label, label.removesuffix("费"))
}

Amounts = tuple[int, int, int, int, int]  # 金额, 甲类, 乙类, 自费, 其他, in fen


class Layout(FileLayout):
    """Where our columns stand in one file."""

    def texts(self, row: Row) -> list[str]:
        """The row's cells as clean texts in the order of NAMES; RowRefused when digits are lost."""
        cells = [row.cells[at] if 0 <= at < len(row.cells) else "" for at in self.positions]
        try:
            return to_texts(cells)
        except DigitsLost:
            column = next(index for index, cell in enumerate(cells) if lost_digits(cell))
            why = "是 Excel 数字，超过 15 位，末几位已经丢失。请把这一列设为“文本”，重新填写后再导入。"
            raise RowRefused("digits_lost", column, as_shown(cells[column]), why) from None


def read_header(header: Sequence[str]) -> Layout:
    """Match a header row; DomainError when a column is missing that must have values, or stands twice."""
    found: dict[int, int] = {}
    ignored: list[str] = []
    for position, title in enumerate(header):
        column = _BY_SPELLING.get(title.casefold())
        if column is None:
            ignored += [title] if title else []
        elif column in found:
            raise DomainError("duplicate_column", f"表头里“{NAMES[column]}”有两列，请只留一列再导入。")
        else:
            found[column] = position
    missing = [NAMES[column] for column in REQUIRED if column not in found]
    if missing:
        message = f"文件缺少必须有的列：{'、'.join(missing)}。请核对表头后再导入。"
        raise DomainError("missing_column", message, columns=missing)
    return Layout(tuple(found.get(column, -1) for column in range(len(NAMES))), ignored)


def parse_texts(texts: Sequence[str]) -> tuple[str, Amounts]:
    """The class and the amounts; RowRefused for `missing_value`, `unknown_fee_class`, `bad_number` and
    `parts_do_not_add_up`."""
    for column in REQUIRED:
        if not texts[column]:
            raise RowRefused("missing_value", column, "", "没有填，请补上后再导入。")
    fee_class = CLASSES.get(texts[FEE_CLASS])
    if fee_class is None:
        why = "不是已知的收费项目类别，应为 01–14 或床位费、诊察费等十四类之一。"
        raise RowRefused("unknown_fee_class", FEE_CLASS, texts[FEE_CLASS], why)
    amount, *parts = (_amount(texts, column) for column in range(AMOUNT, OTHER + 1))
    if sum(parts) != amount:
        why = "金额应等于甲类、乙类、自费、其他之和，请核对这一行。"
        raise RowRefused("parts_do_not_add_up", AMOUNT, texts[AMOUNT], why)
    class_a, class_b, self_pay, other = parts
    return fee_class, (amount, class_a, class_b, self_pay, other)


def _amount(texts: Sequence[str], column: int) -> int:
    if not texts[column]:
        return 0
    try:
        return parse_yuan(texts[column])
    except MoneyError as error:
        raise RowRefused("bad_number", column, texts[column], error.message) from None
