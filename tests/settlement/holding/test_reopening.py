"""重开与挂账: held cases follow their records into a month that is opened again, at once on every sheet."""

from __future__ import annotations

import datetime as dt

import pytest

from agency.journal.books import check_all
from agency.journal.models import AuditEntry
from settlement.clearing.models import ClearingLine, ClearingPeriod, RegionConfirmation
from settlement.clearing.reopening import reopening_approve, reopening_propose
from settlement.clearing.version_models import MonthVersion
from settlement.deductions.models import Deduction
from settlement.holding.models import HeldCase
from settlement.holding.selectors import carries_of
from tests.settlement.holding.conftest import NOVEMBER, OCTOBER, Books, settled

pytestmark = pytest.mark.usefixtures("october")


def reopen(books: Books, period: str = OCTOBER) -> ClearingPeriod:
    world = books.world
    reopening_propose(period=period, reason="漏了一家医院", by=world.prov_clearing, at=world.now)
    at = world.now + dt.timedelta(hours=1)
    return reopening_approve(period=period, by=world.prov_supervisor, at=at)


def broken() -> list[object]:
    return list(check_all(None).broken)


def late_dispute(books: Books) -> HeldCase:
    """S9 of October came late, counts in November and is disputed there."""
    books.sign(OCTOBER)
    books.load(settled("S9", OCTOBER))
    books.compute(NOVEMBER)
    return books.dispute("S9")


def test_a_case_held_where_it_came_late_is_held_from_its_own_month(books: Books) -> None:
    case = late_dispute(books)
    assert books.shown(NOVEMBER) == (0, 70_000, 70_000)  # S3 stays

    month = reopen(books)

    case.refresh_from_db()
    assert (case.held_from, case.record.period if case.record else "") == (OCTOBER, OCTOBER)
    assert (month.receivable_fen, month.lines_digest) == (
        70_000,
        ClearingPeriod.objects.get(pk=month.pk).lines_digest,
    )
    assert books.shown(OCTOBER) == (0, 70_000, 70_000)  # S1 and S2, before S9 is added up
    assert books.shown(NOVEMBER) == (0, 0, 140_000)  # S9 is in the sums until November is computed
    assert broken() == []


def test_after_the_reopening_every_month_is_right_again(books: Books) -> None:
    case = late_dispute(books)
    books.confirm(NOVEMBER)
    reopen(books)
    assert RegionConfirmation.objects.filter(period__period=NOVEMBER, voided_at__isnull=False).count() == 2

    books.sign(OCTOBER)
    assert books.shown(OCTOBER) == (0, 70_000, 140_000)
    books.compute(NOVEMBER)
    assert books.shown(NOVEMBER) == (0, 0, 70_000)
    books.release(case)
    books.sign(NOVEMBER)

    assert books.shown(NOVEMBER) == (70_000, 0, 140_000)
    assert sum(line.due_fen for line in ClearingLine.objects.all()) == 140_000 + 140_000
    assert [(row.carried_in_fen, row.carried_out_fen) for row in carries_of(NOVEMBER)] == [(70_000, 0)]
    assert broken() == []


def test_a_deduction_on_a_held_case_comes_back_with_it(books: Books) -> None:
    """S1 is held in October; 50.00 deducted for October counts in November, as October was signed."""
    books.dispute()
    books.sign(OCTOBER)
    books.deduct("S1", OCTOBER, "50.00")
    books.compute(NOVEMBER)
    assert books.shown(NOVEMBER) == (0, -5_000, 70_000)

    reopen(books)
    assert Deduction.objects.get().period == OCTOBER
    books.sign(OCTOBER)
    books.sign(NOVEMBER)

    assert books.shown(OCTOBER) == (0, 65_000, 70_000)
    assert books.shown(NOVEMBER) == (0, 0, 70_000)
    assert broken() == []


def test_a_dispute_of_an_opened_month_is_taken_back_as_if_never_held(books: Books) -> None:
    case = books.dispute()
    books.sign(OCTOBER)
    reopen(books)

    books.take_back(case)

    assert books.shown(OCTOBER) == (0, 0, 140_000)
    again = books.sign(OCTOBER)
    assert (again.version, again.receivable_fen) == (2, 140_000)
    assert broken() == []


def test_what_was_opened_again_adds_up_as_known_then(books: Books) -> None:
    """The version of the reopening is what was signed: what came late is not half in it."""
    books.sign(OCTOBER)
    books.deduct("S1", OCTOBER, "50.00")
    reopen(books)

    signed, opened = MonthVersion.objects.filter(period__period=OCTOBER).order_by("-version_no")[:2][::-1]
    assert (signed.cause, opened.cause) == ("signed", "reopened")
    assert signed.content["lines"] == opened.content["lines"]
    assert signed.content["deductions"] == opened.content["deductions"] == []


def test_the_log_tells_what_the_reopening_carried(books: Books) -> None:
    late_dispute(books)
    reopen(books)

    told = AuditEntry.objects.filter(action="carries_refreshed").order_by("-seq")[:2]
    assert {entry.subject_no for entry in told} == {OCTOBER, NOVEMBER}
    assert AuditEntry.objects.latest("seq").action == "period_reopened"
