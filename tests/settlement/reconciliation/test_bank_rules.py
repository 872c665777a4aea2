"""What is left of a bank line: partial, joint, foreign, of nobody; by payer and amount alone."""

from __future__ import annotations

import pytest

from settlement.notices.rules import Payer
from settlement.reconciliation.bank_rules import OpenNotice, Way, reading

R, U, W = Payer.RIGHT, Payer.UNKNOWN, Payer.WRONG


def notice(number: int, open_fen: int, payer: Payer = R, region: str = "长春市") -> OpenNotice:
    return OpenNotice(f"{number}号", region, open_fen, payer)


OWN = ["长春市"]
A, B, C = notice(1, 54500), notice(2, 10000), notice(3, 500)
OF_SIPING = notice(4, 54500, W, "四平市")


@pytest.mark.parametrize(
    ("rest_fen", "owners", "candidates", "way", "notices"),
    [
        (54500, OWN, [A, B], Way.EXACT, ("1号",)),
        (54500, OWN, [A, notice(5, 54500)], Way.EXACT, ("1号", "5号")),
        (64500, OWN, [A, B, C], Way.JOINT, ("1号", "2号")),
        (65000, OWN, [A, B, C], Way.JOINT, ("1号", "2号", "3号")),
        (30000, OWN, [A, B], Way.PARTIAL, ("1号",)),
        (54700, OWN, [A, C], Way.PARTIAL, ("1号", "3号")),
        (70000, OWN, [A, B], Way.OVER, ("1号", "2号")),
        (54500, ["白山市"], [OF_SIPING], Way.FOREIGN, ("4号",)),
        (54500, OWN, [OF_SIPING, B, C], Way.FOREIGN, ("4号",)),
        (6000, OWN, [OF_SIPING, B], Way.PARTIAL, ("2号",)),
        (99, ["白山市"], [OF_SIPING], Way.FOREIGN, ()),
        (54500, [], [notice(6, 54500, U)], Way.UNKNOWN, ("6号",)),
        (64500, [], [notice(6, 54500, U), notice(7, 10000, U)], Way.UNKNOWN, ("6号", "7号")),
        (64500, [], [notice(6, 54500, U), notice(7, 10000, U, "四平市")], Way.NONE, ()),
        (1235, [], [notice(6, 54500, U)], Way.NONE, ()),
        (1235, OWN, [], Way.FOREIGN, ()),
    ],
)
def test_what_a_line_most_likely_is(
    rest_fen: int, owners: list[str], candidates: list[OpenNotice], way: Way, notices: tuple[str, ...]
) -> None:
    found = reading(rest_fen, owners, candidates)

    assert (found.way, found.notices) == (way, notices)


def test_it_is_said_in_a_sentence() -> None:
    assert reading(64500, OWN, [A, B]).told == (
        "对方账号登记的是长春市，金额等于 长春市 1号（未付 545.00）、长春市 2号（未付 100.00） 之和。"
    )
    assert reading(70000, OWN, [A]).told == (
        "对方账号登记的是长春市，比它全部未付的 545.00 多 155.00：长春市 1号（未付 545.00）。"
    )
