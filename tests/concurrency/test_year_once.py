"""Twenty people at the same moment: a year is computed once, applied for once, closed once."""

from __future__ import annotations

from pathlib import Path

import pytest

from agency.journal.books import check_all
from agency.journal.models import AuditEntry, StateChange
from settlement.clearing.empty_months import empty_month_compute
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.reopening import reopening_approve, reopening_propose
from settlement.notices.models import Notice
from settlement.records.models import SettlementRecord
from settlement.year_end.models import YearEnd, YearEndApplication, YearEndLine
from tests.concurrency.test_clearing_once import TWENTY
from tests.settlement.clearing.conftest import load_rows
from tests.settlement.clearing.damages import unguarded
from tests.settlement.year_end.conftest import (
    apply_for,
    approve,
    approved,
    close_year,
    compute_year,
    draft,
    lay_year,
    review,
    settled,
    sign_month,
)
from tests.support.together import all_at_once
from tests.support.world import World, the_world

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("committed")]


def laid(tmp_path: Path) -> World:
    world = the_world()
    lay_year(world, tmp_path)
    return world


def log_of(action: str) -> int:
    return AuditEntry.objects.filter(action=action).count()


def test_twenty_computings_leave_one_year(tmp_path: Path) -> None:
    world = laid(tmp_path)

    outcome = all_at_once([lambda: compute_year(world)] * TWENTY)

    assert outcome == {"done": TWENTY}  # the same figures again: nothing is written
    assert YearEnd.objects.get().assessed_fen == 280_000
    assert YearEndLine.objects.count() == 1
    assert log_of("year_computed") == 1
    assert list(StateChange.objects.filter(subject_kind="year_end").values_list("to_state", flat=True)) == [
        "open",
        "computed",
    ]


def test_twenty_closings_have_one_effect(tmp_path: Path) -> None:
    """October's notices were never kept, so that the closing has some to issue (see test_year)."""
    world = laid(tmp_path)
    with unguarded(("settlement_notice",)):
        Notice.objects.filter(period="202610")._raw_delete(using="default")
    compute_year(world)
    before = Notice.objects.count()

    outcome = all_at_once([lambda: close_year(world)] * TWENTY)

    assert outcome == {"done": 1, "already_closed": TWENTY - 1}
    assert [row.state for row in YearEnd.objects.order_by("year")] == ["closed", "open"]
    assert Notice.objects.filter(category="year_end").count() == 2
    assert Notice.objects.count() == before + 2
    assert log_of("year_closed") == 1
    assert StateChange.objects.filter(subject_kind="year_end", to_state="closed").count() == 1


def test_computings_and_closings_together_leave_a_year_that_adds_up(tmp_path: Path) -> None:
    world = laid(tmp_path)
    compute_year(world)

    outcome = all_at_once([lambda: compute_year(world), lambda: close_year(world)] * 10)

    assert outcome["done"] >= 1
    assert set(outcome) <= {"done", "already_closed"}
    assert YearEnd.objects.get(year="2026").state == "closed"
    assert check_all(None).broken == []


def test_twenty_drafts_are_one_application(tmp_path: Path) -> None:
    world = laid(tmp_path)
    compute_year(world)

    outcome = all_at_once([lambda: draft(world)] * TWENTY)

    assert set(outcome) <= {"done", "someone_else_was_first"}
    assert YearEndApplication.objects.count() == 1
    assert StateChange.objects.filter(subject_kind="year_end_application").count() == 1


def test_twenty_of_each_step_move_an_application_once(tmp_path: Path) -> None:
    world = laid(tmp_path)
    compute_year(world)
    found = apply_for(world)
    key = found.pk

    def fresh() -> YearEndApplication:
        return YearEndApplication.objects.select_related("region", "year_end").get(pk=key)

    for step in (review, approve):
        outcome = all_at_once([lambda step=step: step(world, fresh())] * TWENTY)  # type: ignore[misc]
        assert outcome["done"] == 1
        assert set(outcome) <= {"done", "no_such_step", "someone_else_was_first", "not_allowed"}

    states = StateChange.objects.filter(subject_kind="year_end_application").order_by("id")
    assert list(states.values_list("to_state", flat=True)) == ["draft", "applied", "reviewed", "approved"]


def test_a_month_is_opened_again_or_its_year_closed_but_never_both(tmp_path: Path) -> None:
    world = laid(tmp_path)
    compute_year(world)
    where = {"period": "202612", "at": world.now}
    reopening_propose(by=world.prov_clearing, reason="漏报", **where)

    outcome = all_at_once(
        [lambda: close_year(world), lambda: reopening_approve(by=world.prov_supervisor, **where)] * 5
    )

    assert outcome["done"] == 1
    is_closed = YearEnd.objects.get(year="2026").is_closed
    assert ClearingPeriod.objects.get(period="202612").is_signed is is_closed
    assert check_all(None).broken == []


def test_what_is_loaded_while_a_year_is_closed_is_before_it_or_after_it(tmp_path: Path) -> None:
    """A case of August, before our books began: in August while the year is open, in January once it is not;
    in August it keeps the year from being closed."""
    world = laid(tmp_path)
    compute_year(world)

    def late(number: int) -> None:
        rows = [settled(f"L{number}", "2026-08-09")]
        load_rows(world, tmp_path / f"late-{number}.csv", rows, "settlements")

    outcome = all_at_once([lambda: close_year(world), *[lambda n=n: late(n) for n in range(6)]])  # type: ignore[misc]

    periods = set(SettlementRecord.objects.filter(settlement_month="202608").values_list("period", flat=True))
    if YearEnd.objects.get(year="2026").is_closed:
        assert periods == {"202701"}
        assert outcome == {"done": 7}
    else:
        assert "202608" in periods
        assert outcome == {"done": 6, "months_unsigned": 1}
    assert [item for item in check_all(None).broken if "年" in item.subject] == []


def test_twenty_computings_with_other_figures_send_an_application_back_once(tmp_path: Path) -> None:
    world = laid(tmp_path)
    compute_year(world)
    key = approved(world).pk
    load_rows(world, tmp_path / "late.csv", [settled("C2", "2026-12-20")], "settlements")
    sign_month(world, "202701")

    outcome = all_at_once([lambda: compute_year(world)] * TWENTY)

    assert outcome == {"done": TWENTY}
    assert YearEndApplication.objects.get(pk=key).state == "returned"
    assert log_of("year_computed") == 2
    assert log_of("application_returned") == 1
    assert check_all(None).broken == []


def test_twenty_people_begin_one_empty_month(tmp_path: Path) -> None:
    world = the_world()
    load_rows(world, tmp_path / "cases.csv", [settled("A1", "2026-08-09")], "settlements")

    def begin() -> ClearingPeriod:
        return empty_month_compute(period="202609", by=world.prov_clearing, at=world.now)

    assert all_at_once([begin] * TWENTY) == {"done": TWENTY}
    assert ClearingPeriod.objects.filter(period="202609").count() == 1
    assert log_of("month_begun_empty") == 1
