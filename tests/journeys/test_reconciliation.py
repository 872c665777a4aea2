"""A file of the platform, to a signed report: uploaded, differences judged and approved, signed, printed."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import ROOT, Person

pytestmark = pytest.mark.browser

Opens = Callable[[str], Person]


def their_file(folder: Path) -> Path:
    """The platform's September as we have it, under other headings; one case costs 10.00 more of the
    fund."""
    with (ROOT / "seeds" / "demo" / "settlements-202609.csv").open(encoding="utf-8-sig") as stream:
        lines = list(csv.reader(stream))
    head = [{"结算编号": "结算流水号", "姓名": "参保人姓名"}.get(name, name) for name in lines[0]]
    place = lines[0].index("基金支付总额")
    changed = list(lines[1])
    yuan, _, cents = changed[place].partition(".")
    changed[place] = f"{int(yuan) + 10}.{cents}"
    file = folder / "平台明细.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([head, changed, *lines[2:]])
    return file


def uploads(clerk: Person, file: Path) -> str:
    """The clerk uploads, agrees to the columns, waits; the run's address."""
    page = clerk.goes_to("/reconciliation/")
    page.keyboard.press("n")
    page.wait_for_url("**/reconciliation/sources/details/")
    clerk.looks()
    page.get_by_label("期别").fill("202609")
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="比对").click()
    expect(page.get_by_role("heading", name="明细对账：核对列对照")).to_be_visible()
    clerk.looks()
    page.get_by_label("把这个列对照存为").fill("平台九月")
    page.get_by_role("button", name="确认列对照，比对").click()
    page.wait_for_url("**/reconciliation/DZ*/")
    expect(page.get_by_text("差异分类")).to_be_visible(timeout=30_000)
    clerk.looks()
    return page.url.removeprefix(clerk.site.url)


def compares_all(clerk: Person, narrow: str) -> str:
    """The clerk has the groups that agree compared as well; the wider run's address."""
    page = clerk.page
    page.locator("summary", has_text="全部逐笔比对").click()
    page.get_by_role("button", name="全部逐笔比对").click()
    page.wait_for_url(lambda url: url.endswith("/") and not url.endswith(narrow))
    expect(page.get_by_text("差异分类")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("合计相符的没有逐笔比对")).to_have_count(0)
    clerk.looks()
    return page.url.removeprefix(clerk.site.url)


def test_from_upload_to_signed_report(person: Opens, tmp_path: Path) -> None:
    clerk, second = person("prov_clearing"), person("prov_clearing2")
    run = compares_all(clerk, uploads(clerk, their_file(tmp_path)))
    page = clerk.page
    expect(page.locator(".kinds")).to_contain_text("金额不符 1")

    page.get_by_role("link", name="办理差异").click()
    page.locator("tbody a").first.click()
    expect(page.get_by_role("row", name="基金支付总额").first).to_contain_text("-10.00")
    clerk.looks()
    judged = page.url.removeprefix(clerk.site.url).partition("?")[0]
    page.locator("textarea[name=note]").first.fill("与平台电话核对，对方下月更正")
    page.get_by_role("button", name="提出结论").click()
    expect(page.locator(".head").get_by_text("待批准")).to_be_visible()

    clerk.goes_to(f"{run}report/")
    expect(page.get_by_text("还有 1 条差异没有批准的结论")).to_be_visible()

    second.goes_to(judged)
    second.page.get_by_role("button", name="批准").first.click()
    expect(second.page.locator(".head").get_by_text("已处理")).to_be_visible()

    second.goes_to(f"{run}report/")
    second.page.get_by_text("签字", exact=True).first.click()
    second.page.get_by_role("button", name="签字").last.click()
    expect(second.page.locator(".head").get_by_text("已签字")).to_be_visible()
    second.looks()
    pdf = second.page.request.get(f"{second.site.url}{run}report.pdf").body()
    assert pdf[:5] == b"%PDF-" and len(pdf) > 10_000
