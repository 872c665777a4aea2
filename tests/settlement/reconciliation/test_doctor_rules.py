"""What a difference most likely comes from, each rule at its edge; no database."""

from __future__ import annotations

from typing import Any

import pytest

from settlement.reconciliation.doctor_amounts import (
    NO_DEDUCTION,
    Deducted,
    Finding,
    amounts_of,
    exchanged,
    of_amounts,
)
from settlement.reconciliation.doctor_pairs import Single, left_over, pairs_of
from settlement.reconciliation.doctor_rules import (
    Difference,
    Repeat,
    drafted,
    of_duplicate,
    of_owner,
    of_period,
    of_reversal,
    tells,
)
from settlement.reconciliation.doctor_stored import Stored, copied, copies_of, originals_of, refund
from settlement.reconciliation.kinds import Cause, DiscrepancyKind, Remedy

OURS = {"医疗费总额": "1000.00", "统筹基金": "560.00", "基金支付总额": "560.00", "个人账户": "140.20",
        "个人现金": "299.80"}  # fmt: skip
LIMIT = 10


def cause_of(deducted: Deducted = NO_DEDUCTION, worth: int | None = None, **theirs: str) -> str:
    """The cause of a difference in which they have these amounts instead of ours."""
    other = {**OURS, **theirs}
    fund, account = (int(other[name].replace(".", "")) for name in ("基金支付总额", "个人账户"))
    amount_fen = 70_020 - (fund + account if worth is None else worth)
    columns = [name for name in OURS if other[name] != OURS[name]]
    finding = of_amounts(amounts_of(columns, OURS, other, amount_fen), deducted, LIMIT)
    return "" if finding is None else finding.cause


@pytest.mark.parametrize(
    ("one", "other", "places"),
    [
        ("202610000000001234", "202610000000001324", (16, 17)),
        ("1234", "4231", (1, 4)),
        ("1234", "1234", None),
        ("1234", "1235", None),
        ("1234", "2143", None),
        ("1234", "12340", None),
        ("1A34", "A134", None),
        ("0.50", "5.00", (1, 3)),
    ],
)
def test_two_digits_change_places(one: str, other: str, places: tuple[int, int] | None) -> None:
    assert exchanged(one, other) == places


@pytest.mark.parametrize(
    ("theirs", "cause"),
    [
        # by what counts as 尾差, in every column
        ({"统筹基金": "560.10", "基金支付总额": "560.10", "个人现金": "299.70"}, Cause.ROUNDING),
        ({"统筹基金": "560.11", "基金支付总额": "560.11", "个人现金": "299.69"}, ""),
        ({"统筹基金": "560.05", "个人现金": "299.60"}, ""),
        # the sample's five yuan
        ({"统筹基金": "565.00", "基金支付总额": "565.00", "个人现金": "294.80"}, ""),
        # the account: in the fund total, as fund, as cash, left out; not a fen beside
        ({"基金支付总额": "700.20"}, Cause.ACCOUNT_SHARE),
        ({"统筹基金": "700.20", "基金支付总额": "700.20", "个人账户": "0.00"}, Cause.ACCOUNT_SHARE),
        ({"个人账户": "0.00", "个人现金": "440.00"}, Cause.ACCOUNT_SHARE),
        ({"个人账户": ""}, Cause.ACCOUNT_SHARE),
        ({"基金支付总额": "700.21"}, ""),
        # the other sign in all that differs, not in a part of it
        ({"个人现金": "-299.80"}, Cause.REVERSAL_PAIR),
        ({name: f"-{text}" for name, text in OURS.items()}, Cause.REVERSAL_PAIR),
        ({"个人现金": "-299.80", "统筹基金": "561.23"}, ""),
        # two digits; cash follows and proves nothing
        ({"统筹基金": "650.00", "基金支付总额": "650.00", "个人现金": "209.80"}, Cause.DIGITS_SWAPPED),
        ({"统筹基金": "506.00", "基金支付总额": "506.00", "个人现金": "353.80"}, Cause.DIGITS_SWAPPED),
        ({"个人账户": "120.40", "个人现金": "319.60"}, Cause.DIGITS_SWAPPED),
        ({"个人现金": "399.80", "统筹基金": "460.00", "基金支付总额": "460.00"}, ""),
    ],
)
def test_a_difference_in_amounts(theirs: dict[str, str], cause: str) -> None:
    empty = {name: text or "0.00" for name, text in theirs.items()}

    assert cause_of(**empty) == cause


