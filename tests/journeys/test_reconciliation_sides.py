"""The other sources up to a signed report: a bank statement, a sheet that both sides talk about, totals."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from agency.money import parse_yuan, plain_yuan
from tests.journeys.conftest import ROOT, Person, Site, running
from tests.journeys.test_month_to_payment import agrees

pytestmark = pytest.mark.browser

Opens = Callable[[str], Person]
Answers = dict[str, tuple[str, str]]  # what a row is about → 答复, 理由


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One of its own: what other journeys pay and leave open would stand in the statement's month too."""
    with running(tmp_path_factory.mktemp("sides")) as own:
        yield own


def compares(clerk: Person, source: str, period: str, file: Path, form: str = "") -> str:
    """Upload, agree to the columns where they are asked for; the address of what was found."""
    page = clerk.goes_to(f"/reconciliation/sources/{source}/")
    if form:
        page.locator("select[name=form_no]").select_option(form)
    page.get_by_label("期别").fill(period)
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="比对").click()
    if not form:
        expect(page.get_by_role("heading", name=re.compile("核对列对照"))).to_be_visible()
        clerk.looks()
        page.get_by_role("button", name="确认列对照，比对").click()
    page.wait_for_url("**/reconciliation/DZ*/")
    expect(page.get_by_text("差异分类")).to_be_visible()
    clerk.looks()
    return page.url.removeprefix(clerk.site.url)


def judges(clerk: Person, remedy: str, note: str) -> None:
    """What is to be done with the difference, or with all that were chosen, that are on the screen."""
    page = clerk.page
    page.get_by_label(remedy, exact=True).check()
    page.locator("textarea[name=note]").first.fill(note)
    clerk.looks()
    page.get_by_role("button", name=re.compile("提出.*结论")).click()


def chooses_all(someone: Person, run: str, state: str) -> Page:
    """All differences of a comparison that stand in a state, on the page where they are handled at once."""
    page = someone.goes_to(f"{run}differences/?state={state}")
    page.get_by_role("button", name="办理筛选出的全部").click()
    someone.looks()
    return page


def approves_and_signs(second: Person, run: str) -> None:
    """Whatever is proposed is approved; the report is signed, and printed."""
    page = chooses_all(second, run, "judged")
    page.get_by_role("button", name=re.compile(r"批准 \d+ 条")).click()
    expect(page.get_by_text(re.compile("已批准：[0-9]+ 条"))).to_be_visible()
    second.goes_to(f"{run}report/")
    agrees(second, "签字", "签字")
    expect(page.locator(".head").get_by_text("已签字")).to_be_visible()
    assert page.request.get(f"{second.site.url}{run}report.pdf").body()[:5] == b"%PDF-"


# --- a bank statement ---------------------------------------------------------------------------------------


def lays_payments(site: Site, folder: Path) -> Path:
    """A signed month with its payments registered; the bank's file of them."""
    file = folder / "对账单.csv"
    command = [sys.executable, "-m", "tests.journeys.laid_payments", str(file)]
    subprocess.run(command, cwd=ROOT, env=site.environment, check=True, capture_output=True)
    return file


def test_a_statement_with_joint_parted_and_foreign_payments(
    person: Opens, site: Site, tmp_path: Path
) -> None:
    file = lays_payments(site, tmp_path)
    with file.open(encoding="utf-8") as stream:
        day = next(csv.DictReader(stream))["交易日期"]
    finance, head = person("prov_finance"), person("prov_supervisor")

    run = compares(finance, "bank", day[:6], file)
    page = finance.page
    expect(page.get_by_text("一笔付几张 1 笔")).to_be_visible()
    expect(page.get_by_text(re.compile(r"几笔付清 \d 张"))).to_be_visible()

    page.keyboard.press("j")
    page.wait_for_url("**/differences/?state=open")
    finance.looks()
    part = page.locator("tbody tr").filter(has_text="部分付款")
    expect(part).to_contain_text("100.00")
    page.locator("tbody tr").filter(has_text="他方付款").locator("a.code").click()
    expect(page.get_by_text(re.compile("登记的是辽源市，金额等于 通化市")).first).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("对方户名.*辽源市"))).to_be_visible()
    judges(finance, "请对方更正", "辽源市代通化市付，请两地财务确认")
    expect(page.get_by_text("部分付款：已付 600.00，还差 100.00。").first).to_be_visible()
    finance.looks()
    chooses_all(finance, run, "open")
    judges(finance, "转下月继续", "等下一笔")
    expect(page.get_by_text("已提出结论，等另一位同事批准")).to_be_visible()

    approves_and_signs(head, run)


# --- a sheet of the other side, and what they answer --------------------------------------------------------


