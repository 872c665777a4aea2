"""清算的算术: netting, order and digests, without a database."""

from __future__ import annotations

from settlement.clearing.rules import (
    LINE_FIELDS,
    Line,
    Parties,
    Party,
    due,
    fund_total,
    lines_digest,
    net,
    sheets_digest,
)

PARTIES = Parties(
    (
        Party(1, "229900", "省直", False, True),
        Party(2, "220100", "长春市", False, True),
        Party(3, "220200", "吉林市", False, False),
        Party(9, "110000", "北京市", True, True),
    )
)


def line(insured: int, care: int, insurance_type: str = "employee", **changes: int) -> Line:
    figures = dict.fromkeys(LINE_FIELDS[4:], 0) | {"cases": 1, "records": 1} | changes
    return Line(insured, care, insurance_type, "inpatient", **figures)


LINES = [
    line(2, 1, due_fen=1000, deduction_fen=30),
    line(1, 2, "resident", due_fen=400),
    line(2, 9, due_fen=250),
    line(9, 1, "resident", due_fen=70),
]


def test_what_is_due_is_funds_and_account_less_deductions_with_carries() -> None:
    counted = line(
        1,
        2,
        fund_total_fen=900,
        personal_account_pay_fen=100,
        deduction_fen=50,
        carried_in_fen=7,
        carried_out_fen=3,
    )

    assert due(counted) == 954


def test_the_fund_total_is_the_seven_funds() -> None:
    funds = {name: 1 for name in LINE_FIELDS if name.endswith("_pay_fen") and "account" not in name}

    assert fund_total(line(1, 2, **funds)) == 7


def test_netting_gives_a_row_for_every_region_and_one_for_all_other_provinces() -> None:
    rows = {
        row.party.name: (row.receivable.sum_fen, row.payable.sum_fen, row.net_fen, row.word)
        for row in net(LINES, PARTIES)
    }

    assert rows == {
        "省直": (1070, 400, 670, "收"),
        "长春市": (400, 1250, -850, "付"),
        "吉林市": (0, 0, 0, ""),
        "跨省（省平台）": (250, 70, 180, "收"),
    }


def test_netting_always_balances() -> None:
    rows = net(LINES, PARTIES)

    assert sum(row.receivable.sum_fen for row in rows) == sum(row.payable.sum_fen for row in rows) == 1720
    assert sum(row.receivable.deduction_fen for row in rows) == 30
    assert sum(row.net_fen for row in rows) == 0


def test_only_regions_in_force_must_confirm() -> None:
    assert [party.name for party in PARTIES.must_confirm] == ["省直", "长春市"]


def test_the_digest_does_not_depend_on_the_order_of_the_rows() -> None:
    assert lines_digest(LINES, PARTIES) == lines_digest(LINES[::-1], PARTIES)
    assert lines_digest(LINES, PARTIES) != lines_digest(LINES[:-1], PARTIES)
    assert sheets_digest([("9", "", "a"), ("10", "x", "b")]) == sheets_digest(
        [("10", "x", "b"), ("9", "", "a")]
    )


def test_a_party_of_another_month_is_named_as_such() -> None:
    assert PARTIES.party(77).name == "非本期统筹区 77"
    assert PARTIES.place(77) == 4
