"""A year's quotas drawn up, changed and approved; a red warning, an urgent increase and its notice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person, Site
from tests.journeys.test_month_to_payment import agrees, manages
from tests.settlement.records.files import row, write

pytestmark = pytest.mark.browser
Opens = Callable[[str], Person]
BASE, ROUND = "202510", "/quotas/2026/"
REASON = "按今年的异地就医人数"


def lays_base_month(site: Site, folder: Path) -> None:
    """October of the year before: one case of 长春 职工, 700.00, signed."""
    days = {"入院日期": "2025-10-08", "出院日期": "2025-10-09", "结算时间": "2025-10-09 10:30:00"}
    manages(site, "import_settlements", str(write(folder, [row("BASE1", **days)])))
    for command in ("clear_period", "confirm_period", "sign_period"):
        manages(site, command, BASE)


def draws_up(finance: Person) -> None:
    """2026 is drawn up; 长春 职工 gets 1,000.00 instead of twice 700.00; it is proposed."""
    page = finance.goes_to("/quotas/")
    page.get_by_role("textbox", name="年度").fill("2026")
    page.get_by_role("button", name="拟定", exact=True).click()
    page.wait_for_url(f"**{ROUND}")
    finance.looks()
    expect(page.get_by_text("基数月份不全")).to_be_visible()
    line = page.locator("tbody tr").filter(has_text="长春市").first
    expect(line).to_contain_text("1,400.00")
    line.get_by_role("link", name="改", exact=True).click()
    finance.looks()
    expect(page.get_by_text("700.00 × 2")).to_be_visible()
    page.get_by_role("textbox", name="调整后额度").fill("1,000")
    page.get_by_role("textbox", name="原因").fill(REASON)
    page.get_by_role("button", name="修改").click()
    page.wait_for_url(f"**{ROUND}")
    page.get_by_role("button", name="提请批准").click()
    expect(page.get_by_text("要由另一位有权限的同事批准")).to_be_visible()


def approves(head: Person) -> None:
    """From the home page to the round, its form 6-1, and the approval; the notice is there."""
    page = head.goes_to("/")
    page.get_by_role("link", name="2026年度周转金额度").click()
    head.looks()
    page.get_by_role("link", name="表 6-1").click()
    head.looks()
    expect(page.locator("tfoot")).to_contain_text("1,400.00")
    page.goto(head.site.url + ROUND)
    agrees(head, "批准额度", "批准")
    expect(page.get_by_text("已批准，自 2026-01-01 起执行")).to_be_visible()
    notices = page.locator(".card").filter(has_text="通知书").first
    expect(notices).to_contain_text("长春市 付款")


def asks_for_more(region: Person) -> str:
    """The home page tells of the red warning; the region asks; the address of what it asked."""
    page = region.goes_to("/")
    expect(page.get_by_text("有红色预警")).to_be_visible()
    page.locator(".queue a").filter(has_text="职工 2026年9月周转金").first.click()
    region.looks()
    expect(page.get_by_text("申请加急调增")).to_be_visible()
    page.get_by_role("textbox", name="调增额").fill("250,000.00")
    page.get_by_role("textbox", name="原因").fill("病人增加，月底前要垫付")
    page.get_by_role("button", name="申请", exact=True).click()
    expect(page.get_by_text("等省级批准")).to_be_visible()
    region.looks()
    return page.url.removeprefix(region.site.url)


def test_from_a_round_to_an_urgent_increase(site: Site, person: Opens, tmp_path: Path) -> None:
    lays_base_month(site, tmp_path)
    draws_up(person("prov_finance"))
    head, region = person("prov_supervisor"), person("cc_finance")
    approves(head)

    asked = asks_for_more(region)

    page = head.goes_to(asked)
    expect(page.get_by_text("1,000.00 + 250,000.00")).to_be_visible()
    agrees(head, "批准调增", "批准")
    expect(page.get_by_text("新额度今天起执行")).to_be_visible()
    for path in ("/fund-use/", "/fund-use/220100/", "/fund-use/warnings/", "/fund-use/increases/"):
        head.goes_to(path)
    region.goes_to("/fund-use/")
    expect(region.page.get_by_text("251,000.00").first).to_be_visible()
    region.goes_to("/notices/?state=open")
    expect(region.page.get_by_text("250,000.00").first).to_be_visible()
    manages(site, "check_books")
