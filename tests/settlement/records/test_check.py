"""One row by itself: every published code, and the first that applies when there are two faults."""

from collections.abc import Callable
from typing import Any

import pytest

from settlement.records.models import SettlementRecord
from tests.settlement.records.files import row
from tests.support.world import World

Codes = Callable[..., dict[int, str]]

FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("missing_value", {"姓名": ""}),
    ("missing_value", {"结算编号": "　"}),
    ("missing_value", {"基金支付总额": ""}),
    ("bad_number", {"医疗费总额": "1000.001"}),
    ("bad_number", {"个人现金": "1e3"}),
    ("bad_number", {"统筹基金": "五百"}),
    ("bad_number", {"实际起付线": "1,00.00"}),
    ("bad_number", {"姓名": "张" * 51}),
    ("bad_date", {"结算时间": "2026-02-30 10:00:00"}),
    ("bad_date", {"入院日期": "昨天"}),
    ("bad_date", {"出院日期": "2026-09-30"}),
    ("bad_id_number", {"证件号码": "220102199001011281"}),
    ("bad_id_number", {"证件号码": "220102900101123"}),
    ("bad_id_number", {"证件号码": "220102199002301237"}),
    ("bad_id_number", {"证件类型": "身份证"}),
    ("unknown_region", {"就医地区划": "999999"}),
    ("unknown_region", {"参保地区划": "2201"}),
    ("not_our_case", {"参保地区划": "110000", "就医地区划": "310100"}),
    ("unknown_insurance_type", {"险种": "城乡居民"}),
    ("unknown_care_type", {"医疗类别": "88"}),
    ("bad_institution_code", {"定点医药机构编号": "H2202020001"}),
    ("bad_institution_code", {"定点医药机构编号": "X22020200001"}),
    ("bad_reversal_flag", {"退费标志": "2"}),
    ("bad_reversal_flag", {"退费标志": "1", "原结算编号": "S0"}),
    ("bad_reversal_flag", {"医疗费总额": "-1000.00"}),
    ("parts_do_not_add_up", {"全自费": "100.01"}),
    ("funds_do_not_add_up", {"医疗救助": "0.01"}),
    ("payers_do_not_add_up", {"个人现金": "300.01"}),
    ("payers_do_not_add_up", {"医院负担": "0.01"}),
]


@pytest.mark.parametrize(("code", "changes"), FAULTS)
def test_a_faulty_row_is_refused_with_its_code(codes: Codes, code: str, changes: dict[str, Any]) -> None:
    assert codes([row(**changes), row("S2")]) == {1: code}


@pytest.mark.parametrize("first", range(len(FAULTS) - 2))
def test_of_two_faults_the_first_code_in_the_published_order_counts(codes: Codes, first: int) -> None:
    code, changes = FAULTS[first]
    later = [one for other, one in FAULTS[first + 1 :] if other != code and not changes.keys() & one.keys()]

    found = codes([row(f"S{index}", **{**one, **changes}) for index, one in enumerate(later, 1)])

    assert set(found.values()) <= {code}
    assert len(found) == len(later)


def test_a_refused_row_tells_line_column_value_and_why(check: Callable[..., Any]) -> None:
    outcome = check([row(), row("S2", 全自费="100.02")])

    refused = outcome.refused[0]
    assert (refused.line_no, refused.column, refused.value) == (3, "医疗费总额", "1000.00")
    assert refused.message == (
        "第 3 行，医疗费总额“1000.00”：全自费、超限价自费、先行自付、符合政策范围之和是 1,000.02 元，"
        "相差 -0.02 元。请向平台或医疗机构核对后改正。"
    )
    assert list(refused.cells)[:3] == ["S2", "P100", "01"]


def test_a_message_never_writes_out_an_identity_number(check: Callable[..., Any]) -> None:
    refused = check([row(证件号码="220102199001011281")]).refused[0]

    assert "2201**********1281" in refused.message
    assert "220102199001011281" not in refused.message


def test_hospital_pays_a_part(check: Callable[..., Any]) -> None:
    outcome = check([row(个人现金="290.00", 医院负担="10.00")])

    assert outcome.accepted == 1


def test_absent_amounts_are_nil(load: Callable[..., Any]) -> None:
    load([row(职工大额补助="", 统筹基金="560.00", 个人账户="", 个人现金="440.00", 实际起付线="")])

    record = SettlementRecord.objects.get()
    assert (record.large_expense_pay_fen, record.personal_account_pay_fen, record.deductible_fen) == (0, 0, 0)
    assert record.pooling_pay_fen == 56000


def test_an_original_without_the_flag_of_a_reversal_is_not_kept(load: Callable[..., Any]) -> None:
    load([row(原结算编号="S0")])

    assert SettlementRecord.objects.get().reverses_no == ""


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"证件号码": "1" * 31, "医疗费总额": "abc"}, "bad_number"),
        ({"证件号码": "1" * 31, "结算时间": "abc"}, "bad_date"),
        ({"证件号码": "1" * 31, "参保地区划": "999999"}, "bad_id_number"),
        ({"姓名": "张" * 51, "结算时间": "abc"}, "bad_number"),
        ({"诊断": "x" * 201, "参保地区划": "999999"}, "bad_number"),
    ],
)
def test_a_text_that_is_too_long_is_refused_at_the_place_of_its_code(
    codes: Callable[..., dict[int, str]], changes: dict[str, str], code: str
) -> None:
    assert codes([row("S1", **changes)]) == {1: code}


def test_a_case_of_other_regions_is_refused_with_its_area_code(
    check: Callable[..., Any], world: World
) -> None:
    outcome = check([row("S1")], by=world.yanbian_clearing)

    assert [(r.code, r.column, r.value) for r in outcome.refused] == [
        ("not_your_region", "参保地区划", "220102")
    ]
