"""整批判断: many entries by the rules of a counter filing, with what they rest on read in sets.

The same as `filings.filing.selectors.judge` row by row (tests/filings/groups/test_judge.py proves it): only
where the reading is done differs, never the rules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from agency.organisation.models import PoolingRegion
from agency.policy.insurance import InsuranceType
from agency.policy.selectors import int_parameter
from filings.filing import places
from filings.filing.models import Filing
from filings.filing.rules import (
    BeginSpan,
    CarePlace,
    Insurance,
    Overlap,
    Reason,
    Submission,
    submission_reasons,
)
from filings.filing.selectors import Judged, material_reasons, terms_of, validity_of
from filings.filing.validity import Terms, Validity
from filings.groups.parse import GroupRow
from filings.materials.rules import Group
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
        self.terms = cache(self._terms)
        self.groups = cache(self._groups)
        self.lacking = cache(self._lacking)
        self.care_place = cache(self._care_place)
        self.begin_span = cache(self._begin_span)

    def _terms(self, kind: str) -> Terms | None:
        return terms_of(kind, self.on)

    def _groups(self, kind: str, scope: str, region_id: int) -> tuple[Group, ...]:
        return groups_of(kind, scope=scope, region=self.regions[region_id], on=self.on)

    def _lacking(self, kind: str, scope: str, region_id: int, given: Given) -> list[Reason]:
        return material_reasons(self.groups(kind, scope, region_id), dict(given))

    def _care_place(self, province: str, city: str, region_id: int) -> CarePlace:
        return places.judged(self.place(province, city), self.regions[region_id], self.on)

    def _begin_span(self, region_id: int) -> BeginSpan:
        region = self.regions[region_id]
        return BeginSpan(
            back=int_parameter("filing.backdate_days", self.on, region),
            ahead=int_parameter("filing.ahead_days", self.on, region),
        )


def judge_many(rows: Sequence[GroupRow], sources: Sources) -> list[Judged]:
    """Every row judged as if it stood alone, received on the day of `sources`; what rows of one file do to
    each other is for the caller."""
    people = people_by_certificate(row.certificate for row in rows)
    taken = _taken(rows, people)
    return [_judge(row, people.get(row.certificate), taken, sources) for row in rows]


def _taken(
    rows: Sequence[GroupRow], people: dict[tuple[str, str], InsuredPerson]
) -> dict[tuple[int, str, str], list[Filing]]:
    """Filings of these persons that may share days with a row: by person, place and kind, in their order."""
    begins = [row.entry.begins_on for row in rows if row.entry.begins_on is not None]
    found: dict[tuple[int, str, str], list[Filing]] = {}
    if not begins:
        return found
    stored = Filing.objects.sharing_days(min(begins), None).filter(
        person__in=[person.pk for person in people.values()]
    )
    for filing in stored.order_by("pk"):
        found.setdefault((filing.person_id, filing.care_area_code, filing.kind), []).append(filing)
    return found


def _judge(
    row: GroupRow,
    person: InsuredPerson | None,
    taken: dict[tuple[int, str, str], list[Filing]],
    sources: Sources,
) -> Judged:
    entry, region_id = row.entry, row.insured_region_id
    place, terms = sources.place(entry.province, entry.city), sources.terms(entry.kind)
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
        insurance=_insurance(enrolment, sources.on),
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
        overlap=_overlap(person, place, entry.kind, span, taken),
    )
    return Judged(entry, person, enrolment, place, terms, span, groups, submission_reasons(filed))


def _enrolment(person: InsuredPerson | None, row: GroupRow) -> Enrolment | None:
    if person is None:
        return None
    wanted = (row.insured_region_id, row.entry.insurance_type)
    return next(
        (one for one in person.enrolments.all() if (one.region_id, one.insurance_type) == wanted), None
    )


def _insurance(enrolment: Enrolment | None, on: dt.date) -> Insurance | None:
    if enrolment is None:
        return None
    return Insurance(
        category=enrolment.category,
        category_label=enrolment.get_category_display(),
        status_label=enrolment.get_status_display(),
        in_force=enrolment.in_force(on),
    )


def _overlap(
    person: InsuredPerson | None,
    place: places.ChosenPlace,
    kind: str,
    span: Validity | None,
    taken: dict[tuple[int, str, str], list[Filing]],
) -> Overlap | None:
    if person is None or span is None:
        return None
    for other in taken.get((person.pk, place.area_code, kind), ()):
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
