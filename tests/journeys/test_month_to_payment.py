"""A month up to the paid notice: disputed, answered, confirmed, signed, paid; then the case comes back."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import ROOT, Person, Site

pytestmark = pytest.mark.browser

Opens = Callable[[str], Person]
MONTH, NEXT = "202610", "202611"
A, B = "220100", "220200"
REASON, ANSWER, VERDICT = "同一次住院分两次结算", "两次住院病种不同", "病历证明是两次住院"
LATE_NO = "202610989999999999"


def manages(site: Site, *arguments: str) -> None:
    """A command beside the running server, as the system account."""
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    subprocess.run(command, env=site.environment, check=True, capture_output=True)


def computes(province: Person, period: str) -> None:
    province.goes_to(f"/clearing/{period}/")
    province.page.get_by_role("button", name="计算").first.click()
    expect(province.page.locator(".head").get_by_text("待确认")).to_be_visible(timeout=60_000)
    expect(province.page.get_by_text("正在计算")).to_have_count(0, timeout=60_000)
    province.looks()


def agrees(someone: Person, opener: str, button: str, *, reason: str = "") -> None:
    """Open what asks first, say why where it asks, do it."""
    panel = someone.page.locator("details.confirm").filter(has_text=opener).first
    panel.locator("summary").click()
    if reason:
        panel.locator("textarea, input[type=text]").fill(reason)
    panel.get_by_role("button", name=button, exact=True).click()
    someone.looks()


def row_with(page: Page, *texts: str) -> Locator:
    """The first row of the sheet that says all of this."""
    rows = page.locator("tbody tr")
    for text in texts:
        rows = rows.filter(has_text=text)
    return rows.first


def disputes(region: Person) -> str:
    """From the sheet to a figure, to its cases, to one case, to the dispute; the number of the held case."""
    page = region.page
    region.goes_to("/clearing/")
    page.get_by_role("link", name="2026年10月").click()
    page.get_by_role("link", name="看表并确认").click()
    page.get_by_role("link", name=re.compile("付款清算表")).click()
    region.looks()
    row_with(page, "吉林市", "职工", "住院").locator("td.n a").last.click()
    expect(page.get_by_text("怎么算出来的")).to_be_visible()
    region.looks()
    page.locator("tbody th a.code").first.click()
    page.get_by_role("link", name="提出争议").click()
    region.looks()
    page.get_by_label("原因").fill(REASON)
    page.get_by_role("button", name="提出争议").click()
    expect(page.get_by_text("挂账中").first).to_be_visible()
    region.looks()
    return page.url


def looks_and_confirms(region: Person, code: str) -> None:
    """Sheet after sheet by key, then yes."""
    page = region.page
    region.goes_to(f"/clearing/{MONTH}/regions/{code}/")
    page.keyboard.press("n")
    for form in ("11", "12", "13", "14"):
        page.get_by_role("button", name=re.compile("看过")).click()
        page.wait_for_url(f"**/sheets/{form}/{code}/")
    page.get_by_role("button", name=re.compile("看过")).click()
    page.wait_for_url(f"**/regions/{code}/")
    expect(page.get_by_text("未看", exact=True)).to_have_count(0)
    agrees(region, "确认本区清算表", "确认")
    expect(page.get_by_text("已确认").first).to_be_visible()


def pays_in_two_parts(finance: Person) -> None:
    """The first region that has to pay: two lines are typed in, and the notice is paid."""
    page = finance.page
    finance.goes_to(f"/notices/?period={MONTH}&direction=payment")
    page.locator("tbody th a.code").first.click()
    expect(page.get_by_text("未付", exact=True)).to_be_visible()
    finance.looks()
    notice = page.url
    paper = page.request.get(f"{notice}notice.pdf").body()
    assert paper[:5] == b"%PDF-"
    assert len(paper) > 10_000
    number = page.locator("h1 .code").inner_text()
    code = re.search(r"/sheets/10/(\d{6})/", page.content())
    assert code is not None
    total = re.search(r"([\d,]+\.\d\d) 元", page.locator(".head").inner_text())
    assert total is not None
    whole = int(re.sub(r"\D", "", total[1]))
    for part, told in ((whole // 3, "部分付"), (whole - whole // 3, "已付清")):
        types_a_line(finance, number, code[1], part)
        page.goto(notice)
        expect(page.locator(".head").get_by_text(told)).to_be_visible()
    finance.looks()
    assert page.locator("h2:has-text('付款') + *").get_by_text("摘要写明文号").count() == 2


def types_a_line(finance: Person, notice_no: str, region_code: str, fen: int) -> None:
    page = finance.page
    page.goto(f"{finance.site.url}/bank-lines/new/")
    page.get_by_label("日期").fill(page.locator("html").get_attribute("data-today") or "")
    page.get_by_label("流水号").fill(f"BANK-{fen}")
    page.get_by_label("金额（元）").fill(f"{fen // 100}.{fen % 100:02}")
    page.get_by_label("收", exact=True).check()
    page.get_by_label("对方账号").fill(account_of(region_code))
    page.get_by_label("摘要").fill(notice_no)
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_text("已自动核销")).to_be_visible()
    finance.looks()


def account_of(region_code: str) -> str:
    with (ROOT / "seeds" / "bank_accounts.csv").open(encoding="utf-8") as stream:
        return next(row["account_no"] for row in csv.DictReader(stream) if row["region_code"] == region_code)


def late_case(folder: Path) -> Path:
    """A file of one case of the signed month, which therefore counts in the next."""
    with (ROOT / "seeds" / "demo" / f"settlements-{MONTH}.csv").open(encoding="utf-8") as stream:
        lines = list(csv.DictReader(stream))
    file = folder / "late.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, lines[0])
        writer.writeheader()
        writer.writerow(lines[0] | {"结算编号": LATE_NO})
    return file


def test_a_dispute_and_the_month_up_to_the_paid_notice(person: Opens, site: Site, tmp_path: Path) -> None:
    province, first, second = person("prov_clearing"), person("cc_clearing"), person("jl_clearing")
    computes(province, MONTH)

    held = disputes(first)
    first.goes_to(f"/clearing/{MONTH}/sheets/11/{A}/")
    out = row_with(first.page, "吉林市", "职工", "住院").locator("td.n").nth(-2).inner_text()
    assert out != "0.00"

    second.goes_to("/")
    second.page.get_by_role("link", name=re.compile("长春市 → 吉林市")).click()
    assert second.page.url == held
    second.page.get_by_label("不同意").check()
    second.page.get_by_label("说明").fill(ANSWER)
    second.page.get_by_role("button", name="答复").click()
    expect(second.page.get_by_text(ANSWER)).to_be_visible()
    second.looks()
    second.goes_to(f"/clearing/{MONTH}/sheets/10/{B}/")
    there = row_with(second.page, "长春市", "职工", "住院").locator("td.n").nth(-2).inner_text()
    assert there == out

    looks_and_confirms(first, A)
    looks_and_confirms(second, B)
    province.goes_to(f"/clearing/{MONTH}/")
    expect(province.page.locator(".checks").get_by_text("2 / 12")).to_be_visible()
    manages(site, "confirm_period", MONTH)
    province.goes_to(f"/clearing/{MONTH}/?prove=1")
    expect(province.page.locator(".checks .mark")).to_have_count(7)
    expect(province.page.locator(".checks .mark:is(.no, .wait, .unknown)")).to_have_count(0)
    agrees(province, "签发", "签发")
    expect(province.page.locator(".head").get_by_text("已签发").first).to_be_visible()

    pays_in_two_parts(person("prov_finance"))

    manages(site, "import_settlements", str(late_case(tmp_path)))
    province.page.goto(held)
    expect(province.page.get_by_text(ANSWER)).to_be_visible()
    agrees(province, "放行", "放行", reason=VERDICT)
    expect(province.page.get_by_text("已放行").first).to_be_visible()
    computes(province, NEXT)
    for someone, form, code, other in ((first, "11", A, "吉林市"), (second, "10", B, "长春市")):
        someone.goes_to(f"/clearing/{NEXT}/sheets/{form}/{code}/")
        back = row_with(someone.page, other, "职工", "住院").locator("td.n").nth(-3)
        expect(back).to_have_text(out)
        back.locator("a").click()
        expect(someone.page.get_by_text("上期挂账转入").first).to_be_visible()
        assert someone.page.get_by_role("link", name=held.rstrip("/").rpartition("/")[2]).count() == 1
        someone.looks()
