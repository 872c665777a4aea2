"""A stay and its place in the queue, worked on by several people at the same moment."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest

from filings.models import ManualReimbursement, Stay
from filings.reimbursements.services import reimbursement_done, reimbursement_open, reimbursement_withdraw
from filings.stays.services import stay_change, stay_record
from tests.filings.making import enrol, make_person
from tests.filings.staying import make_late_stay, make_reimbursement, stay_entry
from tests.support.together import all_at_once
from tests.support.world import the_world

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("committed")]


def test_one_admission_is_written_down_once_and_corrected_by_one_person() -> None:
    world, person = the_world(), make_person()
    enrol(person, world.changchun)
    record = partial(stay_record, by=world.clerk, at=world.now, person=person, entry=stay_entry())
    assert all_at_once([record] * 3) == {"done": 1, "stay_known": 2}

    changes = [
        partial(
            stay_change,
            Stay.objects.get(),
            by=world.clerk,
            at=world.now,
            entry=stay_entry(department=name),
            version=1,
        )
        for name in ("外科", "内科", "儿科")
    ]
    assert all_at_once(changes) == {"done": 1, "someone_else_was_first": 2}
    assert Stay.objects.get().version == 2


def test_a_stay_is_listed_once_and_closed_in_one_way() -> None:
    world = the_world()
    stay = make_late_stay(world)
    opens = [partial(reimbursement_open, stay, by=world.clerk, at=world.now)] * 3
    assert all_at_once(opens) == {"done": 1, "already_queued": 2}

    first, second = ManualReimbursement.objects.get(), ManualReimbursement.objects.get()
    closed = all_at_once(
        [
            partial(reimbursement_done, first, by=world.clerk, at=world.now, note="已转财务"),
            partial(reimbursement_withdraw, second, by=world.clerk, at=world.now, reason="不报了"),
        ]
    )
    assert closed["done"] == 1


@pytest.mark.parametrize("attempt", range(3))
def test_listing_and_correcting_do_not_wait_for_each_other_forever(attempt: int) -> None:
    world = the_world()
    case = make_reimbursement(world)
    unsettled = stay_entry(admitted_on=dt.date(2026, 11, 10))

    outcome = all_at_once(
        [
            partial(stay_change, case.stay, by=world.clerk, at=world.now, entry=unsettled, version=1),
            partial(reimbursement_done, case, by=world.clerk, at=world.now, note="已转财务"),
        ]
    )

    assert outcome["done"] + outcome["settles_directly"] == 2 and outcome["done"] >= 1
