"""A queue on its page: filters, order, pages by key, export."""

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
from filings.queues import paging
from filings.queues.views import queue as views
from tests.filings.making import enrol, make_draft, make_person, make_submitted
from tests.support.world import World

Login = Callable[[object], Client]
TO_REVIEW = "/filings/queue/to_review/"


def numbers(client: Client, url: str = TO_REVIEW) -> list[str]:
    return [row.filing.filing_no for row in client.get(url).context["rows"]]


def named(world: World, name: str, **changes: object) -> Filing:
    person = make_person(name)
    enrol(person, world.changchun)
    filing = make_submitted(world, person)
    Filing.objects.filter(pk=filing.pk).update(**{"green_channel": False, **changes})
    return filing


def test_filters_narrow_a_queue(world: World, as_user: Login) -> None:
    plain = named(world, "周一")
    other = make_submitted(world, kind="temporary_other", province="110000", city="")
    Filing.objects.filter(pk=other.pk).update(
        channel="app", green_channel=True, assigned_to=world.reviewer, deadline_on="2026-12-01"
    )
    client = as_user(world.clerk)

    assert numbers(client) == [other.filing_no, plain.filing_no]
    for query in ("kind=temporary_other", "care=110000", "clerk=reviewer", "channel=app", "green=on"):
        assert numbers(client, f"{TO_REVIEW}?{query}") == [other.filing_no], query
    assert numbers(client, f"{TO_REVIEW}?clerk=clerk") == [plain.filing_no]
    assert numbers(client, f"{TO_REVIEW}?until=2026-11-30") == [plain.filing_no]
    for bad in ("until=yesterday", "clerk=nobody", "sort=password", "kind=<b>"):
        assert numbers(client, f"{TO_REVIEW}?{bad}") == [], bad
    assert numbers(as_user(world.prov_auditor), f"{TO_REVIEW}?clerk=reviewer") == [other.filing_no]
    assert numbers(as_user(world.prov_auditor), f"{TO_REVIEW}?clerk=nobody") == []


def test_a_queue_is_sorted_as_asked_with_the_green_channel_first(world: World, as_user: Login) -> None:
    b = named(world, "B", deadline_on="2026-11-21", received_on="2026-11-19")
    a = named(world, "A", deadline_on="2026-11-22", received_on="2026-11-20")
    green = named(world, "C", deadline_on="2026-11-30", received_on="2026-11-20", green_channel=True)
    client = as_user(world.reviewer)

    assert numbers(client) == [green.filing_no, b.filing_no, a.filing_no]
    assert numbers(client, f"{TO_REVIEW}?sort=received") == [green.filing_no, b.filing_no, a.filing_no]
    assert numbers(client, f"{TO_REVIEW}?sort=name") == [green.filing_no, a.filing_no, b.filing_no]


