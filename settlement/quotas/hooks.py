"""Where quotas join: months' warnings, sheets, side bar, home, search, list of forms, the journal's words."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from agency.formlist.entries import FORM_PAGES
from agency.journal.actions import label_actions, label_details
from agency.money import yuan
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.registry import HOME, NAV, SEARCH, STATEFUL
from agency.web.parts import Action, NavItem, SearchGroup, SearchRow
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.signing import COMPUTED, SIGNED
from settlement.quotas import families as families  # joins MORE_SHEETS
from settlement.quotas.home import fund_part
from settlement.quotas.listing import increase_named, warning_named
from settlement.quotas.models import QuotaRound
from settlement.quotas.raising import warnings_raise
from settlement.quotas.sheets import SHEETS
from settlement.quotas.use_models import QuotaIncrease

label_actions(
    {
        "quotas_drawn": "拟定周转金额度",
        "quota_changed": "修改拟定的额度",
        "quotas_proposed": "提请批准额度",
        "quotas_approved": "批准周转金额度",
        "quotas_returned": "退回周转金额度",
        "fund_warning_raised": "周转金预警",
        "fund_warning_noted": "处理周转金预警",
        "increase_asked": "申请加急调增",
        "increase_approved": "批准加急调增",
        "increase_refused": "不予批准加急调增",
        "increase_withdrawn": "撤回加急调增",
    }
)
label_details({"level": "等级", "warning": "预警", "note": "处理情况"})
HOME.register("quotas", order=336)(fund_part)


@COMPUTED.register("fund_warnings", order=60)
@SIGNED.register("fund_warnings", order=60)
def month_judged(month: ClearingPeriod, by: User, at: dt.datetime) -> None:
    """What a month owes is set against its quotas whenever it is computed, carried into, or signed."""
    warnings_raise(by=by, at=at)


@STATEFUL.register("quota_round", order=310)
def round_model() -> type:
    return QuotaRound


@STATEFUL.register("quota_increase", order=320)
def increase_model() -> type:
    return QuotaIncrease


@NAV.register("quotas", order=336)
def nav(user: User) -> list[NavItem]:
    if not access.allowed(user, May.READ_QUOTAS):
        return []
    return [
        NavItem("结算", "周转金额度", reverse("settlement:quota_list")),
        NavItem("结算", "周转金使用", reverse("settlement:fund_use")),
    ]


@SEARCH.register("quotas", order=336)
def search(user: User, term: str) -> SearchGroup | None:
    """A warning or an increase by its number."""
    if not access.allowed(user, May.READ_QUOTAS):
        return None
    rows = []
    warning, increase = warning_named(user, term.upper()), increase_named(user, term.upper())
    if warning is not None:
        url = reverse("settlement:fund_warning", kwargs={"warning_no": warning.warning_no})
        title = f"{warning.region}{warning.get_insurance_type_display()} {warning.get_level_display()}预警"
        rows.append(SearchRow(url, warning.warning_no, title))
    if increase is not None:
        url = reverse("settlement:quota_increase", kwargs={"increase_no": increase.increase_no})
        title = f"{increase.region}加急调增 {yuan(increase.amount_fen)} 元"
        rows.append(SearchRow(url, increase.increase_no, title, badge=increase.get_state_display()))
    return SearchGroup("周转金", rows)


def _sheets_page(user: User) -> Action | None:
    """Where forms 6-1 and 6-2 are: each round has its own."""
    if not access.allowed(user, May.READ_QUOTAS):
        return None
    return Action("周转金额度", reverse("settlement:quota_list"))


for _form in SHEETS:
    FORM_PAGES.register(_form)(_sheets_page)
