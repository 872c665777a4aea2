"""通知与付款的算术: figures, numbers in a 摘要, what is matched beyond doubt, the days of lateness."""

from __future__ import annotations

import datetime as dt

import pytest

from settlement.clearing.rules import NetRow, Party, Side
from settlement.notices.rules import (
    Allotment,
    Candidate,
    Payer,
    allot,
    figures_of,
    number_of,
    numbers_named,
    standing,
)

PARTY = Party(1, "220100", "长春市", False, True)
PAY_BY = dt.date(2026, 12, 11)


def net(receivable: tuple[int, int], payable: tuple[int, int]) -> NetRow:
    return NetRow(PARTY, Side(1, receivable[0], 1, receivable[1]), Side(1, payable[0], 1, payable[1]))


@pytest.mark.parametrize(
    ("receivable", "payable", "figures"),
    [
        ((500, 0), (0, 200), ("receipt", 500, 200, 500, -200, 300)),
        ((0, 70000), (124500, 0), ("payment", 70000, 124500, 124500, -70000, 54500)),
        ((0, 1), (0, 0), ("receipt", 1, 0, 0, 1, 1)),
    ],
)
def test_a_notice_asks_for_the_net_by_insurance_type(
    receivable: tuple[int, int], payable: tuple[int, int], figures: tuple[object, ...]
) -> None:
    assert figures_of(net(receivable, payable)) == figures


def test_a_region_that_nets_to_nil_gets_no_notice() -> None:
    assert figures_of(net((300, 0), (0, 300))) is None


def test_the_number_is_written_as_agencies_write_it() -> None:
    assert number_of("吉医保异清", 2026, 12) == "吉医保异清〔2026〕12号"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("吉医保异清〔2026〕12号", [(2026, 12)]),
        ("付 吉医保异清[2026] 第012号、（2026）13号", [(2026, 12), (2026, 13)]),
        ("［2026］7号 【2026】7号", [(2026, 7)]),
        ("2026年12月清算款", []),
        ("清算款 20261201 号", []),
    ],
)
def test_numbers_are_read_out_of_a_text(text: str, found: list[tuple[int, int]]) -> None:
    assert numbers_named(text) == found


def candidate(number: int, open_fen: int, payer: Payer = Payer.RIGHT) -> Candidate:
    return Candidate(number, (2026, number), open_fen, payer)


NAMED = "〔2026〕1号"


@pytest.mark.parametrize(
    ("rest", "note", "candidates", "wanted"),
    [
        (500, "", [candidate(1, 500)], [Allotment(1, 500, "amount")]),
        (500, "", [candidate(1, 500), candidate(2, 500)], []),  # a tie is not guessed
        (500, "", [candidate(1, 500), candidate(2, 500, Payer.UNKNOWN)], [Allotment(1, 500, "amount")]),
        (500, "", [candidate(1, 500, Payer.UNKNOWN)], []),
        (500, "", [candidate(1, 500, Payer.WRONG)], []),
        (499, "", [candidate(1, 500)], []),
        (300, NAMED, [candidate(1, 500)], [Allotment(1, 300, "number")]),
        (700, NAMED, [candidate(1, 500)], [Allotment(1, 500, "number")]),
        (500, NAMED, [candidate(1, 500), candidate(2, 500)], [Allotment(1, 500, "number")]),
        (500, NAMED, [candidate(1, 500, Payer.UNKNOWN)], [Allotment(1, 500, "number")]),
        (300, NAMED, [candidate(1, 500, Payer.UNKNOWN)], []),
        (500, NAMED, [candidate(1, 500, Payer.WRONG)], []),
        (500, NAMED, [candidate(2, 500)], []),  # names another one than the amount fits
        (
            500,
            "〔2026〕1号〔2026〕2号",
            [candidate(1, 300), candidate(2, 200)],
            [Allotment(1, 300, "number"), Allotment(2, 200, "number")],
        ),
        (400, "〔2026〕1号〔2026〕2号", [candidate(1, 300), candidate(2, 200)], []),
    ],
)
def test_only_what_is_beyond_doubt_is_matched(
    rest: int, note: str, candidates: list[Candidate], wanted: list[Allotment]
) -> None:
    assert allot(rest, note, candidates) == wanted


@pytest.mark.parametrize(
    ("paid", "paid_on", "today", "label", "late"),
    [
        (0, None, PAY_BY, "未付", 0),  # the last day itself is in time
        (0, None, PAY_BY + dt.timedelta(days=1), "未付", 1),
        (499, PAY_BY, PAY_BY + dt.timedelta(days=9), "部分付", 9),
        (500, PAY_BY, PAY_BY + dt.timedelta(days=30), "已付清", 0),
        (500, PAY_BY + dt.timedelta(days=2), PAY_BY + dt.timedelta(days=30), "已付清", 2),
    ],
)
def test_days_late_count_from_the_day_after(
    paid: int, paid_on: dt.date | None, today: dt.date, label: str, late: int
) -> None:
    now = standing(total_fen=500, paid_fen=paid, pay_by=PAY_BY, paid_on=paid_on, today=today, is_voided=False)

    assert (now.label, now.days_late, now.open_fen) == (label, late, 500 - paid)
