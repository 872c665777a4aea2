"""A year worked out by hand: sums, what moves between years, who may, guards, commands, checks."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from agency.errors import DomainError, NotAllowed
from agency.journal.books import check_all
from agency.journal.papers import blank_page
from agency.organisation.models import PoolingRegion
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.reopening import reasons_against_reopening
from settlement.notices.form7 import form_of
from settlement.notices.models import BankDirection, BankLine, Basis, Notice, Payment
from settlement.notices.paying import new_payment, payments_write
from settlement.year_end import applications
from settlement.year_end.checks import ADDS_UP, PAID
from settlement.year_end.filling import book_of, party_in, region_year, region_years
from settlement.year_end.models import YearEnd, YearEndLine
from settlement.year_end.selectors import year_sums
from settlement.year_end.services import year_close, year_compute
from tests.settlement.clearing.conftest import load_rows
from tests.settlement.year_end.conftest import apply_for, settled, sign_month
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_year")


def drop_guard(cursor: Any, trigger: str, table: str) -> None:
    """What somebody with the database in hand could do."""
    on = f" ON {table}" if connection.vendor == "postgresql" else ""
    if on:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks that wait cannot be altered
    cursor.execute(f"DROP TRIGGER {trigger}{on}")


def side_of(year: str, region: PoolingRegion) -> tuple[int, int, int, int]:
    """应付 of a region: monthly, assessed, paid, open."""
    book = book_of(year)
    own = region_year(book, party_in(book, region)).payable
    return own.monthly_fen, own.assessed_fen, own.settled_fen, own.open_fen


def test_late_cases_and_corrections_of_the_year_are_added(computed: YearEnd) -> None:
    assert computed.monthly_fen == 280_000
    assert computed.assessed_fen == 345_000
    assert (computed.late_through, computed.through) == ("202702", "202702")


def test_receivables_equal_payables(computed: YearEnd) -> None:
    rows = region_years(book_of("2026"))

    assert sum(row.receivable.assessed_fen for row in rows) == 345_000
    assert sum(row.payable.assessed_fen for row in rows) == 345_000


def test_what_a_year_counted_is_not_in_the_next(closed: YearEnd, world: World, tmp_path: Path) -> None:
    """2027: January 700.00 and February 650.00 are in its months, of which 650.00 were 2026's."""
    sums = year_sums("2027", [])

    assert sum(line.due_fen for line in sums.monthly.values()) == 135_000
    assert sum(line.due_fen for line in sums.assessed.values()) == 70_000


def pay(world: World, notice: Notice, fen: int) -> None:
    """A part of a notice, out of the province's account."""
    line = BankLine.objects.create(
        line_no="L1",
        booked_on=dt.date(2026, 11, 20),
        reference="R1",
        direction=BankDirection.IN,
        amount_fen=fen,
        entered_by=world.prov_finance,
        entered_at=world.now,
        content_digest="0",
    )
    payments_write(
        [new_payment(line, notice, fen, Basis.HAND, by=world.prov_finance, at=world.now)], at=world.now
    )


def test_a_partly_paid_notice_leaves_its_rest_open(world: World, db: None) -> None:
    """The year's notices ask 长春 for 2800.00; 400.00 are paid. January's and February's stand apart."""
    notice = Notice.objects.get(period="202611", region=world.changchun)
    pay(world, notice, 40_000)

    year_compute(year="2026", by=world.prov_clearing, at=world.now)

    assert side_of("2026", world.changchun) == (280_000, 345_000, 105_000, 240_000)


def test_payments_after_the_computing_do_not_stand_against_closing(computed: YearEnd, world: World) -> None:
    later = world.now + dt.timedelta(days=1)
    line = BankLine.objects.create(
        line_no="L1",
        booked_on=dt.date(2026, 11, 21),
        reference="R1",
        direction=BankDirection.IN,
        amount_fen=70_000,
        entered_by=world.prov_finance,
        entered_at=later,
        content_digest="0",
    )
    notice = Notice.objects.get(period="202611", region=world.changchun)
    payments_write([new_payment(line, notice, 70_000, Basis.HAND, by=world.prov_finance, at=later)], at=later)

    year_close(year="2026", by=world.prov_supervisor, at=later)

    assert Payment.objects.count() == 1
    assert side_of("2026", world.changchun)[3] == 280_000
    assert not [row for row in check_all(None).broken if "年终" in row.check]


