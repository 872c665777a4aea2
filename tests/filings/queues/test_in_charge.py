"""谁承办 at each step: sent back to intake, back again to the reviewer, nobody where nobody is able."""

from __future__ import annotations

import pytest

from agency.journal.models import AuditEntry
from agency.organisation.models import StaffRole, User
from agency.organisation.roles import Role
from filings.filing.services import filing_approve, filing_return, filing_submit
from filings.filing.services.charge import holder_of
from filings.models import Filing
from filings.queues.selectors import queue
from filings.queues.services import filing_assign
from tests.filings.making import make_draft, make_submitted, stored
from tests.support.world import HALL, World, make_user


def numbers(name: str, by: User, world: World) -> list[str]:
    return [row.filing_no for row in queue(name, by, world.today)]


def returned(world: World) -> Filing:
    """A filing that the reviewer was given, and sent back."""
    filing = make_submitted(world)
    filing_assign(filing, to=world.reviewer, by=world.clerk, at=world.now)
    return filing_return(stored(filing), by=world.reviewer, at=world.now, reason="缺居住证")


def test_what_a_reviewer_sends_back_is_the_clerks_again(world: World) -> None:
    filing = returned(world)

    assert stored(filing).assigned_to is None and holder_of(stored(filing)) == world.clerk
    assert numbers("mine", world.clerk, world) == [filing.filing_no]
    assert numbers("awaiting_supplement", world.clerk, world) == [filing.filing_no]
    assert numbers("mine", world.reviewer, world) == numbers("unattended", world.clerk, world) == []


def test_whoever_submitted_it_gets_it_back_not_whoever_took_it_in(world: World) -> None:
    other = make_user("clerk2", Role.INTAKE, **HALL)
    draft = make_draft(world)
    filing = filing_submit(draft, by=other, at=world.now)
    filing_assign(filing, to=world.reviewer, by=world.reviewer, at=world.now)

    filing_return(stored(filing), by=world.reviewer, at=world.now, reason="缺")

    assert stored(filing).assigned_to == other
    assert numbers("mine", other, world) == [filing.filing_no]
    assert numbers("mine", world.clerk, world) == []


def test_a_colleague_of_intake_who_was_put_in_charge_stays_so(world: World) -> None:
    colleague = make_user("clerk2", Role.INTAKE, **HALL)
    filing = make_submitted(world)
    filing_assign(filing, to=colleague, by=world.supervisor, at=world.now)

    filing_return(stored(filing), by=world.reviewer, at=world.now, reason="缺")

    assert stored(filing).assigned_to == colleague


def test_submitted_again_it_is_the_former_reviewers(world: World) -> None:
    filing = returned(world)

    filing_submit(stored(filing), by=world.clerk, at=world.now)

    assert stored(filing).assigned_to == world.reviewer
    assert numbers("mine", world.reviewer, world) == [filing.filing_no]
    assert numbers("to_review", make_user("r2", Role.REVIEW, **HALL), world) == [filing.filing_no]


@pytest.mark.parametrize("lost", ["account", "role", "place"])
def test_a_reviewer_who_cannot_any_more_is_not_given_it(world: World, lost: str) -> None:
    filing = returned(world)
    if lost == "account":
        User.objects.filter(pk=world.reviewer.pk).update(is_active=False)
    elif lost == "role":
        StaffRole.objects.filter(user=world.reviewer).update(role=Role.AUDIT)
    else:
        User.objects.filter(pk=world.reviewer.pk).update(region=world.jilin, counter=None, level="region")

    filing_submit(stored(filing), by=world.clerk, at=world.now)

    assert stored(filing).assigned_to is None
    assert numbers("mine", world.reviewer, world) == []


def test_nobody_is_in_charge_when_the_clerk_lost_the_role(world: World) -> None:
    filing = make_submitted(world)
    StaffRole.objects.filter(user=world.clerk).update(role=Role.REVIEW)
    waiting = numbers("unattended", world.reviewer, world)

    filing_return(stored(filing), by=world.reviewer, at=world.now, reason="缺")

    assert waiting == []  # whoever reviews may hold what waits for its review
    assert numbers("unattended", world.reviewer, world) == [filing.filing_no]


def test_a_paper_still_to_come_is_intakes_after_the_approval(world: World) -> None:
    filing = make_submitted(world)
    filing_assign(filing, to=world.reviewer, by=world.clerk, at=world.now)

    filing_approve(stored(filing), by=world.reviewer, at=world.now)

    assert holder_of(stored(filing)) == world.clerk


def test_each_change_of_charge_stands_in_the_log(world: World) -> None:
    filing = returned(world)
    filing_submit(stored(filing), by=world.clerk, at=world.now)

    entries = AuditEntry.objects.filter(action="filing_assigned", subject_no=filing.filing_no).order_by("seq")
    assert [(e.detail["from"], e.detail["to"], e.detail["note"]) for e in entries] == [
        ("clerk", "reviewer", ""), ("reviewer", "clerk", "退回补正"), ("clerk", "reviewer", "补正后提交"),
    ]  # fmt: skip
