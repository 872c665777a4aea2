"""The lists of filings on the shared pages: side bar and home."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from agency.organisation.models import User
from agency.policy.models import Parameter
from filings.filing.services import filing_return
from filings.models import Filing
from filings.queues import hooks
from filings.queues.hooks import home, nav
from tests.filings.making import make_draft, make_submitted
from tests.support.world import World

Login = Callable[[object], Client]


def test_the_side_bar_shows_each_role_its_own_work(world: World) -> None:
    make_submitted(world)

    assert [(item.label, item.count) for item in nav(world.clerk)] == [
        ("新办备案", None), ("备案台账", None), ("待复核", 1), ("待补正", 0), ("我的在办", 1),
    ]  # fmt: skip
    assert [item.label for item in nav(world.reviewer)] == ["备案台账", "待复核", "我的在办"]
    assert [item.label for item in nav(world.auditor)] == ["备案台账"]
    assert nav(world.changchun_clearing) == []


def test_the_clerks_home_begins_a_new_filing_and_lists_what_is_due(world: World) -> None:
    draft = make_draft(world)

    part = home(world.clerk, world.today)

    assert [(action.label, action.key, action.primary) for action in part.actions] == [
        ("新办备案", "N", True)
    ]
    assert [(row.number, row.due_on) for row in part.todo] == [(draft.filing_no, dt.date(2027, 2, 22))]
    assert {tile.label: tile.count for tile in part.tiles}["我的在办"] == 1


def test_the_reviewers_home_has_what_colleagues_entered(world: World) -> None:
    filing = make_submitted(world)

    on_time, late = home(world.reviewer, world.today), home(world.reviewer, dt.date(2026, 11, 23))

    assert [row.number for row in on_time.todo] == [filing.filing_no]
    assert on_time.todo[0].badge == "待复核"
    assert late.todo[0].badge == "超时"
    assert not on_time.actions


def test_what_waits_is_counted_up_to_99(
    world: World, as_user: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "queue_count", lambda name, user, today: 100 if name == "to_review" else 99)

    page = as_user(world.reviewer).get("/").content.decode()

    assert "<strong>99+</strong>" in page and "<strong>99</strong>" in page
    assert ">99+<span" in page  # in the side bar


def test_what_is_overdue_or_nobodys_is_told_when_there_is_some(world: World) -> None:
    filing = make_submitted(world)
    quiet = {tile.label for tile in home(world.reviewer, world.today).tiles}

    Filing.objects.filter(pk=filing.pk).update(deadline_on=world.today - dt.timedelta(days=1))
    User.objects.filter(pk=world.clerk.pk).update(is_active=False)

    hot = {tile.label: tile.count for tile in home(world.reviewer, world.today).tiles if tile.hot}
    assert quiet == {"待复核", "我的在办", "即将到期"}
    assert hot == {"待复核": 1, "已逾期": 1, "无人承办": 1}
    assert {tile.label for tile in home(world.auditor, world.today).tiles} == {"已逾期"}


def test_one_filing_is_one_line_of_the_clerks_list(world: World) -> None:
    filing = make_submitted(world)
    filing_return(filing, by=world.reviewer, at=world.now, reason="缺")
    draft = make_draft(world)

    assert [row.number for row in home(world.clerk, world.today).todo] == [filing.filing_no, draft.filing_no]


def test_the_board_is_for_those_who_lead(world: World) -> None:
    assert "承办看板" in [item.label for item in nav(world.supervisor)]
    assert "承办看板" not in [item.label for item in nav(world.reviewer)]  # at a counter


def test_how_soon_a_filing_ends_is_told_by_the_parameter(world: World, as_user: Login) -> None:
    Parameter.objects.filter(key="filing.expiring_notice_days").update(value="45")
    client = as_user(world.clerk)

    assert "45 天内到期" in client.get("/filings/queue/expiring/").content.decode()
    assert "45 天内到期" in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("days", "note", "hot"),
    [
        ([1], "同事录入，等您复核", False),
        ([0, 1], "1 件今天到期", True),
        ([-1, 0, 0, 3], "1 件已超时，2 件今天到期", True),
        ([-2, -1], "2 件已超时", True),
    ],
)
def test_the_card_counts_what_its_words_say(world: World, days: list[int], note: str, hot: bool) -> None:
    for late in days:
        filing = make_submitted(world)
        Filing.objects.filter(pk=filing.pk).update(deadline_on=world.today + dt.timedelta(days=late))

    tile = home(world.reviewer, world.today).tiles[0]

    assert (tile.label, tile.count, tile.note, tile.hot) == ("待复核", len(days), note, hot)
