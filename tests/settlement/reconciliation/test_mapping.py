"""How the columns of a file are found: proposed from the header, agreed, saved, applied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agency.errors import DomainError, NotAllowed
from agency.journal.models import AuditEntry
from settlement.reconciliation.mapping import OTHER_WORDS, own_columns, positions, proposed
from settlement.reconciliation.models import ColumnMapping
from settlement.reconciliation.saved_mappings import mapping_save
from settlement.records.columns import COLUMNS, NAMES
from tests.settlement.records.files import row
from tests.support.world import World

Run = Callable[..., Any]
THEIRS = {"结算编号": "流水", "基金支付总额": "医保 付"}


@pytest.fixture
def save(world: World) -> Callable[..., ColumnMapping]:
    def run(name: str = "吉大一院", **changes: Any) -> ColumnMapping:
        asked: dict[str, Any] = {
            "source": "hospital", "columns": THEIRS, "headings": ["流水", "医保付"],
            "by": world.prov_clearing,
        }  # fmt: skip
        return mapping_save(name=name, at=world.now, **(asked | changes))

    return run


def test_our_names_the_platforms_and_other_words_are_proposed() -> None:
    headings = ["结算流水号", "PSN_NO", "患者姓名", "医疗费总额", "总费用", "床位", ""]

    assert proposed(headings) == {
        "结算编号": "结算流水号",
        "姓名": "患者姓名",
        "医疗费总额": "医疗费总额",
        "人员编号": "PSN_NO",
    }


def test_every_heading_that_a_file_of_ours_or_of_the_platform_has_is_known() -> None:
    names, platform = list(NAMES), {column.name: column.platform for column in COLUMNS if column.platform}

    assert proposed(names) == own_columns(names) == dict(zip(names, names, strict=True))
    assert own_columns(list(platform.values())) == platform
    assert proposed(list(platform.values())) == platform


def test_no_word_stands_for_two_columns() -> None:
    words = [word.casefold() for name in NAMES for word in (name, *OTHER_WORDS[name])]
    words += [column.platform for column in COLUMNS if column.platform]

    assert sorted({word for word in words if words.count(word) > 1}) == []
    assert set(OTHER_WORDS) == set(NAMES)


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"基金支付总额": "医保付"}, "missing_column"),
        ({"结算编号": "流水", "床位": "床位"}, "unknown_column"),
        ({"结算编号": "流水", "姓名": "流水"}, "column_used_twice"),
        ({"结算编号": "流水", "姓名": "名字"}, "missing_column"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(columns: dict[str, str], code: str) -> None:
    with pytest.raises(DomainError) as refused:
        positions(["流水", "医保付"], columns)

    assert refused.value.code == code


def test_a_saved_mapping_is_applied(load: Run, compare: Run, save: Run) -> None:
    load([row("S1"), row("S2")])

    theirs = [
        {"流水": "S1", "医保付": "560", "姓名": "别人"},
        {"流水": "S2", "医保付": "561", "姓名": "别人"},
    ]
    run = compare(theirs, mapping=save())

    assert (run.columns, run.compared) == (THEIRS, ["基金支付总额"])
    assert [one.subject for one in run.discrepancies.all()] == ["S2"]
    assert run.notes == ["没有比对的列：姓名。"]


def test_columns_that_were_agreed_for_one_file_go_before_the_saved_ones(
    load: Run, compare: Run, save: Run
) -> None:
    load([row("S1")])

    run = compare([{"号": "S1", "名": "李四"}], mapping=save(), columns={"结算编号": "号", "姓名": "名"})

    assert run.discrepancies.get().columns == ["姓名"]


def test_without_a_mapping_other_words_are_not_guessed(load: Run, compare: Run) -> None:
    load([row("S1")])

    run = compare([{"结算流水号": "S1", "总费用": "1000.00"}])

    assert (run.state, "没有“结算编号”" in run.message) == ("failed", True)


def test_a_mapping_is_kept_by_its_name_and_logged(save: Run, world: World) -> None:
    saved = save(" 吉大一院 ")

    assert (saved.name, saved.region, saved.by) == ("吉大一院", None, world.prov_clearing)
    assert AuditEntry.objects.get(action="column_mapping_saved").subject_no == "吉大一院"
    for name, code in (("吉大一院", "name_taken"), ("", "name_missing"), ("长" * 41, "name_too_long")):
        with pytest.raises(DomainError) as refused:
            save(name)
        assert refused.value.code == code
    assert ColumnMapping.objects.count() == 1


def test_another_regions_mapping_is_not_for_use(save: Run, compare: Run, world: World) -> None:
    saved = save(by=world.yanbian_clearing)

    with pytest.raises(NotAllowed):
        compare([row("S1")], mapping=saved, by=world.jilin_clearing)
