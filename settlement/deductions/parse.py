"""解析: columns of a deduction file, and the cells of one row as values."""

from __future__ import annotations

from collections.abc import Sequence

from agency.errors import DomainError
from agency.money import MoneyError, parse_yuan
from agency.periods import is_period
from agency.tabular.read import Row
from agency.tabular.values import DigitsLost, as_shown, lost_digits, to_texts
from settlement.records.intake import FileLayout, RowRefused

PERIOD, SETTLEMENT_NO, KIND, REASON, AMOUNT, EXTERNAL_NO = range(6)
INSURED_AREA, CARE_AREA, INSURANCE_TYPE, CARE_TYPE, INSTITUTION = range(6, 11)
GROUP = (INSURED_AREA, CARE_AREA, INSURANCE_TYPE, CARE_TYPE, INSTITUTION)
NAMES = (
    "期别", "结算编号", "扣款类别", "原因", "金额", "扣款编号", "参保地区划", "就医地区划", "险种",
    "医疗类别", "定点医药机构编号",
)  # fmt: skip
REQUIRED = (PERIOD, KIND, REASON, AMOUNT)
NEEDED = [(NAMES[column],) for column in REQUIRED]
LIMITS = {REASON: 200, EXTERNAL_NO: 40}


class Layout(FileLayout):
    """Where our columns stand in one file."""

    def texts(self, row: Row) -> list[str]:
        """The row's cells as clean texts in the order of NAMES; RowRefused when digits are lost."""
        cells = [row.cells[at] if at >= 0 else "" for at in self.positions]
        try:
            return to_texts(cells)
        except DigitsLost:
            column = next(index for index, cell in enumerate(cells) if lost_digits(cell))
            why = "是 Excel 数字，超过 15 位，末几位已经丢失。请把这一列设为“文本”，重新填写后再导入。"
            raise RowRefused("digits_lost", column, as_shown(cells[column]), why) from None


def read_header(header: Sequence[str]) -> Layout:
    """Match a header row; DomainError when a column is missing that must have values."""
    found = {NAMES.index(title): position for position, title in enumerate(header) if title in NAMES}
    missing = [NAMES[column] for column in REQUIRED if column not in found]
    if SETTLEMENT_NO not in found and not found.keys() >= set(GROUP):
        missing.append(NAMES[SETTLEMENT_NO])
    if missing:
        message = f"文件缺少必须有的列：{'、'.join(missing)}。请核对表头后再导入。"
        raise DomainError("missing_column", message, columns=missing)
    ignored = [title for title in header if title and title not in NAMES]
    return Layout(tuple(found.get(column, -1) for column in range(len(NAMES))), ignored)


def check_values(texts: Sequence[str]) -> int:
    """The amount in fen; RowRefused for `missing_value` and `bad_number`."""
    by_group = not texts[SETTLEMENT_NO]
    for column in (*REQUIRED, *(GROUP if by_group else ())):
        if not texts[column]:
            why = "没有填，请补上后再导入。"
            if column in GROUP:
                why = "没有填：不写结算编号时，参保地、就医地、险种、医疗类别和医药机构都要填。"
            raise RowRefused("missing_value", column, "", why)
    if not is_period(texts[PERIOD]):
        raise RowRefused("bad_number", PERIOD, texts[PERIOD], "期别应为六位数字的年月，如 202610。")
    try:
        amount_fen = parse_yuan(texts[AMOUNT])
    except MoneyError as error:
        raise RowRefused("bad_number", AMOUNT, texts[AMOUNT], error.message) from None
    if amount_fen <= 0:
        why = "扣款金额应为正数；要撤回一笔扣款，请在扣款页面上撤回。"
        raise RowRefused("bad_number", AMOUNT, texts[AMOUNT], why)
    for column, limit in LIMITS.items():
        if len(texts[column]) > limit:
            raise RowRefused("bad_number", column, texts[column], f"超过 {limit} 个字符，请核对是否错列。")
    return amount_fen
