"""A number that stands twice, a number that is stored: duplicate, conflict, unchanged."""

from collections.abc import Callable
from typing import Any

from settlement.records.models import SettlementRecord
from tests.settlement.records.files import reversal, row
from tests.support.world import World

Run = Callable[..., Any]


def test_of_a_number_twice_the_first_row_stands(codes: Run) -> None:
    assert codes([row(), row(姓名="李四"), row()]) == {2: "duplicate_in_file", 3: "duplicate_in_file"}


def test_a_refused_row_does_not_make_a_later_one_a_duplicate(codes: Run) -> None:
    assert codes([row(险种="777"), row(), row()]) == {1: "unknown_insurance_type", 3: "duplicate_in_file"}


def test_a_fault_of_its_own_comes_before_the_duplicate(codes: Run) -> None:
    assert codes([row(), row(险种="777")]) == {2: "unknown_insurance_type"}


def test_a_stored_row_is_unchanged(load: Run) -> None:
    load([row()])

    again = load([row()])

    assert (again.accepted, again.unchanged, again.refused) == (0, 1, 0)
    assert SettlementRecord.objects.count() == 1


def test_a_stored_number_with_other_content_is_a_conflict(load: Run, check: Run) -> None:
    load([row()])

    refused = check([row(姓名="李四", 个人现金="290.00", 个人账户="150.00")]).refused[0]

    assert refused.code == "conflicts_with_stored"
    assert "不同的列：姓名、个人账户、个人现金" in refused.message
    assert SettlementRecord.objects.get().person_name == "张三"


def test_the_row_equal_to_the_stored_one_stands_after_a_conflicting_one(codes: Run, load: Run) -> None:
    load([row()])

    assert codes([row(姓名="李四"), row(), row(姓名="王五")]) == {
        1: "conflicts_with_stored",
        3: "duplicate_in_file",
    }


def test_a_conflict_does_not_tell_strangers_what_is_stored(load: Run, check: Run, world: World) -> None:
    load([row()])

    refused = check([row(姓名="李四", 参保地区划="222401")], by=world.yanbian_clearing).refused[0]

    assert refused.code == "conflicts_with_stored"
    assert "不同的列" not in refused.message


def test_a_number_shared_by_a_reversal_and_a_case_stands_once(codes: Run) -> None:
    rows = [row("A"), reversal("B", "A"), row("B")]

    assert codes(rows) == {3: "duplicate_in_file"}


def test_a_case_stands_where_the_reversal_of_its_number_was_refused(codes: Run) -> None:
    rows = [reversal("B", "unknown"), row("B"), row("B")]

    assert codes(rows) == {1: "reversal_without_original", 3: "duplicate_in_file"}


def test_every_row_of_a_large_file_is_judged_once(check: Run) -> None:
    rows = [row(f"S{number % 1500}") for number in range(3000)]

    outcome = check(rows)

    assert (outcome.rows, outcome.accepted) == (3000, 1500)
    assert outcome.refused_by_code() == {"duplicate_in_file": 1500}
