"""check_books finds what was changed behind the program's back, and names it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agency.journal.books import check_all
from filings.filing.checks import in_force_was_reviewed
from filings.filing.services import (
    filing_approve,
    filing_cancel,
    filing_change_begin,
    filing_draft_save,
    filing_submit,
)
from filings.models import Filing, KindTerms
from tests.filings.making import make_draft, make_entry, make_in_force
from tests.support.world import World


def damage(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def found() -> dict[str, list[str]]:
    """Check → numbers of the filings that break it."""
    broken: dict[str, list[str]] = {}
    for item in check_all(None).broken:
        broken.setdefault(item.check, []).append(item.subject)
    return broken


def test_untouched_filings_break_nothing(world: World) -> None:
    make_in_force(world)
    make_in_force(world, kind="temporary_other")

    assert found() == {}


@pytest.mark.parametrize(
    ("check", "column", "value"),
    [
        ("备案期限合规则", "ends_on", "2027-01-01"),
        ("就医地与统筹区一致", "care_area_code", "110000"),
        ("生效备案都经过复核", "reviewed_by_id", None),
    ],
)
def test_a_column_changed_by_hand_is_found(world: World, check: str, column: str, value: object) -> None:
    filing = make_in_force(world)

    damage(f"UPDATE filings_filing SET {column} = %s WHERE id = %s", value, filing.pk)

    assert found() == {check: [filing.filing_no]}


def test_a_state_changed_by_hand_is_found(world: World) -> None:
    filing = make_in_force(world)

    damage("UPDATE filings_filing SET state = 'cancelled' WHERE id = %s", filing.pk)

    assert found() == {"状态都有经过": [filing.filing_no]}


@pytest.mark.parametrize("ends_on", [None, "2026-12-31"])
def test_overlapping_filings_are_found(world: World, ends_on: str | None) -> None:
    first = make_in_force(world)
    second = make_in_force(world, first.person, city="370600")
    damage("UPDATE filings_filing SET state = 'expired', ends_on = %s WHERE id = %s", ends_on, first.pk)

    damage("UPDATE filings_filing SET care_area_code = '370200' WHERE id = %s", second.pk)

    assert found()["备案有效期不重叠"] == [second.filing_no]


def test_filings_one_after_the_other_do_not_overlap(world: World) -> None:
    first = make_in_force(world)
    second = make_in_force(world, first.person, city="370600")
    Filing.objects.filter(pk=first.pk).update(state="expired", begins_on="2026-01-01", ends_on="2026-11-19")

    damage("UPDATE filings_filing SET care_area_code = '370200' WHERE id = %s", second.pk)

    assert "备案有效期不重叠" not in found()


def test_days_that_a_cancelled_filing_lived_count_as_taken(world: World) -> None:
    first = make_in_force(world, begins_on=dt.date(2026, 10, 1))
    filing_cancel(first, by=world.clerk, at=world.now, reason="已返回")
    second = make_in_force(world, first.person)

    damage("UPDATE filings_filing SET begins_on = '2026-11-01' WHERE id = %s", second.pk)

    assert found() == {"备案有效期不重叠": [second.filing_no]}


def test_whether_a_review_was_due_is_judged_on_the_day_of_effect(world: World) -> None:
    drafts = [make_draft(world) for _ in range(6)]
    KindTerms.objects.filter(kind="long_term_residence").update(valid_to=dt.date(2026, 11, 30))
    terms = KindTerms.objects.get(kind="long_term_residence")
    terms.pk, terms.valid_from, terms.valid_to, terms.needs_review = None, dt.date(2026, 12, 1), None, False
    terms.save()
    for draft in drafts:
        filing_submit(draft, by=world.clerk, at=world.now + dt.timedelta(days=15))

    with CaptureQueriesContext(connection) as queries:
        assert list(in_force_was_reviewed(None)) == []

    assert len(queries) < len(drafts)


def changed(world: World) -> tuple[Filing, Filing]:
    """A filing in force and the change that took its place from 2027-01-10 on."""
    old = make_in_force(world)
    draft = filing_change_begin(old, by=world.clerk, at=world.now)
    entry = make_entry(old.person, address="青岛市崂山区新址8号", begins_on=dt.date(2027, 1, 10))
    filing_draft_save(by=world.clerk, at=world.now, entry=entry, filing=draft)
    submitted = filing_submit(Filing.objects.get(pk=draft.pk), by=world.clerk, at=world.now)
    return old, filing_approve(submitted, by=world.reviewer, at=world.now)


@pytest.mark.parametrize(
    ("side", "column", "value"),
    [
        (1, "replaces_id", None),
        (0, "state", "in_force"),
        (0, "ends_on", "2027-02-01"),
        (1, "insured_region_id", "jilin"),
    ],
)
def test_a_change_torn_apart_is_found(world: World, side: int, column: str, value: object) -> None:
    pair = changed(world)
    assert found() == {}

    value = world.jilin.pk if value == "jilin" else value
    damage(f"UPDATE filings_filing SET {column} = %s WHERE id = %s", value, pair[side].pk)

    broken = found()["变更前后相接"]
    assert broken == [pair[0].filing_no if column == "replaces_id" else pair[1].filing_no]


def test_a_date_for_papers_left_on_an_ended_filing_is_found(world: World) -> None:
    filing = make_in_force(world)
    filing_cancel(filing, by=world.clerk, at=world.now, reason="录错")

    damage(
        "UPDATE filings_filing SET proof_due_on = '2026-12-04', proof_lapses_on = '2026-12-11' WHERE id = %s",
        filing.pk,
    )

    assert found() == {"容缺期限只在已生效的备案上": [filing.filing_no]}


def test_a_lock_noted_wrongly_is_found(world: World) -> None:
    draft = make_draft(world)

    damage("UPDATE filings_filing SET lock_until = '2027-05-20' WHERE id = %s", draft.pk)

    assert found() == {"锁定的就医地记得对": [draft.filing_no]}
