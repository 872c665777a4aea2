"""What the clearing brings to the side bar, the home page and the demo."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from agency.journal.books import check_all
from agency.registry import DEMO
from agency.seeding import Tally
from settlement.clearing.hooks import clearing, demo_open_month, demo_signed_month, month_at_hand
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.services import region_confirm
from settlement.records.periods import signed_periods
from tests.settlement.records.files import row
from tests.support.world import World

Compute = Callable[..., ClearingPeriod]


def waiting(world: World, name: str) -> list[tuple[str, str]]:
    part = month_at_hand(getattr(world, name), world.today)
    return [(todo.badge, todo.title) for todo in part.todo]


def test_who_reads_the_clearing_has_it_in_the_side_bar(world: World) -> None:
    shown = {user.username for user in world.everybody() if clearing(user)}

    assert {"auditor", "supervisor", "jilin_clearing", "prov_clearing", "prov_finance"} <= shown
    assert shown.isdisjoint({"clerk", "reviewer", "yanbian_clerk", "prov_system"})


def test_the_home_page_tells_each_whose_turn_it_is(loaded: None, compute: Compute, world: World) -> None:
    assert waiting(world, "prov_clearing") == [("待计算", "2026年10月清算待计算")]
    assert waiting(world, "jilin_clearing") == []

    month = compute()
    assert waiting(world, "prov_clearing") == []
    assert waiting(world, "jilin_clearing") == [("待确认", "2026年10月清算表待本区确认")]
    assert waiting(world, "auditor") == []

    for party in month.names["parties"]:
        region = type(world.jilin).objects.get(pk=party[0])
        if not region.is_outside:
            region_confirm(period="202610", region=region, by=world.system, at=world.now)
    assert waiting(world, "jilin_clearing") == []
    assert waiting(world, "prov_clearing") == [("待签发", "2026年10月清算待签发")]


def test_the_panel_shows_the_steps_of_the_oldest_unsigned_month(
    month: ClearingPeriod, load: Callable[..., object], world: World
) -> None:
    load([row("N1", 结算时间="2026-11-02 09:00:00")])

    panel = month_at_hand(world.prov_finance, world.today).panels[0]

    assert (panel.title, panel.small) == ("10 月清算", "第 3 步，共 5 步")
    assert [(step["label"], step["state"]) for step in panel.context["steps"]] == [
        ("归集 8 笔", "done"),
        ("计算", "done"),
        ("各统筹区确认 0 / 12", "now"),
        ("签发", "next"),
        ("收付", "next"),
    ]


def test_a_region_is_told_neither_sums_nor_names_of_the_others(month: ClearingPeriod, world: World) -> None:
    part = month_at_hand(world.jilin_clearing, world.today)

    told = [(step["label"], step["note"]) for step in part.panels[0].context["steps"]]
    assert told == [
        ("归集", "已归集"),
        ("计算", "prov_clearing"),
        ("各统筹区确认", "12 个统筹区中已确认 0 个；2026-11-27 到期"),
        ("签发", "省级"),
        ("收付", "签发后出收付款通知书"),
    ]
    assert [row.detail for row in part.todo] == ["应收 1,300.00，应付 700.00"]


def test_a_signed_month_stays_when_nothing_newer_is_there(signed: ClearingPeriod, world: World) -> None:
    panel = month_at_hand(world.auditor, world.today).panels[0]

    assert panel.small == "已签发"
    assert [step["state"] for step in panel.context["steps"]] == ["done"] * 4 + ["now"]  # yet to be paid


def test_without_cases_there_is_no_panel(world: World) -> None:
    assert month_at_hand(world.prov_clearing, world.today).panels == []


def test_the_records_know_which_months_are_signed(signed: ClearingPeriod) -> None:
    assert signed_periods() == {"202610"}


def test_the_demo_signs_september_and_leaves_october_to_be_confirmed(
    world: World, load: Callable[..., object]
) -> None:
    load([row("E1", 结算时间="2026-09-02 09:00:00"), row("S1")])
    tally = Tally()

    for _ in range(2):  # a second `seed --demo` changes nothing
        demo_signed_month(settings.SEEDS_DIR, tally, world.now)
        demo_open_month(settings.SEEDS_DIR, tally, world.now)

    states = dict(ClearingPeriod.objects.values_list("period", "state"))
    assert states == {"202609": "signed", "202610": "computed"}
    assert check_all(None).broken == []
    assert tally.created == 2


def test_the_demo_comes_after_the_cases_of_its_month() -> None:
    orders = {entry.name: entry.order for entry in DEMO}

    assert orders["clearing: the signed month"] == 400
    assert orders["clearing: the open month"] == 600
