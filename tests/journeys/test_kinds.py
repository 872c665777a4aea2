"""One filing of every kind at the counter, by keyboard: what the page asks for, and what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Person
from tests.journeys.test_filing import letters_to

pytestmark = pytest.mark.browser

Opens = Callable[[str], Person]


@dataclass(frozen=True)
class Case:
    """Who comes, the key of the kind, where to (letters and names), and the end that the page promises."""

    cert_no: str
    key: str
    kind: str
    province: tuple[str, str]
    city: tuple[str, str]
    validity: str
    papers: int
    state: str = "待复核"
    is_long_term: bool = True


NONE = ("", "")
CASES = [
    Case("220112196903035802", "1", "retired_relocation", ("gd", "广东省"), ("zh", "珠海市"), "长期", 2),
    Case("220106198707078284", "3", "long_term_work", ("gd", "广东省"), ("gz", "广州市"), "长期", 2),
    Case("220106198707078284", "4", "maternity", ("hlj", "黑龙江省"), ("heb", "哈尔滨市"), "长期", 2),
    Case("220105199506161020", "5", "referral", ("bj", "北京市"), NONE, "至 ", 2, "待复核", False),
    Case(
        "220105199506161020",
        "6",
        "emergency",
        ("sh", "上海市"),
        ("", ""),
        "至 ",
        1,
        "已生效",
        is_long_term=False,
    ),
    Case(
        "220105199506161020", "7", "temporary_other", ("tj", "天津市"), ("", ""), "至 ", 1, is_long_term=False
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_a_filing_of_this_kind(person: Opens, case: Case) -> None:
    clerk = person("cc_intake2")
    page = clerk.page
    clerk.goes_to("/filings/new/")
    page.keyboard.type(case.cert_no)
    page.keyboard.press("Enter")
    expect(page.locator("#id_name")).not_to_have_value("")
    page.locator("#id_phone").fill("13800432716")

    page.locator("input[name=kind]").first.focus()
    page.keyboard.press(case.key)
    expect(page.locator(f"input[name=kind][value={case.kind}]")).to_be_checked()
    letters_to(page, "#id_province", *case.province)
    page.keyboard.press("Tab")
    if case.city[0]:
        expect(page.locator("#id_city")).to_contain_text(case.city[1])
        letters_to(page, "#id_city", *case.city)
    if case.is_long_term:
        page.locator("#id_address").fill("人民路1号2单元301室")
    if case.kind == "referral":
        _refer(page)
    expect(page.locator("#validity_shown")).to_have_value(re.compile(case.validity))
    papers = page.locator("#checklist select[name^=material_]")
    expect(papers).to_have_count(case.papers)
    for paper in papers.all():
        paper.select_option(index=1)
    expect(page.locator("#served")).to_have_text(f"{case.papers} / {case.papers}")
    clerk.looks()

    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/filings/F\d+/$"))
    expect(page.locator("h1 + *, .sub").first).to_contain_text(case.state)


def _refer(page: Page) -> None:
    """The hospital that sends is found by a part of its name, with the arrow keys."""
    page.locator("#id_referring_institution").focus()
    page.keyboard.type("第1医院")
    expect(page.locator("[role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#id_referring_institution")).to_have_value(re.compile("第1医院"))
    today = page.locator("html").get_attribute("data-today") or ""
    page.locator("#id_referred_on").fill(today)
    page.locator("#id_diagnosis").fill("左肺占位性病变")
