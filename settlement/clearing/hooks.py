"""How the clearing joins the side bar, the home page, the demo; and tells which months are signed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.urls import reverse

from agency.formlist.entries import FORM_PAGES
from agency.journal.actions import label_actions, label_details
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from agency.organisation.selectors import system_account
from agency.periods import first_day
from agency.registry import DEMO, HOME, NAV, STATEFUL
from agency.seeding import Tally
from agency.web.parts import Action, HomePart, NavItem, Panel
from settlement.clearing import carry_checks as carry_checks  # joins CHECKS
from settlement.clearing import refreshing as refreshing  # joins CARRIES_CHANGED
from settlement.clearing import selectors
from settlement.clearing.consents import ChecklistSkip
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.months import current_month
from settlement.clearing.reminders import reopenings_proposed, waiting
from settlement.clearing.services import period_compute, period_sign, region_confirm, unconfirmed
from settlement.clearing.sheets import SHEETS
from settlement.clearing.stages import steps
from settlement.clearing.version_models import Reopening
from settlement.records.periods import ever_signed, signed_periods

signed_periods.register(selectors.signed_periods)
ever_signed.register(selectors.ever_signed_periods)
label_actions(
    {
        "period_computed": "计算清算",
        "month_begun_empty": "按空月计算清算",
        "period_confirmed": "确认清算",
        "period_signed": "签发清算",
        "reopening_proposed": "提出重开清算",
        "period_reopened": "重开清算",
        "reopening_rejected": "不予重开清算",
        "reopening_withdrawn": "撤回重开清算",
        "carries_refreshed": "挂账变动更新清算",
        "confirmation_withdrawn": "撤回清算确认",
        "skip_proposed": "提出核对例外",
        "skip_approved": "批准核对例外",
        "skip_withdrawn": "撤回核对例外",
        "sheet_compared": "比对清算表",
    }
)

label_details({"looked": "看过的表", "voided": "作废的确认"})

DEMO_SIGNED, DEMO_OPEN = "202609", "202610"


@STATEFUL.register("period", order=410)
def period_model() -> type:
    return ClearingPeriod


@STATEFUL.register("reopening", order=420)
def reopening_model() -> type:
    return Reopening


@STATEFUL.register(ChecklistSkip.machine.kind, order=415)
def skip_model() -> type:
    return ChecklistSkip


@NAV.register("clearing", order=320)
def clearing(user: User) -> list[NavItem]:
    if not access.allowed(user, May.READ_CLEARING):
        return []
    return [NavItem("结算", "月度清算", reverse("settlement:period_list"))]


def _sheets_page(user: User) -> Action | None:
    """Where sheets 9–14 are: each month has its own."""
    if not access.allowed(user, May.READ_CLEARING):
        return None
    return Action("月度清算", reverse("settlement:period_list"))


for form in SHEETS:
    FORM_PAGES.register(form)(_sheets_page)


@HOME.register("clearing", order=320)
def month_at_hand(user: User, today: dt.date) -> HomePart:
    """The current month's steps, and what of them waits for this person."""
    part = HomePart()
    if not access.allowed(user, May.READ_CLEARING):
        return part
    part.todo += reopenings_proposed(user)
    progress = current_month()
    if progress is None:
        return part
    title = f"{first_day(progress.period).month} 月清算"
    context = {"steps": steps(progress, user, today), "period": progress.period}
    part.panels.append(Panel(title, "settlement/clearing/_home_panel.html", context, progress.step_label))
    part.todo += waiting(user, progress, today)
    return part


# --- demo ---------------------------------------------------------------------------------------------------


@DEMO.register("clearing: the signed month", order=400)
def demo_signed_month(seeds: Path, tally: Tally, now: dt.datetime) -> None:
    """Compute, confirm for every region, and sign the first demo month."""
    if DEMO_SIGNED not in selectors.months_with_cases() or DEMO_SIGNED in selectors.signed_periods():
        return
    system = system_account()
    month = period_compute(period=DEMO_SIGNED, by=system, at=now)
    for party in unconfirmed(month):
        region_confirm(period=DEMO_SIGNED, region=PoolingRegion.objects.get(pk=party.id), by=system, at=now)
    period_sign(period=DEMO_SIGNED, by=system, at=now)
    tally.created += 1


@DEMO.register("clearing: the open month", order=600)
def demo_open_month(seeds: Path, tally: Tally, now: dt.datetime) -> None:
    """Compute the second demo month; its regions have yet to confirm."""
    if DEMO_OPEN in selectors.months_with_cases() and selectors.month_named(DEMO_OPEN) is None:
        period_compute(period=DEMO_OPEN, by=system_account(), at=now)
        tally.created += 1
