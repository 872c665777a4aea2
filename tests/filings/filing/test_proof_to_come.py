"""容缺: taken in with a paper missing, on a promise with a date; kept, late, and lapsed (domain rule 2.3)."""

from __future__ import annotations

import datetime as dt

import pytest

from agency.errors import DomainError
from filings.filing.services import filing_approve, filing_draft_save, filing_submit, material_received
from filings.filing.timekeeping import filings_record_time
from filings.models import Filing
from tests.filings.making import make_entry, make_in_force, stored
from tests.support.world import World

D = dt.date
PAPERS = {"valid_identity_card": "original", "residence_permit": "deferred"}
DUE, LAPSES = D(2026, 12, 4), D(2026, 12, 11)  # ten working days, then five more


def at(world: World, on: dt.date) -> dt.datetime:
    return dt.datetime.combine(on, world.now.timetz())


def test_the_dates_count_working_days_from_the_effect(world: World) -> None:
    filing = make_in_force(world, materials=PAPERS)

    assert (filing.state, filing.proof_due_on, filing.proof_lapses_on) == ("in_force", DUE, LAPSES)
    assert filing.ends_on is None


def test_an_identity_paper_is_never_deferred(world: World) -> None:
    from agency.errors import DomainErrors

    with pytest.raises(DomainErrors, match="身份凭证"):
        make_in_force(world, materials={"valid_identity_card": "deferred", "residence_permit": "original"})


@pytest.mark.parametrize(
    ("on", "state", "valid"),
    [
        (DUE, "in_force", True),
        (D(2026, 12, 5), "awaiting_supplement", False),
        (LAPSES, "awaiting_supplement", False),
        (D(2026, 12, 12), "lapsed", False),
    ],
)
def test_the_state_is_right_on_any_day_recorded_or_not(
    world: World, on: dt.date, state: str, valid: bool
) -> None:
    filing = make_in_force(world, materials=PAPERS)
    for _ in range(2):
        assert stored(filing).state_on(on) == state
        assert Filing.objects.in_force(on).exists() is valid
        assert list(Filing.objects.in_state(state, on)) == [filing]
        assert Filing.objects.in_force(DUE).exists()
        filings_record_time(at=at(world, on))

    assert stored(filing).state == state
    assert stored(filing).never_valid is False


def test_the_paper_that_came_ends_the_promise(world: World) -> None:
    filing = make_in_force(world, materials=PAPERS)

    material_received(
        filing, codes=["residence_permit"], how="copy", by=world.clerk, at=at(world, D(2026, 12, 3))
    )

    filing = stored(filing)
    assert (filing.proof_due_on, filing.proof_lapses_on) == (None, None)
    assert filing.state_on(D(2027, 1, 1)) == "in_force"
    assert filing.materials.get(material__code="residence_permit").given_as == "copy"


def test_a_paper_that_came_late_is_reviewed_and_nothing_else_may_change(world: World) -> None:
    filing = make_in_force(world, materials=PAPERS)
    late = at(world, D(2026, 12, 8))
    with pytest.raises(DomainError) as refused:
        material_received(filing, codes=["residence_permit"], how="copy", by=world.clerk, at=late)
    assert refused.value.code == "not_in_force"

    elsewhere = make_entry(filing.person, city="370600")
    with pytest.raises(DomainError) as moved:
        filing_draft_save(by=world.clerk, at=late, entry=elsewhere, filing=stored(filing))
    assert moved.value.code == "claim_fixed"
    filing_draft_save(by=world.clerk, at=late, entry=make_entry(filing.person), filing=stored(filing))
    waiting = filing_submit(stored(filing), by=world.clerk, at=late)
    assert (waiting.state, waiting.ends_on) == ("under_review", DUE)
    back = filing_approve(waiting, by=world.reviewer, at=late)

    assert (back.state, back.ends_on, back.proof_due_on) == ("in_force", None, None)
    assert Filing.objects.in_force(D(2026, 12, 6)).exists()


def test_the_nightly_command_takes_both_steps_when_it_slept(world: World) -> None:
    filing = make_in_force(world, materials=PAPERS)

    recorded = filings_record_time(at=at(world, D(2027, 1, 5)))

    assert (recorded.lapsed, recorded.unkept, recorded.expired) == (1, 0, 0)
    filing = stored(filing)
    assert (filing.state, filing.ends_on) == ("lapsed", DUE)
