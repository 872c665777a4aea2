"""变更: somebody moves on; the new filing takes the old one's place after review."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person
from tests.journeys.test_filing import letters_to

pytestmark = pytest.mark.browser

Opens = Callable[[str], Person]
IN_FORCE = "邓桂荣"  # long-term residence within the province: no place is locked


def test_a_change_of_place_from_the_old_filing_to_the_new_one_in_force(person: Opens) -> None:
    clerk = person("cc_intake2")
    page = clerk.page
    clerk.finds(IN_FORCE)
    page.get_by_role("link", name=re.compile(r"^F\d{10}$")).first.click()
    page.wait_for_url(re.compile(r"/filings/F\d+/$"))
    old = page.url.rstrip("/").rsplit("/", 1)[-1]

    page.get_by_role("button", name="变更", exact=True).click()
    page.wait_for_url(re.compile(r"/edit/$"))
    clerk.looks()
    expect(page.get_by_text(f"变更自 {old}")).to_be_visible()
    letters_to(page, "#id_city", "yb", "延边朝鲜族自治州")
    page.locator("#id_address").fill("延吉市人民路8号")
    for paper in page.locator("#checklist select[name^=material_]").all():
        paper.select_option(index=1)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/filings/F\d+/$"))
    new = page.url.rstrip("/").rsplit("/", 1)[-1]
    expect(page.get_by_text("待复核").first).to_be_visible()
    assert new != old

    reviewer = person("cc_review")
    reviewer.goes_to(f"/filings/{new}/")
    reviewer.page.get_by_role("button", name=re.compile("复核通过")).click()
    expect(reviewer.page.get_by_text("已生效").first).to_be_visible()
    reviewer.goes_to(f"/filings/{old}/")
    expect(reviewer.page.get_by_text(f"变更为 {new}").first).to_be_visible()


def test_initials_that_several_places_share_choose_none_of_them(person: Opens) -> None:
    clerk = person("cc_intake")
    page = clerk.page
    clerk.goes_to("/filings/new/")
    province = page.locator("#id_province")
    province.focus()

    page.keyboard.type("hn")

    expect(page.locator(".letters")).to_contain_text("HN 有 3 个")
    expect(page.locator(".letters button")).to_have_text(["1 河南省", "2 湖南省", "3 海南省"])
    expect(province).to_have_value("")
    clerk.looks()
    page.keyboard.press("2")
    expect(page.locator("#id_province option:checked")).to_contain_text("湖南省")
    expect(page.locator(".letters")).to_have_count(0)
    expect(page.locator("#id_city")).to_contain_text("长沙市")

    page.locator("#id_city").focus()
    page.keyboard.type("zz")
    expect(page.locator("#id_city option:checked")).to_contain_text("株洲市")
    page.wait_for_timeout(1600)  # letters after a pause begin anew
    page.keyboard.type("q")
    expect(page.locator(".letters")).to_contain_text("没有以 Q 开头的")
    expect(page.locator("#id_city option:checked")).to_contain_text("株洲市")