# --- who, when ----------------------------------------------------------------------------------------------


def test_who_computed_does_not_close(world: World, computed: YearEnd) -> None:
    with pytest.raises(NotAllowed):
        year_close(year="2026", by=world.prov_clearing, at=world.now)


def test_closing_opens_the_next_year_and_is_done_once(closed: YearEnd, world: World) -> None:
    assert YearEnd.objects.get(year="2027").state == "open"
    with pytest.raises(DomainError, match="已关账"):
        year_close(year="2026", by=world.prov_supervisor, at=world.now)
    with pytest.raises(DomainError, match="已关账"):
        year_compute(year="2026", by=world.prov_clearing, at=world.now)


def test_a_month_that_is_missing_is_named(world: World, db: None) -> None:
    with pytest.raises(DomainError, match="2027年3月"):
        year_compute(year="2027", by=world.prov_clearing, at=world.now)


def test_an_earlier_year_comes_first(world: World, tmp_path: Path, db: None) -> None:
    load_rows(
        world,
        tmp_path / "year.csv",
        [settled(f"M{n}", f"2027-{n:02d}-09") for n in range(3, 13)],
        "settlements",
    )
    for month in range(3, 13):
        sign_month(world, f"2027{month:02d}")

    with pytest.raises(DomainError, match="2026年还没有关账"):
        year_compute(year="2027", by=world.prov_clearing, at=world.now)

    year_compute(year="2026", by=world.prov_clearing, at=world.now)
    year_close(year="2026", by=world.prov_supervisor, at=world.now)
    following = year_compute(year="2027", by=world.prov_clearing, at=world.now)
    assert (following.monthly_fen, following.assessed_fen) == (135_000 + 700_000, 70_000 + 700_000)


def test_a_month_signed_since_wants_a_new_computing(computed: YearEnd, world: World, tmp_path: Path) -> None:
    load_rows(world, tmp_path / "later.csv", [settled("C3", "2026-12-21")], "settlements")
    sign_month(world, "202703")

    with pytest.raises(DomainError, match="重新计算"):
        year_close(year="2026", by=world.prov_supervisor, at=world.now)

    again = year_compute(year="2026", by=world.prov_clearing, at=world.now)
    assert again.assessed_fen == 345_000 + 70_000


def test_computing_again_changes_nothing(computed: YearEnd, world: World) -> None:
    keys = list(YearEndLine.objects.order_by("pk").values_list("pk", flat=True))

    again = year_compute(year="2026", by=world.prov_clearing_2, at=world.now + dt.timedelta(hours=1))

    assert again.computed_by == world.prov_clearing
    assert list(YearEndLine.objects.order_by("pk").values_list("pk", flat=True)) == keys


def test_months_of_a_closed_year_are_not_reopened(closed: YearEnd) -> None:
    month = ClearingPeriod.objects.get(period="202702")

    assert "year_closed" in {reason.code for reason in reasons_against_reopening(month)}


# --- guards -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["line", "line_gone", "line_new", "year", "year_gone", "month"])
def test_a_closed_year_never_changes(closed: YearEnd, damage: str) -> None:
    line = YearEndLine.objects.filter(year_end=closed).first()
    assert line is not None
    acts = {
        "line": lambda: YearEndLine.objects.filter(pk=line.pk).update(monthly_fen=1),
        "line_gone": lambda: YearEndLine.objects.filter(pk=line.pk).delete(),
        "line_new": lambda: YearEndLine.objects.filter(pk=line.pk).update(care_kind="outpatient"),
        "year": lambda: YearEnd.objects.filter(pk=closed.pk).update(state="computed", closed_at=None),
        "year_gone": lambda: YearEnd.objects.filter(pk=closed.pk).delete(),
        "month": lambda: ClearingPeriod.objects.filter(period="202612").update(state="computed"),
    }
    with pytest.raises(Exception) as caught, transaction.atomic():  # noqa: PT011
        acts[damage]()

    assert isinstance(caught.value, DatabaseError) or caught.type.__name__ == "ProtectedError"


def test_books_hold_and_damage_is_found(closed: YearEnd) -> None:
    report = check_all(None)
    assert [row for row in report.broken if "年终" in row.check] == []
    with connection.cursor() as cursor:
        drop_guard(cursor, "year_end_line_guard_update", "settlement_yearendline")
        cursor.execute(
            "UPDATE settlement_yearendline SET monthly_fen = monthly_fen + 1, paid_fen = paid_fen + 1"
        )
    found = {row.check for row in check_all("202612").broken}

    assert {ADDS_UP, PAID} <= found


