"""退费: a reversal cancels one original, whole and once, wherever that stands."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from settlement.records.models import SettlementRecord
from tests.settlement.records.files import reversal, row

Run = Callable[..., Any]
WITHOUT, NO_MATCH = "reversal_without_original", "reversal_does_not_match"


def test_a_reversal_after_its_original_is_taken(load: Run) -> None:
    load([row("A"), reversal("B", "A")])

    record = SettlementRecord.objects.get(settlement_no="B")
    assert (record.is_reversal, record.reverses_no, record.total_fee_fen) == (True, "A", -100000)


def test_a_reversal_before_its_original_is_taken(codes: Run) -> None:
    assert codes([reversal("B", "A"), row("A")]) == {}


def test_a_reversal_of_a_stored_original_is_taken(codes: Run, load: Run) -> None:
    load([row("A")])

    assert codes([reversal("B", "A")]) == {}


@pytest.mark.parametrize("rows", [[reversal("B", "A")], [reversal("B", "")]])
def test_a_reversal_needs_an_original(codes: Run, rows: list[Any]) -> None:
    assert codes(rows) == {1: WITHOUT}


def test_a_reversal_of_a_refused_original_is_refused(codes: Run) -> None:
    assert codes([reversal("B", "A"), row("A", 险种="777")]) == {1: WITHOUT, 2: "unknown_insurance_type"}


@pytest.mark.parametrize(
    "changes",
    [
        {"医疗费总额": "-999.00", "全自费": "-99.00", "个人现金": "-299.00"},
        {"个人现金": "-290.00", "个人账户": "-150.00"},
        {"实际起付线": "0.00"},
        {"实际起付线": "200.00"},
        {"证件号码": "220199195410106504"},
        {"参保地区划": "222401"},
        {"就医地区划": "220104"},
        {"险种": "居民"},
        {"医疗类别": "11"},
        {"定点医药机构编号": "H22020200002"},
    ],
)
def test_a_reversal_that_differs_from_its_original_is_refused(codes: Run, changes: dict[str, str]) -> None:
    assert codes([row("A"), reversal("B", "A", **changes)]) == {2: NO_MATCH}


@pytest.mark.parametrize(
    "changes", [{"参保地区划": "220104"}, {"医疗类别": "22"}, {"结算时间": "2026-11-02"}]
)
def test_area_care_code_and_time_may_differ_within_region_and_kind(
    codes: Run, changes: dict[str, str]
) -> None:
    assert codes([row("A"), reversal("B", "A", **changes)]) == {}


def test_a_mismatch_names_the_amount_and_the_difference(check: Run) -> None:
    refused = check([row("A"), reversal("B", "A", 个人现金="-290.00", 个人账户="-150.00")]).refused[0]

    assert "个人账户应为 -140.00 元，实为 -150.00 元，相差 -10.00 元" in refused.message
    assert (refused.column, refused.value) == ("原结算编号", "A")


def test_a_second_reversal_is_refused(codes: Run) -> None:
    assert codes([reversal("B", "A"), row("A"), reversal("C", "A")]) == {3: NO_MATCH}


def test_a_second_reversal_of_a_stored_pair_is_refused(codes: Run, load: Run) -> None:
    load([row("A"), reversal("B", "A")])

    assert codes([reversal("C", "A"), reversal("B", "A"), row("A")]) == {1: NO_MATCH}


def test_the_reversal_of_a_reversal_is_refused(codes: Run) -> None:
    rows = [row("A"), reversal("C", "B"), reversal("B", "A")]

    assert codes(rows) == {2: NO_MATCH}


def test_a_reversal_of_a_refused_reversal_has_no_original(codes: Run) -> None:
    rows = [reversal("C", "B"), reversal("B", "A", 实际起付线="0.00"), row("A")]

    assert codes(rows) == {1: WITHOUT, 2: NO_MATCH}


def test_reversals_that_name_each_other_have_no_original(codes: Run) -> None:
    assert codes([reversal("A", "B"), reversal("B", "A"), reversal("C", "C")]) == {
        1: WITHOUT,
        2: WITHOUT,
        3: WITHOUT,
    }


def test_a_long_chain_of_reversals_is_judged(codes: Run) -> None:
    chain = [reversal(f"R{n}", f"R{n + 1}") for n in range(1200)]

    found = codes([*chain, reversal("R1200", "A"), row("A")])

    assert found == {n + 1: WITHOUT if n < 1199 else NO_MATCH for n in range(1200)}


def test_a_reversal_of_an_original_that_is_only_unchanged_is_taken(codes: Run, load: Run) -> None:
    load([row("A")])

    assert codes([row("A"), reversal("B", "A")]) == {}


def test_a_pair_in_different_blocks_of_a_large_file_is_matched(check: Run) -> None:
    filler = [row(f"S{number}") for number in range(1200)]

    outcome = check([reversal("B", "A"), *filler, row("A")])

    assert (outcome.accepted, outcome.refused) == (1202, [])


@pytest.mark.parametrize("at_once", [1, 500])
def test_a_file_of_many_reversals_is_judged_in_blocks_as_if_at_once(
    at_once: int, check: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("settlement.records.resolve.WAITING_AT_ONCE", at_once)
    rows = [
        reversal("D", "C"),
        reversal("C", "B"),
        reversal("B", "A"),
        reversal("E", "A"),
        reversal("G", "F"),
        reversal("F", "G"),
        row("A"),
        row("B"),
        reversal("B", "A"),
    ]

    outcome = check(rows)

    assert {refused.line_no - 1: refused.code for refused in outcome.refused} == {
        1: WITHOUT,
        2: NO_MATCH,
        4: NO_MATCH,
        5: WITHOUT,
        6: WITHOUT,
        8: "duplicate_in_file",
        9: "duplicate_in_file",
    }
    assert (outcome.accepted, outcome.preview["reversals"]) == (2, 1)


def test_reversals_that_wait_take_no_memory_each(check: Run) -> None:
    """Some megabytes stay for the databases aside; the candidates themselves took 6 MB a thousand."""
    rows = [row("A"), *(reversal(f"R{number}", f"R{number + 1}") for number in range(3000))]
    check(rows[:50])

    tracemalloc.start()
    outcome = check(rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(outcome.refused) == 3000
    assert peak < 12_000_000
