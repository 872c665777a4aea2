"""跟踪: what opens with a filing, what settles it, and what follows from an untrue promise."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from agency.errors import DomainError, NotAllowed
from agency.journal.models import AuditEntry, StateChange
from filings.filing.services import filing_cancel
from filings.filing.states import FilingState
from filings.followups.selectors import marks_of, promise_barred_until, tab, tab_count
from filings.followups.services import (
    follow_up_receive,
    follow_up_untrue,
    follow_up_verify,
    follow_ups_begin,
    follow_ups_record_time,
    mark_lift,
    spot_check_open,
    spot_checks_draw,
)
from filings.models import DishonestyMark, Filing, FollowUp
from tests.filings.followups.made import DEFERRAL, PROMISE, deferred, in_force, promised, stored
from tests.filings.making import make_in_force
from tests.support.world import World

DAY = dt.timedelta(days=1)


def given(filing: Filing) -> dict[str, str]:
    return {row.material.code: row.given_as for row in filing.materials.select_related("material")}


def test_a_promise_is_followed_up_from_the_day_it_counts(world: World) -> None:
    filing = in_force(world, PROMISE)

    row = FollowUp.objects.get()
    assert (row.follow_up_no, row.filing, row.region) == ("G2026110001", filing, world.changchun)
    assert (row.kind, row.group_no, row.group_label) == ("commitment", 2, "长期证明（任选一）")
    assert row.due_on == dt.date(2026, 12, 18)  # 20 working days after Friday 2026-11-20
    assert ("household_first_page", "household_own_page") in row.alternatives
    assert [(step.to_state, step.by) for step in StateChange.objects.filter(subject_kind="follow_up")] == [
        ("open", world.reviewer)
    ]


def test_whole_papers_open_nothing_and_taking_effect_once_more_changes_nothing(world: World) -> None:
    make_in_force(world)
    assert not FollowUp.objects.exists()
    filing = in_force(world, PROMISE)

    assert follow_ups_begin(filing, by=world.reviewer, at=world.now + 3 * DAY) == []

    assert FollowUp.objects.get().due_on == dt.date(2026, 12, 18)


def test_a_deferred_paper_has_the_dates_of_the_filing(world: World) -> None:
    filing = in_force(world, DEFERRAL)

    row = FollowUp.objects.get()
    assert (row.kind, row.alternatives) == ("deferred", (("residence_permit",),))
    assert (row.due_on, row.lapses_on) == (dt.date(2026, 12, 4), dt.date(2026, 12, 11))
    Filing.objects.filter(pk=filing.pk).update(
        proof_due_on=dt.date(2026, 12, 8), proof_lapses_on=dt.date(2026, 12, 15)
    )
    follow_ups_begin(Filing.objects.get(pk=filing.pk), by=world.reviewer, at=world.now)
    assert (stored(row).due_on, stored(row).lapses_on) == (dt.date(2026, 12, 8), dt.date(2026, 12, 15))


def test_after_a_change_the_successor_keeps_the_date_of_the_promise(world: World) -> None:
    old = promised(world, world.now - 10 * DAY)
    person = old.filing.person
    new = in_force(world, PROMISE, province="310000", city="310000", person=person)
    Filing.objects.filter(pk=new.pk).update(replaces=old.filing)
    FollowUp.objects.filter(filing=new).update(state="closed", settled_at=world.now)

    follow_ups_begin(Filing.objects.get(pk=new.pk), by=world.reviewer, at=world.now)

    successor = FollowUp.objects.get(filing=new, state="open")
    assert successor.due_on == old.due_on == dt.date(2026, 12, 8)
    assert stored(old).state == "closed"


def test_a_paper_that_came_with_a_supplement_settles_its_follow_up(world: World) -> None:
    row = deferred(world)
    row.filing.materials.filter(given_as="deferred").update(given_as="copy")

    follow_ups_begin(row.filing, by=world.reviewer, at=world.now)

    assert (stored(row).state, stored(row).received_papers, stored(row).received_as) == (
        "kept", "residence_permit", "copy",
    )  # fmt: skip


def test_the_paper_received_stands_on_the_filing(world: World) -> None:
    row = promised(world)

    follow_up_receive(row, papers="residence_permit", how="original", by=world.clerk, at=world.now)

    assert given(row.filing) == {**PROMISE, "residence_permit": "original"}
    kept = stored(row)
    assert (kept.state, kept.received_papers, kept.settled_by) == ("kept", "residence_permit", world.clerk)
    assert AuditEntry.objects.filter(action="follow_up_kept", subject_no=row.follow_up_no).count() == 1
    assert AuditEntry.objects.filter(action="material_received").get().subject_no == row.filing.filing_no
    with pytest.raises(DomainError) as again:
        follow_up_receive(row, papers="residence_permit", how="copy", by=world.clerk, at=world.now)
    assert again.value.code == "not_open"


def test_the_last_deferred_paper_ends_the_dates_even_when_another_paper_came(world: World) -> None:
    row = deferred(world)

    follow_up_receive(row, papers="lease_contract", how="copy", by=world.clerk, at=world.now)

    filing = Filing.objects.get(pk=row.filing_id)
    assert given(filing) == {"valid_identity_card": "original", "lease_contract": "copy"}
    assert (filing.proof_due_on, filing.proof_lapses_on) == (None, None)


@pytest.mark.parametrize(("papers", "how"), [("passport", "copy"), ("residence_permit", "commitment")])
def test_what_does_not_serve_is_not_received(world: World, papers: str, how: str) -> None:
    row = promised(world)

    with pytest.raises(DomainError) as refused:
        follow_up_receive(row, papers=papers, how=how, by=world.clerk, at=world.now)

    assert refused.value.code == "bad_papers"
    assert (stored(row).state, given(row.filing)) == ("open", PROMISE)


def test_time_alone_makes_it_late_and_ends_it_with_its_filing(world: World) -> None:
    row = deferred(world)
    day = dt.date

    assert [row.is_overdue(on) for on in (day(2026, 12, 4), day(2026, 12, 5))] == [False, True]
    assert row.state_on(day(2026, 12, 11)) == "open" and row.state_on(day(2026, 12, 12)) == "closed"
    counts = {
        on: [tab_count(name, world.clerk, on) for name in ("soon", "overdue", "open")]
        for on in (day(2026, 11, 20), day(2026, 12, 1), day(2026, 12, 5), day(2026, 12, 12))
    }
    assert list(counts.values()) == [[0, 0, 1], [1, 0, 1], [0, 1, 1], [0, 0, 0]]
    assert list(tab("done", world.clerk, day(2026, 12, 12))) == [row]
    assert follow_ups_record_time(at=world.now + 30 * DAY) == 1
    assert follow_ups_record_time(at=world.now + 30 * DAY) == 0
    assert stored(row).state == "closed"


def test_it_ends_with_a_cancelled_filing(world: World) -> None:
    row = promised(world)
    filing_cancel(row.filing, by=world.clerk, at=world.now, reason="已返回")

    assert stored(row).state_on(world.today) == "closed"
    with pytest.raises(DomainError) as refused:
        follow_up_verify(stored(row), by=world.supervisor, at=world.now)
    assert refused.value.code == "not_open"


def test_an_untrue_promise_cancels_the_filing_and_marks_the_person(world: World) -> None:
    row = promised(world, world.now - 5 * DAY)
    check = spot_check_open(row.filing, by=world.supervisor, at=world.now)

    follow_up_untrue(row, by=world.reviewer, at=world.now, reason="走访发现从未在青岛居住")

    filing = Filing.objects.get(pk=row.filing_id)
    assert (filing.state, filing.ends_on) == (FilingState.CANCELLED, dt.date(2026, 11, 19))
    told = StateChange.objects.get(subject_no=filing.filing_no, to_state="cancelled").reason
    assert told == f"承诺不实（{row.follow_up_no}，reviewer 认定）：走访发现从未在青岛居住"
    assert (stored(row).state, stored(check).state) == ("untrue", "closed")
    mark = DishonestyMark.objects.get()
    assert (mark.person, mark.region, mark.no_promise_until) == (
        filing.person, world.changchun, dt.date(2027, 11, 20),
    )  # fmt: skip
    barred = [
        promise_barred_until(filing.person, region, world.today) for region in (world.changchun, world.jilin)
    ]
    assert barred == [dt.date(2027, 11, 20), None]
    assert promise_barred_until(filing.person, world.changchun, dt.date(2027, 11, 21)) is None
    assert (marks_of(filing.person, world.clerk), marks_of(filing.person, world.yanbian_clerk)) == (
        [mark],
        [],
    )


def test_who_judges_is_not_who_entered_and_gives_a_reason(world: World) -> None:
    row = promised(world)
    world.supervisor.staff_roles.create(role="intake")
    Filing.objects.filter(pk=row.filing_id).update(taken_in_by=world.supervisor)

    for act in (
        lambda: follow_up_untrue(row, by=world.supervisor, at=world.now, reason="不实"),
        lambda: follow_up_verify(row, by=world.supervisor, at=world.now),
        lambda: follow_up_verify(row, by=world.clerk, at=world.now),
        lambda: follow_up_verify(row, by=world.yanbian_reviewer, at=world.now),
    ):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(DomainError) as refused:
        follow_up_untrue(row, by=world.reviewer, at=world.now, reason="  ")
    assert refused.value.code == "reason_missing"
    assert (stored(row).state, DishonestyMark.objects.count()) == ("open", 0)
    assert Filing.objects.get(pk=row.filing_id).state == "in_force"


def test_another_supervisor_lifts_a_mark(world: World) -> None:
    row = promised(world)
    follow_up_untrue(row, by=world.supervisor, at=world.now, reason="查无此址")

    with pytest.raises(NotAllowed):
        mark_lift(row, by=world.supervisor, at=world.now, reason="查错了")
    with pytest.raises(NotAllowed):
        mark_lift(row, by=world.reviewer, at=world.now, reason="查错了")
    mark_lift(row, by=world.prov_supervisor, at=world.now, reason="查错了")

    assert promise_barred_until(row.filing.person, world.changchun, world.today) is None
    with pytest.raises(DomainError) as again:
        mark_lift(row, by=world.prov_supervisor, at=world.now, reason="再一次")
    assert again.value.code == "no_mark"


def test_a_spot_check_that_found_the_truth_settles_the_promise(world: World) -> None:
    row = promised(world)
    check = spot_check_open(row.filing, by=world.reviewer, at=world.now)
    assert (check.kind, check.group_no, check.due_on) == ("spot_check", 0, dt.date(2026, 12, 4))
    with pytest.raises(DomainError) as twice:
        spot_check_open(row.filing, by=world.reviewer, at=world.now)
    assert twice.value.code == "already_drawn"

    follow_up_verify(check, by=world.reviewer, at=world.now, note="电话核实")

    assert (stored(check).state, stored(row).state) == ("verified", "verified")
    with pytest.raises(DomainError) as settled:
        spot_check_open(row.filing, by=world.reviewer, at=world.now)
    assert settled.value.code == "no_promise"


def test_a_spot_check_ends_when_the_proof_came(world: World) -> None:
    row = promised(world)
    check = spot_check_open(row.filing, by=world.reviewer, at=world.now)

    follow_up_receive(row, papers="property_certificate", how="copy", by=world.clerk, at=world.now)

    assert stored(check).state == "closed"


def test_a_month_is_drawn_by_lot_once(world: World) -> None:
    for _ in range(4):
        in_force(world, PROMISE)
    in_force(world, DEFERRAL)

    def draw(period: str = "202611", count: int = 3) -> list[str]:
        rows = spot_checks_draw(
            region=world.changchun, period=period, count=count, seed="七", by=world.supervisor, at=world.now
        )
        return [row.filing.filing_no for row in rows]

    first, second = draw(), draw()

    assert (len(first), len(second), len({*first, *second})) == (3, 1, 4)
    entry = AuditEntry.objects.filter(action="spot_checks_drawn").earliest("seq")
    assert (entry.detail["seed"], entry.detail["filings"]) == ("七", sorted(first))
    for period, count, code in (
        ("202611", 3, "nothing_to_draw"),
        ("202610", 3, "nothing_to_draw"),
        ("202611", 0, "bad_count"),
    ):
        with pytest.raises(DomainError) as refused:
            draw(period, count)
        assert refused.value.code == code
    with pytest.raises(NotAllowed):
        spot_checks_draw(
            region=world.jilin, period="202611", count=1, seed="", by=world.supervisor, at=world.now
        )


def test_the_database_refuses_what_must_never_be(world: World) -> None:
    row, late = promised(world), deferred(world)
    rows = FollowUp.objects.filter(pk=row.pk)
    for fields in (
        {"kind": "rumour"},
        {"state": "lost"},
        {"state": "kept"},
        {"state": "verified"},
        {"received_papers": "passport"},
        {"group_no": 0},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUp.objects.filter(pk=late.pk).update(
            state="verified", settled_by=world.reviewer, settled_at=world.now
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUp.objects.create(
            follow_up_no="G2026119999", filing=row.filing, region=row.region, kind="deferred",
            group_no=row.group_no, group_label="再一次", opened_on=row.opened_on, opened_by=world.clerk,
            due_on=row.due_on,
        )  # fmt: skip
    follow_up_untrue(row, by=world.reviewer, at=world.now, reason="不实")
    marks = DishonestyMark.objects.all()
    for fields in (
        {"reason": ""},
        {"lifted_by": world.supervisor},
        {"lifted_by": world.reviewer, "lifted_at": world.now, "lifted_reason": "自己解除"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            marks.update(**fields)