# --- applications -------------------------------------------------------------------------------------------


def test_an_application_goes_through_three_people(computed: YearEnd, world: World, tmp_path: Path) -> None:
    application = apply_for(world)
    assert (application.payable_fen, application.open_fen) == (345_000, -280_000)
    with pytest.raises(DomainError, match="没有办结"):
        year_close(year="2026", by=world.prov_supervisor, at=world.now)
    with pytest.raises(NotAllowed):
        applications.application_review(application=application, by=world.changchun_clearing, at=world.now)
    applications.application_review(application=application, by=world.prov_finance, at=world.now)
    with pytest.raises(NotAllowed):
        applications.application_approve(application=application, by=world.prov_finance, at=world.now)
    applications.application_approve(application=application, by=world.prov_supervisor, at=world.now)
    year_close(year="2026", by=world.prov_supervisor, at=world.now)

    out = tmp_path / "15.pdf"
    call_command("print_form", "15", number=application.application_no, out=str(out))
    assert out.read_bytes().startswith(b"%PDF")
    assert [row for row in check_all(None).broken if "年终" in row.check] == []


def test_an_application_is_returned_and_handed_in_again(computed: YearEnd, world: World) -> None:
    application = apply_for(world)
    applications.application_return(
        application=application, by=world.prov_finance, at=world.now, reason="联系人不对"
    )

    again = apply_for(world)

    assert (again.pk, again.state) == (application.pk, "applied")


# --- commands -----------------------------------------------------------------------------------------------


def test_close_year_tells_its_figures(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("close_year", "2026", json=True)
    data = json.loads(capsys.readouterr().out)

    assert (data["year"], data["state"]) == ("2026", "closed")
    assert (data["receivable"], data["payable"]) == ("3450.00", "3450.00")
    assert (data["monthly"], data["corrections"]) == ("2800.00", "650.00")
    call_command("close_year", "2026", json=True)
    assert json.loads(capsys.readouterr().out)["digest"] == data["digest"]


def test_close_year_refuses_with_one_line(db: None) -> None:
    with pytest.raises(CommandError, match="2027年3月"):
        call_command("close_year", "2027")
    assert not YearEnd.objects.exists()


@pytest.mark.parametrize("form", ["16", "17", "18"])
@pytest.mark.parametrize("format_name", ["csv", "xlsx"])
def test_what_is_exported_comes_back_without_a_difference(
    closed: YearEnd, form: str, format_name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / f"sheet.{format_name}"
    options = {} if form == "16" else {"region": "长春"}
    call_command("export_sheet", form, period="2026", format_name=format_name, out=str(out), **options)
    capsys.readouterr()

    call_command("compare_sheet", form, str(out), period="2026", json=True, **options)

    found = json.loads(capsys.readouterr().out)
    assert (found["differences"], found["lines"] > 0) == (0, form != "17")


# --- notices ------------------------------------------------------------------------------------------------


def test_whatever_was_noticed_is_not_noticed_again(closed: YearEnd) -> None:
    assert not Notice.objects.filter(category="year_end").exists()


def test_months_that_never_had_notices_get_them_with_the_year(world: World, db: None) -> None:
    """October was signed before notices were kept: its 1400.00 are asked for by the year, nothing else."""
    with connection.cursor() as cursor:
        drop_guard(cursor, "notice_kept_guard_delete", "settlement_notice")
        cursor.execute("DELETE FROM settlement_notice WHERE period = '202610'")
    year_compute(year="2026", by=world.prov_clearing, at=world.now)
    assert side_of("2026", world.changchun)[3] == 280_000

    year_close(year="2026", by=world.prov_supervisor, at=world.now)

    found = Notice.objects.filter(category="year_end", period="2026").order_by("direction")
    told = found.values_list("region", "direction", "total_fen", "employee_fen")
    assert list(told) == [
        (world.changchun.pk, "payment", 140_000, 140_000),
        (world.jilin.pk, "receipt", 140_000, 140_000),
    ]
    paper = blank_page(form_of(found[0]))
    assert "根据已关账的2026年异地就医医保费用年终清算（表 16、表 17、表 18，年度摘要" in paper
    assert "长春市统筹区在各月通知书之外应收 <u>0.00</u> 元，应付 <u>1,400.00</u> 元" in paper
