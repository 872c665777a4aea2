"""Three months worked out by hand in docs/worked-months.md: the program says the same, to the fen."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator

import pytest

from agency.journal.books import check_all
from agency.organisation.models import PoolingRegion
from settlement.clearing.export import sheet_exported
from settlement.clearing.filling import MonthBook, sheet_data
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.sheets import SHEETS
from settlement.holding.models import HeldCase
from settlement.holding.selectors import carries_of
from settlement.notices.models import Notice
from tests.settlement.worked import Story, live_through, yuan
from tests.support.document import DOCS, Table, quotes_of, tables_of
from tests.support.ground import Ground
from tests.support.world import World

DOCUMENT = DOCS / "worked-months.md"
TABLES = tables_of(DOCUMENT)
MONTHS = ("202610", "202611", "202612")
each_month = pytest.mark.parametrize("period", MONTHS)


@pytest.fixture(scope="module")
def laid_story(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with ground(lambda world: live_through(world, tmp_path_factory.mktemp("worked"), TABLES)) as story:
        yield story


@pytest.fixture
def story(laid_story: Story, db: None) -> Story:
    return laid_story


def exported(period: str, world: World) -> dict[str, Table]:
    """Sheet 9 and every sheet 10–14 that has a row, as the CSV export gives them."""
    book = MonthBook(ClearingPeriod.objects.get(period=period))
    regions = PoolingRegion.objects.in_bulk()
    found = {}
    for form in SHEETS:
        for party in [None] if form == "9" else book.parties.pooling:
            data = sheet_data(form, book.month, party, book)
            said = {"format_name": "csv", "by": world.system, "at": world.now}
            content = sheet_exported(data, regions[party.id] if party else None, book=book, **said)
            header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
            if rows:
                found[f"{period} 表 {form}" + (f" {party.name}" if party else "")] = Table(header, rows)
    return found


def is_nil(row: list[str]) -> bool:
    """Whether a row of sheet 9 has nothing in any column."""
    return set(row[2:]) <= {"0", "0.00", ""}


@each_month
def test_every_figure_of_every_sheet(story: Story, world: World, period: str) -> None:
    found = exported(period, world)

    nine = found[f"{period} 表 9"]
    assert [int(row[0]) for row in nine.rows] == list(range(1, 14))
    found[f"{period} 表 9"] = Table(nine.header, [row for row in nine.rows if not is_nil(row)])
    assert found == {name: table for name, table in TABLES.items() if name.startswith(f"{period} 表 ")}


@each_month
def test_every_notice(story: Story, period: str) -> None:
    found = [
        [
            *(one.notice_no, one.region_name, f"{one.get_direction_display()}"),
            *map(yuan, (one.receivable_fen, one.payable_fen)),
            *map(yuan, (one.employee_fen, one.resident_fen, one.total_fen)),
            *(f"{day:%Y-%m-%d}" for day in (one.submit_by, one.pay_by)),
        ]
        for one in Notice.objects.filter(period=period).order_by("year", "serial")
    ]

    assert found == TABLES[f"{period} 通知书"].rows


@each_month
def test_what_is_carried_and_its_arithmetic(story: Story, period: str) -> None:
    numbers = dict(HeldCase.objects.values_list("held_no", "settlement_no"))
    found = [
        [one.held_no, numbers[one.held_no], yuan(one.carried_in_fen), yuan(one.carried_out_fen)]
        for one in carries_of(period)
    ]

    told = TABLES[f"{period} 挂账"].rows
    assert found == [row[:4] for row in told]
    assert [worked_out(row[4]) for row in told] == [fen(row[2]) + fen(row[3]) for row in told]


def fen(text: str) -> int:
    return int(text.replace(",", "").replace(".", ""))


def worked_out(formula: str) -> int:
    """What a line of arithmetic comes to: amounts with + and - between them."""
    return sum(fen(term) for term in formula.replace("+ ", "").replace("- ", "-").split())


def test_the_months_their_sums_and_what_is_local(story: Story) -> None:
    told = TABLES["期别"].records
    found = [
        {
            "期别": month.period,
            "签发": f"{(month.signed_at or month.computed_at) + dt.timedelta(hours=8):%Y-%m-%d}",
            "本地明细": str(month.local_cases),
            "应收合计": yuan(month.receivable_fen),
            "应付合计": yuan(month.payable_fen),
        }
        for month in ClearingPeriod.objects.filter(state="signed").order_by("period")
    ]

    assert found == [{name: one[name] for name in found[0]} for one in told]


def test_a_case_held_in_october_is_decided_before_december_is_signed(story: Story) -> None:
    assert story.refused == {"202612": quotes_of(DOCUMENT)[0]}


def test_what_became_of_the_held_cases(story: Story) -> None:
    columns = ("held_no", "settlement_no", "state", "decided_period")
    labels = {"released": "放行", "rejected": "拒付"}
    found = {row[0]: [row[1], labels[row[2]], row[3]] for row in HeldCase.objects.values_list(*columns)}

    assert found == {row[1]: row[2:] for row in TABLES["裁定"].rows}


def test_what_was_carried_out_came_in_or_was_rejected(story: Story) -> None:
    carried = [one for period in MONTHS for one in carries_of(period)]
    rejected = set(HeldCase.objects.filter(state="rejected").values_list("held_no", flat=True))
    rows = []
    for case in HeldCase.objects.order_by("held_no"):
        into = sum(one.carried_in_fen for one in carried if one.held_no == case.held_no)
        out = sum(one.carried_out_fen for one in carried if one.held_no == case.held_no)
        rows.append((case.held_no, case.settlement_no, out, into, out if case.held_no in rejected else 0))
    rows.append(("合计", "", *(sum(row[at] for row in rows) for at in (2, 3, 4))))

    assert [[*row[:2], *map(yuan, row[2:])] for row in rows] == TABLES["挂账结清"].rows
    assert rows[-1][2] == rows[-1][3] + rows[-1][4]


def test_the_first_notice_is_paid_in_two_parts(story: Story) -> None:
    names = ("流水号", "核销文号", "已付", "未付", "状态")
    assert story.stood == [[one[name] for name in names] for one in TABLES["收付款"].records]


def test_the_books_are_in_order(story: Story) -> None:
    assert check_all(None).broken == []
