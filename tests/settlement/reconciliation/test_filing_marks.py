"""备案核对 beside differences of single cases: a column of the lists, a filter, the page of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from settlement.matching.services import match_period
from settlement.reconciliation import chosen
from settlement.reconciliation.listing import DifferenceFilter
from tests.filings.making import id_number
from tests.settlement.matching.marking import make_filing, make_patient
from tests.settlement.reconciliation.made import difference, differing, make_run, only_ours, only_theirs
from tests.settlement.records.files import row
from tests.support.world import World

Run = Callable[..., Any]
LogIn = Callable[[object], Client]
WORK = "/reconciliation/differences/"
COLUMN = '<th scope="col">备案核对</th>'


@pytest.fixture
def found(load: Run, world: World) -> str:
    """A: in order; B and C: no filing; T: only theirs; S: a line of a sheet that has a number of ours."""
    make_filing(world, make_patient(world))
    others = [{"证件号码": id_number(serial=n), "姓名": "李四"} for n in (20, 21)]
    load([row("A"), row("B", **others[0]), row("C", **others[1])])
    match_period("202610", at=world.now)
    run = make_run(world, only_ours("A"), only_ours("B"), differing("C", "7.00", "6.50"), only_theirs("T"))
    return run.run_no


def marks(client: Client, url: str = WORK, **narrow: str) -> list[tuple[str, str]]:
    rows = client.get(url, {"view": "open", **narrow}).context["rows"]
    return [(item.row.subject, str(item.mark.label) if item.mark else "") for item in rows]


def test_every_case_of_ours_has_its_mark_in_the_list(found: str, as_user: LogIn, world: World) -> None:
    client = as_user(world.prov_clearing)

    told = [("A", "有备案"), ("B", "没有备案"), ("C", "没有备案"), ("T", "")]
    assert marks(client) == told
    assert marks(client, f"/reconciliation/{found}/differences/") == told
    html = client.get(f"/reconciliation/{found}/differences/").content.decode()
    assert (COLUMN in html, "我方备案核对" in html) == (True, True)
    assert html.count('<span class="badge bad">没有备案</span>') == 2


def test_the_list_is_narrowed_to_a_mark_and_so_is_what_is_done_with_all_of_it(
    found: str, as_user: LogIn, world: World
) -> None:
    client = as_user(world.prov_clearing)

    assert marks(client, mark="none") == [("B", "没有备案"), ("C", "没有备案")]
    assert marks(client, mark="in_force") == [("A", "有备案")]
    assert marks(client, mark="expired") == []
    assert "筛选条件有误" in client.get(WORK, {"view": "open", "mark": "unheard"}).content.decode()
    picked = chosen.all_listed(world.prov_clearing, DifferenceFilter(view="open", mark="none"), world.today)
    assert sorted(picked.keys) == sorted(difference(number).pk for number in "BC")


def test_a_line_of_a_sheet_has_no_filing_behind_it(found: str, as_user: LogIn, world: World) -> None:
    run = make_run(world, only_ours("B"), source="sheet")
    client = as_user(world.prov_clearing)

    url = f"/reconciliation/{run}/differences/"
    html = client.get(url).content.decode()

    assert (COLUMN in html, "我方备案核对" in html, marks(client, url)) == (False, False, [("B", "")])
    assert marks(client, mark="none") == [("B", "没有备案"), ("C", "没有备案")]


def test_the_page_of_a_difference_shows_the_mark(found: str, as_user: LogIn, world: World) -> None:
    client = as_user(world.prov_clearing)

    html = {n: client.get(f"{WORK}{difference(n).difference_no}/").content.decode() for n in "BT"}

    assert '备案 <span class="badge bad">没有备案</span>' in html["B"]
    assert 'class="badge bad">没有备案' not in html["T"]


def test_the_marks_of_a_page_are_asked_for_once(found: str, as_user: LogIn, world: World) -> None:
    client = as_user(world.prov_clearing)
    narrow = {"view": "open", "number": "B"}
    with CaptureQueriesContext(connection) as one:
        client.get(WORK, narrow)

    with CaptureQueriesContext(connection) as many:
        client.get(WORK, {"view": "open"})

    assert len(many) == len(one)
