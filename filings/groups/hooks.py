"""Where lists of filings join shared pages: the side bar."""

from __future__ import annotations

from django.urls import reverse

from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.registry import NAV
from agency.web.parts import NavItem
from filings.groups.batches import KIND


@NAV.register("filings_import", order=12)
def nav(user: User) -> list[NavItem]:
    """导入备案, for those who may upload a list."""
    if not access.allowed(user, May.LOAD_FILINGS):
        return []
    return [NavItem("窗口", "导入备案", reverse("agency:batch_new", kwargs={"kind": KIND}))]
