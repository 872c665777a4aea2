"""The ledger and its export."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from agency.journal.models import AuditEntry
from filings.models import Filing
from filings.queues.views import ledger
from tests.filings.making import make_draft, make_in_force
from tests.support.world import World

Login = Callable[[object], Client]


def numbers(client: Client, query: str = "") -> list[str]:
    response = client.get(f"/filings/{query}")
    return [row.filing.filing_no for row in response.context["rows"]]


def test_the_newest_stand_first(world: World, as_user: Login) -> None:
    first, second = make_draft(world), make_in_force(world)

    assert numbers(as_user(world.clerk)) == [second.filing_no, first.filing_no]


def test_filters_narrow_the_list(world: World, as_user: Login) -> None:
    draft = make_draft(world, province="110000", city="")
    force = make_in_force(world, kind="temporary_other")
    client = as_user(world.clerk)

    assert numbers(client, "?state=draft") == [draft.filing_no]
    assert numbers(client, "?kind=temporary_other") == [force.filing_no]
    assert numbers(client, "?care=110000") == [draft.filing_no]
    assert numbers(client, "?since=2026-11-21") == []
    assert numbers(client, "?since=20261120&until=20261120") == [force.filing_no, draft.filing_no]
    assert numbers(client, "?since=yesterday") == []
    assert "筛选条件有误" in client.get("/filings/?since=yesterday").content.decode()


def test_states_are_those_of_today(world: World, as_user: Login) -> None:
    filing = make_in_force(world, kind="temporary_other")
    yesterday = dt.date.today() - dt.timedelta(days=1)  # noqa: DTZ011
    Filing.objects.filter(pk=filing.pk).update(begins_on="2026-01-01", ends_on=yesterday)
    client = as_user(world.clerk)

    assert numbers(client, "?state=expired") == [filing.filing_no]
    assert numbers(client, "?state=in_force") == []


def test_the_list_has_two_sides(world: World, as_user: Login) -> None:
    here = make_in_force(world, province="220000", city="222400")
    client = as_user(world.yanbian_clerk)

    assert numbers(client) == []
    assert numbers(client, "?side=care") == [here.filing_no]
    assert numbers(as_user(world.prov_auditor)) == [here.filing_no]


def test_pages_follow_by_key_and_never_count(
    world: World, as_user: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [make_draft(world).filing_no for _ in range(5)]
    paged = ledger.keyset_page
    monkeypatch.setattr(ledger, "keyset_page", lambda *given, **more: paged(*given, size=2, **more))
    client = as_user(world.clerk)

    with CaptureQueriesContext(connection) as queries:
        first = client.get("/filings/")
    second = client.get(first.context["page"].older_url)

    shown = [row.filing.filing_no for row in [*first.context["rows"], *second.context["rows"]]]
    assert shown == made[:0:-1]
    assert not any("COUNT(" in query["sql"] for query in queries)


def test_a_list_costs_the_same_for_many_rows(world: World, as_user: Login) -> None:
    make_draft(world)
    client = as_user(world.clerk)
    client.get("/filings/")
    with CaptureQueriesContext(connection) as few:
        client.get("/filings/")
    for _ in range(3):
        make_draft(world)

    with CaptureQueriesContext(connection) as many:
        client.get("/filings/")

    assert len(many) == len(few)


def test_an_export_has_what_is_listed_with_masked_numbers(world: World, as_user: Login) -> None:
    make_draft(world)
    filing = make_in_force(world)

    response = as_user(world.clerk).get("/filings/export.csv?state=in_force")

    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    number = filing.person.cert_no
    assert [row["备案编号"] for row in rows] == [filing.filing_no]
    assert rows[0]["证件号码"] == f"{number[:4]}**********{number[-4:]}"
    assert (rows[0]["状态"], rows[0]["就医地"]) == ("已生效", "山东省青岛市")
    entry = AuditEntry.objects.get(action="exported")
    assert (entry.by, entry.detail["rows"], entry.detail["format"]) == (world.clerk, 1, "csv")
    assert entry.detail["filters"] == {"state": "in_force"}


def test_an_export_as_a_workbook_opens(world: World, as_user: Login) -> None:
    filing = make_in_force(world)

    response = as_user(world.clerk).get("/filings/export.xlsx")

    sheet = load_workbook(io.BytesIO(response.content)).active
    assert [cell.value for cell in sheet[1]][:3] == ["备案编号", "姓名", "证件号码"]
    assert sheet["A2"].value == filing.filing_no


@pytest.mark.parametrize("url", ["/filings/export.pdf"])
def test_what_does_not_exist_is_not_found(world: World, as_user: Login, url: str) -> None:
    assert as_user(world.clerk).get(url).status_code == 404


@pytest.mark.parametrize("url", ["/filings/", "/filings/export.csv"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("clerk", 200), ("reviewer", 200), ("supervisor", 200), ("auditor", 200), ("prov_clearing", 403)],
)
def test_lists_are_for_those_who_may_read_filings(
    world: World, as_user: Login, url: str, who: str, status: int
) -> None:
    assert as_user(getattr(world, who)).get(url).status_code == status


@pytest.mark.parametrize("url", ["/filings/", "/filings/export.csv"])
def test_lists_are_not_for_anonymous_visitors(db: None, url: str) -> None:
    assert Client().get(url).status_code == 302


def test_an_export_with_a_filter_that_cannot_be_read_is_refused(world: World, as_user: Login) -> None:
    make_draft(world)

    response = as_user(world.clerk).get("/filings/export.csv?since=yesterday")

    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"since"}
    assert not AuditEntry.objects.filter(action="exported").exists()


def test_an_export_ends_at_its_limit_in_a_sentence(
    world: World, as_user: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "MOST_EXPORTED", 2)
    client = as_user(world.clerk)
    make_draft(world), make_draft(world)
    assert client.get("/filings/export.csv").status_code == 200
    make_draft(world)

    response = client.get("/filings/export.csv")

    assert response.status_code == 422
    assert "一次最多导出 2 行" in response.content.decode()
    assert AuditEntry.objects.filter(action="exported").count() == 1
