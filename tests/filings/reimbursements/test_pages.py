"""The queue of manual reimbursement, its export, one case, the side bar and the home page."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agency.journal.models import AuditEntry
from filings.models import ManualReimbursement
from filings.reimbursements.hooks import home, nav, search_reimbursements
from filings.reimbursements.views import lists
from tests.filings.staying import make_late_stay, make_reimbursement
from tests.support.world import World

Login = Callable[[object], Client]


def numbers(client: Client, query: str = "") -> list[str]:
    return listed(client.get(f"/reimbursements/{query}"))


def listed(response: Any) -> list[str]:
    return [row["case"].reimbursement_no for row in response.context["rows"]]


def test_a_clerk_lists_a_stay_prints_the_notice_and_closes_it(world: World, as_user: Login) -> None:
    stay = make_late_stay(world)
    client = as_user(world.clerk)
    offered = client.get(f"/stays/{stay.stay_no}/").content.decode()
    assert "列入手工报销" in offered and "病历或出院小结" in offered

    opened = client.post(f"/stays/{stay.stay_no}/reimbursement/")
    again = client.post(f"/stays/{stay.stay_no}/reimbursement/")
    page = client.get(f"{opened.url}form/notice/").content.decode()

    assert opened.url == again.url == "/reimbursements/R2026110001/"
    assert "异地就医手工报销告知单</h1>" in page and "验证码" in page and "表 告知" not in page
    assert client.post(f"{opened.url}done/").status_code == 422
    assert "请写明办结说明" in client.post(f"{opened.url}done/").content.decode()
    assert client.post(f"{opened.url}done/", {"reason": "已报销"}).url == opened.url
    assert "已报销" in client.get(opened.url).content.decode()
    assert client.post(f"{opened.url}take/").url == opened.url
    assert client.post(f"{opened.url}withdraw/", {"reason": "错了"}).status_code == 422
    assert ManualReimbursement.objects.get().state == "done"


def test_the_longest_waiting_stands_first_and_filters_narrow(
    world: World, as_user: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [
        make_reimbursement(world, make_late_stay(world, admission_no=f"ZY{index}")).reimbursement_no
        for index in range(5)
    ]
    ManualReimbursement.objects.filter(reimbursement_no=made[1]).update(assigned_to=world.supervisor)
    paged = lists.keyset_page
    monkeypatch.setattr(lists, "keyset_page", lambda *given, **how: paged(*given, size=2, **how))
    client = as_user(world.clerk)

    first = client.get("/reimbursements/")
    second = client.get(first.context["page"].older_url)
    third = client.get(second.context["page"].older_url)

    assert [listed(page) for page in (first, second, third)] == [made[:2], made[2:4], made[4:]]
    assert first.context["page"].newer_url is None and third.context["page"].older_url is None
    back = client.get(third.context["page"].newer_url)
    assert listed(back) == made[2:4]
    assert numbers(client, "?mine=on") == [made[0], made[2]]
    assert numbers(client, "?state=done") == [] == numbers(as_user(world.yanbian_clerk), "?state=all")
    assert numbers(client, "?state=nonsense") == made[:2]


def test_the_list_takes_the_same_queries_however_many_wait(world: World, as_user: Login) -> None:
    make_reimbursement(world)
    client = as_user(world.clerk)
    counts = []
    for index in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/reimbursements/")
        counts.append(len(queries))
        make_reimbursement(world, make_late_stay(world, admission_no=f"ZY-{index}"))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_export_is_masked_and_logged(world: World, as_user: Login, kind: str) -> None:
    case = make_reimbursement(world)

    response = as_user(world.clerk).get(f"/reimbursements/export.{kind}?state=waiting")

    if kind == "csv":
        (row,) = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
        assert row["手工报销编号"] == case.reimbursement_no
        assert row["证件号码"].startswith("2201**") and row["等候天数"] == "0"
    assert case.stay.person.cert_no.encode() not in response.content
    entry = AuditEntry.objects.get(action="exported")
    assert (entry.detail["rows"], entry.detail["filters"]) == (1, {"state": "waiting"})
    assert as_user(world.clerk).get("/reimbursements/export.pdf").status_code == 404


def test_side_bar_home_and_search_know_the_queue(world: World) -> None:
    case = make_reimbursement(world)

    assert [(item.group, item.label, item.count) for item in nav(world.clerk)] == [("窗口", "手工报销", 1)]
    assert nav(world.yanbian_clerk)[0].count == 0 and nav(world.changchun_clearing) == []
    assert [(tile.label, tile.count) for tile in home(world.clerk, world.today).tiles] == [("手工报销", 1)]
    assert not home(world.reviewer, world.today).tiles
    assert search_reimbursements(world.clerk, "r2026110001").rows[0].number == case.reimbursement_no  # type: ignore[union-attr]
    assert search_reimbursements(world.yanbian_clerk, case.reimbursement_no).rows == []  # type: ignore[union-attr]


def test_a_case_whose_stay_was_corrected_asks_to_look_again(world: World, as_user: Login) -> None:
    case = make_reimbursement(world)
    type(case.stay).objects.update(settled_on=None)
    client = as_user(world.clerk)

    for url in (f"/reimbursements/{case.reimbursement_no}/", f"/stays/{case.stay.stay_no}/"):
        assert "不能又直接结算又手工报销" in client.get(url).content.decode()
