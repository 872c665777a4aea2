"""Two reviewers approve overlapping filings of one person at the same moment: one of them takes effect."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

import pytest

from filings.filing.services import filing_approve, filing_draft_save, filing_submit
from filings.models import Filing, InsuredPerson
from tests.filings.making import enrol, id_number, make_draft, make_entry, make_person, make_submitted
from tests.support.together import all_at_once
from tests.support.world import World, the_world

pytestmark = pytest.mark.postgresql


def two_waiting(world: World) -> list[Filing]:
    person = make_person()
    enrol(person, world.changchun)
    return [make_submitted(world, person), make_submitted(world, person)]


@pytest.mark.parametrize("attempt", range(3))
def test_two_parallel_approvals_of_overlapping_filings_have_one_effect(committed: None, attempt: int) -> None:
    world = the_world()
    filings = two_waiting(world)

    outcome = all_at_once(
        [partial(filing_approve, filing, by=world.reviewer, at=world.now) for filing in filings]
    )

    assert outcome == {"done": 1, "several": 1}
    assert sorted(Filing.objects.values_list("state", flat=True)) == ["in_force", "under_review"]


def test_one_filing_approved_twice_at_once_takes_effect_once(committed: None) -> None:
    world = the_world()
    filing = two_waiting(world)[0]
    twice = [Filing.objects.get(pk=filing.pk) for _ in range(4)]

    outcome = all_at_once([partial(filing_approve, one, by=world.reviewer, at=world.now) for one in twice])

    assert outcome == {"done": 1, "someone_else_was_first": 3}


def test_parallel_saves_of_one_draft_keep_the_first(committed: None) -> None:
    world = the_world()
    filing = make_draft(world)
    copies = [Filing.objects.get(pk=filing.pk) for _ in range(4)]

    outcome = all_at_once(
        [
            partial(
                filing_draft_save, by=world.clerk, at=world.now, filing=copy, version=1,
                entry=make_entry(copy.person, address=f"地址{number}"),
            )
            for number, copy in enumerate(copies)
        ]
    )  # fmt: skip

    assert outcome == {"done": 1, "someone_else_was_first": 3}
    assert Filing.objects.get(pk=filing.pk).version == 2


def test_many_new_drafts_at_once_have_numbers_of_their_own(committed: None) -> None:
    world = the_world()
    people = [make_person(f"并发{number}") for number in range(8)]

    outcome = all_at_once(
        [
            partial(filing_draft_save, by=world.clerk, at=world.now, entry=make_entry(person))
            for person in people
        ]
    )

    assert outcome == {"done": 8}
    assert len(set(Filing.objects.values_list("filing_no", flat=True))) == 8


def test_one_new_person_saved_at_several_counters_at_once_is_one_person(committed: None) -> None:
    world = the_world()
    stranger = InsuredPerson(cert_type="01", cert_no=id_number(), name="新来的人")

    outcome = all_at_once(
        [partial(filing_draft_save, by=world.clerk, at=world.now, entry=make_entry(stranger))] * 4
    )

    assert outcome == {"done": 4}
    assert InsuredPerson.objects.get().filings.count() == 4


def test_one_form_sent_twice_at_once_is_saved_once(committed: None) -> None:
    world = the_world()
    person, token = make_person(), uuid4()
    enrol(person, world.changchun)

    outcome = all_at_once(
        [partial(filing_draft_save, by=world.clerk, at=world.now, entry=make_entry(person), form_token=token)]
        * 4
    )

    assert outcome == {"done": 1, "already_saved": 3}
    assert Filing.objects.count() == 1


@pytest.mark.parametrize("attempt", range(5))
def test_what_is_submitted_was_judged_however_close_an_edit_comes(committed: None, attempt: int) -> None:
    world = the_world()
    filing = make_draft(world)
    copies = [Filing.objects.get(pk=filing.pk) for _ in range(2)]
    bare = make_entry(filing.person, kind="temporary_other", phone="")

    all_at_once(
        [
            partial(filing_submit, copies[0], by=world.clerk, at=world.now),
            partial(filing_draft_save, by=world.clerk, at=world.now, entry=bare, filing=copies[1], version=1),
        ]
    )

    after = Filing.objects.get(pk=filing.pk)
    assert (after.state, after.kind) in {
        ("under_review", "long_term_residence"), ("draft", "temporary_other"),
    }  # fmt: skip
