"""Whatever people and time do, in whatever order: the rules of domain 2.4 hold after every step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agency.errors import DomainError
from agency.journal.models import StateChange
from filings.filing import checks
from filings.filing.services import (
    filing_approve,
    filing_cancel,
    filing_change_begin,
    filing_decline,
    filing_draft_save,
    filing_lock_waive,
    filing_return,
    filing_submit,
    material_received,
)
from filings.filing.states import FILING_MACHINE, STOPPED
from filings.filing.timekeeping import filings_record_time
from filings.models import Filing, InsuredPerson
from tests.filings.making import enrol, make_entry, make_person
from tests.support.world import World

ID, PERMIT = "valid_identity_card", "residence_permit"
KINDS = ["long_term_residence", "temporary_other", "emergency", "maternity"]
PLACES = [("370000", "370200"), ("370000", "370600"), ("220000", "220200")]
PAPERS = [
    {ID: "original", PERMIT: "original", "maternal_handbook": "copy"},
    {ID: "original", PERMIT: "deferred", "maternal_handbook": "deferred"},
    {ID: "original"},
]
CHECKED = [
    checks.filings_do_not_overlap,
    checks.reviewed_by_another,
    checks.in_force_was_reviewed,
    checks.dates_follow_terms,
]
ACTS = ["draft", "submit", "approve", "return", "decline", "cancel", "change", "waive", "receive", "edit"]

steps = st.lists(
    st.tuples(
        st.sampled_from([*ACTS, "draft", "submit", "approve"]),
        st.integers(0, 3),  # which filing
        st.sampled_from(KINDS),
        st.sampled_from(PLACES),
        st.sampled_from(PAPERS),
        st.sampled_from([0, 0, 0, 1, 8, 20, 100, 190]),  # days that pass before
    ),
    min_size=3,
    max_size=12,
)


class Rollback(Exception):
    """Ends one example and leaves nothing behind."""


@settings(
    max_examples=10,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(told=steps)
def test_no_sequence_of_acts_breaks_the_rules(world: World, told: list[tuple[Any, ...]]) -> None:
    try:
        with transaction.atomic():
            _live(world, told)
            raise Rollback
    except Rollback:
        pass


def _live(world: World, told: list[tuple[Any, ...]]) -> None:
    person = make_person()
    enrol(person, world.changchun)
    now = world.now
    for act, which, kind, place, papers, days in told:
        now += dt.timedelta(days=days)
        mine = list(Filing.objects.filter(person=person).order_by("pk"))
        before = _snapshot(person)
        try:
            with transaction.atomic():
                _act(world, person, mine, act, which, kind, place, papers, now)
        except DomainError:
            assert _snapshot(person) == before, "a refused act changed something"
        _holds(person, now)
    filings_record_time(at=now)
    _holds(person, now)


def _act(
    world: World,
    person: InsuredPerson,
    mine: list[Filing],
    act: str,
    which: int,
    kind: str,
    place: tuple[str, str],
    papers: dict[str, str],
    now: dt.datetime,
) -> None:
    entry = make_entry(
        person, kind=kind, province=place[0], city=place[1], materials=papers, begins_on=now.date()
    )
    if act == "draft" or not mine:
        filing_draft_save(by=world.clerk, at=now, entry=entry)
        return
    filing = mine[-1 - which % len(mine)]
    why: dict[str, Any] = {"at": now, "reason": "试"}
    acts: dict[str, Callable[[], object]] = {
        "submit": lambda: filing_submit(filing, by=world.clerk, at=now),
        "approve": lambda: filing_approve(filing, by=world.reviewer, at=now),
        "return": lambda: filing_return(filing, by=world.reviewer, **why),
        "decline": lambda: filing_decline(filing, by=world.reviewer, **why),
        "cancel": lambda: filing_cancel(filing, by=world.clerk, **why),
        "change": lambda: filing_change_begin(filing, by=world.clerk, at=now),
        "waive": lambda: filing_lock_waive(filing, by=world.supervisor, **why),
        "receive": lambda: material_received(
            filing, codes=[PERMIT, "maternal_handbook"], how="copy", by=world.clerk, at=now
        ),
        "edit": lambda: filing_draft_save(by=world.clerk, at=now, entry=entry, filing=filing),
    }
    acts[act]()


def _snapshot(person: InsuredPerson) -> list[Any]:
    rows = Filing.objects.filter(person=person).order_by("pk")
    return [*rows.values_list(), *StateChange.objects.order_by("pk").values_list("pk")]


def _holds(person: InsuredPerson, now: dt.datetime) -> None:
    """One filing per place, kind and day; an unbroken history of allowed steps; checks silent."""
    filings = list(Filing.objects.filter(person=person))
    on = now.date()
    for day in (on, on - dt.timedelta(days=1), on + dt.timedelta(days=1), on - dt.timedelta(days=30)):
        valid = list(Filing.objects.filter(person=person).in_force(day).values_list("care_area_code", "kind"))
        assert len(valid) == len(set(valid)), f"two filings on {day}"
    for filing in filings:
        state = filing.state_on(on)
        assert Filing.objects.filter(pk=filing.pk).in_state(state, on).exists()
        if state in STOPPED:
            assert not Filing.objects.filter(pk=filing.pk).in_force(on + dt.timedelta(days=2)).exists()
        changes = list(
            StateChange.objects.filter(subject_kind="filing", subject_no=filing.filing_no)
            .order_by("pk")
            .values_list("from_state", "to_state")
        )
        assert changes[0][1] == "draft" and changes[-1][1] == filing.state
        for (_, left), (came, to) in zip(changes, changes[1:], strict=False):
            assert left == came and (came, to) in FILING_MACHINE.transitions
    assert [broken for check in CHECKED for broken in check(None)] == []