@pytest.mark.parametrize(
    ("ours", "theirs", "cause"),
    [
        ("560.50", "561.00", Cause.ROUNDING),
        ("560.99", "560.00", Cause.ROUNDING),
        ("-560.50", "-561.00", Cause.ROUNDING),
        ("560.49", "561.00", ""),
        ("560.50", "562.00", ""),
        ("560.50", "560.20", ""),
        ("560.00", "560.50", ""),  # ours are whole by chance, theirs are exact
    ],
)
def test_an_amount_of_theirs_in_whole_yuan_is_a_rounded_one(ours: str, theirs: str, cause: str) -> None:
    found = amounts_of(["基金支付总额"], {"基金支付总额": ours}, {"基金支付总额": theirs}, 0)

    finding = of_amounts(found, NO_DEDUCTION, LIMIT)

    assert ("" if finding is None else finding.cause) == cause


@pytest.mark.parametrize(
    ("theirs", "cause"),
    [
        ({"统筹基金": "460.00", "基金支付总额": "460.00", "个人现金": "399.80"}, Cause.DEDUCTION),
        ({"统筹基金": "660.00", "基金支付总额": "660.00", "个人现金": "199.80"}, Cause.DEDUCTION),
        ({"医疗费总额": "900.00", "统筹基金": "480.00", "个人现金": "279.80"}, Cause.DEDUCTION),
        (
            {"统筹基金": "430.00", "基金支付总额": "430.00", "个人现金": "429.80"},
            Cause.DEDUCTION,
        ),  # all of them
        ({"统筹基金": "460.01", "基金支付总额": "460.01", "个人现金": "399.79"}, ""),
    ],
)
def test_a_difference_that_is_a_deduction(theirs: dict[str, str], cause: str) -> None:
    deducted = Deducted((("扣款 K1", 10_000), ("扣款 K2", 3_000)), standing_fen=13_000)

    assert cause_of(deducted, **theirs) == cause


def test_a_deduction_goes_before_the_account_of_the_same_amount() -> None:
    deducted = Deducted((("扣款 K1", 14_020),), standing_fen=14_020)

    assert cause_of(deducted, 基金支付总额="419.80") == Cause.DEDUCTION


def test_an_account_that_they_deliver_inside_the_fund_is_taken_out_first() -> None:
    """Their fund total is 560.03 + 140.20, and as much is what theirs is worth."""
    assert cause_of(worth=70_023, 基金支付总额="700.23", 统筹基金="560.03") == Cause.ROUNDING


OWNER = {"证件号码": "22010219900101128X", "姓名": "张三", "定点医药机构编号": "H22020200012"}


@pytest.mark.parametrize(
    ("theirs", "known", "cause"),
    [
        ({"证件号码": "22010291900101128X"}, (), Cause.DIGITS_SWAPPED),
        ({"证件号码": "22010219900101128X"[:-2] + "9X"}, (), ""),
        ({"证件号码": "22010291900101128X", "姓名": "张四"}, (), ""),
        ({"定点医药机构编号": "H22020200021"}, (), Cause.DIGITS_SWAPPED),
        ({"定点医药机构编号": "H22020200021"}, ("H22020200021",), ""),
        ({"定点医药机构编号": "P22020200012"}, (), ""),
    ],
)
def test_digits_of_an_owner(theirs: dict[str, str], known: tuple[str, ...], cause: str) -> None:
    other = {**OWNER, **theirs}
    columns = [name for name in OWNER if OWNER[name] != other[name]]

    finding = of_owner(columns, OWNER, other, frozenset(known))

    assert ("" if finding is None else finding.cause) == cause
    assert finding is None or "1128X" not in str(finding.evidence)


def test_two_digits_of_an_identity_number_break_its_check_digit() -> None:
    """The check digit finds two digits that changed places unless they stand ten places apart; other columns
    are no numbers."""
    ours, theirs = "11010519491231002X", "11010519491231020X"

    assert exchanged(ours, theirs)
    assert of_owner(["证件号码"], {"证件号码": ours}, {"证件号码": theirs}, frozenset()) is not None
    assert of_owner(["险种"], {"险种": "310"}, {"险种": "130"}, frozenset()) is None


def test_months_are_told_by_how_far_they_lie() -> None:
    finding = of_period(
        {"结算时间": "2026-10-09 10:30:00"}, {"结算时间": "2026-09-09 10:30:00"}, {"个人账户": "相差 1.00 元"}
    )

    assert (finding.cause, finding.proposed) == (Cause.OTHER_MONTH, Remedy.ASK_THEM)
    assert "早 1 个月" in finding.evidence["说明"]
    assert finding.evidence["个人账户"] == "相差 1.00 元"


@pytest.mark.parametrize(
    ("amount_fen", "remedy"),
    [(5, Remedy.WRITE_OFF), (-100, Remedy.WRITE_OFF), (101, Remedy.ASK_THEM), (0, Remedy.NONE)],
)
def test_only_a_rest_within_the_limit_is_written_off(amount_fen: int, remedy: str) -> None:
    one = Difference(1, DiscrepancyKind.AMOUNT_DIFFERS, "S1", 2, [], {}, {}, amount_fen)

    assert drafted(one, Finding(Cause.ROUNDING, Remedy.WRITE_OFF), 100).proposed == remedy
    assert drafted(one, Finding(Cause.DEDUCTION, Remedy.HOLD), 100).proposed == Remedy.HOLD


