"""The page of a filing: one next step for each, and nothing for those who may not."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agency.organisation.roles import Role
from filings.filing.services import (
    filing_approve,
    filing_cancel,
    filing_change_begin,
    filing_draft_save,
    filing_return,
    filing_submit,
)
from filings.models import Filing
from tests.filings.making import (
    enrol,
    make_draft,
    make_entry,
    make_in_force,
    make_person,
    make_submitted,
    stored,
)
from tests.support.world import World, make_user

Login = Callable[[object], Client]


def filled_buttons(page: str) -> list[str]:
    """The text of the filled buttons in the page's head."""
    head = page.split('<div class="do">', 1)[1].split('<div class="content">', 1)[0]
    found = re.findall(r'<(?:a|button) class="btn go"[^>]*>([^<]*)', head)
    return [text.strip() for text in found]


@pytest.mark.parametrize(
    ("make", "who", "button"),
    [
        (lambda world: make_draft(world, address=""), "clerk", ["继续填写"]),
        (make_draft, "clerk", ["提交复核"]),
        (make_submitted, "clerk", []),
        (make_submitted, "reviewer", ["复核通过"]),
        (make_submitted, "auditor", []),
        (make_in_force, "clerk", ["打印备案表"]),
        (make_in_force, "reviewer", ["打印备案表"]),
    ],
)
def test_each_has_the_one_next_step(
    world: World, as_user: Login, make: Callable[[World], object], who: str, button: list[str]
) -> None:
    filing = make(world)

    page = as_user(getattr(world, who)).get(f"/filings/{filing.filing_no}/").content.decode()  # type: ignore[attr-defined]

    assert filled_buttons(page) == button


def test_what_is_shown_is_masked(world: World, as_user: Login) -> None:
    filing = make_in_force(world)

    page = as_user(world.clerk).get(f"/filings/{filing.filing_no}/").content.decode()

    number = filing.person.cert_no
    assert number not in page
    assert f"{number[:4]}**********{number[-4:]}" in page


def test_a_reviewer_approves_in_the_browser(world: World, as_user: Login) -> None:
    filing = make_submitted(world)

    response = as_user(world.reviewer).post(
        f"/filings/{filing.filing_no}/approve/", {"version": "2"}, follow=True
    )

    assert "已生效" in response.content.decode()
    assert stored(filing).state == "in_force"


def test_an_approval_that_is_refused_names_the_other(world: World, as_user: Login) -> None:
    first = make_submitted(world)
    second = make_submitted(world, first.person)
    filing_approve(first, by=world.reviewer, at=world.now)

    response = as_user(world.reviewer).post(f"/filings/{second.filing_no}/approve/", {"version": "2"})

    assert response.status_code == 422
    assert f'href="/filings/{first.filing_no}/"' in response.content.decode()
    assert stored(second).state == "under_review"


@pytest.mark.parametrize(("act", "state"), [("return", "awaiting_supplement"), ("decline", "declined")])
def test_a_reviewer_sends_back_or_declines_with_a_reason(
    world: World, as_user: Login, act: str, state: str
) -> None:
    filing = make_submitted(world)
    client, url = as_user(world.reviewer), f"/filings/{filing.filing_no}/{act}/"

    without = client.post(url, {"reason": ""})
    assert (without.status_code, stored(filing).state) == (422, "under_review")

    response = client.post(url, {"reason": "缺居住证原件", "version": "2"}, follow=True)
    assert "缺居住证原件" in response.content.decode()
    assert stored(filing).state == state


def test_a_clerk_cancels_with_a_reason(world: World, as_user: Login) -> None:
    filing = make_in_force(world)

    as_user(world.clerk).post(f"/filings/{filing.filing_no}/cancel/", {"reason": "已返回长春"})

    assert stored(filing).state == "cancelled"


def test_a_filing_sent_back_leads_to_the_form(world: World, as_user: Login) -> None:
    filing = make_submitted(world)
    filing_return(filing, by=world.reviewer, at=world.now, reason="缺居住证原件")
    filing.materials.filter(material__code="residence_permit").delete()

    page = as_user(world.clerk).get(f"/filings/{filing.filing_no}/").content.decode()

    assert filled_buttons(page) == ["补正"]
    assert "缺长期证明" in page


@pytest.mark.parametrize("act", ["approve", "return", "decline"])
@pytest.mark.parametrize(("who", "status"), [("clerk", 403), ("auditor", 403), ("yanbian_reviewer", 404)])
def test_nobody_else_reviews(world: World, as_user: Login, act: str, who: str, status: int) -> None:
    filing = make_submitted(world)

    response = as_user(getattr(world, who)).post(f"/filings/{filing.filing_no}/{act}/", {"reason": "x"})

    assert response.status_code == status
    assert stored(filing).state == "under_review"


@pytest.mark.parametrize(
    ("make", "who", "status"),
    [
        (make_draft, "yanbian_clerk", 404),
        (make_in_force, "yanbian_clerk", 404),
        (make_draft, "supervisor", 200),
        (make_draft, "prov_auditor", 200),
        (make_draft, "changchun_clearing", 403),
        (make_draft, "prov_system", 403),
    ],
)
def test_a_filing_is_seen_by_its_region_and_the_province(
    world: World, as_user: Login, make: Callable[[World], object], who: str, status: int
) -> None:
    filing = make(world)

    response = as_user(getattr(world, who)).get(f"/filings/{filing.filing_no}/")  # type: ignore[attr-defined]

    assert response.status_code == status


