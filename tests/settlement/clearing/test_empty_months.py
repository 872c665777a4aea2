"""A month without anything: a person says so, then it goes the way of every month, nil on every sheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from agency.journal.books import check_all
from agency.journal.models import AuditEntry
from agency.sheets.as_csv import as_csv
from settlement.clearing.empty_months import empty_month_compute
from settlement.clearing.filling import MonthBook, all_sheets
from settlement.clearing.models import ClearingLine, ClearingPeriod
from settlement.clearing.reopening import reopening_approve, reopening_propose
from settlement.clearing.services import period_compute, period_sign
from settlement.notices.models import Notice
from settlement.records.models import SettlementRecord
from tests.settlement.clearing.conftest import confirm_rest, sign
from tests.settlement.records.files import row
from tests.support.snapshots import refused
from tests.support.world import World

AsUser = Callable[..., Client]
AUGUST, SEPTEMBER, OCTOBER = "202608", "202609", "202610"


@pytest.fixture
def august(load: Callable[..., object], world: World) -> None:
    """August and October have a case each, September has nothing; it is the 20th of November."""
    load([row("A1", 结算时间="2026-08-09 10:30:00"), row("C1", 结算时间="2026-10-09 10:30:00")])
    sign_month(world, AUGUST)


def sign_month(world: World, period: str) -> ClearingPeriod:
    month = period_compute(period=period, by=world.prov_clearing, at=world.now)
    confirm_rest(month, world)
    return sign(month, world)


def begin_empty(world: World, period: str = SEPTEMBER, by: str = "prov_clearing") -> ClearingPeriod:
    return empty_month_compute(period=period, by=getattr(world, by), at=world.now)


def signed_empty(world: World) -> ClearingPeriod:
    month = begin_empty(world)
    confirm_rest(month, world)
    return sign(month, world)


def test_an_empty_month_is_signed_with_nil_on_every_sheet(august: None, world: World) -> None:
    month = signed_empty(world)

    assert (month.state, month.cases, month.receivable_fen, month.payable_fen) == ("signed", 0, 0, 0)
    assert not ClearingLine.objects.filter(period=month).exists()
    sheets = list(all_sheets(MonthBook(month)))
    assert len(sheets) == 1 + 5 * 12
    assert [form for form, _, data in sheets if data.rows] == ["9"]
    nine = list(csv.reader(io.StringIO(as_csv(sheets[0][2]).decode("utf-8-sig"))))[1:]
    assert len(nine) == 13
    assert {cell for one in nine for cell in one[2:]} == {"0", "0.00", ""}


def test_it_asks_nobody_for_money_and_the_books_hold(august: None, world: World) -> None:
    signed_empty(world)

    assert not Notice.objects.filter(period=SEPTEMBER).exists()
    assert check_all(None).broken == []


def test_every_region_confirms_that_it_has_nothing(august: None, world: World) -> None:
    month = begin_empty(world)

    with refused() as raised:
        period_sign(period=month.period, by=world.prov_clearing, at=world.now)

    assert "还没有确认：省直、长春市" in raised.value.message


def test_who_said_so_stands_in_the_log(august: None, world: World) -> None:
    begin_empty(world)

    entry = AuditEntry.objects.get(action="month_begun_empty")
    assert (entry.by, entry.subject_no) == (world.prov_clearing, SEPTEMBER)


def test_saying_it_twice_changes_nothing_more(august: None, world: World) -> None:
    first = begin_empty(world)

    again = begin_empty(world, by="prov_clearing_2")

    assert (again.pk, again.computed_by) == (first.pk, world.prov_clearing)
    assert AuditEntry.objects.filter(action="month_begun_empty").count() == 1


def test_a_case_that_comes_before_the_signature_still_counts_in_it(
    august: None, world: World, load: Callable[..., object]
) -> None:
    begin_empty(world)
    load([row("B1", 结算时间="2026-09-09 10:30:00")])

    with refused("not_empty"):
        begin_empty(world)
    month = sign_month(world, SEPTEMBER)

    assert (month.cases, month.receivable_fen) == (1, 70_000)


def test_a_case_that_comes_after_the_signature_counts_in_october(
    august: None, world: World, load: Callable[..., object]
) -> None:
    signed_empty(world)

    load([row("B1", 结算时间="2026-09-09 10:30:00")])

    assert SettlementRecord.objects.get(settlement_no="B1").period == OCTOBER


def test_a_signed_empty_month_is_opened_again_and_takes_the_late_case(
    august: None, world: World, load: Callable[..., object]
) -> None:
    signed_empty(world)
    load([row("B1", 结算时间="2026-09-09 10:30:00")])

    reopening_propose(period=SEPTEMBER, by=world.prov_clearing, at=world.now, reason="漏了一笔")
    reopening_approve(period=SEPTEMBER, by=world.prov_supervisor, at=world.now)

    assert sign_month(world, SEPTEMBER).receivable_fen == 70_000
    assert check_all(None).broken == []


Refusal = tuple[str, Callable[[World], object]]
REFUSED: dict[str, Refusal] = {
    "a month with cases": ("not_empty", lambda w: begin_empty(w, OCTOBER)),
    "a signed month": ("not_empty", lambda w: begin_empty(w, AUGUST)),
    "a month before the books begin": ("before_first_month", lambda w: begin_empty(w, "202607")),
    "the month at hand": ("month_not_over", lambda w: begin_empty(w, "202611")),
    "what is no month": ("bad_period", lambda w: begin_empty(w, "202613")),
    "by a region": ("not_allowed", lambda w: begin_empty(w, by="changchun_clearing")),
    "by the supervisor": ("not_allowed", lambda w: begin_empty(w, by="prov_supervisor")),
    "computed without saying so": (
        "nothing_to_compute",
        lambda w: period_compute(period=SEPTEMBER, by=w.prov_clearing, at=w.now),
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_empty_month_is_refused_and_nothing_changes(august: None, world: World, what: str) -> None:
    code, act = REFUSED[what]

    with refused(code):
        act(world)


def test_no_month_is_empty_before_there_is_any(world: World) -> None:
    with refused("before_first_month") as raised:
        begin_empty(world)

    assert raised.value.message == "账上还没有任何月份，2026年9月不必清算。"


def test_a_signed_empty_month_is_not_begun_again(august: None, world: World) -> None:
    signed_empty(world)

    with refused("already_signed"):
        begin_empty(world)


# --- the page -----------------------------------------------------------------------------------------------

PAGE = "/clearing/202609/"


def test_the_page_offers_it_to_whoever_computes(august: None, world: World, as_user: AsUser) -> None:
    client = as_user(world.prov_clearing)
    page = client.get(PAGE).content.decode()
    assert "这个月没有结算明细和扣款" in page
    assert "按空月计算" in page

    response = client.post(f"{PAGE}empty/", follow=True)

    assert "已按空月计算" in response.content.decode()
    assert ClearingPeriod.objects.get(period=SEPTEMBER).state == "computed"


@pytest.mark.parametrize("name", ["changchun_clearing", "prov_finance", "prov_auditor"])
def test_others_see_the_page_without_the_button(
    august: None, world: World, as_user: AsUser, name: str
) -> None:
    client = as_user(getattr(world, name))
    page = client.get(PAGE).content.decode()

    assert "这个月没有结算明细和扣款" in page
    assert f"{PAGE}empty/" not in page
    assert client.post(f"{PAGE}empty/").status_code == 403
    assert not ClearingPeriod.objects.filter(period=SEPTEMBER).exists()


@pytest.mark.parametrize("period", ["202607", "202611", "202612"])
def test_a_month_that_cannot_be_empty_has_no_page(
    august: None, world: World, as_user: AsUser, period: str
) -> None:
    assert as_user(world.prov_clearing).get(f"/clearing/{period}/").status_code == 404


def test_what_is_refused_is_told_on_a_page(august: None, world: World, as_user: AsUser) -> None:
    response = as_user(world.prov_clearing).post("/clearing/202610/empty/")

    assert response.status_code == 422
    assert "2026年10月有结算明细或扣款，不是空月" in response.content.decode()


@pytest.mark.parametrize(
    "url",
    ["", "sheets/9/", "sheets/10/220100/", "sheets/14/220100/print/", "sheets/9.xlsx", "sheets/9.pdf"]
    + ["matrix/", "pictures/", "bundles/", "regions/220100/", "versions/"],
)
def test_every_page_of_an_empty_month_opens(august: None, world: World, as_user: AsUser, url: str) -> None:
    signed_empty(world)

    assert as_user(world.prov_clearing).get(f"{PAGE}{url}").status_code == 200


# --- the command --------------------------------------------------------------------------------------------


def run(*arguments: str) -> Any:
    out = io.StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_whole_empty_month_by_commands(august: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="没有结算明细和扣款"):
        call_command("clear_period", SEPTEMBER)

    nil = {"cases": 0, "lines": 0, "receivable": "0.00", "payable": "0.00"}
    assert run("clear_period", SEPTEMBER, "--empty") == nil
    assert run("confirm_period", SEPTEMBER) == {"confirmed": 12}
    assert len(run("sign_period", SEPTEMBER)["digest"]) == 64


@pytest.mark.parametrize(("form", "lines"), [("9", 13), ("10", 0)])
def test_its_sheets_come_back_without_a_difference(
    august: None, world: World, tmp_path: Path, form: str, lines: int
) -> None:
    signed_empty(world)
    where = [] if form == "9" else ["--region", "长春"]
    path = str(tmp_path / "sheet.xlsx")
    run("export_sheet", form, "--period", SEPTEMBER, "--format", "xlsx", "--out", path, *where)

    assert run("compare_sheet", form, path, "--period", SEPTEMBER, *where) == {
        "lines": lines,
        "differences": 0,
    }
