"""承诺: the proof that was promised is brought, and nothing more is owed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person

pytestmark = pytest.mark.browser

Opens = Callable[[str], Person]


def test_a_promised_proof_is_brought_and_stands_on_the_filing(person: Opens) -> None:
    clerk = person("cc_intake")
    page = clerk.page
    clerk.goes_to("/")
    page.get_by_role("link", name=re.compile("承诺与容缺")).first.click()
    clerk.looks()
    page.get_by_role("link", name=re.compile(r"^G\d{10}$")).first.click()
    page.wait_for_url(re.compile(r"/G\d{10}/$"))
    clerk.looks()

    page.get_by_text("收到证明", exact=True).first.click()
    clerk.looks()
    page.get_by_label("收到的材料").select_option(index=1)
    page.get_by_role("button", name="登记收到").click()

    expect(page.get_by_text("已补交").first).to_be_visible()
    expect(page.get_by_text("收到证明", exact=True)).to_have_count(0)
    clerk.looks()
    page.get_by_role("link", name=re.compile(r"^F\d{10}$")).first.click()
    page.wait_for_url(re.compile(r"/filings/F\d+/$"))
    expect(page.get_by_text("承诺与容缺").first).to_be_visible()
    clerk.looks()
