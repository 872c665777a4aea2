"""整批判断: many entries by the rules of a counter filing, with what they rest on read in sets.

The same as `filings.filing.judging.judge` row by row (tests/filings/groups/test_judge.py proves it): only
where the reading is done differs, never the rules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from agency.identity import age_on
from agency.organisation.models import PoolingRegion
from agency.policy.insurance import InsuranceType
from agency.policy.selectors import int_parameter
from filings.filing import places
from filings.filing.entry import INSTITUTION_FIELDS
from filings.filing.judging import (
    Judged,
    begin_span_of,
    cancelled_of,
    first_at_place,
    insurance_of,
    material_reasons,
)
from filings.filing.models import Filing
from filings.filing.reasons import Reason
from filings.filing.rules import (
    BeginSpan,
    CarePlace,
    Lock,
    Overlap,
    Submission,
    submission_reasons,
)
from filings.filing.sections import promises_barred
from filings.filing.selectors import terms_of, validity_of
from filings.filing.validity import CROSS_PROVINCE, Terms, Validity
from filings.groups.parse import GroupRow
from filings.materials.rules import Group, rests_on_commitment
from filings.materials.selectors import groups_of
from filings.people.models import Enrolment, InsuredPerson
from filings.people.selectors import people_by_certificate

Given = frozenset[tuple[str, str]]
Stay = tuple[tuple[str, str], str, str]  # person, place, kind


@dataclass(frozen=True, slots=True)
class Candidate:
    """One row that may be loaded: where it stands, what it says, what came of judging it."""

    line_no: int
    row: GroupRow
    judged: Judged

    @property
    def stay(self) -> Stay:
        return self.row.certificate, self.judged.place.area_code, self.row.entry.kind

    def content(self) -> str:
        """What loading it would write, as text."""
        enrolment, span = self.judged.enrolment, self.judged.validity
        return repr((self.row, enrolment and enrolment.category, span and span.ends_on))


class Sources:
    """Reference data as of one day, each thing read once and kept for the whole file."""

    def __init__(self, on: dt.date) -> None:
        self.on = on
        self.regions = {region.pk: region for region in PoolingRegion.objects.all()}
        self.place = cache(places.choose)
        self.terms = cache(terms_of)
        self.groups = cache(self._groups)
        self.lacking = cache(self._lacking)
        self.care_place = cache(self._care_place)
        self.begin_span = cache(self._begin_span)
        self.green_age = cache(self._green_age)

    def locked_until(self, filing: Filing) -> dt.date | None:
        """The first day on which the place of a filing may be changed; None when it is not locked."""
        if not filing.is_cross_province:
            return None
        terms = self.terms(filing.kind, filing.received_on)
        span = validity_of(filing.begins_on, terms, scope=CROSS_PROVINCE)
        return span.locked_until if span is not None else None

    def _green_age(self, region_id: int) -> int:
        return int_parameter("filing.green_channel_age", self.on, self.regions[region_id])

    def _groups(self, kind: str, scope: str, region_id: int) -> tuple[Group, ...]:
        return groups_of(kind, scope=scope, region=self.regions[region_id], on=self.on)

    def _lacking(self, kind: str, scope: str, region_id: int, given: Given) -> list[Reason]:
        return material_reasons(self.groups(kind, scope, region_id), dict(given))

    def _care_place(self, province: str, city: str, region_id: int) -> CarePlace:
        return places.judged(self.place(province, city), self.regions[region_id], self.on)

    def _begin_span(self, region_id: int) -> BeginSpan:
        return begin_span_of(self.on, self.regions[region_id])


def judge_many(rows: Sequence[GroupRow], sources: Sources) -> list[Judged]:
    """Every row judged as if it stood alone, received on the day of `sources`; what rows of one file do to
    each other is for the caller."""
    people = people_by_certificate(row.certificate for row in rows)
    known = _known(rows, [person.pk for person in people.values()], sources.on)
    return [_judge(row, people.get(row.certificate), known, sources) for row in rows]


@dataclass(frozen=True)
class Known:
    """Filings of the persons of some rows: those that may share days with a row, by person, place and kind,
    and those that were cancelled after they had been valid, by person; each in their order. `barred`: until
    when which region takes no promise from whom."""

    taken: dict[tuple[int, str, str], list[Filing]]
    cancelled: dict[int, list[Filing]]
    barred: dict[tuple[int, int], dt.date] = field(default_factory=dict)


def _known(rows: Sequence[GroupRow], people: list[int], on: dt.date) -> Known:
    known = Known({}, {}, promises_barred(people, on))
    begins = [row.entry.begins_on for row in rows if row.entry.begins_on is not None]
    if not begins:
        return known
    taken = Filing.objects.sharing_days(min(begins), None).filter(person__in=people)
    for filing in taken.order_by("pk"):
        stay = filing.person_id, filing.care_area_code, filing.kind
        known.taken.setdefault(stay, []).append(filing)
    for filing in cancelled_of(people):
        known.cancelled.setdefault(filing.person_id, []).append(filing)
    return known


def _judge(
    row: GroupRow,
    person: InsuredPerson | None,
    known: Known,
    sources: Sources,
) -> Judged:
    entry, region_id = row.entry, row.insured_region_id
    place, terms = sources.place(entry.province, entry.city), sources.terms(entry.kind, sources.on)
    enrolment = _enrolment(person, row)
    span = validity_of(entry.begins_on, terms, scope=place.scope)
    groups = sources.groups(entry.kind, place.scope, region_id)
    given = frozenset(entry.materials.items())
    filed = Submission(
        on=sources.on,
        received_on=sources.on,
        begin_span=sources.begin_span(region_id),
        region_name=sources.regions[region_id].name,
        insurance_label=str(InsuranceType(entry.insurance_type).label),
        insurance=insurance_of(enrolment, sources.on),
        phone=entry.phone,
        kind=entry.kind,
        terms=terms,
        place=sources.care_place(entry.province, entry.city, region_id),
        begins_on=entry.begins_on,
        ends_on=span.ends_on if span is not None else None,
        address=entry.address,
        agent=entry.agent,
        person_cert_no=entry.cert_no,
        has_material_rules=bool(groups),
        missing_materials=sources.lacking(entry.kind, place.scope, region_id, given),
        overlap=_overlap(person, place, entry.kind, span, known),
        lock=_lock(person, terms, place, known, sources),
        promises_barred_until=known.barred.get((person.pk, region_id))
        if person is not None and rests_on_commitment(groups, entry.materials)
        else None,
    )
    return Judged(
        entry=entry,
        person=person,
        enrolment=enrolment,
        place=place,
        terms=terms,
        validity=span,
        groups=groups,
        reasons=submission_reasons(filed),
        institutions=dict.fromkeys(INSTITUTION_FIELDS),
        is_elderly=_is_elderly(person, region_id, sources),
        lock_until=filed.lock.until if filed.lock is not None else None,
    )


def _is_elderly(person: InsuredPerson | None, region_id: int, sources: Sources) -> bool:
    if person is None or person.birth_date is None:
        return False
    return age_on(person.birth_date, sources.on) >= sources.green_age(region_id)


def _lock(
    person: InsuredPerson | None,
    terms: Terms | None,
    place: places.ChosenPlace,
    known: Known,
    sources: Sources,
) -> Lock | None:
    """The lock of a place that was cancelled; a list changes no filing and waives nothing."""
    if person is None or terms is None or not terms.lock_months:
        return None
    locks = [
        Lock(filing.filing_no, until)
        for filing in known.cancelled.get(person.pk, ())
        if filing.care_area_code != place.area_code
        if (until := sources.locked_until(first_at_place(filing))) is not None
    ]
    return max(locks, key=lambda lock: lock.until, default=None)


def _enrolment(person: InsuredPerson | None, row: GroupRow) -> Enrolment | None:
    if person is None:
        return None
    wanted = (row.insured_region_id, row.entry.insurance_type)
    return next(
        (one for one in person.enrolments.all() if (one.region_id, one.insurance_type) == wanted), None
    )


def _overlap(
    person: InsuredPerson | None,
    place: places.ChosenPlace,
    kind: str,
    span: Validity | None,
    known: Known,
) -> Overlap | None:
    if person is None or span is None:
        return None
    for other in known.taken.get((person.pk, place.area_code, kind), ()):
        if share_days(span.begins_on, span.ends_on, other.begins_on, other.ends_on):
            return Overlap(other.filing_no, other.ends_on)
    return None


def share_days(
    begins: dt.date | None, ends: dt.date | None, other_begins: dt.date | None, other_ends: dt.date | None
) -> bool:
    """Whether two spans have a day in common (an end of None: for good)."""
    if begins is None or other_begins is None:
        return False
    return (ends is None or other_begins <= ends) and (other_ends is None or other_ends >= begins)
