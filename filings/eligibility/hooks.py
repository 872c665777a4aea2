"""能否结算 in the side bar."""

from __future__ import annotations

from django.urls import reverse

from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.registry import NAV
from agency.web.parts import NavItem


@NAV.register("eligibility", order=15)
def nav(user: User) -> list[NavItem]:
    if not access.allowed(user, May.READ_FILINGS):
        return []
    return [NavItem("窗口", "能否结算", reverse("filings:eligibility"), key="Q")]
