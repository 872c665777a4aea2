"""The main pages one after the other: the console stays clean, the strict CSP included (see conftest)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person

pytestmark = pytest.mark.browser

Opens = Callable[[str], Person]
PAGES = [
    "/",
    "/filings/",
    "/filings/queue/to_review/",
    "/queues/board/",
    "/followups/",
    "/reimbursements/",
    "/eligibility/",
    "/institutions/",
    "/imports/",
    "/forms/",
    "/verify/",
]


def test_the_main_pages_leave_nothing_in_the_console(person: Opens) -> None:
    clerk = person("cc_intake")

    for path in PAGES:
        clerk.page.goto(clerk.site.url + path)
        expect(clerk.page.get_by_role("heading", level=1)).to_be_visible()


def test_amounts_typed_quickly_one_after_the_other_abort_nothing(person: Opens) -> None:
    """Each change asks the server for the amounts; an overtaken answer is waited for, not torn off."""
    clerk = person("cc_intake")
    page = clerk.page
    page.goto(clerk.site.url + "/filings/")
    filing_no = page.locator("tbody a.code").first.inner_text()
    page.goto(f"{clerk.site.url}/outside-care/new/?filing={filing_no}")

    for number in range(3):
        page.locator(f"[name=item-{number}-quantity]").fill("2")
        page.locator(f"[name=item-{number}-unit_price]").fill("10.5")
    page.locator("[name=item-2-reason]").focus()

    expect(page.locator("#items-total")).to_contain_text("63.00")
