"""A person is filed at the counter by keyboard, reviewed by a colleague, and the form is printed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.journeys.conftest import Person

pytestmark = pytest.mark.browser

Opens = Callable[[str], Person]
CHILD = "220106202110176972"  # 许家乐, 居民, 长春市; nobody has filed for this child yet


def letters_to(page: Page, select: str, letters: str, name: str) -> None:
    """Choose in a list as one does without a mouse: by the initials."""
    page.locator(select).focus()
    page.keyboard.type(letters)
    expect(page.locator(f"{select} option:checked")).to_contain_text(name)


def test_an_ordinary_filing_from_the_id_number_to_the_printed_form(person: Opens) -> None:
    clerk = person("cc_intake")
    page = clerk.page
    expect(page.get_by_role("heading", level=1)).to_contain_text("王秀兰")

    # a new filing in one page, by keyboard alone
    page.keyboard.press("n")
    page.wait_for_url("**/filings/new/")
    clerk.looks()
    page.keyboard.type(CHILD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("校验位正确 · 男 · 2021-10-17")).to_be_visible()
    expect(page.locator("#id_name")).to_have_value("许家乐")
    expect(page.locator("#id_insurance_type")).to_have_value("resident")
    page.locator("#id_phone").focus()
    page.keyboard.type("13800432716")
    page.keyboard.press("Tab")
    page.locator("input[name=kind]").first.focus()
    page.keyboard.press("2")
    expect(page.locator("input[name=kind][value=long_term_residence]")).to_be_checked()

    # submitting too early tells every reason at once, beside its field
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    clerk.looks()
    expect(page.locator("#id_province_error, [id$=province_error]").first).to_be_visible()

    letters_to(page, "#id_province", "ln", "辽宁省")
    page.keyboard.press("Tab")
    expect(page.locator("#id_city")).to_contain_text("沈阳市")
    letters_to(page, "#id_city", "sy", "沈阳市")
    page.locator("#id_address").focus()
    page.keyboard.type("沈阳市和平区南京南街1号")
    expect(page.locator("#checklist select[name^=material_]").first).to_be_visible()
    for paper in page.locator("#checklist select[name^=material_]").all():
        paper.select_option(index=1)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/filings/F\d+/$"))
    clerk.looks()
    number = page.url.rstrip("/").rsplit("/", 1)[-1]
    expect(page.get_by_text("待复核").first).to_be_visible()
    expect(page.get_by_text("录入人不能自己复核")).to_be_visible()

    # a colleague finds it in the queue and approves it
    reviewer = person("cc_review")
    reviewer.page.get_by_role("link", name=re.compile("待复核")).first.click()
    reviewer.looks()
    reviewer.page.get_by_role("link", name=re.compile(number)).first.click()
    reviewer.looks()
    reviewer.page.get_by_role("button", name=re.compile("复核通过")).click()
    expect(reviewer.page.get_by_text("已生效").first).to_be_visible()
    reviewer.looks()

    # the clerk finds the person by pinyin initials and prints the form, both copies
    clerk.goes_to("/")
    clerk.finds("xjl")
    clerk.looks()
    page.goto(f"{clerk.site.url}/filings/{number}/")
    with page.expect_download() as download:
        page.evaluate(
            "(url) => { const a = document.createElement('a'); a.href = url; a.download = 'form1.pdf';"
            " document.body.append(a); a.click(); }",
            f"/filings/{number}/form/1.pdf",
        )
    pdf = PdfReader(download.value.path())
    text = "".join(sheet.extract_text() for sheet in pdf.pages)
    assert len(pdf.pages) == 2
    assert "许家乐" in text
    assert "参保人留存" in text
    clerk.goes_to(f"/filings/{number}/form/1/")
    expect(page.get_by_text("吉林省医疗保险异地就医登记备案表").first).to_be_visible()


def test_a_wrong_check_digit_is_told_on_leaving_the_field(person: Opens) -> None:
    clerk = person("cc_intake")
    clerk.goes_to("/filings/new/")

    clerk.page.keyboard.type("220106202110176973")
    clerk.page.keyboard.press("Tab")

    expect(clerk.page.get_by_text(re.compile("校验位不对")).first).to_be_visible()


def test_the_number_is_masked_until_somebody_asks_for_it(person: Opens) -> None:
    clerk = person("cc_intake")
    clerk.finds(CHILD)
    clerk.page.wait_for_url("**/people/P*/")
    clerk.looks()

    expect(clerk.page.get_by_text(CHILD)).to_have_count(0)
    clerk.page.get_by_role("button", name="看全号").first.click()

    expect(clerk.page.get_by_text(CHILD)).to_be_visible()


def test_ctrl_enter_sends_the_box_that_is_open_never_the_page_behind_it(person: Opens) -> None:
    reviewer = person("cc_review")
    page = reviewer.page
    reviewer.goes_to("/filings/queue/to_review/")
    page.locator("tbody a.code").first.click()
    page.get_by_text("退回补正", exact=True).first.click()
    page.locator("#id_return_reason").fill("缺房产证")

    page.keyboard.press("Control+Enter")

    expect(page.get_by_text("已退回补正").first).to_be_visible()
    expect(page.get_by_text("缺房产证").first).to_be_visible()


def test_a_form_that_was_sent_twice_by_key_is_sent_once(person: Opens) -> None:
    clerk = person("cc_intake2")
    page = clerk.page
    clerk.goes_to("/filings/new/")
    page.keyboard.type("220102199803304930")
    page.keyboard.press("Enter")
    expect(page.locator("#id_name")).to_have_value("袁浩")
    page.locator("#id_phone").fill("13800432716")
    page.locator("input[name=kind]").first.focus()
    page.keyboard.press("6")
    letters_to(page, "#id_province", "cq", "重庆市")
    expect(page.locator("#validity_shown")).not_to_have_value("")
    expect(page.locator("#checklist select[name^=material_]")).to_have_count(1)
    page.locator("#checklist select[name^=material_]").select_option(index=1)

    page.keyboard.press("Control+Enter")
    page.keyboard.press("Control+Enter")

    page.wait_for_url(re.compile(r"/filings/F\d+/$"))
    expect(page.get_by_text("已生效").first).to_be_visible()
