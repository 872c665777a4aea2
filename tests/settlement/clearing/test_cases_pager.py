"""数字背后的明细: many records come in pages."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.test import Client

from settlement.clearing.models import ClearingPeriod
from tests.settlement.records.files import row
from tests.support.world import World

AsUser = Callable[..., Client]


def cases_url(form: str, row_key: str, column: str, region: str = "220100") -> str:
    where = f"{form}/" if form == "9" else f"{form}/{region}/"
    return f"/clearing/202610/sheets/{where}cases/?{urlencode({'row': row_key, 'column': column})}"


def test_many_records_come_in_pages(
    load: Callable[..., object],
    compute: Callable[..., ClearingPeriod],
    world: World,
    as_user: AsUser,
) -> None:
    load([row(f"S{number:03d}") for number in range(120)])
    compute()
    client = as_user(world.changchun_clearing)

    first = client.get(cases_url("11", "", "due"))
    second = client.get(first.context["page"].older_url)
    third = client.get(second.context["page"].older_url)

    assert [len(page.context["rows"]) for page in (first, second, third)] == [50, 50, 20]
    assert "明细 120 笔" in first.content.decode()
    assert third.context["page"].older_url is None
