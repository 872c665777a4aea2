"""扣款文件: by case or by group; every code; what is known already."""

from collections.abc import Callable
from typing import Any

import pytest

from agency.errors import DomainError
from settlement.deductions.models import Deduction
from tests.settlement.deductions.rows import by_case, by_group
from tests.support.world import World

Run = Callable[..., Any]

FAULTS = [
    ("missing_value", {"期别": ""}),
    ("missing_value", {"扣款类别": ""}),
    ("missing_value", {"原因": " "}),
    ("missing_value", {"金额": ""}),
    ("bad_number", {"金额": "0"}),
    ("bad_number", {"金额": "-5.00"}),
    ("bad_number", {"金额": "12.345"}),
    ("bad_number", {"期别": "2026-10"}),
    ("bad_number", {"期别": "202613"}),
    ("bad_number", {"原因": "长" * 201}),
    ("unknown_settlement", {"结算编号": "S9"}),
    ("unknown_kind", {"扣款类别": "罚款"}),
]


@pytest.mark.parametrize(("code", "changes"), FAULTS)
def test_a_faulty_row_is_refused_with_its_code(codes: Run, code: str, changes: dict[str, str]) -> None:
    assert codes([by_case(**changes), by_case("S2")]) == {1: code}


@pytest.mark.parametrize("first", range(len(FAULTS) - 1))
def test_of_two_faults_the_first_code_counts(codes: Run, first: int) -> None:
    code, changes = FAULTS[first]
    later = [one for other, one in FAULTS[first + 1 :] if other != code and not changes.keys() & one.keys()]

    assert set(codes([by_case(**{**one, **changes}) for one in later]).values()) <= {code}


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("missing_value", {"险种": ""}),
        ("missing_value", {"定点医药机构编号": ""}),
        ("unknown_settlement", {"参保地区划": "999999"}),
        ("unknown_settlement", {"参保地区划": "110000", "就医地区划": "310000"}),
        ("unknown_settlement", {"险种": "777"}),
        ("unknown_settlement", {"医疗类别": "88"}),
        ("unknown_settlement", {"定点医药机构编号": "H99999999999"}),
    ],
)
def test_a_group_must_be_named_wholly_and_known(codes: Run, code: str, changes: dict[str, str]) -> None:
    assert codes([by_group(**changes), by_group()]) == {1: code}


def test_a_deduction_takes_the_parties_of_its_case(load: Run, world: World) -> None:
    load([by_case(扣款编号="K1")])

    row = Deduction.objects.get()
    assert (row.record.settlement_no, row.amount_fen, row.external_no) == ("S1", 12050, "K1")
    assert (row.insured_region, row.care_region) == (world.changchun, world.jilin)
    assert (row.insurance_type, row.care_kind, row.institution.code) == (
        "employee",
        "inpatient",
        "H22020200001",
    )
    assert (row.stated_period, row.period, row.kind) == ("202610", "202610", "audit_disallowance")
    assert row.deduction_no == "D20261000001"


def test_a_deduction_of_a_group_names_its_parties_itself(load: Run, world: World) -> None:
    load([by_group(), by_group(医疗类别="21", 险种="390")])

    first, second = Deduction.objects.order_by("id")
    assert (first.record, first.insured_region, first.care_region) == (None, world.changchun, world.jilin)
    assert (first.insurance_type, first.care_kind, first.amount_fen) == ("employee", "inpatient", 100000)
    assert (second.insurance_type, second.care_kind) == ("resident", "inpatient")


def test_a_signed_month_moves_it_to_the_next_unsigned_one(load: Run, sign: Run) -> None:
    sign("202610")

    batch = load([by_case(), by_case("S2", 期别="202612")])

    found = Deduction.objects.order_by("id").values_list("stated_period", "period")
    assert list(found) == [("202610", "202611"), ("202612", "202612")]
    assert (batch.preview["late"], batch.preview["periods"]) == (1, {"202611": 1, "202612": 1})


def test_the_same_row_twice_in_a_file_is_taken_once(codes: Run) -> None:
    assert codes([by_case(), by_case(), by_case(原因="超标准收费"), by_group(), by_group()]) == {
        2: "duplicate_in_file",
        5: "duplicate_in_file",
    }


def test_two_alike_are_told_apart_by_their_own_numbers(codes: Run) -> None:
    rows = [by_case(扣款编号="K1"), by_case(扣款编号="K2"), by_case(扣款编号="K2", 金额="7.00")]

    assert codes(rows) == {3: "duplicate_in_file"}


def test_the_same_file_again_is_unchanged(load: Run) -> None:
    rows = [by_case(), by_case("S2", 扣款编号="K1"), by_group()]
    load(rows)

    again = load(rows)

    assert (again.accepted, again.unchanged, again.refused) == (0, 3, 0)
    assert Deduction.objects.count() == 3


def test_a_known_number_with_other_content_is_a_conflict(codes: Run, load: Run) -> None:
    load([by_case(扣款编号="K1")])

    assert codes([by_case(扣款编号="K1", 金额="99.00"), by_case(扣款编号="K1")]) == {
        1: "conflicts_with_stored"
    }


def test_a_region_deducts_only_where_it_is_a_party(codes: Run, world: World) -> None:
    rows = [by_case("S1"), by_case("S2"), by_group()]

    assert codes(rows, by=world.changchun_clearing) == {2: "unknown_settlement"}
    assert codes(rows, by=world.jilin_clearing) == {}
    assert codes(rows, by=world.yanbian_clearing) == {1: "unknown_settlement", 3: "unknown_settlement"}


def test_a_number_that_excel_has_cut_is_refused_with_its_cell(check: Run) -> None:
    refused = check([by_case(202610000000000001070, 金额=120.5)], name="deductions.xlsx").refused[0]

    assert (refused.code, refused.place) == ("digits_lost", "结算明细!B2")


def test_numbers_of_excel_are_read(load: Run, check: Run) -> None:
    load([by_case()])

    assert check([by_case(期别=202610, 金额=120.5)], name="deductions.xlsx").unchanged == 1


@pytest.mark.parametrize("column", ["期别", "扣款类别", "原因", "金额", "结算编号"])
def test_a_file_without_a_needed_column_is_refused(check: Run, column: str) -> None:
    short = {name: value for name, value in by_case().items() if name != column}

    with pytest.raises(DomainError, match=f"缺少必须有的列：{column}。"):
        check([short])


def test_a_file_of_groups_needs_no_settlement_numbers(check: Run) -> None:
    group = by_group()
    del group["结算编号"]

    assert check([group]).accepted == 1


def test_the_preview_counts_deductions_of_local_cases(check: Callable[..., Any]) -> None:
    local = by_group(就医地区划="220102", 定点医药机构编号="H22020200001")

    assert check([by_case(), local]).preview["local"] == 1
