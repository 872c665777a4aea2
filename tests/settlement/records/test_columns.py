"""The header: both spellings, any order, unknown columns told, missing ones refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agency.batches.kinds import CheckRequest
from agency.errors import DomainError
from settlement.records.batches import check_settlements
from settlement.records.columns import COLUMNS, REQUIRED, read_header
from tests.settlement.records.files import Row, row
from tests.support.world import World

PLATFORM = {column.name: column.platform or column.name for column in COLUMNS}
Run = Callable[..., Any]


def test_platform_field_names_are_understood_in_any_order_and_case(load: Run, check: Run) -> None:
    load([row()])
    names = [*reversed(row())]
    renamed: Row = {PLATFORM[name].upper(): row()[name] for name in names}

    assert check([renamed]).unchanged == 1


def test_unknown_columns_are_told_and_ignored(check: Run) -> None:
    outcome = check([row(备注="无", 科室="内科")])

    assert (outcome.accepted, outcome.ignored_columns) == (1, ["备注", "科室"])


def test_columns_that_may_be_empty_may_be_absent(check: Run) -> None:
    required = {column.name for column in COLUMNS[REQUIRED]}
    bare = row(统筹基金="560.00", 个人现金="440.00")
    short: Row = {name: bare[name] for name in bare if name in {*required, "统筹基金", "个人现金"}}

    assert check([short]).accepted == 1


@pytest.mark.parametrize("column", [column.name for column in COLUMNS[REQUIRED]])
def test_a_file_without_a_column_that_must_have_values_is_refused(check: Run, column: str) -> None:
    short = {name: value for name, value in row().items() if name != column}

    with pytest.raises(DomainError, match=f"缺少必须有的列：{column}。"):
        check([short])


def test_a_column_in_both_spellings_is_refused() -> None:
    with pytest.raises(DomainError, match="“结算编号”有两列"):
        read_header([*row(), "setl_id"])


def test_a_file_with_no_rows_is_refused(world: World, tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text(",".join(row()) + "\n", encoding="utf-8")

    with pytest.raises(DomainError, match="只有表头"):
        check_settlements(CheckRequest(path=path, file_name="empty.csv", by=world.system))
