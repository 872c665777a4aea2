"""A filing changes hands: who may give it, who may take it, and nothing half done."""

from __future__ import annotations

import datetime as dt

import pytest

from agency.errors import DomainError, NotAllowed, SomeoneElseWasFirst
from agency.journal import audit
from agency.journal.models import AuditEntry, StateChange
from agency.organisation.models import User
from agency.organisation.roles import Level, Role
from filings.filing.services import filing_draft_save, filing_return
from filings.models import Filing
from filings.queues.services import Seen, filing_assign, filings_assign, filings_hand_over
from tests.filings.making import make_draft, make_entry, make_in_force, make_submitted, stored
from tests.support.world import World, make_user


@pytest.fixture
def colleague(world: World) -> User:
    return make_user("colleague", Role.INTAKE, level=Level.COUNTER, region="220100", counter="220100-01")


def unchanged(filing: Filing) -> bool:
    return (
        stored(filing).assigned_to_id is None
        and not AuditEntry.objects.filter(action="filing_assigned").exists()
    )


def test_whoever_holds_it_gives_it_to_a_colleague(world: World, colleague: User) -> None:
    filing = make_draft(world)
    steps = StateChange.objects.count()

    filing_assign(filing, to=colleague, by=world.clerk, at=world.now, note="休产假")

    kept = stored(filing)
    assert (kept.assigned_to, kept.taken_in_by, kept.version) == (colleague, world.clerk, filing.version)
    entry = AuditEntry.objects.get(action="filing_assigned")
    assert (entry.subject_no, entry.region, entry.by) == (filing.filing_no, world.changchun, world.clerk)
    assert entry.detail == {"from": "clerk", "to": "colleague", "note": "休产假"}
    assert StateChange.objects.count() == steps
    filing_draft_save(
        by=colleague, at=world.now, filing=kept, version=kept.version, entry=make_entry(kept.person)
    )


@pytest.mark.parametrize("name", ["reviewer", "supervisor", "prov_supervisor", "system"])
def test_who_leads_gives_a_colleagues_filing_to_another(world: World, colleague: User, name: str) -> None:
    filing = make_submitted(world)

    filing_assign(filing, to=colleague, by=getattr(world, name), at=world.now)

    assert stored(filing).assigned_to == colleague


@pytest.mark.parametrize(
    "name", ["clerk", "auditor", "yanbian_reviewer", "yanbian_clerk", "changchun_clearing", "prov_system"]
)
def test_nobody_else_gives_away_what_is_not_theirs(world: World, colleague: User, name: str) -> None:
    filing = make_draft(world)
    filing_assign(filing, to=colleague, by=world.clerk, at=world.now)

    with pytest.raises(NotAllowed):
        filing_assign(stored(filing), to=world.clerk, by=getattr(world, name), at=world.now)

    assert stored(filing).assigned_to == colleague


def test_only_who_can_do_something_about_it_takes_it(world: World, colleague: User) -> None:
    draft, waiting = make_draft(world), make_submitted(world)
    refused = {
        world.reviewer: "may_not_hold",
        world.yanbian_clerk: "not_of_region",
        world.supervisor: "may_not_hold",
        world.system: "not_of_region",
        world.clerk: "already_theirs",
    }
    for to, code in refused.items():
        with pytest.raises(DomainError) as error:
            filing_assign(draft, to=to, by=world.clerk, at=world.now)
        assert (error.value.code, error.value.field) == (code, "to")
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    with pytest.raises(DomainError):
        filing_assign(draft, to=User.objects.get(pk=colleague.pk), by=world.clerk, at=world.now)
    assert unchanged(draft)

    filing_assign(waiting, to=world.reviewer, by=world.clerk, at=world.now)
    assert stored(waiting).assigned_to == world.reviewer