def test_a_flag_that_contradicts_its_sign_is_told() -> None:
    ours, theirs = {"退费标志": "0", "医疗费总额": "9.00"}, {"退费标志": "1", "医疗费总额": "9.00"}

    finding = of_reversal(ours, theirs)

    assert finding.cause == Cause.REVERSAL_PAIR
    assert finding.evidence["说明"] == "同一编号，我方是正常结算，对方是标着退费、金额为正的一行。"


@pytest.mark.parametrize(
    ("repeat", "cause"),
    [
        (Repeat(2, True, False), Cause.TWIN_ROW),
        (Repeat(2, False, True), Cause.REVERSAL_PAIR),
        (Repeat(2, False, False), ""),
    ],
)
def test_rows_of_one_number(repeat: Repeat, cause: str) -> None:
    finding = of_duplicate(repeat)

    assert ("" if finding is None else finding.cause) == cause


@pytest.mark.parametrize(
    ("marked", "of", "elsewhere", "all_elsewhere", "told"),
    [
        (1, 1, 0, 10, True),
        (4, 28, 10, 1_000, True),
        (4, 4, 600, 1_000, False),  # where hardly anybody has filed
        (10, 10, 600, 1_000, True),
        (16, 20, 700, 1_000, False),
        (0, 5, 1, 10, False),
        (5, 100, 50, 1_000, False),
        (4, 44, 46, 1_000, True),  # where nearly everybody has filed
        (20, 224, 144, 3_000, True),
        (3, 44, 46, 1_000, False),
        (20, 50, 240, 1_000, True),
        (18, 50, 240, 1_000, False),
    ],
)
def test_a_mark_tells_something_beyond_chance(
    marked: int, of: int, elsewhere: int, all_elsewhere: int, told: bool
) -> None:
    assert tells(marked, of, elsewhere, all_elsewhere) is told


def single(serial: int, side: str, subject: str, **changes: Any) -> Single:
    values: dict[str, Any] = {
        "serial": serial, "side": side, "subject": subject, "line": serial, "cert_no": "C1",
        "person_no": "P1", "institution": "H1", "settled_at": "2026-10-09 10:30:00", "fee_fen": 1_000,
        "fund_fen": 600, "account_fen": 100, "is_refund": 0, "reverses_no": "", **changes,
    }  # fmt: skip
    worth = (values["fund_fen"] or 0) + (values["account_fen"] or 0)
    return Single(**{"worth_fen": worth, "paid_fen": worth, **values})


def paired(*person: Single) -> dict[int, tuple[int, str, str]]:
    """Serial of ours → serial of theirs, cause, what is proposed."""
    return {
        pair.ours.serial: (pair.theirs.serial, pair.finding.cause, pair.finding.proposed)
        for pair in pairs_of(person)
    }


def test_halves_of_a_pair_are_used_once_the_same_second_first() -> None:
    later = "2026-10-09 18:00:00"
    ours = [single(1, "ours", "S1"), single(2, "ours", "S2", settled_at=later)]
    theirs = [single(3, "theirs", "T1", settled_at=later), single(4, "theirs", "T2")]

    found = paired(*ours, *theirs, single(5, "theirs", "T3"))

    assert found == {
        1: (4, Cause.OTHER_NUMBER, Remedy.PAIR),
        2: (3, Cause.OTHER_NUMBER, Remedy.PAIR),
    }


def test_halves_that_are_not_worth_the_same_cannot_be_paired() -> None:
    """Their file has no 个人账户: the amounts that both have agree, and yet a rest is left."""
    found = paired(single(1, "ours", "S1"), single(2, "theirs", "T9", account_fen=None))

    assert found == {1: (2, Cause.OTHER_NUMBER, Remedy.ASK_THEM)}


def test_swapped_digits_of_another_day_or_place_are_another_case() -> None:
    """Somebody who comes every other day for the same."""
    ours = single(1, "ours", "2610012")

    assert not paired(ours, single(2, "theirs", "2610021", settled_at="2026-10-11 10:30:00"))
    assert not paired(ours, single(2, "theirs", "2610021", institution="H2"))
    assert paired(ours, single(2, "theirs", "2610021", institution="", settled_at="2026-10-09 18:00:00"))


