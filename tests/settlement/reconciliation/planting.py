"""What plants are made of: columns by their place; a case changed, moved, refunded, told of both sides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from agency.periods import shifted
from settlement.reconciliation.kinds import Cause, DiscrepancyKind
from tests.settlement.reconciliation.planted import AMOUNTS, AT, Month, Plant, Planted, Row

K, C = DiscrepancyKind, Cause
NUMBER, CERT, NAME, INSURANCE, HOSPITAL = (
    AT[name] for name in ("结算编号", "证件号码", "姓名", "险种", "定点医药机构编号")
)
SETTLED, FLAG, ORIGINAL = AT["结算时间"], AT["退费标志"], AT["原结算编号"]
TOTAL, IN_SCOPE, POOLING, FUND, ACCOUNT, CASH = (
    AT[name] for name in ("医疗费总额", "符合政策范围", "统筹基金", "基金支付总额", "个人账户", "个人现金")
)


def planter(into: list[Plant]) -> Callable[[Plant], Plant]:
    """A decorator that puts plants into a list."""

    def plant(make: Plant) -> Plant:
        into.append(make)
        return make

    return plant


def changed(row: Row, **changes: object) -> Row:
    """A copy of a row with some columns changed, by their Chinese names."""
    other = list(row)
    for name, value in changes.items():
        other[AT[name]] = value
    return other


def moved(row: Row, **gaps: int) -> Row:
    """A copy with so many fen more in some columns."""
    return changed(row, **{name: row[AT[name]] + gap for name, gap in gaps.items()})


def refund(row: Row, number: str) -> Row:
    """The refund of a case an hour later."""
    other = changed(row, 结算编号=number, 退费标志="1", 原结算编号=row[NUMBER])
    other[AMOUNTS] = [-fen for fen in row[AMOUNTS]]
    return other


def in_month(row: Row, months: int) -> Row:
    """The same in another month, on a day that both have."""
    at = dt.datetime.fromisoformat(row[SETTLED])
    period = shifted(f"{at:%Y%m}", months)
    other = at.replace(year=int(period[:4]), month=int(period[4:]), day=min(at.day, 28))
    begun = str(other.date()) if row[AT["入院日期"]] else ""
    return changed(row, 结算时间=str(other), 入院日期=begun, 出院日期=begun)


def both(month: Month, row: Row, theirs: Row, kind: str, cause: str = "") -> Planted:
    """A number that both have, otherwise."""
    planted = Planted([row], [theirs])
    planted.answer(row[NUMBER], kind, cause)
    return planted


def only(month: Month, ours: list[Row], theirs: list[Row], cause: str = "") -> Planted:
    """Numbers that one side has alone."""
    planted = Planted(ours, theirs)
    for row in ours:
        planted.answer(row[NUMBER], K.ONLY_OURS, cause)
    for row in theirs:
        planted.answer(row[NUMBER], K.ONLY_THEIRS, cause)
    return planted


def with_account(month: Month, row: Row) -> Row:
    """The same row, or one of its number with an account well above a 尾差."""
    while row[ACCOUNT] < 500 or row[CASH] < 0:
        row = month.case(row[NUMBER])
    return row


def swapped(month: Month, text: str, fits: Callable[[str], bool], *, far: bool = False) -> str:
    """The text with two digits exchanged, beside each other where that goes (or not), so that it fits."""
    places = [(a, b) for b in range(len(text)) for a in range(b) if text[a] != text[b]]
    places = [(a, b) for a, b in places if (text[a] + text[b]).isdigit()]
    month.chance.shuffle(places)
    for a, b in sorted(places, key=lambda pair: (pair[1] - pair[0] > 1) != far):
        other = text[:a] + text[b] + text[a + 1 : b] + text[a] + text[b + 1 :]
        if fits(other):
            return other
    raise ValueError(f"no two digits of {text} can change places")
