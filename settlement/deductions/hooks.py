"""What deductions bring to the shared pages: side bar, and the demo months."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.urls import reverse

from agency.journal.actions import label_actions
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.registry import DEMO, NAV
from agency.seeding import Tally
from agency.web.parts import NavItem
from settlement.records.demo import load_demo_file

label_actions({"deduction_withdrawn": "撤回扣款"})


@NAV.register("deductions", order=210)
def nav(user: User) -> list[NavItem]:
    if not access.allowed(user, May.READ_CASES):
        return []
    return [NavItem("结算", "扣款", reverse("settlement:deduction_list"))]


@DEMO.register("deductions-202609", order=310)
def demo_september(seeds: Path, tally: Tally, now: dt.datetime) -> None:
    load_demo_file("deductions", seeds / "demo" / "deductions-202609.csv", tally, now)


@DEMO.register("deductions-202610", order=510)
def demo_october(seeds: Path, tally: Tally, now: dt.datetime) -> None:
    load_demo_file("deductions", seeds / "demo" / "deductions-202610.csv", tally, now)
