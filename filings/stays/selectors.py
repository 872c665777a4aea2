"""Reads of stays, narrowed to what a person may see; and how each is settled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet
from django.utils import timezone

from agency.journal.models import StateChange
from agency.organisation.models import PoolingRegion, User
from agency.policy.selectors import parameter_in_force
from filings.eligibility.places import filing_covers
from filings.exemptions.selectors import CityPairs, city_pairs
from filings.filing.models import Filing
from filings.filing.selectors import filings_visible
from filings.filing.states import OPEN, FilingState
from filings.people.models import InsuredPerson
from filings.stays.models import Stay
from filings.stays.rules import (
    Filed,
    Spell,
    Verdict,
    effective_for,
    how_settled,
    limit_of,
    read_late_until,
)

LATE_UNTIL = "filing.late_filing_until"
WITH_NAMES = (
    "person",
    "insured_region",
    "institution__region",
    "institution__place",
    "filing__care_region",
    "recorded_by",
)
SHOWN = 50


@dataclass(frozen=True)
class JudgedStay:
    """A stay with how it is settled."""

    stay: Stay
    verdict: Verdict


def stays_visible(by: User) -> QuerySet[Stay]:
    """Stays that `by` may look at, newest first."""
    return Stay.objects.visible_to(by).select_related(*WITH_NAMES).order_by("-pk")


def stays_of(person: InsuredPerson, by: User) -> list[Stay]:
    """A person's stays that `by` may look at, newest first."""
    return list(stays_visible(by).filter(person=person)[:SHOWN])


def filings_to_choose(person: InsuredPerson, region: PoolingRegion, by: User) -> list[Filing]:
    """The filings that a stay of this person may name: those of the same insured region, newest first."""
    return list(filings_visible(by).filter(person=person, insured_region=region)[:SHOWN])


def verdict_of(stay: Stay, on: dt.date) -> Verdict:
    """How a stay is settled, as things stand on a day; the parameter is that of the filing's receipt, without
    a filing that of today."""
    return judged([stay], on)[0].verdict


def judged(stays: Iterable[Stay], on: dt.date) -> list[JudgedStay]:
    """Each stay with how it is settled; the parameter is read once per region and day."""
    stays, pairs = list(stays), city_pairs(on)
    spells = _spells([stay.filing.filing_no for stay in stays if stay.filing is not None])
    known: dict[tuple[dt.date, int], tuple[str, str]] = {}
    rows = []
    for stay in stays:
        day = stay.filing.received_on if stay.filing is not None else on
        key = (day, stay.insured_region_id)
        if key not in known:
            parameter = parameter_in_force(LATE_UNTIL, day, stay.insured_region)
            known[key] = (parameter.value, parameter.source)
        value, source = known[key]
        until = read_late_until(value)
        of_stay = _filed_for(stay, spells, pairs, limit_of(stay.dates, until))
        rows.append(JudgedStay(stay, how_settled(stay.dates, of_stay, until=until, source=source, on=on)))
    return rows


def _filed_for(
    stay: Stay, spells: dict[str, list[Spell]], pairs: CityPairs, limit_on: dt.date | None
) -> Filed | None:
    """The filing of a stay as the rule sees it, beside the place and the day that count for the stay."""
    if stay.filing is None:
        return None
    known, found = filed(stay.filing), spells.get(stay.filing.filing_no, [])
    if known.effective_on is not None and len(found) > 1:
        known = replace(known, effective_on=effective_for(found, limit_on))
    return replace(known, is_for_place=filing_covers(stay.filing, stay.institution, pairs))


def _spells(numbers: list[str]) -> dict[str, list[Spell]]:
    """When each of these filings came into force and left it, oldest first."""
    found: dict[str, list[Spell]] = {}
    if not numbers:
        return found
    rows = StateChange.objects.filter(subject_kind=Filing.machine.kind, subject_no__in=numbers)
    rows = rows.filter(Q(to_state=FilingState.IN_FORCE) | Q(from_state=FilingState.IN_FORCE))
    for number, to_state, at in rows.order_by("pk").values_list("subject_no", "to_state", "at"):
        spells, day = found.setdefault(number, []), timezone.localdate(at)
        if to_state == FilingState.IN_FORCE:
            spells.append(Spell(day))
        elif spells:
            spells[-1] = replace(spells[-1], left_on=day)
    return found


def filed(filing: Filing) -> Filed:
    """A filing as the rule of late filing sees it; without the paper that was promised (容缺) it is valid to
    the day on which that was due."""
    ends = [day for day in (filing.ends_on, filing.proof_due_on) if day is not None]
    took_effect = filing.effective_at is not None and not filing.never_valid
    return Filed(
        number=filing.filing_no,
        received_on=filing.received_on,
        effective_on=timezone.localdate(filing.effective_at) if took_effect else None,
        begins_on=filing.begins_on,
        ends_on=min(ends) if ends else None,
        is_open=filing.state in OPEN,
    )
