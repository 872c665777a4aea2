"""清算表比对: our own sheet comes back without a difference, each planted one is named with its place."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from agency.batches.models import KeptFile
from agency.errors import DomainError, NotAllowed
from agency.journal.models import AuditEntry
from agency.organisation.models import PoolingRegion
from agency.sheets.as_csv import as_csv
from agency.sheets.as_xlsx import as_xlsx
from settlement.clearing.compare import Difference, compare
from settlement.clearing.comparisons import sheet_compare
from settlement.clearing.filling import MonthBook, sheet_data
from settlement.clearing.models import ClearingPeriod, DifferenceKind, SheetComparison, SheetDifference
from settlement.clearing.sheets import SHEETS
from tests.support.world import World

K = DifferenceKind


pytestmark = pytest.mark.usefixtures("laid_month")


def differences(
    month: ClearingPeriod, region: PoolingRegion | None, text: str, form: str = "10"
) -> list[Difference]:
    return compare(sheet_data(form, month, region), text.encode(), "对方.csv").differences


@pytest.fixture
def ours(month: ClearingPeriod, world: World) -> str:
    """Our own form 10 of 吉林 as CSV text."""
    return as_csv(sheet_data("10", month, world.jilin)).decode()


@pytest.mark.parametrize("form", SHEETS)
def test_what_we_export_comes_back_without_a_difference(month: ClearingPeriod, form: str) -> None:
    book = MonthBook(month)
    for party in [None] if form == "9" else book.parties.pooling:
        data = sheet_data(form, month, party, book)
        for content in (as_csv(data), as_csv(data, "gb18030"), as_xlsx(data)):
            outcome = compare(data, content, "我方的表")

            assert outcome.differences == []
            assert outcome.lines == len(data.rows)


def test_a_changed_amount_is_named_with_its_cell(month: ClearingPeriod, world: World, ours: str) -> None:
    assert differences(month, world.jilin, ours.replace("600.00", "601.00")) == [
        Difference(K.DIFFERS, "长春市 职工 住院", "应收金额", "600.00", "601.00", "第2行第13列")
    ]


def test_a_changed_count_is_named(month: ClearingPeriod, world: World, ours: str) -> None:
    assert differences(month, world.jilin, ours.replace("住院,1,", "住院,3,")) == [
        Difference(K.DIFFERS, "长春市 职工 住院", "人次", "1", "3", "第2行第5列")
    ]


def test_a_line_that_they_lack_and_one_that_they_have_alone(
    month: ClearingPeriod, world: World, ours: str
) -> None:
    found = differences(month, world.jilin, ours.replace("辽宁省", "河北省"))

    assert found == [
        Difference(K.ONLY_OURS, "辽宁省 职工 药店购药", ours="应收金额 700.00"),
        Difference(K.ONLY_THEIRS, "河北省 职工 药店购药", theirs="应收金额 700.00", place="第3行"),
    ]


def test_a_line_that_stands_twice_is_named(month: ClearingPeriod, world: World, ours: str) -> None:
    last = ours.rstrip().split("\r\n")[-1]

    assert differences(month, world.jilin, ours + last) == [
        Difference(K.DUPLICATE, "辽宁省 职工 药店购药", theirs="应收金额 700.00", place="第4行")
    ]


@pytest.mark.parametrize("amount", ["六百", "600.001", "6e2"])
def test_an_amount_that_cannot_be_read_is_refused_and_never_nil(
    month: ClearingPeriod, world: World, ours: str, amount: str
) -> None:
    found = differences(month, world.jilin, ours.replace("600.00", amount))

    assert [(item.kind, item.column, item.theirs, item.place) for item in found] == [
        (K.UNREADABLE, "应收金额", amount, "第2行第13列")
    ]
    assert amount in found[0].ours  # the reason


def test_other_spellings_of_the_same_are_no_difference(
    month: ClearingPeriod, world: World, ours: str
) -> None:
    respelt = ours.replace("长春市", " 长春 ").replace("辽宁省", "210000").replace("职工", "310")
    respelt = respelt.replace("1000.00", '"1,000.00"').replace("600.00", "６００")

    assert differences(month, world.jilin, respelt) == []


def test_the_order_of_lines_and_columns_does_not_matter(
    month: ClearingPeriod, world: World, ours: str
) -> None:
    head, *lines = ours.lstrip("\ufeff").rstrip().split("\r\n")
    turned = [",".join(reversed(line.split(","))) for line in [head, *reversed(lines)]]

    assert differences(month, world.jilin, "\n".join(turned)) == []


def test_a_column_that_they_lack_is_named_as_not_compared(
    month: ClearingPeriod, world: World, ours: str
) -> None:
    lines = [line.split(",") for line in ours.rstrip().split("\r\n")]
    without = "\n".join(",".join(line[:5] + line[6:]) for line in lines)

    outcome = compare(sheet_data("10", month, world.jilin), without.encode(), "对方.csv")

    assert (outcome.differences, outcome.not_compared, outcome.lacks_figures) == ([], ("医疗总费用",), True)


@pytest.mark.parametrize(
    ("total", "found"),
    [
        ("合计,,,,2,2000.00,1640.00,1120.00,280.00,100.00,0.00,0.00,1300.00", []),
        ("合 计,,,,,,,,,,,,1300.00", []),
        ("合计,,,,,,,,,,,,1301.00", [("合计", "应收金额", "1,300.00", "1,301.00", "第4行第13列")]),
        ("职工小计,,,,3,,,,,,,,", [("职工小计", "人次", "2", "3", "第4行第5列")]),
        ("合计,,,,,,,,,,,,很多", [("合计", "应收金额", "UNREADABLE", "很多", "第4行第13列")]),
    ],
)
def test_a_total_that_contradicts_is_a_difference(
    month: ClearingPeriod, world: World, ours: str, total: str, found: list[tuple[str, ...]]
) -> None:
    told = differences(month, world.jilin, ours + total)

    named = [
        (d.line, d.column, "UNREADABLE" if d.kind == K.UNREADABLE else d.ours, d.theirs, d.place)
        for d in told
    ]
    assert named == found


def test_a_total_that_is_ours_but_not_that_of_their_lines_is_a_difference(
    month: ClearingPeriod, world: World, ours: str
) -> None:
    text = ours.replace("600.00", "601.00") + "合计,,,,,,,,,,,,1300.00"

    assert [(d.line, d.ours) for d in differences(month, world.jilin, text)] == [
        ("长春市 职工 住院", "600.00"),
        ("合计", "对方各行之和 1,301.00"),
    ]


def test_a_cell_of_a_grouped_workbook_is_named_by_its_address(month: ClearingPeriod) -> None:
    data = sheet_data("9", month, None)
    book = load_workbook(io.BytesIO(as_xlsx(data)))
    page = book.active
    assert page is not None
    page["F7"] = 99999  # 吉林市, 应收-居民金额
    stream = io.BytesIO()
    book.save(stream)

    found = compare(data, stream.getvalue(), "对方.xlsx").differences

    assert [(item.line, item.column, item.ours, item.theirs, item.place) for item in found] == [
        ("吉林市", "应收-居民金额", "0.00", "99,999.00", "表9!F7"),
        ("合计", "应收-居民金额", "对方各行之和 100,699.00", "700.00", "表9!F18"),
    ]


def test_another_sheet_is_refused(month: ClearingPeriod, world: World, ours: str) -> None:
    with pytest.raises(DomainError) as refused:
        differences(month, world.jilin, ours, form="11")

    assert refused.value.code == "another_sheet"
    assert "应付金额" in refused.value.message


def test_deductions_of_one_case_meet_by_what_they_say(month: ClearingPeriod, world: World) -> None:
    text = as_csv(sheet_data("14", month, world.jilin)).decode()
    row = text.rstrip().split("\r\n")[1]

    changed = text + row.replace("100.00", "20.00") + "\r\n"

    assert differences(month, world.jilin, changed, "14") == [
        Difference(
            K.DUPLICATE,
            "应收 长春市 H22020200001 职工 住院 S1 审核扣款",
            theirs="金额 20.00",
            place="第3行",
        )
    ]


# --- kept ---------------------------------------------------------------------------------------------------


def keep(world: World, text: str, name: str = "jilin_clearing", **changes: object) -> SheetComparison:
    chosen = {"form": "10", "period": "202610", "region": world.jilin, "file_name": "对方.csv"}
    by = getattr(world, name)
    return sheet_compare(  # type: ignore[misc]
        **{**chosen, **changes}, stream=io.BytesIO(text.encode()), by=by, at=world.now
    )


def test_a_comparison_is_kept_with_its_file_and_differences(world: World, ours: str) -> None:
    done = keep(world, ours.replace("600.00", "601.00"))

    assert (done.comparison_no, done.lines, done.differences) == ("C20261100001", 2, 1)
    assert (done.region, done.by, done.file.name) == (world.jilin, world.jilin_clearing, "对方.csv")
    assert [(row.kind, row.column, row.ours, row.theirs) for row in done.rows.all()] == [
        ("differs", "应收金额", "600.00", "601.00")
    ]
    assert AuditEntry.objects.get(action="sheet_compared").detail["differences"] == 1


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("yanbian_clearing", {}),
        ("auditor", {}),
        ("clerk", {}),
        ("jilin_clearing", {"form": "9", "region": None}),
    ],
)
def test_who_may_not_see_the_sheet_may_not_compare(
    world: World, ours: str, name: str, changes: dict[str, object]
) -> None:
    with pytest.raises(NotAllowed):
        keep(world, ours, name, **changes)

    assert not SheetComparison.objects.exists()
    assert not KeptFile.objects.filter(name="对方.csv").exists()


def test_a_file_that_is_no_sheet_leaves_nothing_behind(world: World, ours: str) -> None:
    with pytest.raises(DomainError):
        keep(world, "a,b\n1,2\n")

    assert not SheetComparison.objects.exists()
    assert not SheetDifference.objects.exists()
    assert not KeptFile.objects.filter(name="对方.csv").exists()
