"""Rows of one list that cannot stand beside each other: all refused, whichever of them comes first."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from filings.followups.models import FollowUp
from filings.followups.services import follow_up_receive
from filings.groups.selectors import says_same_papers
from filings.materials.rules import COMMITMENT_LETTER as LETTER
from tests.filings.groups.lists import checked, loaded, make_worker, row, write
from tests.support.world import World

Row = dict[str, str]


def told(rows: list[Row], world: World, folder: Path) -> dict[str, tuple[str, str]]:
    """Address (each row of a test has its own) → code and column of what is refused."""
    refused = checked(write(folder, rows), world).refused
    return {rows[one.line_no - 2]["居住地址"]: (one.code, one.column) for one in refused}


def test_of_rows_that_share_days_none_stands_in_any_order(world: World, tmp_path: Path) -> None:
    """a and b overlap, b and c overlap, a and c do not; d is at another place."""
    person = make_worker(world.changchun)
    short = {"备案类型": "临时外出", "材料": "有效身份证件"}
    rows = [
        row(person, **short, 居住地址="a", 生效日期="2026-11-20"),
        row(person, **short, 居住地址="b", 生效日期="2027-02-01"),
        row(person, **short, 居住地址="c", 生效日期="2027-07-01"),
        row(person, **short, 居住地址="d", 就医地区划="110105"),
    ]

    found = {str(sorted(told(list(order), world, tmp_path).items())) for order in permutations(rows)}

    overlapping = ("overlapping", "生效日期")
    assert found == {str([(name, overlapping) for name in "abc"])}


def test_duplicates_name_each_other_in_any_order(world: World, tmp_path: Path) -> None:
    person, other, third = (make_worker(world.changchun) for _ in range(3))
    rows = [
        row(person, 居住地址="a", 外部编号="W1"),
        row(other, 居住地址="b", 外部编号="W1"),
        row(third, 居住地址="c"),
        row(third, 居住地址="d"),
    ]

    found = {str(sorted(told(list(order), world, tmp_path).items())) for order in permutations(rows)}
    sentences = [one.message for one in checked(write(tmp_path, rows), world).refused]

    number, person_twice = ("duplicate_in_file", "外部编号"), ("duplicate_in_file", "证件号码")
    expected = [("a", number), ("b", number), ("c", person_twice), ("d", person_twice)]
    assert found == {str(expected)}
    assert [sentence.partition("：")[2][:7] for sentence in sentences] == [
        "与第 3 行是",
        "与第 2 行是",
        "与第 5 行是",
        "与第 4 行是",
    ]
    assert all("几行都没有收" in sentence for sentence in sentences)


def test_a_row_that_is_refused_for_itself_stands_in_nobodys_way(world: World, tmp_path: Path) -> None:
    person = make_worker(world.changchun)
    rows = [row(person, 居住地址="a", 联系电话="12"), row(person, 居住地址="b")]

    for order in permutations(rows):
        assert told(list(order), world, tmp_path) == {"a": ("not_accepted", "联系电话")}


def test_a_stored_row_writes_nothing_and_bars_nothing(world: World, tmp_path: Path) -> None:
    """Told twice in one file it is unchanged twice; the new row is judged by what is stored."""
    person = make_worker(world.changchun)
    known = row(person, 外部编号="W1")
    loaded(world, write(tmp_path, [known]))

    for order in permutations([known, known, row(person, 外部编号="W2")]):
        outcome = checked(write(tmp_path, list(order)), world)
        assert (outcome.accepted, outcome.unchanged) == (0, 2)
        assert [one.code for one in outcome.refused] == ["overlapping"]
        assert "已有同类备案 F" in outcome.refused[0].message


def test_of_many_the_first_three_are_named(world: World, tmp_path: Path) -> None:
    person = make_worker(world.changchun)
    rows = [row(person, 生效日期=f"2026-11-{day}", 外部编号=f"W{day}") for day in range(20, 26)]

    outcome = checked(write(tmp_path, rows), world)

    assert len(outcome.refused) == 6 and outcome.accepted == 0
    assert "与第 2、3、4 等 5 行是同一人" in outcome.refused[5].message


@pytest.mark.parametrize("promise", ["居住证（承诺）", "个人承诺书"])
def test_a_row_whose_promise_was_kept_since_is_unchanged(world: World, tmp_path: Path, promise: str) -> None:
    people = [make_worker(world.changchun), make_worker(world.changchun)]
    rows = [
        row(people[0], 材料=f"有效身份证件、{promise}", 外部编号="W1"),
        row(people[1], 材料=f"有效身份证件、{promise}"),
    ]
    loaded(world, write(tmp_path, rows))
    for follow_up in FollowUp.objects.filter(kind="commitment"):
        follow_up_receive(follow_up, papers="lease_contract", how="copy", by=world.clerk, at=world.now)

    again = checked(write(tmp_path, rows), world)

    assert (again.accepted, again.unchanged, again.refused) == (0, 2, [])
    firm = [{**one, "材料": "有效身份证件、工作合同"} for one in rows]
    codes = [one.code for one in checked(write(tmp_path, firm), world).refused]
    assert codes == ["conflicts_with_stored", "overlapping"]


@pytest.mark.parametrize(
    ("stored", "row_says", "same"),
    [
        ({"id": "copy", "lease": "copy"}, {"id": "copy", "lease": "commitment"}, True),
        ({"id": "copy", "permit": "original"}, {"id": "copy", "lease": "commitment"}, True),
        ({"id": "copy", LETTER: "original", "lease": "copy"}, {"id": "copy", LETTER: "original"}, True),
        ({"id": "copy"}, {"id": "copy", "lease": "commitment"}, False),
        ({"id": "original", "lease": "copy"}, {"id": "copy", "lease": "commitment"}, False),
        ({"id": "copy", "lease": "copy"}, {"id": "copy", "lease": "original"}, False),
        ({"id": "copy", "lease": "copy", "permit": "copy"}, {"id": "copy", "lease": "copy"}, False),
    ],
)  # fmt: skip
def test_papers_are_the_same_or_a_promise_was_kept(
    stored: dict[str, str], row_says: dict[str, str], same: bool
) -> None:
    assert says_same_papers(stored, row_says) is same
