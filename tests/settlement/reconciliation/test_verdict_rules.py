"""What a verdict may be: which fit a kind, what may be written off, which two differences are one thing."""

from __future__ import annotations

import pytest

from settlement.reconciliation.kinds import DiscrepancyKind, Remedy, SourceKind
from settlement.reconciliation.verdict_rules import (
    Half,
    months_refusal,
    paid_fen,
    pair_refusal,
    remedies_of,
    write_off_refusal,
)

OURS, THEIRS = "only_ours", "only_theirs"


def half(kind: str, amount: int, number: str = "1", **more: object) -> Half:
    """A difference of one side that has all of the amount; of both sides unless told."""
    one_sided = {OURS: (amount, None), THEIRS: (None, -amount)}.get(kind, (amount, 0))
    sides = {"ours_fen": one_sided[0], "theirs_fen": one_sided[1], "subject": f"S{number}"}
    return Half(number=f"D{number}", kind=kind, amount_fen=amount, **{**sides, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", DiscrepancyKind)
@pytest.mark.parametrize("source", SourceKind)
def test_every_difference_can_be_asked_about_paired_explained_and_carried(kind: str, source: str) -> None:
    found = set(remedies_of(kind, source))

    assert {Remedy.ASK_THEM, Remedy.PAIR, Remedy.CARRY, Remedy.NONE} <= found
    assert (Remedy.WRITE_OFF in found) == (kind == "amount_differs")


def test_nobody_imports_what_we_have_or_corrects_what_we_have_not() -> None:
    assert Remedy.IMPORT not in remedies_of(OURS, "platform")
    assert Remedy.IMPORT in remedies_of(THEIRS, "platform")
    assert not {Remedy.HOLD, Remedy.CORRECT} & set(remedies_of(THEIRS, "platform"))
    assert Remedy.HOLD in remedies_of(OURS, "hospital")
    assert Remedy.HOLD not in remedies_of(OURS, "sheet")  # a line of a sheet is no case


@pytest.mark.parametrize(
    ("kind", "amount", "why"),
    [
        ("amount_differs", 100, ""),
        ("amount_differs", -100, ""),
        ("amount_differs", 101, "差额 1.01 元，超过核销限额 1.00 元。"),
        ("amount_differs", -101, "差额 1.01 元，超过核销限额 1.00 元。"),
        ("amount_differs", 0, "基金支付和个人账户没有差额，不用核销，请选“说明即可”。"),
        (OURS, 1, "尾差核销只用于“金额不符”。"),
    ],
)
def test_only_a_rest_within_the_limit_is_written_off(kind: str, amount: int, why: str) -> None:
    assert write_off_refusal(kind, amount, 100) == why


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (half(OURS, 70_000), half(THEIRS, -70_000, "2")),
        (half(OURS, -70_000), half(THEIRS, 70_000, "2")),  # the same refund under two numbers
        (half(OURS, 0), half(THEIRS, 0, "2")),  # all of it paid in cash
        (half(OURS, 70_000), half("duplicate", -70_000, "2")),
        (half("amount_differs", 500), half("amount_differs", -500, "2")),
        (half(OURS, 70_000), half(OURS, -70_000, "2", reverses="S1")),
        (half(THEIRS, -70_000, "1", reverses="S2"), half(THEIRS, 70_000, "2")),
    ],
)
def test_halves_of_one_thing_are_opposite_and_equal(one: Half, other: Half) -> None:
    assert pair_refusal(one, other) == ""
    assert pair_refusal(other, one) == ""


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (half(OURS, 70_000), half(OURS, 70_000), "一条差异不能与自己对应。"),
        (half(OURS, 70_000), half(OURS, -70_000, "2"), "D1 和 D2 都在我方一侧，不能互相对应。"),
        (half(THEIRS, 70_000), half("duplicate", -70_000, "2"), "D1 和 D2 都在对方一侧，不能互相对应。"),
        (
            half(OURS, 70_000),
            half(THEIRS, -69_999, "2"),
            "D1 是 700.00 元，D2 是 699.99 元，相差 0.01 元，不能互相对应。",
        ),
        (
            half("amount_differs", 0),
            half("owner_differs", 0, "2"),
            "D1 和 D2 都没有差额，没有可以互相对应的。",
        ),
    ],
)
def test_what_is_not_one_thing_is_refused_with_the_figures(one: Half, other: Half, why: str) -> None:
    assert pair_refusal(one, other) == why


def test_a_number_that_comes_a_month_later_settles_what_was_carried() -> None:
    """Ours in October, in their file of November: there it is of another month, and both sides have it."""
    carried = half(OURS, 70_000, "1", subject="S1")
    later = half("period_differs", 0, "2", subject="S1", ours_fen=70_000, theirs_fen=70_000)

    assert months_refusal(later, carried) == ""
    assert months_refusal(carried, later) == ""
    short = half("period_differs", 1, "2", subject="S1", ours_fen=70_000, theirs_fen=69_999)
    assert months_refusal(short, carried) == (
        "D1 是 700.00 元，D2 是 699.99 元，相差 0.01 元，不能互相对应。"
    )
    nothing = half(OURS, 70_000, "2", subject="S1")
    assert months_refusal(nothing, carried) == "D1 所缺的一侧，D2 里也没有，不能互相对应。"


def test_what_was_carried_under_another_number_is_a_half_as_any() -> None:
    carried = half(OURS, 70_000)

    assert months_refusal(half(THEIRS, -70_000, "2"), carried) == ""
    assert "相差 1.00 元" in months_refusal(half(THEIRS, -69_900, "2"), carried)


@pytest.mark.parametrize(
    ("side", "fen"),
    [
        ({}, None),
        ({"基金支付总额": "560.00", "个人账户": "140.00"}, 70_000),
        ({"个人账户": "-1.50"}, -150),
        ({"基金支付总额": "五百"}, None),
    ],
)
def test_what_a_side_is_paid(side: dict[str, str], fen: int | None) -> None:
    assert paid_fen(side) == fen
