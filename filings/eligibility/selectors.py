"""Reads for 能否结算: gathers the facts about one person, hospital, day and kind of care."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet

from agency.organisation.models import (
    ConnectionScope,
    Institution,
    InstitutionConnection,
    PoolingRegion,
    User,
)
from agency.policy.care import CareKind
from filings.eligibility.counting import CountedSpan, settled_under
from filings.eligibility.coverage import counted_prefix, covers
from filings.eligibility.facts import Answer, Asked, FilingFact, HospitalFact, InsuranceFact
from filings.eligibility.places import city_of_institution, regions_in_city
from filings.eligibility.rules import answer
from filings.eligibility.wanted import PaperLine, papers_for
from filings.exemptions.selectors import CityPairs, area_of, city_pairs, need_in
from filings.filing.models import Filing
from filings.filing.states import CAME_INTO_FORCE
from filings.people.models import Enrolment, InsuredPerson
from filings.people.selectors import enrolments_of, home_region, is_enrolled_elsewhere


@dataclass(frozen=True)
class Question:
    """能否结算的一问: asked by whom, of whom, where, when and for what."""

    by: User
    person: InsuredPerson
    institution: Institution
    on: dt.date
    care_kind: CareKind
    student: bool = False
    emergency: bool = False


def address_of(question: Question) -> str:
    """The question as a query string, without personal data."""
    asked = {
        "person": question.person.person_no,
        "institution": question.institution.code,
        "on": question.on.isoformat(),
        "care_kind": question.care_kind.value,
    }
    told = {"student": question.student, "emergency": question.emergency}
    return urlencode(asked | {name: "on" for name, holds in told.items() if holds})


@dataclass(frozen=True)
class Answered:
    """The answer, with what stands beside it."""

    question: Question
    answer: Answer
    insured_region: PoolingRegion | None
    insured_at: str
    place_name: str
    scope_label: str
    papers: tuple[PaperLine, ...]


def answer_to(question: Question) -> Answered:
    """Gather what is known and judge it. Insurance and filings are those of the asker's region; the province
    asks of the region that insures the person."""
    on, by, person = question.on, question.by, question.person
    enrolment = _enrolment(enrolments_of(person, by), on)
    region = enrolment.region if enrolment is not None else by.region or home_region(person, by)
    area, pairs = area_of(question.institution, on), city_pairs(on)
    need = need_in(
        region,
        area,
        care_kind=question.care_kind,
        student=question.student,
        emergency=question.emergency,
        on=on,
        pairs=pairs,
    )
    hospital = _hospital(question.institution, pairs, on)
    in_force = enrolment is not None and enrolment.in_force(on)
    scope_label = str(ConnectionScope(area.scope).label)
    asked = Asked(
        on=on,
        care_kind=question.care_kind,
        care_kind_label=str(question.care_kind.label),
        is_own_region=region is not None and hospital.region_id == region.pk,
        is_cross_region=_is_cross_region(region, hospital, pairs),
        hospital=hospital,
        insurance=_insurance(enrolment, on),
        region_name=region.name if region is not None else "本省",
        need=need,
        scope=area.scope,
        scope_label=scope_label,
        filings=_filings(question, region, hospital),
        elsewhere=not in_force and is_enrolled_elsewhere(person, by),
    )
    found = answer(asked)
    return Answered(
        question=question,
        answer=found,
        insured_region=region,
        insured_at=str(enrolment or ""),
        place_name=hospital.place_name,
        scope_label=scope_label if asked.is_cross_region else "参保地",
        papers=(
            papers_for(need.needs, question.care_kind, area.scope, region, on) if found.wants_filing else ()
        ),
    )


def _enrolment(rows: list[Enrolment], on: dt.date) -> Enrolment | None:
    """The one in force on the day, else the one that counts first (正常, 暂停, 终止)."""
    return next((row for row in rows if row.in_force(on)), rows[0] if rows else None)


def _insurance(enrolment: Enrolment | None, on: dt.date) -> InsuranceFact | None:
    if enrolment is None:
        return None
    return InsuranceFact(
        region_name=enrolment.region.name,
        type_label=enrolment.get_insurance_type_display(),
        status=enrolment.status,
        status_label=enrolment.get_status_display(),
        begins_on=enrolment.begins_on,
        ends_on=enrolment.ends_on,
        in_force=enrolment.in_force(on),
    )


def _hospital(institution: Institution, pairs: CityPairs, on: dt.date) -> HospitalFact:
    region = institution.region
    connections = InstitutionConnection.objects.in_force(on).filter(institution=institution)
    name = institution.name or institution.code
    return HospitalFact(
        name=name,
        code=institution.code,
        is_stub=institution.is_stub,
        is_designated=institution.designated_on(on),
        designated_from=institution.designated_from,
        designated_to=institution.designated_to,
        region_id=region.pk if region is not None else None,
        is_outside=region is not None and region.is_outside,
        city_code=city_of_institution(institution),
        place_name=_place_name(institution),
        city_region_ids=regions_in_city(institution, pairs),
        connected=frozenset(connections.values_list("care_kind", "scope")),
    )


def _place_name(institution: Institution) -> str:
    region, place = institution.region, institution.place
    if region is None:
        return ""
    if place is None or not region.is_outside:
        return region.name
    return f"{region.name}{place.name}"


def _is_cross_region(region: PoolingRegion | None, hospital: HospitalFact, pairs: CityPairs) -> bool:
    if region is None or hospital.region_id is None:
        return True
    return hospital.region_id != region.pk and (region.pk, hospital.region_id) not in pairs.not_cross


def _filings(
    question: Question, region: PoolingRegion | None, hospital: HospitalFact
) -> tuple[FilingFact, ...]:
    """The person's filings in the insured region, newest first; settled cases are counted only of those that
    allow so many and could serve."""
    on = question.on
    counts: QuerySet[Filing] = Filing.objects.in_force(on).filter(pk=OuterRef("pk"))
    rows = Filing.objects.visible_to(question.by).filter(person=question.person, insured_region=region)
    found = list(rows.select_related("care_region").annotate(counts=Exists(counts)).order_by("-pk"))
    successors = {row.replaces_id: row.filing_no for row in found if row.state in CAME_INTO_FORCE}
    facts = []
    for row in found:
        fact = _filing(row, on, successors.get(row.pk, ""))
        if fact.in_force and row.settlements_allowed is not None and covers(fact, hospital):
            fact = _with_count(fact, row, question, hospital)
        facts.append(fact)
    return tuple(facts)


def _filing(row: Filing, on: dt.date, successor_no: str) -> FilingFact:
    region = row.care_region
    return FilingFact(
        number=row.filing_no,
        state=row.state_on(on),
        in_force=row.counts,  # type: ignore[attr-defined]
        kind_label=row.get_kind_display(),
        place_name=row.care_place_name or "（没有填写）",
        region_id=row.care_region_id,
        is_outside=row.is_cross_province,
        names_province=region is not None and row.care_area_code == region.code,
        area_code=row.care_area_code,
        begins_on=row.begins_on,
        ends_on=row.ends_on,
        deadline_on=row.deadline_on,
        proof_due_on=row.proof_due_on,
        care_kind=row.care_kind,
        care_kind_label=row.get_care_kind_display(),
        settlements_allowed=row.settlements_allowed,
        successor_no=successor_no,
        was_in_force=row.effective_at is not None and not row.never_valid,
    )


def _with_count(fact: FilingFact, row: Filing, question: Question, hospital: HospitalFact) -> FilingFact:
    """The filing with what was settled under it up to the day asked about."""
    if row.begins_on is None or row.care_region_id is None:
        return fact
    last = min(question.on, row.ends_on or question.on)
    inside = not hospital.is_outside
    span = CountedSpan(
        cert_type=question.person.cert_type,
        cert_no=question.person.cert_no,
        insured_region_id=row.insured_region_id,
        care_region_ids=hospital.city_region_ids if inside else frozenset({row.care_region_id}),
        area_prefix="" if inside else counted_prefix(row.care_area_code),
        begins_on=row.begins_on,
        ends_on=last,
    )
    return replace(fact, settled=settled_under(span))