def test_the_care_region_sees_it_once_in_force_and_only_reads(world: World, as_user: Login) -> None:
    waiting = make_submitted(world, province="220000", city="222400")
    client = as_user(world.yanbian_clerk)
    assert client.get(f"/filings/{waiting.filing_no}/").status_code == 404

    filing_approve(waiting, by=world.reviewer, at=world.now)
    page = client.get(f"/filings/{waiting.filing_no}/").content.decode()

    assert "只读" in page and waiting.phone not in page and waiting.address not in page
    assert filled_buttons(page) == []
    assert client.get(f"/filings/{waiting.filing_no}/form/1/").status_code == 404
    assert client.post(f"/filings/{waiting.filing_no}/cancel/", {"reason": "x"}).status_code == 403
    assert stored(waiting).state == "in_force"


def test_anonymous_visitors_go_to_the_login(world: World) -> None:
    filing = make_draft(world)

    response = Client().get(f"/filings/{filing.filing_no}/")

    assert response.status_code == 302 and "/login/" in response.url


@pytest.mark.parametrize("version", ["", "1", "3", "x"])
@pytest.mark.parametrize("act", ["approve", "return", "decline"])
def test_a_review_of_another_version_changes_nothing(
    world: World, as_user: Login, act: str, version: str
) -> None:
    filing = make_submitted(world)

    response = as_user(world.reviewer).post(
        f"/filings/{filing.filing_no}/{act}/", {"reason": "x", "version": version}
    )

    assert response.status_code == 422
    assert "请重新打开" in response.content.decode()
    assert (stored(filing).state, stored(filing).version) == ("under_review", 2)


def test_the_page_carries_its_version_in_every_act(world: World, as_user: Login) -> None:
    filing = make_submitted(world)

    page = as_user(world.reviewer).get(f"/filings/{filing.filing_no}/").content.decode()

    assert page.count('<input type="hidden" name="version" value="2">') == 3


def test_one_that_has_not_begun_says_from_when(world: World, as_user: Login) -> None:
    begins_on = dt.datetime.now(tz=world.now.tzinfo).date() + dt.timedelta(days=20)
    filing = make_in_force(world, begins_on=begins_on)
    client = as_user(world.clerk)

    for url in (f"/filings/{filing.filing_no}/", "/filings/", f"/people/{filing.person.person_no}/"):
        page = client.get(url).content.decode()
        assert re.search(f"已生效 · 自 ([0-9]{{4}}-)?{begins_on:%m-%d} 起", page)


def test_one_cancelled_before_it_began_shows_no_period(world: World, as_user: Login) -> None:
    filing = make_in_force(world, begins_on=dt.date(2026, 12, 15))
    filing_cancel(filing, by=world.clerk, at=world.now, reason="不去了")
    client = as_user(world.clerk)

    page = client.get(f"/filings/{filing.filing_no}/").content.decode()

    assert "没有有效日：生效前已撤销" in page and "2026-12-15" not in page
    assert "2026-12-15" not in client.get("/filings/").content.decode()


def test_the_care_region_sees_the_steps_without_the_reasons(world: World, as_user: Login) -> None:
    filing = make_submitted(world, province="220000", city="222400")
    filing_return(filing, by=world.reviewer, at=world.now, reason="家属电话13911112222")
    filing_submit(filing, by=world.clerk, at=world.now)
    filing_approve(filing, by=world.reviewer, at=world.now)

    there = as_user(world.yanbian_clerk).get(f"/filings/{filing.filing_no}/").content.decode()
    here = as_user(world.clerk).get(f"/filings/{filing.filing_no}/").content.decode()

    assert "待补正" in there and "13911112222" not in there
    assert "13911112222" in here


def test_a_supervisor_lets_a_locked_place_go_on_the_page(world: World, as_user: Login) -> None:
    old = make_in_force(world)
    draft = filing_change_begin(old, by=world.clerk, at=world.now)
    entry = make_entry(old.person, city="370600")
    draft = filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=draft)
    url, said = f"/filings/{draft.filing_no}/waive/", {"reason": "随子女迁居", "version": draft.version}
    elsewhere = make_user("elsewhere", Role.SUPERVISOR, region="220200")

    assert as_user(elsewhere).post(url, said).status_code == 404
    assert as_user(world.reviewer).post(url, said).status_code == 403
    own = as_user(world.supervisor)
    assert "准予提前变更" in own.get(f"/filings/{draft.filing_no}/").content.decode()
    assert own.post(url, {"reason": "随子女迁居"}).status_code == 422
    assert own.post(url, said | {"reason": " "}).status_code == 422
    assert own.post(url, said).status_code == 302
    page = own.get(f"/filings/{draft.filing_no}/").content.decode()
    assert "随子女迁居" in page and "/waive/" not in page
    assert own.post(url, said).status_code == 422


def test_a_page_asks_no_more_the_more_a_person_cancelled(world: World, as_user: Login) -> None:
    person = make_person()
    enrol(person, world.changchun)
    draft = make_draft(world, person)
    clerk = as_user(world.clerk)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            clerk.get(f"/filings/{draft.filing_no}/")
        return len(queries)

    cities = ("370600", "370300", "370700", "370800")
    filings = [make_in_force(world, person, city=city) for city in cities]

    def cancelled(some: list[Filing]) -> None:
        for filing in some:
            filing_cancel(filing, by=world.clerk, at=world.now + dt.timedelta(days=3), reason="搬走")

    cancelled(filings[:1])
    once = asked()
    cancelled(filings[1:])
    assert asked() == once
