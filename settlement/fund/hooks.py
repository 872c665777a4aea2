"""Where the fund's ledger joins: signature and reopening of a month, payments, the journal's words."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from agency.journal.actions import label_actions, label_details
from agency.money import yuan
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.registry import HOME, NAV, SEARCH, STATEFUL
from agency.web.parts import Action, HomePart, NavItem, SearchGroup, SearchRow, TodoRow
from settlement.clearing.signing import REOPENED, SIGNED
from settlement.fund.models import FundAdjustment
from settlement.fund.of_months import month_follow
from settlement.fund.of_payments import payments_post
from settlement.fund.selectors import adjustments_of, adjustments_waiting, used_of_lines
from settlement.notices.models import BankLine
from settlement.notices.paying import PAID
from settlement.notices.uses import LINE_TOLD, LINE_USES

label_actions(
    {
        "fund_posted": "补记周转金账",
        "fund_adjustment_proposed": "提出周转金调账",
        "fund_adjustment_approved": "批准周转金调账",
        "fund_adjustment_refused": "不予批准周转金调账",
        "bank_balance_entered": "登记对账单余额",
    }
)
label_details({"movements": "笔数"})
TODO_SHOWN = 5

# Before whatever logs (statements 40, notices 50): payments hold the ledger's series while they wait to log.
SIGNED.register("fund", order=30)(month_follow)
REOPENED.register("fund", order=30)(month_follow)
PAID.register("fund", order=50)(payments_post)
LINE_USES.register("fund", order=50)(used_of_lines)


@STATEFUL.register("fund_adjustment", order=330)
def adjustment_model() -> type:
    return FundAdjustment


@NAV.register("fund", order=332)
def nav(user: User) -> list[NavItem]:
    if not access.allowed(user, May.READ_FUND):
        return []
    return [NavItem("结算", "周转金账", reverse("settlement:fund_accounts"))]


@HOME.register("fund", order=332)
def home(user: User, today: dt.date) -> HomePart:
    """For the province's supervisor: adjustments that somebody else proposed."""
    part = HomePart()
    if access.allowed(user, May.APPROVE_FUND):
        part.todo += [_todo(row) for row in adjustments_waiting(user)[:TODO_SHOWN]]
    return part


def _url(row: FundAdjustment) -> str:
    return reverse("settlement:fund_adjustment", kwargs={"adjustment_no": row.adjustment_no})


def _todo(row: FundAdjustment) -> TodoRow:
    return TodoRow(
        badge="待批准",
        badge_tone=row.tone,
        number=row.adjustment_no,
        url=_url(row),
        title=f"周转金调账：{row.debit.label} → {row.credit.label}",
        detail=f"{yuan(row.amount_fen)} 元，{row.reason}",
    )


@SEARCH.register("fund", order=332)
def search(user: User, term: str) -> SearchGroup | None:
    """An adjustment by its number."""
    if not access.allowed(user, May.READ_FUND):
        return None
    rows = adjustments_of(user).filter(adjustment_no=term)
    return SearchGroup("周转金账", [_found(row) for row in rows])


def _found(row: FundAdjustment) -> SearchRow:
    title = f"调账 {row.debit.label} → {row.credit.label} {yuan(row.amount_fen)} 元"
    return SearchRow(url=_url(row), number=row.adjustment_no, title=title, badge=row.get_state_display())


@LINE_TOLD.register("fund", order=50)
def line_told(line: BankLine, by: User) -> list[Action]:
    """The adjustments that account for a line of the province's account; what is left of it can be, too."""
    if line.region_id is not None or not access.allowed(by, May.READ_FUND):
        return []
    rows = adjustments_of(by).filter(line=line)
    found = [Action(f"调账 {row}（{row.get_state_display()}）", _url(row)) for row in rows]
    if line.rest_fen > 0 and access.allowed(by, May.KEEP_FUND):
        url = f"{reverse('settlement:fund_adjustment_new')}?line={line.line_no}"
        found.append(Action("不是收付款的，提出调账", url))
    return found