def their_sheet(clerk: Person, folder: Path) -> tuple[Path, str]:
    """长春市's sheet 10 of September as they have it, 15.00 more in its first line; that line's name."""
    book = load_workbook(io.BytesIO(fetched(clerk, "/clearing/202609/sheets/10/220100.xlsx")))
    page = book.active
    assert page is not None
    rows = {row[0].value: row for row in page.iter_rows()}
    names = [cell.value for cell in rows["序号"]]
    line = rows[1]
    for name in ("基金支付合计", "应收金额"):
        cell = line[names.index(name)]
        cell.value = round(cell.value + 15, 2)
    file = folder / "对方的表 10.xlsx"
    book.save(file)
    return file, " ".join(str(cell.value) for cell in line[1:4])


def fetched(someone: Person, path: str) -> bytes:
    return someone.page.request.get(f"{someone.site.url}{path}").body()


def answered(sent: bytes, answers: Answers, folder: Path) -> Path:
    """The sheet that was sent, filled in by the other side."""
    book = load_workbook(io.BytesIO(sent))
    page = book.active
    assert page is not None
    head, *rows = page.iter_rows()
    names = [cell.value for cell in head]
    for row in rows:
        stance, reason = next(
            said for about, said in answers.items() if about in str(row[names.index("差异编号")].value)
        )
        row[names.index("答复")].value, row[names.index("理由")].value = stance, reason
    file = folder / "答复.xlsx"
    book.save(file)
    return file


def test_a_sheet_is_answered_by_the_other_side_and_signed(person: Opens, tmp_path: Path) -> None:
    clerk, second = person("cc_clearing"), person("cc_clearing2")
    file, name = their_sheet(clerk, tmp_path)

    run = compares(clerk, "sheet", "202609", file, form="10")
    page = clerk.page
    expect(page.locator(".head")).to_contain_text("清算表 表 10")
    expect(page.locator(".kinds")).to_contain_text("金额不符 3")  # the line, and two sums it stands in
    page.get_by_role("link", name="办理差异").click()
    page.locator("tbody tr").filter(has_text=name).locator("a.code").click()
    expect(page.get_by_role("row", name=re.compile("应收金额"))).to_contain_text("-15.00")
    clerk.looks()

    clerk.goes_to(f"{run}sheet/")
    page.get_by_role("button", name="出核对表（未办结的）").click()
    sent = page.get_by_role("link", name="XLSX").get_attribute("href")
    assert sent is not None
    clerk.looks()
    says: Answers = {"-1": ("同意", "我方多计一笔"), "-2": ("不同意", "合计随行更正"), "-3": ("同意", "")}
    page.set_input_files("input[type=file]", answered(fetched(clerk, sent), says, tmp_path))
    page.get_by_role("button", name="导入答复").click()
    expect(page.get_by_text("同意 2 条，不同意 1 条")).to_be_visible()
    expect(page.locator("tbody tr").filter(has_text="不同意")).to_contain_text("合计随行更正")
    clerk.looks()

    second.goes_to(f"{run}sheet/")
    agrees(second, "批准双方一致的", "批准")
    expect(second.page.get_by_text("已批准双方一致的结论 2 条")).to_be_visible()
    chooses_all(clerk, run, "open")
    judges(clerk, "说明即可", "行更正之后合计自然相符")
    approves_and_signs(second, run)


# --- totals only --------------------------------------------------------------------------------------------


def their_totals(folder: Path) -> Path:
    """September by 险种 as we have it; 居民 with two cases and 100.00 of the fund more."""
    groups: dict[str, list[int]] = {}
    with (ROOT / "seeds" / "demo" / "settlements-202609.csv").open(encoding="utf-8-sig") as stream:
        for case in csv.DictReader(stream):
            of_group = groups.setdefault(case["险种"], [0, 0])
            of_group[0] += -1 if case["退费标志"] == "1" else 1
            of_group[1] += parse_yuan(case["基金支付总额"])
    groups["390"] = [groups["390"][0] + 2, groups["390"][1] + 10000]
    file = folder / "对方合计.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["参保险种", "结算人次", "基金支付"])
        writer.writerows([code, count, plain_yuan(fen)] for code, (count, fen) in sorted(groups.items()))
    return file


def test_totals_only(person: Opens, tmp_path: Path) -> None:
    clerk, second = person("prov_clearing"), person("prov_clearing2")

    run = compares(clerk, "totals", "202609", their_totals(tmp_path))
    page = clerk.page
    expect(page.locator(".kinds")).to_contain_text("金额不符 1")
    page.get_by_role("link", name="办理差异").click()
    page.locator("tbody a.code").first.click()
    expect(page.get_by_role("row", name=re.compile("人次"))).to_contain_text("-2")
    judges(clerk, "请对方更正", "请对方给出这一组的明细")
    expect(page.locator(".head").get_by_text("待批准")).to_be_visible()
    clerk.looks()
    approves_and_signs(second, run)
