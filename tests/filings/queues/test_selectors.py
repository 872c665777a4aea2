"""What stands in which queue, in which order, and who has how much."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agency.organisation.models import User
from agency.organisation.roles import Level, Role
from filings.filing.models import querysets
from filings.filing.selectors import filings_listed
from filings.filing.services import filing_approve, filing_return
from filings.filing.states import FilingState
from filings.models import Filing
from filings.queues.selectors import QUEUES, board, is_in_work, queue, queue_count, staff_who_may_hold
from tests.filings.making import make_draft, make_in_force, make_submitted
from tests.support.world import HALL, World, make_user

DAY = dt.timedelta(days=1)


def of(name: str, user: User, on: dt.date) -> list[Filing]:
    return list(queue(name, user, on))


def change(filing: Filing, **fields: object) -> None:
    Filing.objects.filter(pk=filing.pk).update(**fields)


def test_each_queue_has_its_own(world: World) -> None:
    draft, waiting, force = make_draft(world), make_submitted(world), make_in_force(world)
    returned = make_submitted(world)
    filing_return(returned, by=world.reviewer, at=world.now, reason="缺")
    ending = make_submitted(world, kind="temporary_other", begins_on=dt.date(2026, 6, 10))
    filing_approve(ending, by=world.reviewer, at=world.now)  # until 2026-12-09
    owing = make_in_force(world)
    change(owing, proof_due_on=world.today + DAY, proof_lapses_on=world.today + 10 * DAY)

    clerk, on = world.clerk, world.today
    assert of("mine", clerk, on) == [waiting, owing, returned, draft]
    assert of("in_work", clerk, on) == [waiting, owing, returned, draft]
    assert of("to_review", clerk, on) == [waiting]
    assert of("awaiting_supplement", clerk, on) == [returned]
    assert of("expiring", clerk, on) == [ending]
    assert of("mine", world.reviewer, on) == of("unattended", clerk, on) == of("overdue", clerk, on) == []
    assert {filing for name in QUEUES for filing in of(name, clerk, on)}.isdisjoint({force})


def test_a_promised_paper_that_is_late_waits_until_the_filing_lapses(world: World) -> None:
    filing = make_in_force(world)
    change(filing, proof_due_on=world.today - DAY, proof_lapses_on=world.today + DAY)
    on = world.today

    for name in ("awaiting_supplement", "in_work", "mine", "overdue"):
        assert [(row.pk, row.due_on) for row in queue(name, world.clerk, on)] == [(filing.pk, on + DAY)]
        assert of(name, world.clerk, on + 2 * DAY) == []
    assert [(one.count, one.overdue) for one in board(world.supervisor, on)] == [(1, 1)]
    assert board(world.supervisor, on + 2 * DAY) == []


@pytest.mark.parametrize("days", range(-3, 4))
def test_one_filing_is_judged_as_the_queue_judges_it(world: World, days: int) -> None:
    draft, owing, ended, force = (make(world) for make in (make_draft, *[make_in_force] * 3))
    due_on = world.today + days * DAY
    change(draft, deadline_on=due_on)
    change(owing, proof_due_on=due_on, proof_lapses_on=due_on + DAY)
    change(
        ended, begins_on="2026-01-01", ends_on=world.today + DAY, proof_due_on=due_on, proof_lapses_on=due_on
    )

    rows = Filing.objects.filter(pk__in=[draft.pk, owing.pk, ended.pk, force.pk])

    assert {row.pk for row in rows if is_in_work(row, world.today)} == {
        row.pk for row in queue("in_work", world.clerk, world.today)
    }


def test_the_green_channel_stands_first_then_what_is_due_first(world: World) -> None:
    first, second, green = (make_submitted(world) for _ in range(3))
    change(first, deadline_on=world.today + DAY, green_channel=False)
    change(second, green_channel=False)
    change(green, deadline_on=world.today + 5 * DAY, green_channel=True)

    assert of("to_review", world.reviewer, world.today) == [green, second, first]


def test_a_queue_of_several_states_is_merged_in_one_order_and_read_as_a_whole(world: World) -> None:
    """Drafts, reviews, supplements, papers to come and papers late, on days that interleave."""
    made = [
        make_draft(world),
        make_submitted(world),
        make_submitted(world),
        make_in_force(world),
        make_in_force(world),
    ]
    filing_return(made[2], by=world.reviewer, at=world.now, reason="缺")
    for filing, days, field in zip(
        made, (4, 1, 3, 2, 0), ("deadline_on",) * 3 + ("proof_due_on",) * 2, strict=True
    ):
        change(filing, green_channel=False, **{field: world.today + days * DAY})
    change(made[3], proof_lapses_on=world.today + 9 * DAY)
    change(made[4], proof_due_on=world.today - DAY, proof_lapses_on=world.today + 6 * DAY)
    change(made[0], green_channel=True)
    order = [made[0], made[1], made[3], made[2], made[4]]

    rows = queue("in_work", world.clerk, world.today)

    assert list(rows) == order and [row.pk for row in rows.first(3)] == [row.pk for row in order[:3]]
    assert list(rows.order_by("green", "-due_on", "-pk")) == order[::-1]
    assert [row.due_on for row in rows][-1] == world.today + 6 * DAY
    assert rows.count(4) == 4 and rows.count(9) == 5
    assert list(rows.none()) == [] and rows.none().count(9) == 0


@pytest.mark.parametrize("state", FilingState.values)
@pytest.mark.parametrize("days", [0, 1, 40, 400])
def test_the_ledger_of_a_state_has_each_filing_whose_state_it_is_once(
    world: World, state: str, days: int
) -> None:
    """Recorded or not: what time has ended stands where `state_on` says."""
    late, owing = make_in_force(world), make_in_force(world)
    ending = make_submitted(world, kind="temporary_other", begins_on=dt.date(2026, 11, 20))
    filing_approve(ending, by=world.reviewer, at=world.now)
    make_draft(world), make_submitted(world)
    returned = make_submitted(world)
    filing_return(returned, by=world.reviewer, at=world.now, reason="缺")
    change(late, proof_due_on=world.today - DAY, proof_lapses_on=world.today + 20 * DAY)
    change(owing, proof_due_on=world.today + 5 * DAY, proof_lapses_on=world.today + 50 * DAY)
    on = world.today + days * DAY

    expected = [row.pk for row in Filing.objects.order_by("-pk") if row.state_on(on) == state]

    assert [row.pk for row in filings_listed(world.clerk, state=state, on=on)] == expected
    assert [row.pk for row in filings_listed(world.clerk, state=state, on=on).first(2)] == expected[:2]


def test_more_expired_than_a_night_records_are_all_listed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(querysets, "FEW", 1)
    made = [make_submitted(world, kind="temporary_other", begins_on=dt.date(2026, 11, 20)) for _ in range(3)]
    for filing in made:
        filing_approve(filing, by=world.reviewer, at=world.now)
    on = dt.date(2027, 11, 20)

    assert list(filings_listed(world.clerk, state=FilingState.EXPIRED, on=on)) == made[::-1]


def test_mine_is_what_i_was_given_and_what_i_took_in_and_kept(world: World) -> None:
    kept, given = make_draft(world), make_submitted(world)
    change(given, assigned_to=world.reviewer)

    assert of("mine", world.clerk, world.today) == [kept]
    assert of("mine", world.reviewer, world.today) == [given]


def test_overdue_is_a_late_review_and_a_supplement_about_to_lapse(world: World) -> None:
    late, on_time = make_submitted(world), make_submitted(world)
    lapsing, calm, gone = (make_submitted(world) for _ in range(3))
    for filing in (lapsing, calm, gone):
        filing_return(filing, by=world.reviewer, at=world.now, reason="缺")
    change(late, deadline_on=world.today - DAY)
    change(on_time, deadline_on=world.today)
    change(lapsing, deadline_on=dt.date(2026, 11, 24))  # two working days from Friday
    change(calm, deadline_on=dt.date(2026, 11, 25))
    change(gone, deadline_on=world.today - DAY)

    assert of("overdue", world.supervisor, world.today) == [late, lapsing]
    assert [(one.count, one.overdue) for one in board(world.supervisor, world.today)] == [(4, 2)]


def test_what_somebody_left_behind_is_nobodys(world: World) -> None:
    left, moved, kept = make_draft(world), make_draft(world), make_draft(world)
    mover = make_user("mover", Role.INTAKE, level=Level.COUNTER, region="222400", counter="222400-01")
    gone = make_user("gone", Role.INTAKE, **HALL)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    change(left, assigned_to=gone)
    change(moved, assigned_to=mover)

    for by in (world.reviewer, world.prov_supervisor):
        assert of("unattended", by, world.today) == [left, moved]
    assert of("unattended", world.yanbian_reviewer, world.today) == []
    User.objects.filter(pk=world.clerk.pk).update(is_active=False)
    assert of("unattended", world.reviewer, world.today) == [left, moved, kept]


def test_whoever_went_to_the_province_still_has_it_and_it_is_nobodys_in_the_region(world: World) -> None:
    """Somebody who went to the province and took nothing along."""
    filing = make_draft(world)
    change(filing, assigned_to=world.prov_supervisor)

    assert of("mine", world.prov_supervisor, world.today) == [filing]
    assert of("unattended", world.reviewer, world.today) == [filing]
    assert of("mine", world.clerk, world.today) == []


def test_a_page_is_read_by_two_statements(world: World) -> None:
    """Keys and rows, and the staff; whatever it is made of."""
    for make in (make_draft, make_submitted, make_in_force):
        make(world)
    lists = (queue("in_work", world.clerk, world.today), filings_listed(world.clerk))

    for rows in lists:
        with CaptureQueriesContext(connection) as queries:
            shown = [(str(row.person), str(row.taken_in_by), row.get_kind_display()) for row in rows.first(5)]
        assert len(shown) > 1 and len(queries) == 2


def test_a_queue_is_the_regions_own(world: World) -> None:
    make_submitted(world, province="220000", city="222400")

    assert all(of(name, world.yanbian_reviewer, world.today) == [] for name in QUEUES)


def test_a_queue_past_its_deadline_has_lapsed(world: World) -> None:
    make_draft(world)

    assert queue_count("mine", world.clerk, world.today) == 1
    assert queue_count("mine", world.clerk, dt.date(2027, 2, 23)) == 0


def test_who_may_hold_is_there_and_takes_in_or_reviews(world: World) -> None:
    gone = make_user("gone", Role.INTAKE, **HALL)
    both = make_user(
        "both", Role.INTAKE, Role.REVIEW, level=Level.COUNTER, region="220100", counter="220100-01"
    )
    User.objects.filter(pk=gone.pk).update(is_active=False)

    assert staff_who_may_hold(world.changchun) == {
        both: "窗口经办、复核",
        world.clerk: "窗口经办",
        world.reviewer: "复核",
    }


def test_the_board_tells_who_has_how_much_in_one_count(world: World) -> None:
    draft, late = make_draft(world), make_submitted(world)
    make_in_force(world)
    change(late, deadline_on=world.today - DAY, received_on=dt.date(2026, 11, 2))
    given = make_submitted(world)
    change(given, assigned_to=world.reviewer)
    change(draft, green_channel=True)
    gone = make_user("gone", Role.INTAKE, **HALL)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    change(make_draft(world), assigned_to=gone)

    with CaptureQueriesContext(connection) as queries:
        loads = board(world.supervisor, world.today)

    assert [
        (one.user.username, one.count, one.drafts, one.reviews, one.supplements, one.overdue, one.is_gone)
        for one in loads
    ] == [("gone", 1, 1, 0, 0, 0, True), ("clerk", 2, 1, 1, 0, 1, False), ("reviewer", 1, 0, 1, 0, 0, False)]
    assert loads[1].oldest == dt.date(2026, 11, 2)
    assert len([query for query in queries if "GROUP BY" in query["sql"]]) == 1
    assert board(make_user("yb", Role.SUPERVISOR, region="222400"), world.today) == []
    assert [one.region for one in board(world.prov_supervisor, world.today)] == [world.changchun] * 3