@pytest.mark.parametrize("sort", ["due", "received", "name"])
def test_pages_follow_by_key_forth_and_back_without_counting_and_without_names(
    world: World, as_user: Login, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    days = ["2026-11-20", "2026-11-21"]
    made = [
        named(world, "丙甲乙甲"[n], deadline_on=days[n % 2], received_on=days[n < 2], green_channel=n == 3)
        for n in range(4)
    ] + [named(world, "甲")]
    paged = paging.sorted_page
    monkeypatch.setattr(views, "sorted_page", lambda *args: paged(*args, size=2))
    client = as_user(world.reviewer)
    whole = list(
        Filing.objects.order_by("-green_channel", *{"due": ["deadline_on"], "received": ["received_on"],
        "name": ["person__name"]}[sort], "pk").values_list("filing_no", flat=True)
    )  # fmt: skip
    assert sorted(whole) == sorted(filing.filing_no for filing in made)

    with CaptureQueriesContext(connection) as queries:
        first = client.get(f"{TO_REVIEW}?sort={sort}")
    second = client.get(first.context["page"].older_url)
    third = client.get(second.context["page"].older_url)
    back = client.get(third.context["page"].newer_url)

    def of(response: object) -> list[str]:
        return [row.filing.filing_no for row in response.context["rows"]]  # type: ignore[attr-defined]

    assert [of(page) for page in (first, second, third, back)] == [
        whole[:2],
        whole[2:4],
        whole[4:],
        whole[2:4],
    ]
    assert first.context["page"].newer_url is None and third.context["page"].older_url is None
    assert client.get(back.context["page"].newer_url).context["page"].newer_url is None
    assert not any("COUNT(" in query["sql"] for query in queries)
    assert "%E7%94%B2" not in second.context["page"].older_url


def test_the_next_page_follows_a_row_that_has_left_the_queue(
    world: World, as_user: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, three = (make_submitted(world) for _ in range(3))
    paged = paging.sorted_page
    monkeypatch.setattr(views, "sorted_page", lambda *args: paged(*args, size=2))
    client = as_user(world.reviewer)
    older = client.get(TO_REVIEW).context["page"].older_url
    Filing.objects.filter(pk=two.pk).update(state="declined")

    assert numbers(client, older) == [three.filing_no]
    assert numbers(client, f"{TO_REVIEW}?before=999999") == [one.filing_no, three.filing_no]
    assert numbers(client, f"{TO_REVIEW}?before=1e9") == [one.filing_no, three.filing_no]


def test_a_queue_costs_the_same_for_many_rows(world: World, as_user: Login) -> None:
    named(world, "周一", assigned_to=world.reviewer)
    client = as_user(world.reviewer)
    client.get(TO_REVIEW)
    with CaptureQueriesContext(connection) as few:
        client.get(TO_REVIEW)
    named(world, "周二"), named(world, "周三", assigned_to=world.reviewer)

    with CaptureQueriesContext(connection) as many:
        client.get(TO_REVIEW)

    assert len(many) == len(few)


def test_an_export_has_what_is_listed_in_its_order_with_masked_numbers(world: World, as_user: Login) -> None:
    make_draft(world)
    late = named(world, "周一", deadline_on="2026-11-19")
    green = named(world, "周二", green_channel=True, assigned_to=world.reviewer)
    client = as_user(world.clerk)

    text = client.get(f"{TO_REVIEW}export.csv?channel=counter").content.decode("utf-8-sig")
    sheet = load_workbook(io.BytesIO(client.get(f"{TO_REVIEW}export.xlsx?sort=name").content)).active

    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["备案编号"] for row in rows] == [green.filing_no, late.filing_no]
    assert [(row["承办人"], row["绿色通道"]) for row in rows] == [("reviewer", "是"), ("clerk", "")]
    assert rows[1]["期限"] == "2026-11-19"
    assert late.person.cert_no not in text and rows[1]["证件号码"].count("*") == 10
    assert sheet["A2"].value == green.filing_no
    entry = AuditEntry.objects.filter(action="exported").earliest("seq")
    assert entry.detail["filters"] == {"queue": "to_review", "channel": "counter"}


def test_an_export_that_cannot_be_made_says_why(
    world: World, as_user: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_submitted(world), make_submitted(world)
    monkeypatch.setattr(views, "MOST_EXPORTED", 1)
    client = as_user(world.clerk)

    too_many = client.get(f"{TO_REVIEW}export.csv")

    assert too_many.status_code == 422 and "一次最多导出 1 行" in too_many.content.decode()
    assert client.get(f"{TO_REVIEW}export.csv?until=yesterday").status_code == 422
    assert client.get(f"{TO_REVIEW}export.pdf").status_code == 404
    assert client.get("/filings/queue/none/").status_code == 404
    assert not AuditEntry.objects.filter(action="exported").exists()


@pytest.mark.parametrize(
    ("name", "empty"),
    [
        ("mine", "没有在办的备案"),
        ("to_review", "没有待复核的备案"),
        ("awaiting_supplement", "没有待补正的备案"),
        ("overdue", "没有逾期的备案"),
        ("expiring", "没有快到期的备案"),
        ("unattended", "每份备案都有人承办"),
        ("to_waive", "没有等主管准予的变更"),
        ("in_work", "没有在办的备案"),
    ],
)
def test_an_empty_queue_says_what_would_stand_there(
    world: World, as_user: Login, name: str, empty: str
) -> None:
    client = as_user(world.clerk)

    assert empty in client.get(f"/filings/queue/{name}/").content.decode()
    assert "没有符合条件的备案" in client.get(f"/filings/queue/{name}/?channel=app").content.decode()


def test_a_late_row_says_by_how_much(world: World, as_user: Login) -> None:
    named(world, "周一", deadline_on=world.today - dt.timedelta(days=3), green_channel=True)

    page = as_user(world.reviewer).get("/filings/queue/overdue/").content.decode()

    assert "已超 3 天" in page and "优先" in page and '<tr class="late">' in page
