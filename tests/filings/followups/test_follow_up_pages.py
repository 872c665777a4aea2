"""The pages of follow-ups: list, export, one of them, the section on the filing, home and side bar."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable

from django.test import Client, RequestFactory

from agency.journal.models import AuditEntry
from filings.followups.hooks import home, nav, search_follow_ups
from filings.followups.paging import due_page
from filings.followups.services import follow_up_untrue
from filings.models import DishonestyMark, Filing, FollowUp
from tests.filings.followups.made import DEFERRAL, deferred, in_force, promised, stored
from tests.support.world import World

Login = Callable[[object], Client]
DAY = dt.timedelta(days=1)


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def test_the_list_opens_where_there_is_something_to_do_and_filters(world: World, as_user: Login) -> None:
    late = promised(world, world.now - 40 * DAY)
    soon = promised(world, world.now - 27 * DAY)
    far = FollowUp.objects.get(filing=in_force(world, DEFERRAL))
    client = as_user(world.clerk)

    first, everything = text(client.get("/followups/")), text(client.get("/followups/?tab=open"))
    assert late.follow_up_no in first and soon.follow_up_no not in first
    places = [everything.index(row.follow_up_no) for row in (late, soon, far)]
    assert places == sorted(places)
    assert "快到期 1" in everything and "已逾期 1" in everything and "全部未结 3" in everything
    assert late.filing.person.cert_no not in everything
    some = text(client.get("/followups/?tab=open&kind=deferred&clerk=clerk"))
    assert far.follow_up_no in some and late.follow_up_no not in some
    assert client.get("/followups/?tab=open&kind=nonsense&after=2026-99-99.1").status_code == 200
    assert "没有未了的承诺" in text(as_user(world.yanbian_clerk).get("/followups/?tab=open"))


def test_the_export_says_what_is_listed_and_is_logged(world: World, as_user: Login) -> None:
    row = promised(world)
    client = as_user(world.clerk)

    rows = list(csv.reader(io.StringIO(text(client.get("/followups/export.csv?tab=open")).lstrip("\ufeff"))))

    assert rows[0][:3] == ["跟踪编号", "种类", "状态"]
    assert rows[1][0] == row.follow_up_no and row.filing.person.cert_no not in rows[1]
    assert client.get("/followups/export.xlsx?tab=open").content[:2] == b"PK"
    assert client.get("/followups/export.pdf").status_code == 404
    entry = AuditEntry.objects.filter(action="exported").earliest("seq")
    assert (entry.detail["rows"], entry.detail["filters"]) == (1, {"tab": "open"})


def test_pages_follow_the_due_date_both_ways(world: World) -> None:
    rows = [promised(world, world.now - days * DAY) for days in (3, 2, 2, 1, 0)]
    expected = sorted(rows, key=lambda row: (row.due_on, row.pk))

    def page(query: str) -> object:
        return due_page(RequestFactory().get(f"/followups/{query}"), FollowUp.objects.all(), size=2)

    first = page("?tab=open")
    second = page("?" + first.older_url.partition("?")[2])
    third = page("?" + second.older_url.partition("?")[2])
    back = page("?" + third.newer_url.partition("?")[2])
    assert [row for each in (first, second, third) for row in each.rows] == expected
    assert (first.newer_url, third.older_url, back.rows) == (None, None, expected[2:4])
    assert "tab=open" in first.older_url


def test_a_clerk_receives_the_proof_on_the_page(world: World, as_user: Login) -> None:
    row = promised(world)
    client, url = as_user(world.clerk), f"/followups/{row.follow_up_no}/"

    assert "收到证明" in text(client.get(f"/filings/{row.filing.filing_no}/"))
    nothing = client.post(f"{url}receive/", {"how": "copy"})
    assert nothing.status_code == 422 and "请选择收到的是哪一种材料" in text(nothing)
    done = client.post(f"{url}receive/", {"papers": "residence_permit", "how": "copy"})
    assert done.status_code == 302 and stored(row).state == "kept"
    assert "居住证（复印件）" in text(client.get(url))
    again = client.post(f"{url}receive/", {"papers": "residence_permit", "how": "copy"})
    assert again.status_code == 422 and "不用再办" in text(again)


def test_a_reviewer_judges_and_whoever_entered_it_does_not(world: World, as_user: Login) -> None:
    row, other = promised(world), promised(world)
    reviewer, url = as_user(world.reviewer), f"/followups/{row.follow_up_no}/"

    assert "认定不实" in text(reviewer.get(url)) and "认定不实" not in text(as_user(world.clerk).get(url))
    assert reviewer.post(f"{url}untrue/", {"reason": ""}).status_code == 422
    assert reviewer.post(f"{url}untrue/", {"reason": "走访发现从未居住"}).status_code == 302
    assert Filing.objects.get(pk=row.filing_id).state == "cancelled"
    card = text(as_user(world.clerk).get(f"/people/{row.filing.person.person_no}/"))
    assert "承诺不实" in card and "2027-11-20" in card
    assert as_user(world.supervisor).post(f"{url}lift/", {"reason": "查错了"}).status_code == 302
    assert DishonestyMark.objects.get().lifted_by == world.supervisor
    assert (
        reviewer.post(f"/followups/{other.follow_up_no}/verify/", {"reason": "电话核实"}).status_code == 302
    )

    Filing.objects.filter(pk=other.filing_id).update(taken_in_by=world.supervisor)
    FollowUp.objects.filter(pk=other.pk).update(state="open", settled_by=None, settled_at=None)
    maker = as_user(world.supervisor)
    assert "由别人核实" in text(maker.get(f"/followups/{other.follow_up_no}/"))
    url = f"/followups/{other.follow_up_no}/untrue/"
    assert maker.post(url, {"reason": "不实"}).status_code == 403


def test_an_overdue_deferred_paper_is_supplemented_on_the_filing(world: World, as_user: Login) -> None:
    row = deferred(world, world.now - 17 * DAY)

    page = text(as_user(world.clerk).get(f"/followups/{row.follow_up_no}/"))
    answer = as_user(world.clerk).post(
        f"/followups/{row.follow_up_no}/receive/", {"papers": "residence_permit", "how": "copy"}
    )

    assert "备案已转“待补正”" in page and "登记收到" not in page
    assert answer.status_code == 422 and stored(row).state == "open"


def test_spot_checks_by_hand_and_by_lot(world: World, as_user: Login) -> None:
    row, _ = promised(world), promised(world)
    reviewer = as_user(world.reviewer)

    assert "列入抽查" in text(reviewer.get(f"/filings/{row.filing.filing_no}/"))
    assert reviewer.post(f"/filings/{row.filing.filing_no}/spot-check/").status_code == 302
    assert reviewer.post("/followups/draw/", {"period": "2026", "count": "x"}).status_code == 422
    drawn = reviewer.post("/followups/draw/", {"period": "202611", "count": "5"}, follow=True)
    assert "抽中 1 份" in text(drawn) and "不足 5 份" in text(drawn)
    nothing = reviewer.post("/followups/draw/", {"period": "202611", "count": "5"})
    assert nothing.status_code == 422 and "没有可抽的承诺" in text(nothing)
    province = as_user(world.prov_supervisor)
    assert "请选择统筹区" in text(province.post("/followups/draw/", {"period": "202611", "count": "5"}))


def test_home_and_side_bar_tell_what_is_late(world: World) -> None:
    late = promised(world, world.now - 40 * DAY)
    deferred(world)

    part, items = home(world.clerk, world.today), nav(world.clerk)

    assert [(tile.count, tile.note, tile.hot) for tile in part.tiles] == [(1, "1 项已逾期", True)]
    assert [(row.number, row.badge) for row in part.todo] == [(late.follow_up_no, "逾期未补")]
    assert [(item.count, item.hot) for item in items] == [(1, True)]
    assert home(world.yanbian_clerk, world.today).todo == []
    assert nav(world.changchun_clearing) == []
    assert [item.count for item in nav(world.auditor)] == [None]
    found = search_follow_ups(world.clerk, late.follow_up_no.lower())
    assert found is not None and [row.number for row in found.rows] == [late.follow_up_no]
    assert search_follow_ups(world.clerk, "G1") is None


def test_the_care_region_sees_nothing_of_promises(world: World, as_user: Login) -> None:
    row = promised(world, province="220000", city="222400")
    stranger = as_user(world.yanbian_clerk)

    page = text(stranger.get(f"/filings/{row.filing.filing_no}/"))

    assert row.follow_up_no not in page and "打印承诺书" not in page
    assert stranger.get(f"/followups/{row.follow_up_no}/").status_code == 404
    assert stranger.get(f"/filings/{row.filing.filing_no}/form/2/").status_code == 404


def test_a_marked_person_is_shown_on_the_next_filing(world: World, as_user: Login) -> None:
    row = promised(world)
    follow_up_untrue(row, by=world.reviewer, at=world.now, reason="查无此址")
    papers = {"valid_identity_card": "original", "residence_permit": "original"}
    filing = in_force(world, papers, person=row.filing.person, province="310000", city="310000")

    page = text(as_user(world.clerk).get(f"/filings/{filing.filing_no}/"))

    assert "承诺不实" in page and "到 2027-11-20 不接受此人的个人承诺书" in page
