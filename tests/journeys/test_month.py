"""A month of cases comes in as a file, is cleared, looked at, printed and checked."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Person

pytestmark = pytest.mark.browser

Opens = Callable[[str], Person]
OCTOBER = Path(__file__).parents[1] / "data" / "october-2026"


def uploads(someone: Person, kind: str, file: Path) -> str:
    """Upload a file and wait for its preview; returns the batch's URL."""
    someone.goes_to(f"/imports/new/{kind}/")
    someone.page.set_input_files("input[type=file]", file)
    someone.page.get_by_role("button", name="上传并检查").click()
    someone.page.wait_for_url(re.compile(r"/imports/B\d+/$"))
    expect(someone.page.get_by_text("等待确认").first).to_be_visible(timeout=60_000)
    someone.looks()
    return someone.page.url


def confirms(someone: Person, url: str) -> None:
    """A second person confirms and waits until it is written."""
    someone.page.goto(url)
    someone.looks()
    someone.page.get_by_role("button", name=re.compile("确认写入")).click()
    expect(someone.page.locator(".head").get_by_text("已写入")).to_be_visible(timeout=60_000)
    someone.looks()


def saved(page: Page, name: str) -> bytes:
    """Click a link that downloads a file, and read it."""
    with page.expect_download() as download:
        page.get_by_role("link", name=name, exact=True).click()
    return Path(download.value.path()).read_bytes()


def test_a_month_from_the_file_to_checked_books(person: Opens) -> None:
    clearing = person("prov_clearing")
    page = clearing.page

    batch = uploads(clearing, "settlements", OCTOBER / "settlements.csv")
    expect(page.get_by_text("1987").first).to_be_visible()
    expect(page.get_by_text("区划不认识 3")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("确认写入"))).to_have_count(0)

    colleague = person("prov_clearing2")
    expect(colleague.page.get_by_text("settlements.csv").first).to_be_visible()
    confirms(colleague, batch)
    refused = saved(colleague.page, "下载拒绝行")
    assert refused[:2] == b"PK"
    confirms(colleague, uploads(clearing, "deductions", OCTOBER / "deductions.csv"))

    # the same file again: all unchanged, says so, and asks nobody to confirm nothing
    clearing.goes_to("/imports/new/settlements/")
    page.set_input_files("input[type=file]", OCTOBER / "settlements.csv")
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_text("1987 行与已有的完全相同")).to_be_visible(timeout=60_000)
    clearing.looks()

    clearing.goes_to("/clearing/202610/")
    page.get_by_role("button", name=re.compile("计算")).first.click()
    expect(page.locator(".head").get_by_text("待确认")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("正在计算")).to_have_count(0, timeout=60_000)
    clearing.looks()

    for form in ("9", "10/220100", "11/220100", "12/220100", "13/220100", "14/220100"):
        clearing.goes_to(f"/clearing/202610/sheets/{form}/")
        expect(page.get_by_role("table")).to_be_visible()
    clearing.goes_to("/clearing/202610/sheets/10/220100/")
    assert saved(page, "CSV").startswith("\ufeff序号,对方统筹区,险种,医疗类别,人次".encode())
    assert saved(page, "XLSX")[:2] == b"PK"
    address = page.get_by_role("link", name="PDF", exact=True).get_attribute("href")
    assert page.request.get(f"{clearing.site.url}{address}").body()[:5] == b"%PDF-"

    # a click on a figure leads to the cases behind it
    page.locator("tbody td.n a").last.click()
    page.wait_for_load_state()
    clearing.looks()
    page.locator("tbody th a.code").first.click()
    page.wait_for_load_state()
    clearing.looks()
    expect(page.get_by_text("医疗费总额").first).to_be_visible()

    clearing.goes_to("/books/")
    page.get_by_role("button", name="开始核对").click()
    expect(page.get_by_text("账目相符")).to_be_visible(timeout=60_000)
    clearing.looks()


def test_a_region_confirms_its_own_sheets_and_sees_no_others(person: Opens) -> None:
    clearing = person("cc_clearing")
    clearing.goes_to("/clearing/202609/")
    clearing.goes_to("/clearing/202609/sheets/10/220100/")
    expect(clearing.page.get_by_text("已签发").first).to_be_visible()

    response = clearing.page.goto(f"{clearing.site.url}/clearing/202609/sheets/10/222400/")

    assert response is not None
    assert response.status == 404


def test_supervisors_find_their_tables_in_the_admin(person: Opens) -> None:
    supervisor = person("prov_supervisor")
    supervisor.page.get_by_role("link", name="后台管理").click()
    supervisor.looks()
    for title in ("统筹区", "窗口", "政策参数", "材料规则", "工作人员"):
        supervisor.goes_to("/admin/")
        supervisor.page.get_by_role("link", name=title, exact=True).first.click()
        expect(supervisor.page.get_by_role("table").first).to_be_visible()
        supervisor.looks()
