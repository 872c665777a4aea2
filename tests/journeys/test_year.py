"""A year from its last signed month to its closing: computed, applied for, approved, closed, printed."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import ROOT, Person, Site
from tests.journeys.test_month_to_payment import agrees, manages

pytestmark = pytest.mark.browser

Opens = Callable[[str], Person]
YEAR, MONTHS = "2025", ("202510", "202511", "202512")
REASON = "2025年全年异地就医费用清算"


def one_case(folder: Path, period: str) -> Path:
    """A file of one case of a month: a demo case of 长春 in 吉林 on another day."""
    with (ROOT / "seeds" / "demo" / "settlements-202610.csv").open(encoding="utf-8") as stream:
        lines = list(csv.DictReader(stream))
    case = next(
        one
        for one in lines
        if one["参保地区划"].startswith("2201")
        and one["就医地区划"].startswith("2202")
        and one["退费标志"] == "0"
    )
    day = f"{period[:4]}-{period[4:]}"
    dates = {"入院日期": f"{day}-05", "出院日期": f"{day}-09", "结算时间": f"{day}-09 10:00:00"}
    file = folder / f"{period}.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, case)
        writer.writeheader()
        writer.writerow({**case, **dates, "结算编号": f"{period}97777777777777"})
    return file


def signs_the_months(site: Site, folder: Path) -> None:
    """Every month of the year, as far as nobody has signed it yet."""
    for period in MONTHS:
        manages(site, "import_settlements", str(one_case(folder, period)))
    for period in MONTHS:
        if not is_signed(site, period):
            for command in ("clear_period", "confirm_period", "sign_period"):
                manages(site, command, period)


def is_signed(site: Site, period: str) -> bool:
    """Whether another journey has signed a month before."""
    try:
        manages(site, "clear_period", period)
    except Exception:  # the command's exit code: the month is signed already
        return True
    return False


def fen(text: str) -> int:
    return int(re.sub(r"[^\d-]", "", text))


def figure(page: Page, label: str) -> int:
    """An amount that stands behind its label."""
    return fen(
        page.locator("dl.facts dt", has_text=re.compile(f"^{label}$")).locator("+ dd").first.inner_text()
    )


def applies(region: Person) -> str:
    """The region writes form 15 and hands it in; where it stands."""
    page = region.page
    region.goes_to("/years/")
    page.get_by_role("link", name="2025年", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="填写申请").click()
    region.looks()
    page.get_by_role("button", name="存为草稿").click()
    expect(page.get_by_text("请写明申请事由").first).to_be_visible()
    page.get_by_label("申请事由").fill(REASON)
    page.get_by_label("联系人").fill("李文博")
    page.get_by_label("电话").fill("0431-88880000")
    page.get_by_role("button", name="存为草稿").click()
    expect(page.locator(".head").get_by_text("草稿")).to_be_visible()
    region.looks()
    page.get_by_role("button", name="提交").click()
    expect(page.locator(".head").get_by_text("已申请")).to_be_visible()
    region.looks()
    return page.url


def test_a_year_is_closed_by_two_people_with_form_15(person: Opens, site: Site, tmp_path: Path) -> None:
    signs_the_months(site, tmp_path)
    province, region = person("prov_clearing"), person("cc_clearing")

    province.page.get_by_role("link", name="2025年年终清算").first.click()
    province.looks()
    province.page.get_by_role("button", name="计算").click()
    expect(province.page.locator(".head").get_by_text("已计算")).to_be_visible()
    expect(province.page.get_by_text("关账要由另一位有权限的同事办理")).to_be_visible()
    expect(province.page.locator("tbody tr")).to_have_count(13)
    expect(province.page.locator("summary", has_text="批准关账")).to_have_count(0)
    province.looks()

    application = applies(region)
    owed, owing = figure(region.page, "全年应收"), figure(region.page, "全年应付")

    supervisor = person("prov_supervisor")
    supervisor.goes_to(f"/years/{YEAR}/")
    expect(supervisor.page.get_by_text("还有 1 份申请待办结，办结之后才能关账")).to_be_visible()
    expect(supervisor.page.locator("summary", has_text="批准关账")).to_have_count(0)

    finance = person("prov_finance")
    finance.page.get_by_role("link", name="长春市2025年年终清算申请").click()
    agrees(finance, "审核", "审核通过", reason="与表 17、表 18 核对一致")
    expect(finance.page.locator(".head").get_by_text("已审核")).to_be_visible()
    supervisor.goes_to("/")
    supervisor.page.get_by_role("link", name="长春市2025年年终清算申请").click()
    agrees(supervisor, "批准", "批准", reason="同意")
    expect(supervisor.page.locator(".head").get_by_text("已批准")).to_be_visible()

    prints_form_15(region, application, owed, owing)
    closes(supervisor)
    sheets_are_final(province, region, owed, owing)


def prints_form_15(region: Person, application: str, owed: int, owing: int) -> None:
    """The paper says what the page says, and its code what became of it."""
    page = region.page
    region.goes_to(application.removeprefix(region.site.url))
    pdf = page.request.get(f"{application}form15.pdf").body()
    assert pdf[:5] == b"%PDF-"
    assert len(pdf) > 10_000
    region.goes_to(f"{application.removeprefix(region.site.url)}form15/")
    paper = page.locator("main").inner_text()
    assert [fen(amount) for amount in re.findall(r"-?[\d,]+\.\d\d", paper)[:2]] == [owed, owing]
    assert REASON in paper
    code = re.search(r"验证码\s*([A-Z0-9-]+)", paper)
    assert code is not None
    region.goes_to(f"/verify/{code[1]}/")
    expect(page.get_by_text("已批准").first).to_be_visible()


def closes(supervisor: Person) -> None:
    supervisor.goes_to(f"/years/{YEAR}/")
    agrees(supervisor, "批准关账", "关账")
    expect(supervisor.page.get_by_text("2025年已关账，次年开账")).to_be_visible()
    expect(supervisor.page.locator("summary", has_text="批准关账")).to_have_count(0)
    supervisor.goes_to("/clearing/202512/reopening/")
    expect(supervisor.page.get_by_text("2025年已关账，2025年12月不能重开").first).to_be_visible()


def sheets_are_final(province: Person, region: Person, owed: int, owing: int) -> None:
    """Sheet 16 and the region's 17 and 18 say the same, on paper without 草稿; theirs come back as ours."""
    page = province.page
    province.goes_to(f"/years/{YEAR}/16/")
    row = page.locator("tbody tr").filter(has_text="长春市").first.locator("td").all_inner_texts()
    assert {owed, owing} <= {fen(text) for text in row if re.search(r"\d", text)}
    province.goes_to(f"/years/{YEAR}/16/print/")
    expect(page.get_by_text("草稿")).to_have_count(0)
    for form in ("17", "18"):
        region.goes_to(f"/years/{YEAR}/{form}/220100/")
    ours = region.page.request.get(f"{region.site.url}/years/{YEAR}/18/220100/file.xlsx").body()
    region.page.get_by_role("link", name="比对").click()
    file = {"name": "对方的表 18.xlsx", "mimeType": "application/octet-stream", "buffer": ours}
    region.page.set_input_files("input[type=file]", file)
    region.page.get_by_role("button", name="比对").click()
    expect(region.page.get_by_text("两边的表相同")).to_be_visible()
    region.looks()
