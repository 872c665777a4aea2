"""外院检查治疗与外购药的规则: quantities, amounts, what keeps a slip from being written. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from agency.errors import DomainError
from filings.filing.rules import Reason

MILLI = 1000
MOST_QUANTITY_MILLI = 10**9  # a million pieces; times the dearest price it still fits 64 bits
MOST_PRICE_FEN = 10**9  # ten million yuan
_FOLD = str.maketrans("０１２３４５６７８９．，", "0123456789.,")
_QUANTITY = re.compile(r"([0-9]{1,7}|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]{1,3}))?")


class QuantityError(DomainError):
    """数量有误: the text is no quantity; nothing was rounded or guessed."""

    def __init__(self, message: str) -> None:
        super().__init__("bad_quantity", message, field="quantity")


def parse_quantity(text: str) -> int:
    """A quantity in thousandths: `1.5` → 1500, `1,200` → 1200000; at most three decimals, more than nothing,
    never rounded; a comma elsewhere than before three figures is not guessed at."""
    folded = text.translate(_FOLD).strip()
    found = _QUANTITY.fullmatch(folded)
    if found is None:
        raise QuantityError(f"“{text.strip()[:20]}”不是数量：请填数字，最多三位小数，例如 2 或 1.5。")
    milli = int(found[1].replace(",", "")) * MILLI + int((found[2] or "").ljust(3, "0"))
    if not 0 < milli <= MOST_QUANTITY_MILLI:
        raise QuantityError("数量要大于 0，不超过 1000000。")
    return milli


def quantity_text(milli: int) -> str:
    """For people: `1.5`, `2`, `0.125`."""
    whole, rest = divmod(milli, MILLI)
    return f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole)


def line_amount(quantity_milli: int, unit_price_fen: int) -> int:
    """金额 = 数量 × 单价, rounded half up to the fen [P]. Both are not negative."""
    return (quantity_milli * unit_price_fen + MILLI // 2) // MILLI


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a slip."""

    name: str
    quantity_milli: int
    unit_price_fen: int
    code: str = ""
    spec: str = ""
    reason: str = ""

    @property
    def amount_fen(self) -> int:
        return line_amount(self.quantity_milli, self.unit_price_fen)


def total_of(items: Sequence[Item]) -> int:
    """合计: the sum of the rounded lines, so that it can be followed on paper [P]."""
    return sum(item.amount_fen for item in items)


def slip_reasons(
    items: Sequence[Item],
    *,
    prescribed_on: dt.date,
    admitted_on: dt.date,
    discharged_on: dt.date | None,
    is_same_institution: bool,
    on: dt.date,
) -> list[Reason]:
    """A slip has lines, is written during the stay, and names another institution than the one of the stay
    [P]."""
    found = []
    if not items:
        found.append(Reason("items_missing", None, "至少填写一行项目或药品。"))
    if is_same_institution:
        told = "外院或药店不能就是住院的医院，请核对。"
        found.append(Reason("same_institution", "outside_institution", told))
    if prescribed_on > on:
        told = f"开单日期 {prescribed_on} 还没有到，请核对。"
        found.append(Reason("date_ahead", "prescribed_on", told))
    elif prescribed_on < admitted_on:
        told = f"开单日期不能早于入院日期 {admitted_on}；住院期间的才用这张单。"
        found.append(Reason("date_before_admission", "prescribed_on", told))
    elif discharged_on is not None and prescribed_on > discharged_on:
        told = f"开单日期不能晚于出院日期 {discharged_on}；住院期间的才用这张单。"
        found.append(Reason("date_after_discharge", "prescribed_on", told))
    return found
