"""Where the flow charts join: the side bar and the list of forms."""

from __future__ import annotations

from django.urls import reverse

from agency.formlist.entries import FORM_PAGES
from agency.organisation.models import User
from agency.registry import NAV
from agency.web.parts import Action, NavItem
from settlement.flowcharts.form19 import Form19


@NAV.register("flowcharts", order=810)
def nav(user: User) -> list[NavItem]:
    return [NavItem("表单", "流程图", reverse("settlement:flowcharts"))]


@FORM_PAGES.register(Form19.FORM_NO)
def form19_page(user: User) -> Action:
    return Action("看流程图", reverse("settlement:flowcharts"))
