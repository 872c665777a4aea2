"""The sample months give the sheets that were worked out apart from this program, to the cent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agency.batches.services import batch_run
from agency.money import plain_yuan
from agency.organisation.selectors import region_named
from agency.sheets.declare import Kind
from agency.sheets.filled import SheetData
from settlement.clearing.filling import sheet_data
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.services import period_compute
from tests.support.ground import Ground
from tests.support.world import World

DATA = Path(__file__).parents[2] / "data"
FILES = {
    "october csv": ("202610", DATA / "october-2026" / "settlements.csv"),
    "october xlsx": ("202610", DATA / "october-2026" / "settlements.xlsx"),
    "november": ("202611", DATA / "november-2026-gb18030" / "settlements.csv"),
}
KEYS = {
    "10": ("counterpart", "insurance_type", "care_kind"),
    "11": ("counterpart", "insurance_type", "care_kind"),
    "12": ("direction", "counterpart", "care_kind"),
    "13": ("direction", "counterpart", "care_kind"),
}
Rows = dict[str, dict[str, Any]]


@pytest.fixture(scope="module", params=FILES)
def laid(request: pytest.FixtureRequest, ground: Ground) -> Iterator[str]:
    """A sample month, imported and computed once for its five tests."""
    period, path = FILES[request.param]

    def lay(world: World) -> None:
        for kind, file in (("settlements", path), ("deductions", path.parent / "deductions.csv")):
            batch_run(kind=kind, path=file, by=world.system, system=world.system, at=world.now)
        period_compute(period=period, by=world.system, at=world.now)

    with ground(lay):
        yield request.param


@pytest.fixture
def month(laid: str, db: None) -> tuple[ClearingPeriod, dict[str, Any]]:
    """A sample month with the answers."""
    period, path = FILES[laid]
    answers = json.loads((path.parent / "expected.json").read_text(encoding="utf-8"))
    return ClearingPeriod.objects.get(period=period), answers


def shown(value: object) -> object:
    return value if isinstance(value, str) else plain_yuan(int(str(value)))


def figures(data: SheetData, key: tuple[str, ...], titles: dict[str, str]) -> Rows:
    """Rows by their key; each figure under the name that the answers use."""
    found: Rows = {}
    for row in data.rows:
        found["|".join(str(row.values[name]) for name in key)] = {
            titles.get(column.title, f"{column.group}{column.title}"): row.values[column.key]
            if column.kind is Kind.COUNT
            else shown(row.values[column.key])
            for column in data.sheet.leaves
            if column.is_totalled
        }
    return found


@pytest.mark.parametrize("form", KEYS)
def test_the_sheets_of_every_region_are_as_worked_out(
    month: tuple[ClearingPeriod, dict[str, Any]], form: str
) -> None:
    computed, answers = month
    titles = {"应收金额": "应收付金额", "应付金额": "应收付金额"}

    for name, expected in answers[f"sheet{form}"].items():
        ours = figures(sheet_data(form, computed, region_named(name)), KEYS[form], titles)

        assert set(ours) == set(expected)
        for key, values in expected.items():
            assert {title: ours[key][title] for title in values} == values


def test_sheet_9_is_as_worked_out(month: tuple[ClearingPeriod, dict[str, Any]]) -> None:
    computed, answers = month

    ours = figures(sheet_data("9", computed, None), ("region",), {})

    for name, values in ours.items():
        expected = answers["sheet9"].get(name, {})
        nil = {title: 0 if title.endswith("人次") else "0.00" for title in values}
        compared = {title: value for title, value in values.items() if not title.startswith("扣款")}
        assert {"应收小计", "应付小计", "轧差"} <= set(compared)
        assert compared == {title: expected.get(title, nil[title]) for title in compared}
    assert set(answers["sheet9"]) <= set(ours)