def test_what_is_not_in_work_stays_where_it_is(world: World, colleague: User) -> None:
    force, lapsed = make_in_force(world), make_draft(world)
    Filing.objects.filter(pk=lapsed.pk).update(deadline_on=world.today - dt.timedelta(days=1))

    for filing in (force, stored(lapsed)):
        with pytest.raises(DomainError) as error:
            filing_assign(filing, to=colleague, by=world.clerk, at=world.now)
        assert error.value.code == "not_in_work"
        assert unchanged(filing)


def test_whoever_saw_something_else_changes_nothing(world: World, colleague: User) -> None:
    filing = make_draft(world)
    seen = Seen(filing.version, None)
    filing_draft_save(
        by=world.clerk,
        at=world.now,
        filing=stored(filing),
        version=1,
        entry=make_entry(filing.person, address="新"),
    )

    with pytest.raises(SomeoneElseWasFirst) as error:
        filing_assign(stored(filing), to=colleague, by=world.clerk, at=world.now, seen=seen)
    assert filing.filing_no in error.value.message
    assert unchanged(filing)

    first = stored(filing)
    filing_assign(stored(filing), to=colleague, by=world.reviewer, at=world.now)
    with pytest.raises(SomeoneElseWasFirst):
        filing_assign(first, to=colleague, by=world.reviewer, at=world.now)
    assert AuditEntry.objects.filter(action="filing_assigned").count() == 1


def test_several_are_given_together_or_not_at_all(world: World, colleague: User) -> None:
    good, force = make_draft(world), make_in_force(world)
    seen = {filing.filing_no: Seen(filing.version, None) for filing in (good, force)}

    with pytest.raises(DomainError):
        filings_assign(seen, to=colleague, by=world.clerk, at=world.now)
    with pytest.raises(DomainError):
        filings_assign({}, to=colleague, by=world.clerk, at=world.now)
    with pytest.raises(SomeoneElseWasFirst):
        filings_assign({**seen, "F2026119999": Seen(1, None)}, to=colleague, by=world.clerk, at=world.now)

    assert unchanged(good)


def test_all_that_somebody_has_in_work_goes_to_a_colleague(world: World, colleague: User) -> None:
    draft, waiting, force = make_draft(world), make_submitted(world), make_in_force(world)
    returned = make_submitted(world)
    filing_return(returned, by=world.reviewer, at=world.now, reason="缺")

    done = filings_hand_over(of=world.clerk, to=colleague, by=world.supervisor, at=world.now, note="病假")

    assert done == [draft, waiting, returned]
    assert {stored(filing).assigned_to for filing in done} == {colleague}
    assert stored(force).assigned_to is None
    entries = AuditEntry.objects.filter(action="filing_assigned").order_by("seq")
    assert [entry.subject_no for entry in entries] == [filing.filing_no for filing in done]
    assert list(audit.broken_links()) == []
    with pytest.raises(DomainError) as error:
        filings_hand_over(of=world.clerk, to=colleague, by=world.supervisor, at=world.now)
    assert error.value.code == "nothing_in_work"


def test_a_hand_over_that_does_not_fit_leaves_everything(world: World) -> None:
    make_submitted(world)
    draft = make_draft(world)

    with pytest.raises(DomainError) as error:
        filings_hand_over(of=world.clerk, to=world.reviewer, by=world.supervisor, at=world.now)

    assert error.value.code == "may_not_hold"
    assert unchanged(draft)
    assert not Filing.objects.exclude(assigned_to=None).exists()


@pytest.mark.parametrize("name", ["clerk", "auditor", "yanbian_reviewer"])
def test_nobody_else_hands_over_a_colleagues_work(world: World, colleague: User, name: str) -> None:
    draft = make_draft(world)
    filing_assign(draft, to=colleague, by=world.clerk, at=world.now)

    with pytest.raises(NotAllowed):
        filings_hand_over(of=colleague, to=world.clerk, by=getattr(world, name), at=world.now)

    assert stored(draft).assigned_to == colleague


def test_one_hands_over_ones_own_work(world: World, colleague: User) -> None:
    draft = make_draft(world)

    assert filings_hand_over(of=world.clerk, to=colleague, by=world.clerk, at=world.now) == [draft]
