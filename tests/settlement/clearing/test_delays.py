"""等了几天: whose turn a month is, since when, and who is late, in working days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from agency.policy.models import Holiday, Parameter
from settlement.clearing.delays import MonthDelays, clock_for
from settlement.clearing.hooks import month_at_hand
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.months import progress_of
from settlement.clearing.services import region_confirm
from settlement.clearing.signing import AFTER_SIGNING
from settlement.clearing.skips import skip_approve, skip_propose
from settlement.clearing.stages import steps
from settlement.holding.services import case_dispute
from tests.settlement.records.files import row
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_month")
AsUser = Callable[..., Client]
DUE = dt.date(2026, 11, 27)  # five working days after Friday the 20th
LATE = dt.date(2026, 12, 2)  # Wednesday: three working days later


def delays(today: dt.date) -> MonthDelays:
    progress = progress_of("202610")
    assert progress is not None
    found = clock_for(progress, today).delays(progress)
    assert found is not None
    return found


def holder(world: World, name: str, today: dt.date) -> tuple[str, str, int, int]:
    progress = progress_of("202610")
    assert progress is not None
    found = clock_for(progress, today).holder(progress, getattr(world, name))
    assert found is not None
    return (found.label, str(found.since), found.days, found.late)


def confirm(world: World, name: str, at: dt.datetime) -> None:
    by = getattr(world, f"{name}_clearing")
    region_confirm(period="202610", region=getattr(world, name), by=by, at=at)


def test_a_region_has_five_working_days_from_the_computing(month: ClearingPeriod, world: World) -> None:
    assert delays(world.today).due_on == DUE

    on_time, late = (delays(day).of(world.jilin.pk) for day in (DUE, LATE))

    assert on_time is not None and late is not None
    assert (on_time.days, on_time.late, on_time.label) == (5, 0, "已等 5 个工作日")
    assert (late.days, late.late, late.label) == (8, 3, "已等 8 个工作日，逾期 3 日")


def test_the_limit_is_the_parameter_of_the_day_and_holidays_do_not_count(
    month: ClearingPeriod, world: World
) -> None:
    Parameter.objects.filter(key="clearing.confirm_workdays").update(value="2")
    Holiday.objects.create(date=dt.date(2026, 11, 23), kind="rest", name="停办")

    assert delays(world.today).due_on == dt.date(2026, 11, 25)


def test_the_own_delay_and_that_of_the_others_stand_apart(month: ClearingPeriod, world: World) -> None:
    confirm(world, "jilin", world.now + dt.timedelta(days=11))  # Tuesday the 1st of December
    found = delays(LATE)

    own, others = found.of(world.jilin.pk), found.others(world.jilin.pk)

    assert own is not None
    assert (own.label, own.is_over) == ("用了 7 个工作日，逾期 2 日", True)
    assert others.label == "其他统筹区还有 11 个未确认，其中 11 个逾期，最长逾期 3 日"
    assert delays(DUE).others(world.jilin.pk).label == "其他统筹区还有 11 个未确认"
    assert len(found.late) == 11


def test_each_is_told_whose_turn_it_is(month: ClearingPeriod, world: World) -> None:
    assert holder(world, "prov_clearing", LATE) == ("省直、长春市等 12 个统筹区确认", "2026-11-20", 8, 3)
    assert holder(world, "jilin_clearing", LATE) == ("本区确认", "2026-11-20", 8, 3)

    confirm(world, "jilin", world.now)

    assert holder(world, "jilin_clearing", LATE) == ("11 个统筹区确认", "2026-11-20", 8, 3)


def test_then_it_is_the_provinces(
    month: ClearingPeriod, world: World, confirm_all: Callable[..., None], load: Callable[..., object]
) -> None:
    confirm_all(month)
    assert holder(world, "jilin_clearing", LATE) == ("省级签发", "2026-11-20", 8, 0)

    load([row("S9")])

    assert holder(world, "jilin_clearing", LATE) == ("省级重新计算", "None", 0, 0)


def test_a_month_that_nobody_computed_waits_since_its_end(
    month: ClearingPeriod, world: World, load: Callable[..., object]
) -> None:
    load([row("N1", 结算时间="2026-11-02 09:00:00")])
    progress = progress_of("202611")
    assert progress is not None

    found = clock_for(progress, LATE).holder(progress, world.prov_clearing)

    assert found is not None
    assert (found.label, found.since, found.days) == ("省级计算", dt.date(2026, 11, 30), 2)


def test_a_signed_month_is_in_nobodys_hands(signed: ClearingPeriod, world: World) -> None:
    progress = progress_of("202610")
    assert progress is not None

    assert clock_for(progress, LATE).holder(progress, world.prov_clearing) is None
    wait = delays(LATE).of(world.jilin.pk)
    assert wait is not None and (wait.days, wait.late, wait.is_over) == (0, 0, True)


def test_what_follows_a_signature_is_told_by_those_who_do_it(signed: ClearingPeriod, world: World) -> None:
    stage = {"label": "收付 1 / 12", "note": "还有 11 张通知书未结清", "at": None, "state": "now"}
    AFTER_SIGNING.register("a slice above")(lambda month, by: [stage])

    progress = progress_of("202610")
    assert progress is not None
    try:
        shown = steps(progress, world.prov_clearing, world.today)
    finally:
        del AFTER_SIGNING._entries["a slice above"]

    assert shown[-1] is stage
    assert {one["state"] for one in shown[:4]} == {"done"}
    labels = [one["label"] for one in shown[:4]]
    assert labels == ["归集 8 笔", "计算", "各统筹区确认 12 / 12", "签发"]


# --- on the home page ---------------------------------------------------------------------------------------


def todo(world: World, name: str, today: dt.date) -> list[tuple[str, str, str]]:
    part = month_at_hand(getattr(world, name), today)
    return [(one.badge, one.badge_tone, one.due) for one in part.todo]


def test_the_home_page_is_red_only_when_the_own_confirmation_is_late(
    month: ClearingPeriod, world: World
) -> None:
    assert todo(world, "jilin_clearing", DUE) == [("待确认", "warn", "11-27 到期")]
    assert todo(world, "jilin_clearing", LATE) == [("逾期", "bad", "逾期 3 个工作日")]

    confirm(world, "jilin", world.now)

    assert todo(world, "jilin_clearing", LATE) == []


def test_the_province_is_told_which_regions_are_late(month: ClearingPeriod, world: World) -> None:
    assert todo(world, "prov_clearing", DUE) == []

    row_ = month_at_hand(world.prov_clearing, LATE).todo[0]

    assert (row_.badge, row_.badge_tone, row_.title) == (
        "催办",
        "warn",
        "2026年10月清算有 12 个统筹区逾期未确认",
    )
    assert row_.detail.startswith("省直、长春市、吉林市")


def test_a_skip_waits_for_the_second_person(month: ClearingPeriod, world: World) -> None:
    where = {"period": "202610", "key": "not_confirmed:222400", "at": world.now}
    skip_propose(reason="停电", by=world.prov_clearing, **where)  # type: ignore[arg-type]

    assert todo(world, "prov_clearing", world.today) == []
    assert todo(world, "prov_supervisor", world.today) == [("待批准", "go", "")]
    assert todo(world, "prov_auditor", world.today) == []

    skip_approve(by=world.prov_supervisor, **where)  # type: ignore[arg-type]

    assert todo(world, "prov_clearing_2", world.today) == []


# --- on the pages -------------------------------------------------------------------------------------------


def test_the_list_says_in_whose_hands_each_month_is(
    month: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    page = as_user(world.jilin_clearing).get("/clearing/").content.decode()
    whole = as_user(world.prov_auditor).get("/clearing/").content.decode()

    assert "本区确认" in page
    assert "省直、长春市等 12 个统筹区确认" in whole


def test_the_month_shows_the_wait_of_each_region(
    month: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    ClearingPeriod.objects.update(computed_at=world.now - dt.timedelta(days=14))
    confirm(world, "jilin", world.now - dt.timedelta(days=7))

    response = as_user(world.prov_clearing).get("/clearing/202610/")

    page = response.content.decode()
    rows = {shown["party"].name: shown for shown in response.context["rows"]}
    assert (rows["吉林市"]["wait"].short, rows["延边州"]["wait"].short) == ("5 日", "10 日，逾期 5 日")
    assert page.count('<tr class="late">') == 11
    assert "11 个未确认，其中 11 个逾期，最长 5 个工作日" in page
    assert "本区确认" in as_user(world.yanbian_clearing).get("/clearing/202610/").content.decode()


def test_a_dispute_gives_time_to_those_alone_whose_confirmation_it_voids(
    month: ClearingPeriod, world: World
) -> None:
    """吉林 confirmed in time and has to again; 长春, who disputes, and 延边 are as late as they were."""
    confirm(world, "jilin", world.now + dt.timedelta(days=3))
    at = dt.datetime.combine(LATE, dt.time(9), tzinfo=world.now.tzinfo)
    case_dispute(by=world.changchun_clearing, at=at, settlement_no="S1", reason="天数不符")

    found = delays(LATE + dt.timedelta(days=1))

    waits = {region.name: found.of(region.pk) for region in (world.jilin, world.changchun, world.yanbian)}
    assert {name: wait and (wait.days, wait.late) for name, wait in waits.items()} == {
        "吉林市": (1, 0), "长春市": (9, 4), "延边州": (9, 4)
    }  # fmt: skip
    assert ClearingPeriod.objects.get(pk=month.pk).computed_at == month.computed_at
