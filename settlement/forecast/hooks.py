"""Where the forecast joins: side bar, home page; a month's days stand or go with its signature."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May, Role
from agency.periods import period_label, period_of
from agency.registry import HOME, NAV
from agency.web.parts import HomePart, NavItem, Panel
from settlement.clearing.signing import REOPENED, SIGNED
from settlement.forecast.keeping import days_drop, days_keep
from settlement.quotas.models import Quota

TITLE = "周转金预测"

# before whatever logs (agency/journal/audit.py)
SIGNED.register("use_by_day", order=35)(days_keep)
REOPENED.register("use_by_day", order=35)(days_drop)


@NAV.register("forecast", order=338)
def nav(user: User) -> list[NavItem]:
    if not access.allowed(user, May.READ_QUOTAS):
        return []
    return [NavItem("结算", TITLE, reverse("settlement:fund_forecast"))]


@HOME.register("forecast", order=338)
def home(user: User, today: dt.date) -> HomePart:
    """For finance, and for everybody of the province who may see quotas: which reach a line this month.
    Fetched after the page, for it reads a month's cases; nothing before there is a quota."""
    part = HomePart()
    is_theirs = access.sees_all(user) or Role.FINANCE in user.roles
    if is_theirs and access.allowed(user, May.READ_QUOTAS) and Quota.objects.exists():
        context = {"url": reverse("settlement:fund_forecast_hint")}
        small = period_label(period_of(today))
        part.panels.append(Panel(TITLE, "settlement/forecast/_home_panel.html", context, small))
    return part