def test_swapped_digits_go_before_another_number() -> None:
    found = paired(single(1, "ours", "2610012"), single(2, "theirs", "9"), single(3, "theirs", "2610021"))

    assert found == {1: (3, Cause.DIGITS_SWAPPED, Remedy.PAIR)}


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"settled_at": "2026-10-10 10:30:00"}, None),
        ({"institution": "H2"}, None),
        ({"fund_fen": 601}, None),
        ({"account_fen": None}, Cause.OTHER_NUMBER),
        ({"fee_fen": None, "fund_fen": None}, None),
        ({"is_refund": 1}, None),
        ({"is_refund": 1, "fee_fen": -1_000, "fund_fen": -600, "account_fen": -100}, Cause.REVERSAL_PAIR),
    ],
)
def test_the_other_half_agrees_in_day_place_and_amounts(changes: dict[str, Any], cause: str | None) -> None:
    found = paired(single(1, "ours", "S1"), single(2, "theirs", "T9", **changes))

    assert [told for _, told, _ in found.values()] == ([cause] if cause else [])


def test_a_file_without_days_and_places_still_shows_swapped_digits() -> None:
    bare = {"cert_no": "", "settled_at": "", "institution": ""}

    assert paired(single(1, "ours", "2610012"), single(2, "theirs", "2610021", **bare))
    assert not paired(single(1, "ours", "2610012"), single(2, "theirs", "T9", **bare))


def test_what_is_left_on_both_sides_of_a_visit_belongs_together() -> None:
    ours, theirs = single(1, "ours", "S1"), single(2, "theirs", "T1", fee_fen=900)

    (pair,) = left_over([theirs, ours])

    assert (pair.ours, pair.theirs) == (ours, theirs)
    assert (pair.finding.cause, pair.finding.proposed) == (Cause.OTHER_NUMBER, Remedy.ASK_THEM)
    assert left_over([ours, theirs, single(3, "theirs", "T2", fee_fen=800)]) == []
    assert left_over([ours, single(4, "theirs", "T3", is_refund=1)]) == []
    assert left_over([ours, single(5, "theirs", "T4", fee_fen=900, fund_fen=90)]) == []  # nothing is the same
    assert left_over([ours, single(6, "theirs", "T5", fund_fen=90)])


def test_a_copy_is_of_a_case_under_another_number() -> None:
    stored = Stored("S1", "H1", "2026-10-09 08:00:00", False, (1_000, 600, 100))

    assert copies_of(single(1, "theirs", "T1"), [stored]) == [stored]
    assert copies_of(single(1, "theirs", "S1"), [stored]) == []
    assert copies_of(single(1, "theirs", "T1", account_fen=99), [stored]) == []
    assert copies_of(single(1, "theirs", "T1", settled_at="2026-10-08 08:00:00"), [stored]) == []
    assert copies_of(single(1, "theirs", "T1", is_refund=1), [stored]) == []
    finding = copied(single(1, "theirs", "T1"), stored)
    assert (finding.cause, finding.proposed) == (Cause.OTHER_NUMBER, Remedy.REJECT)
    assert finding.evidence["另一编号"] == "S1"


@pytest.mark.parametrize(
    ("side", "missing_too", "ours_has", "cause", "remedy"),
    [
        ("theirs", False, True, Cause.REVERSAL_PAIR, Remedy.IMPORT),
        ("theirs", True, False, Cause.REVERSAL_PAIR, Remedy.NONE),
        ("theirs", False, False, "", Remedy.ASK_THEM),
        ("ours", False, True, Cause.REVERSAL_PAIR, Remedy.ASK_THEM),
        ("ours", True, True, Cause.REVERSAL_PAIR, Remedy.NONE),
    ],
)
def test_a_refund_that_one_side_has_alone(
    side: str, missing_too: bool, ours_has: bool, cause: str, remedy: str
) -> None:
    back = single(1, side, "T1", is_refund=1, reverses_no="S1")

    finding = refund(back, "S1", missing_too=missing_too, ours_has=ours_has)

    assert (finding.cause, finding.proposed) == (cause, remedy)
    assert finding.evidence["原结算编号"] == "S1"


def test_a_refund_that_names_no_case_is_of_the_one_with_its_amounts() -> None:
    stored = Stored("S1", "H1", "2026-10-08 08:00:00", False, (1_000, 600, 100))
    back = single(1, "theirs", "T1", is_refund=1, fee_fen=-1_000, fund_fen=-600, account_fen=-100)

    assert originals_of(back, [stored]) == [stored]
    assert originals_of(back._replace(account_fen=None), [stored]) == [stored]
    assert originals_of(back._replace(fund_fen=-601), [stored]) == []
    assert originals_of(back._replace(institution="H2"), [stored]) == []
    assert originals_of(back, [stored._replace(is_refund=True, amounts=(1_000, 600, 100))]) == []
    assert refund(back, "S1", missing_too=False, ours_has=True).evidence["金额正好相反的一笔"] == "S1"
