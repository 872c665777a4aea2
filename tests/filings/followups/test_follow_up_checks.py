"""What check_books says of follow-ups: silent on a whole world, and the name of what was damaged."""

from __future__ import annotations

from filings.followups import checks
from filings.followups.services import follow_up_receive, follow_up_untrue
from filings.models import DishonestyMark, Filing, FollowUp
from tests.filings.followups.made import deferred, promised
from tests.support.world import World

ALL = (
    checks.promises_are_followed,
    checks.follow_ups_are_of_the_region,
    checks.untrue_promises_had_consequences,
    checks.deferred_papers_are_due_with_the_filing,
)


def found() -> list[tuple[str, str]]:
    return [(broken.check, broken.subject) for check in ALL for broken in check(None)]


def test_each_damage_is_named(world: World) -> None:
    kept, open_one, missing, untrue = promised(world), promised(world), deferred(world), promised(world)
    follow_up_receive(kept, papers="lease_contract", how="copy", by=world.clerk, at=world.now)
    follow_up_untrue(untrue, by=world.reviewer, at=world.now, reason="查无此址")
    assert found() == []

    FollowUp.objects.filter(pk=missing.pk).update(state="closed")
    FollowUp.objects.filter(pk=open_one.pk).update(region=world.jilin)
    Filing.objects.filter(pk=untrue.filing_id).update(state="in_force")
    DishonestyMark.objects.update(filing=kept.filing)

    assert set(found()) == {
        (checks.ALL_FOLLOWED, missing.filing.filing_no),
        (checks.ALL_FOLLOWED, untrue.filing.filing_no),
        (checks.OF_ITS_REGION, open_one.follow_up_no),
        (checks.CONSEQUENCES, untrue.follow_up_no),
    }


def test_a_due_date_that_left_its_filing_is_named(world: World) -> None:
    row = deferred(world)
    assert found() == []

    FollowUp.objects.filter(pk=row.pk).update(lapses_on=world.now.date())

    assert found() == [(checks.SAME_DATES, row.follow_up_no)]
