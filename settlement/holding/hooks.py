"""Where holding joins shared pages and the undoing of batches: side bar, home, search, a case's page."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from agency.errors import DomainError
from agency.journal.actions import label_actions, label_details
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.periods import period_label, period_of
from agency.registry import HOME, NAV, SEARCH, STATEFUL
from agency.web.parts import Action, HomePart, NavItem, SearchGroup, SearchRow, TodoRow
from settlement.holding.models import HeldCase
from settlement.holding.rules import decided_before
from settlement.holding.selectors import hold_months, unanswered_by, undecided_soon
from settlement.holding.services import why_not
from settlement.records.followers import GOING
from settlement.records.models import SettlementRecord
from settlement.records.sections import RECORD_ACTIONS
from settlement.records.selectors import record_current

label_actions(
    {
        "case_disputed": "提出争议",
        "held_answered": "答复争议",
        "held_released": "放行挂账",
        "held_rejected": "拒付挂账",
        "held_taken_back": "撤回争议",
        "held_undone": "撤销挂账裁定",
    }
)
label_details({"answer": "答复", "decided_period": "计入期别"})
TODO_SHOWN = 5


@STATEFUL.register("held_case", order=430)
def held_model() -> type:
    return HeldCase


@GOING.register("holding", order=60)
def held_cases_stay(records: QuerySet[Any]) -> None:
    """A held case is not removed from under its dispute; one that was taken back keeps only its number."""
    rows = HeldCase.objects.filter(record__in=records.order_by().values("pk"))
    held = rows.standing().order_by("pk").first()
    if held is not None:
        raise DomainError(
            "already_held",
            f"{held.settlement_no} 正在挂账（{held}），请先撤回争议再撤销批次。",
            held_no=str(held),
        )
    rows.update(record=None)


@NAV.register("holding", order=322)
def nav(user: User) -> list[NavItem]:
    if not access.allowed(user, May.READ_CLEARING):
        return []
    return [NavItem("结算", "挂账与争议", reverse("settlement:held_list"))]


@RECORD_ACTIONS.register("holding", order=10)
def dispute_button(user: User, record: SettlementRecord) -> Action | None:
    """提出争议, where nothing stands in the way; else the way to the dispute there is."""
    held = held_link(user, record)
    if held is not None:
        return held
    if not may_dispute(user, record):
        return None
    url = reverse("settlement:held_dispute", kwargs={"settlement_no": record.settlement_no})
    return Action("提出争议", url, primary=True)


def held_link(user: User, record: SettlementRecord) -> Action | None:
    """The way to what was disputed of a record."""
    if not access.allowed(user, May.READ_CLEARING):
        return None
    held = HeldCase.objects.visible_to(user).standing().filter(record=record).first()
    if held is None:
        return None
    url = reverse("settlement:held_detail", kwargs={"held_no": held.held_no})
    return Action(f"{held.get_state_display()} {held}", url)


def may_dispute(user: User, record: SettlementRecord) -> bool:
    """Whether this person may dispute the record now."""
    if user.region_id is None or not access.allowed(user, May.CONFIRM_CLEARING):
        return False
    return record == record_current(user, record.settlement_no) and why_not(user, record) is None


# --- home and search ----------------------------------------------------------------------------------------


@HOME.register("holding", order=318)
def home(user: User, today: dt.date) -> HomePart:
    """What waits for an answer of the own region, and what has to be decided before a month can be signed."""
    part = HomePart()
    if not access.allowed(user, May.READ_CLEARING):
        return part
    if user.region_id is not None and access.allowed(user, May.CONFIRM_CLEARING):
        for case in _first(unanswered_by(user)):
            detail = f"{case.region}：{case.reason}"
            part.todo.append(_todo(case, "争议待答复", "warn", detail))
    if access.allowed(user, May.CONFIRM_CLEARING) or access.allowed(user, May.DECIDE_HELD):
        months = hold_months(period_of(today))
        badge = f"将满{'两' if months == 2 else months}个月待裁定"
        for case in _first(undecided_soon(user)):
            last = period_label(decided_before(case.held_from, months))
            part.todo.append(_todo(case, badge, "bad", f"须在{last}签发前裁定"))
    return part


def _first(rows: QuerySet[HeldCase]) -> QuerySet[HeldCase]:
    named = rows.select_related("region", "insured_region", "care_region")
    return named.order_by("held_from", "pk")[:TODO_SHOWN]


def _todo(case: HeldCase, badge: str, tone: str, detail: str) -> TodoRow:
    return TodoRow(
        badge=badge,
        badge_tone=tone,
        number=case.held_no,
        url=reverse("settlement:held_detail", kwargs={"held_no": case.held_no}),
        title=f"{case.insured_region} → {case.care_region} 结算 {case.settlement_no}",
        detail=detail,
    )


@SEARCH.register("holding", order=206)
def search(user: User, term: str) -> SearchGroup | None:
    """A held case's number, whole."""
    if not access.allowed(user, May.READ_CLEARING):
        return None
    found = HeldCase.objects.visible_to(user).filter(held_no=term.upper()).order_by("pk")[:1]
    rows = [
        SearchRow(
            url=reverse("settlement:held_detail", kwargs={"held_no": row.held_no}),
            number=row.held_no,
            title=f"挂账 结算 {row.settlement_no}",
            badge=row.get_state_display(),
            badge_tone=row.tone,
        )
        for row in found
    ]
    return SearchGroup("挂账", rows)
