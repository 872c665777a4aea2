"""下一件: from one filing of a queue to the next, after a decision and without one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from filings.filing.services import filing_approve
from filings.models import Filing
from tests.filings.making import enrol, make_in_force, make_person, make_submitted, stored
from tests.support.world import World

Login = Callable[[object], Client]
TO_REVIEW = "/filings/queue/to_review/"


@pytest.fixture
def three(world: World) -> list[Filing]:
    """Three that wait for review, in the order of their due days: the last one made is due first."""
    made = [make_submitted(world) for _ in range(3)]
    for filing, day in zip(made, ("2026-11-25", "2026-11-24", "2026-11-23"), strict=True):
        Filing.objects.filter(pk=filing.pk).update(deadline_on=day, green_channel=False)
    return [stored(filing) for filing in reversed(made)]


def page_of(filing: Filing) -> str:
    return f"/filings/{filing.filing_no}/?from=to_review"


def decide(client: Client, filing: Filing, act: str = "approve", query: str = "?from=to_review") -> str:
    """The URL of the page that follows the decision."""
    said = {"version": str(filing.version), "reason": "缺居住证"}
    return client.post(f"/filings/{filing.filing_no}/{act}/{query}", said).url


def test_a_queue_opens_its_filings_with_the_way_back_and_on(
    world: World, as_user: Login, three: list[Filing]
) -> None:
    client = as_user(world.reviewer)
    listed = client.get(f"{TO_REVIEW}?sort=name&channel=counter").content.decode()
    link = f"/filings/{three[0].filing_no}/?from=to_review%3Fsort%3Dname%26channel%3Dcounter"
    assert f'href="{link}"' in listed

    way = client.get(link).context["way"]
    assert way.back_url == f"{TO_REVIEW}?sort=name&channel=counter"
    assert "way" in client.get(f"/filings/{three[0].filing_no}/").context
    assert client.get(f"/filings/{three[0].filing_no}/").context["way"] is None
    page = client.get(page_of(three[0])).content.decode()
    assert f"下一件 {three[1].filing_no}" in page and 'data-key="J"' in page and "回到待复核" in page


@pytest.mark.parametrize("act", ["approve", "return", "decline"])
def test_after_each_decision_the_page_leads_to_the_next_in_the_queues_order(
    world: World, as_user: Login, three: list[Filing], act: str
) -> None:
    client = as_user(world.reviewer)

    after = client.get(decide(client, three[1], act))

    assert after.context["way"].left and after.context["way"].next_no == three[2].filing_no
    assert after.content.decode().count('class="btn small go"') == 1
    assert client.get(after.context["way"].next_url).url == page_of(three[2])


def test_after_the_last_one_it_begins_again_and_an_empty_queue_says_so(
    world: World, as_user: Login, three: list[Filing]
) -> None:
    client = as_user(world.reviewer)

    assert client.get(decide(client, three[2])).context["way"].next_no == three[0].filing_no
    assert client.get(decide(client, three[0])).context["way"].next_no == three[1].filing_no
    empty = client.get(decide(client, three[1]))

    assert "待复核已经办完，没有下一件了。" in empty.content.decode()
    assert "下一件 F" not in empty.content.decode()
    assert f'href="{TO_REVIEW}"' in empty.content.decode()


def test_what_a_colleague_took_meanwhile_is_passed_over(
    world: World, as_user: Login, three: list[Filing]
) -> None:
    client = as_user(world.reviewer)
    shown = client.get(page_of(three[0])).context["way"]
    assert shown.next_no == three[1].filing_no

    filing_approve(three[1], by=world.reviewer, at=world.now)

    assert client.get(shown.next_url).url == page_of(three[2])
    filing_approve(three[2], by=world.reviewer, at=world.now)
    last = client.get(decide(client, three[0], query=shown.query))
    assert "没有下一件了" in last.content.decode()
    nothing = client.get(shown.next_url, follow=True)
    assert nothing.request["PATH_INFO"] == TO_REVIEW and "待复核没有下一件了" in nothing.content.decode()


def test_a_decision_that_came_too_late_still_leads_on(
    world: World, as_user: Login, three: list[Filing]
) -> None:
    client = as_user(world.reviewer)
    filing_approve(three[0], by=world.reviewer, at=world.now)

    late = client.post(
        f"/filings/{three[0].filing_no}/approve/?from=to_review&at=0.2026-11-23",
        {"version": three[0].version},
    )

    assert late.status_code == 422 and late.context["way"].next_no == three[1].filing_no


@pytest.mark.parametrize("said", ["from=nothing", "from=to_review%3Fkind%3Dx", "from=", "at=1.x"])
def test_a_way_that_cannot_be_read_is_none(
    world: World, as_user: Login, three: list[Filing], said: str
) -> None:
    client, filing = as_user(world.reviewer), three[0]

    assert client.get(f"/filings/{filing.filing_no}/?{said}").context["way"] is None
    assert client.get(f"/filings/{filing.filing_no}/next/?{said}").url == f"/filings/{filing.filing_no}/"


def test_where_it_stood_may_be_anything(world: World, as_user: Login, three: list[Filing]) -> None:
    done = make_in_force(world)

    way = as_user(world.reviewer).get(f"/filings/{done.filing_no}/?from=to_review&at=<b>").context["way"]

    assert way.next_no == three[0].filing_no


def test_another_regions_filing_has_no_next(world: World, as_user: Login, three: list[Filing]) -> None:
    url = f"/filings/{three[0].filing_no}/next/?from=to_review"

    assert as_user(world.yanbian_reviewer).get(url).status_code == 404


def test_a_name_never_stands_in_the_way(world: World, as_user: Login) -> None:
    people = [make_person(name) for name in ("王一", "王二", "王三")]
    for person in people:
        enrol(person, world.changchun)
    first, second, third = (make_submitted(world, person) for person in people)
    Filing.objects.update(green_channel=False)
    client, query = as_user(world.reviewer), "?from=to_review%3Fsort%3Dname"
    order = list(Filing.objects.order_by("person__name", "pk"))

    url = decide(client, order[1], query=query)

    assert client.get(url).context["way"].next_no == order[2].filing_no
    assert "%E7%8E%8B" not in url and {first.pk, second.pk, third.pk} == {row.pk for row in order}
