"""A region goes through its sheets by keys, confirms, takes it back; two people pass a region over."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person

pytestmark = pytest.mark.browser

Opens = Callable[[str], Person]


def test_a_region_confirms_by_keys_and_takes_it_back(person: Opens) -> None:
    region = person("th_clearing")
    page = region.page
    page.get_by_role("link", name="2026年10月清算表待本区确认").click()
    region.looks()

    page.keyboard.press("n")
    for form in ("10", "11", "12", "13", "14"):
        page.wait_for_url(re.compile(f"/sheets/{form}/220500/$"))
        region.looks()
        page.keyboard.press("n")
    page.wait_for_url(re.compile("/regions/220500/$"))
    region.looks()
    expect(page.get_by_text("未看")).to_have_count(0)

    page.keyboard.press("y")
    page.get_by_role("button", name="确认", exact=True).click()
    page.wait_for_url(re.compile("/clearing/202610/$"))
    expect(page.get_by_text("已确认2026年10月的清算表")).to_be_visible()
    region.looks()

    region.goes_to("/clearing/202610/regions/220500/")
    expect(page.get_by_text("10、11、12、13、14")).to_be_visible()
    page.get_by_text("撤回确认").first.click()
    page.get_by_label("原因").fill("表 14 有一笔要再核对")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("上次的确认已作废")).to_be_visible()
    expect(page.get_by_text("与上次确认时相比，表上没有变化")).to_be_visible()
    region.looks()


def test_two_people_of_the_province_pass_a_region_over(person: Opens) -> None:
    first = person("prov_clearing")
    first.goes_to("/clearing/202610/")
    first.page.get_by_text("个未确认", exact=False).last.click()
    first.looks()
    first.page.get_by_role("link", name="白山市 例外").click()
    first.page.get_by_label("原因").fill("白山市网络中断，电话核对无误")
    first.page.keyboard.press("Control+Enter")
    expect(first.page.get_by_text("等省级另一位同事批准")).to_be_visible()
    first.looks()

    second = person("prov_supervisor")
    second.page.get_by_role("link", name=re.compile("清算核对例外")).click()
    second.looks()
    second.page.get_by_role("button", name="批准").click()
    expect(second.page.locator(".head").get_by_text("已批准")).to_be_visible()
    second.looks()

    second.page.get_by_text("撤回例外").first.click()
    second.page.get_by_label("原因").fill("已恢复，由白山市自己确认")
    second.page.keyboard.press("Control+Enter")
    second.page.wait_for_url(re.compile("/clearing/202610/$"))
    second.looks()
