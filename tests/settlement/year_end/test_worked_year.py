"""A year worked out by hand in docs/worked-year.md: the program says the same, to the fen."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from django.utils import timezone

from agency.journal.books import check_all
from agency.organisation.models import PoolingRegion
from agency.sheets.as_csv import as_csv
from agency.sheets.filled import SheetData
from settlement.clearing.filling import MonthBook, sheet_data
from settlement.clearing.models import ClearingPeriod
from settlement.notices.models import Notice
from settlement.year_end.filling import book_of, party_in, year_sheet
from settlement.year_end.form15 import form_of
from settlement.year_end.models import YearEnd, YearEndApplication
from settlement.year_end.selectors import late_counted, left_behind, moved_sums, signed_sums, year_sums
from tests.settlement.worked import Story, yuan
from tests.settlement.year_end.worked import TABLES, live_through
from tests.support.document import Table
from tests.support.ground import Ground
from tests.support.world import World

MONTHS = [one["期别"] for one in TABLES["期别"].records]
PLATFORM = "跨省（省平台）"


@pytest.fixture(scope="module")
def laid_story(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with ground(lambda world: live_through(world, tmp_path_factory.mktemp("worked"))) as story:
        yield story


@pytest.fixture
def story(laid_story: Story, db: None) -> Story:
    return laid_story


def exported(data: SheetData) -> Table:
    header, *rows = csv.reader(io.StringIO(as_csv(data).decode("utf-8-sig")))
    return Table(header, rows)


def is_nil(row: list[str]) -> bool:
    """Whether a row of sheet 9 or 16 has nothing in any column."""
    return set(row[2:]) <= {"0", "0.00", ""}


def months() -> list[ClearingPeriod]:
    return list(ClearingPeriod.objects.filter(state="signed").order_by("period"))


# --- the months ---------------------------------------------------------------------------------------------


def test_the_document_has_twelve_months_and_three_of_the_next_year() -> None:
    year = [f"2026{month:02d}" for month in range(1, 13)]

    assert [*year, "202701", "202702", "202703"] == MONTHS


def test_the_months_their_days_and_sums(story: Story) -> None:
    found = [
        [
            month.period,
            str(month.local_cases),
            f"{timezone.localtime(month.computed_at):%Y-%m-%d}" if month.period == "202608" else "",
            *map(yuan, (month.receivable_fen, month.payable_fen)),
        ]
        for month in months()
    ]

    told = TABLES["期别"].records
    assert found == [
        [
            one["期别"],
            one["本地明细"],
            one["计算"] if one["空月"] else "",
            one["应收合计"],
            one["应付合计"],
        ]
        for one in told
    ]
    assert sum(month.receivable_fen for month in months()[:12]) == 3_090_000


def test_every_row_of_sheet_9_of_every_month(story: Story) -> None:
    found = []
    for month in months():
        nine = exported(sheet_data("9", month, None))
        found += [[month.period, *row] for row in nine.rows if not is_nil(row)]

    assert ["期别", *nine.header] == TABLES["各月表 9"].header
    assert found == TABLES["各月表 9"].rows


def test_cases_per_month_and_region(story: Story) -> None:
    found = []
    for month in months():
        nine = {row["统筹区"]: row for row in exported(sheet_data("9", month, None)).records}
        counts = []
        for region in ("长春市", "吉林市", "延边州", PLATFORM):
            for side in ("应收", "应付"):
                kinds = (nine[region][f"{side}-{kind}人次"] for kind in ("职工", "居民"))
                counts.append(str(sum(int(count) for count in kinds)))
        found.append([month.period, *counts])

    assert found == TABLES["各月人次"].rows


@pytest.mark.parametrize(("form", "own", "other"), [("10", "就医地", "参保地"), ("11", "参保地", "就医地")])
def test_every_row_of_sheets_10_and_11_of_every_month(story: Story, form: str, own: str, other: str) -> None:
    figures = TABLES["各月清算行"].header[5:-1]
    found = set()
    for month in months():
        book = MonthBook(month)
        for party in book.parties.pooling:
            for row in exported(sheet_data(form, month, party, book)).records:
                due = row["应收金额" if form == "10" else "应付金额"]
                key = (month.period, party.name, row["对方统筹区"], row["险种"], row["医疗类别"])
                found.add((*key, *(row[name] for name in figures), due))

    told = TABLES["各月清算行"].records
    inside = {party.name for party in PoolingRegion.objects.filter(kind="pooling")}
    assert found == {
        (
            *(one["期别"], one[own], one[other], one["险种"], one["医疗类别"]),
            *(one[name] for name in figures),
            one["应收（应付）金额"],
        )
        for one in told
        if one[own] in inside
    }


def test_every_notice(story: Story) -> None:
    found = [
        [
            *(one.period, one.notice_no, one.region_name, str(one.get_direction_display())),
            *map(yuan, (one.receivable_fen, one.payable_fen)),
            *map(yuan, (one.employee_fen, one.resident_fen, one.total_fen)),
        ]
        for one in Notice.objects.order_by("year", "serial")
    ]

    assert found == TABLES["通知书"].rows


def test_every_payment(story: Story) -> None:
    names = ("流水号", "核销文号", "已付", "未付", "状态")
    told = sorted(TABLES["收付款"].records, key=lambda one: one["日期"])

    assert story.stood == [[one[name] for name in names] for one in told]


# --- the year -----------------------------------------------------------------------------------------------


def test_the_year(story: Story) -> None:
    year = YearEnd.objects.get(year="2026")

    assert [
        [
            year.year,
            f"{timezone.localtime(year.computed_at):%Y-%m-%d}",
            year.late_through,
            *map(yuan, (year.monthly_fen, year.assessed_fen)),
            f"{timezone.localtime(year.closed_at):%Y-%m-%d}",
            str(left_behind("2026", late_counted(year))),
        ]
    ] == TABLES["年度"].rows


def test_what_the_next_months_hold_of_either_year(story: Story) -> None:
    year = YearEnd.objects.get(year="2026")
    rows = []
    for month in months()[12:]:
        whole = month.receivable_fen
        counted = month.period in late_counted(year)
        old = sum(line.due_fen for line in moved_sums("2026", [month.period]).values()) if counted else 0
        rows.append([month.period, *map(yuan, (whole, old, whole - old))])

    assert rows == TABLES["次年月份"].rows
    kept = sum(line.due_fen for line in year_sums("2027", []).assessed.values())
    assert kept == sum(int(row[3].replace(".", "")) for row in rows)


def test_the_year_is_its_twelve_months_and_what_came_late(story: Story) -> None:
    monthly = sum(line.due_fen for line in signed_sums("2026").values())
    late = sum(line.due_fen for line in moved_sums("2026", ["202701", "202702"]).values())

    assert (monthly, late) == (3_090_000, 390_000)
    assert YearEnd.objects.get(year="2026").assessed_fen == monthly + late


def test_every_row_of_sheet_16(story: Story) -> None:
    found = exported(year_sheet("16", book_of("2026"), None))

    assert found.header == TABLES["表 16"].header
    assert len(found.rows) == 13
    assert [row for row in found.rows if not is_nil(row)] == TABLES["表 16"].rows


@pytest.mark.parametrize("form", ["17", "18"])
def test_every_row_of_sheets_17_and_18(story: Story, form: str) -> None:
    book = book_of("2026")
    found = {}
    for region in PoolingRegion.objects.filter(kind="pooling"):
        table = exported(year_sheet(form, book, party_in(book, region)))
        if table.rows:
            found[f"表 {form} {region.name}"] = table

    assert found == {name: table for name, table in TABLES.items() if name.startswith(f"表 {form} ")}


def test_every_figure_of_form_15(story: Story) -> None:
    found = []
    for one in YearEndApplication.objects.order_by("application_no"):
        said = form_of(one)
        told = dict(said.rows)
        amounts = [told[name].replace(",", "") for name in TABLES["表 15"].header[2:-1]]
        assert said.open_amount.replace(",", "") == yuan(abs(one.open_fen))
        found.append([one.application_no, said.region, *amounts, yuan(one.open_fen)])

    assert found == TABLES["表 15"].rows
    assert {one.state for one in YearEndApplication.objects.all()} == {"approved"}


def test_every_year_end_notice(story: Story) -> None:
    found = [
        [one.notice_no, one.region_name, str(one.get_direction_display()), yuan(one.total_fen)]
        for one in Notice.objects.filter(category="year_end")
    ]

    assert found == TABLES["年终通知书"].rows


def test_the_books_are_in_order(story: Story, world: World) -> None:
    assert check_all(None).broken == []
