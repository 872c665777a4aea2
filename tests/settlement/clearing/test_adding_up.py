"""账平才出表: a sheet that does not add up is neither printed nor exported; it is said what, and where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from agency.journal.models import AuditEntry, PrintedForm
from settlement.clearing.adding_up import AddingUp, DoesNotAddUp, require_adds_up
from settlement.clearing.bundling import bundle_make
from settlement.clearing.filling import MonthBook, all_sheets, matrix_data, sheet_data
from settlement.clearing.models import ClearingPeriod
from tests.settlement.clearing.damages import DAMAGES, S4, do
from tests.settlement.deductions.rows import by_case
from tests.settlement.records.files import row
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_signed")
AsUser = Callable[..., Client]
MONTH = "/clearing/202610/"
CHANGCHUN_11 = f"{MONTH}sheets/11/220100"
WAYS = {
    "print": f"{CHANGCHUN_11}/print/",
    "pdf": f"{CHANGCHUN_11}.pdf",
    "xlsx": f"{CHANGCHUN_11}.xlsx",
    "csv": f"{CHANGCHUN_11}.csv",
    "sheet 9": f"{MONTH}sheets/9.pdf",
    "matrix": f"{MONTH}matrix.xlsx",
    "own part of the matrix": f"{MONTH}matrix/220100/print/",
}
# damage → which sheet it is seen on, and what is said
TOLD = {
    "what a line owes": (CHANGCHUN_11, f"{S4} 应收付金额 650.01，应为 650.00"),
    "a fund of a line": (CHANGCHUN_11, f"{S4} 基金支付合计 560.00，七项之和是 560.03"),
    "a figure of a line": (CHANGCHUN_11, "应收合计记为 2,645.00，各行之和是 2,645.01"),
    "a missing line": (CHANGCHUN_11, "应付合计记为 2,645.00，各行之和是 1,995.00"),
    "the total of the month": (f"{MONTH}sheets/9", "应收合计记为 2,645.01，各行之和是 2,645.00"),
    "one side of the month": (f"{MONTH}sheets/9", "应付合计记为 2,645.01，各行之和是 2,645.00"),
    "the digest of the lines": (CHANGCHUN_11, "清算行与计算时不同"),
    "the digest of a sheet": (f"{MONTH}sheets/9", "表 9 与签发时一致不成立"),
    "the amount of a deduction": (f"{MONTH}sheets/14/220100", "应付扣款 155.01，表 11 的扣款合计 155.00"),
    "the reason of a deduction": (f"{MONTH}sheets/14/220100", "表 14 长春市 与签发时一致不成立"),
    "a name on the sheets": (f"{MONTH}sheets/10/220200", "表 10 吉林市 与签发时一致不成立"),
}


def test_every_sheet_of_a_sound_month_adds_up(signed: ClearingPeriod) -> None:
    book = MonthBook(signed)
    known = AddingUp(book)

    sheets = [(party, data) for _, party, data in all_sheets(book)]
    sheets += [(party, matrix_data(signed, party, book)) for party in [None, *book.parties.pooling]]

    assert len(sheets) == 1 + 12 * 5 + 13
    assert [known.faults(data, party) for party, data in sheets] == [[]] * len(sheets)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_damage_keeps_it_from_going_out_on_every_way(
    signed: ClearingPeriod, world: World, as_user: AsUser, way: str
) -> None:
    client = as_user(world.prov_clearing)
    assert client.get(way).status_code == 200
    printed, logged = PrintedForm.objects.count(), AuditEntry.objects.count()
    do(DAMAGES["what a line owes"][0])

    response = client.get(way)

    assert response.status_code == 422
    page = response.content.decode()
    assert "账不平，没有打印、导出" in page
    assert f"{S4} 应收付金额 650.01，应为 650.00" in page
    assert PrintedForm.objects.count() == printed
    assert not AuditEntry.objects.filter(action__in=["printed", "exported"])[logged:].exists()


@pytest.mark.parametrize("damage", TOLD)
def test_it_is_said_what_does_not_add_up_and_where(
    signed: ClearingPeriod, world: World, as_user: AsUser, damage: str
) -> None:
    url, told = TOLD[damage]
    do(DAMAGES[damage][0])

    response = as_user(world.prov_clearing).get(f"{url}.csv")

    assert response.status_code == 422
    assert told in response.content.decode()


def test_the_page_on_screen_still_shows_it(signed: ClearingPeriod, world: World, as_user: AsUser) -> None:
    do(DAMAGES["what a line owes"][0])

    assert as_user(world.prov_clearing).get(f"{CHANGCHUN_11}/").status_code == 200


def test_a_sheet_that_the_other_side_has_otherwise_is_not_given_out(signed: ClearingPeriod) -> None:
    book = MonthBook(signed)
    ours = next(
        data for form, party, data in all_sheets(book) if form == "10" and party and party.code == "220200"
    )
    place = next(at for at, line in enumerate(book.lines) if line.due_fen == 60000)
    book.lines[place] = book.lines[place]._replace(total_fee_fen=1)

    with pytest.raises(DoesNotAddUp) as refused:
        require_adds_up(ours, book.parties.party(book.lines[place].care_region_id), book)

    assert any("与各参保地付款表对应不成立" in fault for fault in refused.value.facts["faults"])


def test_the_command_writes_nothing(signed: ClearingPeriod, world: World, tmp_path: Path) -> None:
    do(DAMAGES["what a line owes"][0])
    out = tmp_path / "sheet.csv"

    arguments = ["--period=202610", "--region=长春", "--format=csv", f"--out={out}"]
    with pytest.raises(CommandError, match="账不平，没有打印、导出：长春市→北京市"):
        call_command("export_sheet", "11", *arguments)

    assert not out.exists()


def test_the_bundle_is_not_made(signed: ClearingPeriod, world: World) -> None:
    do(DAMAGES["the amount of a deduction"][0])

    with pytest.raises(DoesNotAddUp, match="应付扣款 155.01，表 11 的扣款合计 155.00"):
        bundle_make(period="202610", region_code="220100", kind="zip", by=world.system, at=world.now)

    assert not PrintedForm.objects.exists()


def test_many_faults_are_counted(signed: ClearingPeriod) -> None:
    book = MonthBook(signed)
    book.lines = [line._replace(due_fen=line.due_fen + 1) for line in book.lines]
    data = matrix_data(signed, None, book)

    with pytest.raises(DoesNotAddUp) as refused:
        require_adds_up(data, None, book)

    assert len(refused.value.facts["faults"]) == len(book.lines) + 5
    assert f"另有 {len(book.lines) + 2} 处" in refused.value.message


def test_what_came_since_the_computing_is_to_be_computed_first(
    signed: ClearingPeriod, world: World, load: Callable[..., object], compute: Callable[..., ClearingPeriod]
) -> None:
    """A deduction that arrived after November was computed: its sheets wait, and it is said for what."""
    load([row("N1", 结算时间="2026-11-02 09:00:00", 出院日期="2026-11-02")])
    compute("202611")
    load([by_case("N1", 期别="202611", 金额="5.00")], "deductions")
    book = MonthBook(ClearingPeriod.objects.get(period="202611"))

    with pytest.raises(DoesNotAddUp) as refused:
        require_adds_up(sheet_data("14", book.month, world.changchun, book), world.changchun, book)

    assert refused.value.message.endswith("计算之后明细或扣款有变动：请省级先重新计算本月，再出表。")
