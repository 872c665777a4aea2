"""跟踪的核对: every promise is followed up, and what was found untrue had its consequences."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q

from agency.registry import CHECKS
from agency.web.parts import Broken
from filings.filing.models import Filing, FilingMaterial
from filings.filing.states import FilingState
from filings.followups.models import DishonestyMark, FollowUp
from filings.followups.selectors import owed_of
from filings.followups.states import FollowUpKind, FollowUpState
from filings.materials.rules import COMMITMENT_LETTER

ALL_FOLLOWED = "承诺与容缺都在跟踪"
OF_ITS_REGION = "跟踪与备案同属参保地"
SAME_DATES = "容缺跟踪与备案同期"
CONSEQUENCES = "不实承诺都已撤销并标记"
CHUNK = 500


@CHECKS.register(ALL_FOLLOWED, order=130)
def promises_are_followed(period: str | None) -> Iterator[Broken]:
    """A filing in force that owes a group of papers has that group on the list, or found true there."""
    promised = FilingMaterial.objects.filter(
        Q(material__code=COMMITMENT_LETTER) | Q(given_as__in=["commitment", "deferred"]),
        filing=OuterRef("pk"),
    )
    rows = Filing.objects.filter(Exists(promised), state=FilingState.IN_FORCE)
    rows = rows.select_related("insured_region", "care_region").prefetch_related("follow_ups")
    for filing in rows.order_by("pk").iterator(chunk_size=CHUNK):
        followed = {
            row.group_no
            for row in filing.follow_ups.all()
            if row.state in (FollowUpState.OPEN, FollowUpState.VERIFIED)
        }
        for item in owed_of(filing):
            if item.group_no not in followed:
                yield Broken(ALL_FOLLOWED, filing.filing_no, f"“{item.label}”没有交，也没有列入跟踪")


@CHECKS.register(OF_ITS_REGION, order=131)
def follow_ups_are_of_the_region(period: str | None) -> Iterator[Broken]:
    """A follow-up belongs to the insured region of its filing."""
    rows = FollowUp.objects.exclude(region=F("filing__insured_region")).order_by("pk")
    for number in rows.values_list("follow_up_no", flat=True):
        yield Broken(OF_ITS_REGION, number, "统筹区与备案的参保地不同")


@CHECKS.register(SAME_DATES, order=133)
def deferred_papers_are_due_with_the_filing(period: str | None) -> Iterator[Broken]:
    """A deferred paper that is open has the dates of its filing in force."""
    rows = FollowUp.objects.filter(
        kind=FollowUpKind.DEFERRED, state=FollowUpState.OPEN, filing__state=FilingState.IN_FORCE
    ).exclude(due_on=F("filing__proof_due_on"), lapses_on=F("filing__proof_lapses_on"))
    for number in rows.order_by("pk").values_list("follow_up_no", flat=True):
        yield Broken(SAME_DATES, number, "期限与备案的容缺期限不同")


@CHECKS.register(CONSEQUENCES, order=132)
def untrue_promises_had_consequences(period: str | None) -> Iterator[Broken]:
    """What was found untrue cancelled its filing and marked the person; no mark stands without that."""
    untrue = FollowUp.objects.filter(state=FollowUpState.UNTRUE)
    for number in untrue.exclude(filing__state=FilingState.CANCELLED).values_list("follow_up_no", flat=True):
        yield Broken(CONSEQUENCES, number, "认定不实，但备案没有撤销")
    for number in untrue.filter(mark__isnull=True).values_list("follow_up_no", flat=True):
        yield Broken(CONSEQUENCES, number, "认定不实，但没有标记")
    marks = DishonestyMark.objects.exclude(
        follow_up__state=FollowUpState.UNTRUE, person=F("filing__person"), follow_up__filing=F("filing")
    )
    for number in marks.values_list("follow_up__follow_up_no", flat=True):
        yield Broken(CONSEQUENCES, number, "标记与跟踪、备案对不上")
