"""Handing over on the pages: from a queue by check boxes, on one filing, all of a colleague's; the board."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from agency.journal.models import AuditEntry
from agency.organisation.models import User
from agency.organisation.roles import Level, Role
from filings.models import Filing
from tests.filings.making import make_draft, make_in_force, make_submitted, stored
from tests.support.world import World, make_user

Login = Callable[[object], Client]
MINE = "/filings/queue/mine/"


@pytest.fixture
def colleague(world: World) -> User:
    return make_user("colleague", Role.INTAKE, level=Level.COUNTER, region="220100", counter="220100-01")


def tokens(client: Client, url: str = MINE) -> list[str]:
    return re.findall(r'name="pick" value="([^"]+)"', client.get(url).content.decode())


def hand_over(client: Client, picked: list[str], to: str = "colleague", query: str = "") -> Any:
    return client.post(f"{MINE}hand-over/{query}", {"pick": picked, "to": to, "note": "帮忙"})


def test_checked_filings_change_hands_and_the_filter_stays(
    world: World, as_user: Login, colleague: User
) -> None:
    one, two, three = (make_draft(world) for _ in range(3))
    client = as_user(world.clerk)

    response = hand_over(client, tokens(client)[:2], query="?channel=counter&before=1")

    assert response["Location"] == f"{MINE}?channel=counter"
    assert [stored(row).assigned_to for row in (one, two, three)] == [colleague, colleague, None]
    assert "2 件备案已移交给colleague。" in client.get(MINE).content.decode()
    assert "帮忙" in as_user(colleague).get(f"/filings/{one.filing_no}/").content.decode()


@pytest.mark.parametrize(
    ("picked", "to", "said"),
    [
        ([], "colleague", "没有选中备案"),
        (None, "", "请选择移交给谁"),
        (None, "yanbian_clerk", "请从列表中选择一位同事"),
        (None, "reviewer", "没有这项权限"),
        (["F2026110001"], "colleague", "看不出勾选的是哪些备案"),
        (["F2026110001.x.0"], "colleague", "看不出勾选的是哪些备案"),
        (["F2026110001.99.0"], "colleague", "刚被同事改过或移交过"),
        (["F2026119999.1.0"], "colleague", "刚被同事改过或移交过"),
    ],
)
def test_what_cannot_be_handed_over_is_said_and_nothing_changes(
    world: World, as_user: Login, colleague: User, picked: list[str] | None, to: str, said: str
) -> None:
    filing = make_draft(world)
    client = as_user(world.clerk)
    chosen = tokens(client) if picked is None else picked

    response = hand_over(client, chosen, to)

    page = response.content.decode()
    assert response.status_code == 422
    assert said in page and "没有移交，什么都没有改变" in page
    assert stored(filing).assigned_to is None
    if picked is None:
        assert f'value="{chosen[0]}" aria-label="选中 {filing.filing_no}" checked' in page


def test_only_what_one_may_give_away_has_a_check_box(world: World, as_user: Login, colleague: User) -> None:
    mine, theirs = make_submitted(world), make_submitted(world)
    Filing.objects.filter(pk=theirs.pk).update(assigned_to=colleague)
    url = "/filings/queue/to_review/"

    assert [token.partition(".")[0] for token in tokens(as_user(world.clerk), url)] == [mine.filing_no]
    assert len(tokens(as_user(world.reviewer), url)) == 2
    assert tokens(as_user(world.auditor), url) == []
    assert "移交选中的" not in as_user(world.auditor).get(url).content.decode()
    stolen = f"{theirs.filing_no}.{theirs.version}.{colleague.pk}"
    response = as_user(world.clerk).post(f"{url}hand-over/", {"pick": [stolen], "to": "clerk"})
    assert response.status_code == 403
    assert stored(theirs).assigned_to == colleague
    assert as_user(world.prov_supervisor).post(f"{url}hand-over/", {"pick": [stolen]}).status_code == 403


def test_one_filing_is_handed_over_on_its_own_page(world: World, as_user: Login, colleague: User) -> None:
    filing = make_draft(world)
    client, url = as_user(world.clerk), f"/filings/{filing.filing_no}/assign/"
    assert f'href="{url}"' in client.get(f"/filings/{filing.filing_no}/").content.decode()
    page = client.get(url)
    seen = page.context["token"]

    empty = client.post(url, {"seen": seen})
    stale = client.post(url, {"to": "colleague"})
    done = client.post(url, {"seen": seen, "to": "colleague"})

    assert (empty.status_code, stale.status_code) == (422, 422)
    assert "请选择移交给谁。" in empty.content.decode() and "刚被同事改过" in stale.content.decode()
    assert done["Location"] == f"/filings/{filing.filing_no}/"
    assert stored(filing).assigned_to == colleague
    detail = client.get(f"/filings/{filing.filing_no}/").content.decode()
    assert "clerk → colleague" in detail and f'href="{url}"' not in detail
    assert client.post(url, {"seen": seen, "to": "clerk"}).status_code == 422
    offered = dict(as_user(world.reviewer).get(url).context["form"].fields["to"].choices)
    assert offered.keys() == {"", "clerk", "reviewer"}
    assert AuditEntry.objects.filter(action="filing_assigned").count() == 1


def test_a_filing_that_is_done_has_no_hand_over(world: World, as_user: Login) -> None:
    filing = make_in_force(world, province="220000", city="222400")
    detail = f"/filings/{filing.filing_no}/"

    assert "assign/" not in as_user(world.reviewer).get(detail).content.decode()
    assert "现在由" not in as_user(world.reviewer).get(detail).content.decode()
    assert "现在由" not in as_user(world.yanbian_clerk).get(detail).content.decode()
    assert as_user(world.yanbian_clerk).get(f"{detail}assign/").status_code == 404


def test_the_board_leads_to_the_work_and_to_handing_it_over(
    world: World, as_user: Login, colleague: User
) -> None:
    one, two = make_draft(world), make_submitted(world)
    User.objects.filter(pk=world.clerk.pk).update(is_active=False)
    client = as_user(world.supervisor)
    url = "/queues/hand-over/220100/clerk/"

    board = client.get("/queues/board/").content.decode()
    listed = client.get("/filings/queue/in_work/?clerk=clerk").context["rows"]
    offered = client.get(url)
    done = client.post(url, {"to": "colleague", "note": "病假"})

    assert "已停用" in board and f'href="{url}"' in board and "在办 2 件" in board
    assert {row.filing for row in listed} == {one, two}
    assert offered.context["held"] == [one, two]
    assert done["Location"] == "/queues/board/"
    assert {stored(one).assigned_to, stored(two).assigned_to} == {colleague}
    assert "2 件备案已移交给colleague" in client.get("/queues/board/").content.decode()
    again = client.post(url, {"to": "colleague"})
    assert again.status_code == 422 and "没有在办的备案" in again.content.decode()


def test_a_hand_over_of_everything_that_does_not_fit_says_why(world: World, as_user: Login) -> None:
    filing = make_draft(world)
    client, url = as_user(world.supervisor), "/queues/hand-over/220100/clerk/"

    assert client.post(url, {"to": ""}).status_code == 422
    response = client.post(url, {"to": "reviewer"})

    assert response.status_code == 422 and "须由能受理备案的人承办" in response.content.decode()
    assert stored(filing).assigned_to is None


@pytest.mark.parametrize(
    ("who", "board", "others", "own"),
    [
        ("clerk", 403, 403, 200),
        ("reviewer", 403, 200, 200),
        ("supervisor", 200, 200, 200),
        ("auditor", 403, 403, 403),
        ("yanbian_reviewer", 403, 404, 404),
        ("prov_supervisor", 200, 200, 404),
        ("prov_clearing", 403, 403, 403),
    ],
)
def test_who_may_open_the_board_and_hand_over(
    world: World, as_user: Login, colleague: User, who: str, board: int, others: int, own: int
) -> None:
    client = as_user(getattr(world, who))

    codes = [
        client.get(url).status_code
        for url in (
            "/queues/board/",
            "/queues/hand-over/220100/colleague/",
            f"/queues/hand-over/220100/{who}/",
        )
    ]
    assert codes == [board, others, own]
    assert client.get("/queues/hand-over/220100/nobody/").status_code in {403, 404}


def test_the_board_of_a_region_where_nothing_waits_says_so(world: World, as_user: Login) -> None:
    assert "没有在办的备案" in as_user(world.supervisor).get("/queues/board/").content.decode()
