"""Reads of the insured register, narrowed to what a person may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import connection
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from filings.people.models import Enrolment, InsuredPerson, PersonInitials
from filings.people.rules import TermKind, read_term

FOUND_AT_MOST = 20
LAST_CHARACTER = "\U0010ffff"


def begins_with(column: str, text: str) -> Q:
    """`column` begins with `text`, in the way that each database answers from an index.

    PostgreSQL takes LIKE with the pattern index of the model; SQLite would read the whole table for LIKE, so
    there it is a range.
    """
    if connection.vendor == "postgresql":
        return Q(**{f"{column}__startswith": text})
    return Q(**{f"{column}__gte": text, f"{column}__lt": text + LAST_CHARACTER})


def people_found(by: User, term: str, *, at_most: int = FOUND_AT_MOST) -> list[InsuredPerson]:
    """Persons by certificate number (whole), our number, the beginning of the name or of its initials.

    One more than `at_most` is returned when there are more; never counts.
    """
    wanted = read_term(term)
    visible = InsuredPerson.objects.visible_to(by)
    if not wanted.text:
        return []
    if wanted.kind is TermKind.PERSON_NO:
        rows = visible.filter(person_no=wanted.text)
    elif wanted.kind is TermKind.CERT_NO:
        rows = visible.filter(cert_no=wanted.text)
    elif wanted.kind is TermKind.NAME:
        rows = visible.filter(begins_with("name", wanted.text)).order_by("name", "person_no")
    else:
        return _by_initials(by, wanted.text, at_most)
    return list(rows.prefetch_related(_enrolments_of(by))[: at_most + 1])


def _by_initials(by: User, letters: str, at_most: int) -> list[InsuredPerson]:
    """A name has several readings, so a person may be hit often: read on until enough persons are found.

    Foreign names are found by their letters.
    """
    visible = InsuredPerson.objects.visible_to(by).filter(pk=OuterRef("person"))
    hits = (
        PersonInitials.objects.filter(begins_with("letters", letters), Exists(visible))
        .order_by("letters", "person")
        .values_list("person", flat=True)
    )
    found: dict[int, None] = {}
    step, start = (at_most + 1) * 4, 0
    while len(found) <= at_most and (chunk := list(hits[start : start + step])):
        found |= dict.fromkeys(chunk)
        start += step
    ids = list(found)[: at_most + 1]
    people = {
        person.pk: person
        for person in InsuredPerson.objects.filter(pk__in=ids).prefetch_related(_enrolments_of(by))
    }
    return [people[pk] for pk in ids]


def _enrolments_of(by: User) -> Prefetch:
    """The enrolments shown beside a hit: those that `by` may see."""
    return Prefetch("enrolments", _enrolments_seen(by).select_related("region"))


def _enrolments_seen(by: User) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.all()
    return rows if access.sees_all(by) else rows.filter(region=by.region_id)


def people_visible(by: User) -> QuerySet[InsuredPerson]:
    """Persons that `by` may look at."""
    return InsuredPerson.objects.visible_to(by)


def person_by_certificate(cert_type: str, cert_no: str) -> InsuredPerson | None:
    """The person with exactly this certificate, whoever insures them."""
    return InsuredPerson.objects.filter(cert_type=cert_type, cert_no=cert_no).first()


def people_by_certificate(certificates: Iterable[tuple[str, str]]) -> dict[tuple[str, str], InsuredPerson]:
    """Persons with their enrolments by (type, number), in one query each."""
    wanted = set(certificates)
    rows = InsuredPerson.objects.filter(cert_no__in={number for _, number in wanted})
    people = {(row.cert_type, row.cert_no): row for row in rows.prefetch_related("enrolments")}
    return {certificate: person for certificate, person in people.items() if certificate in wanted}


def enrolments_of(person: InsuredPerson, by: User) -> list[Enrolment]:
    """A person's enrolments in the actor's region (the province: everywhere), the ones that count first."""
    return _first_those_that_count(_enrolments_seen(by).filter(person=person))


def _first_those_that_count(rows: QuerySet[Enrolment]) -> list[Enrolment]:
    order = {"normal": 0, "suspended": 1, "ended": 2}
    found = rows.select_related("region")
    return sorted(found, key=lambda row: (order[row.status], -row.begins_on.toordinal()))


def is_enrolled_elsewhere(person: InsuredPerson, by: User) -> bool:
    """Whether another region insures the person too: all that is told of it."""
    if access.sees_all(by):
        return False
    return Enrolment.objects.filter(person=person).exclude(region=by.region_id).exists()


def belongs_elsewhere(person: InsuredPerson, by: User) -> bool:
    """Whether the register has the person for another region only, so that `by` is told nothing of them."""
    if people_visible(by).filter(pk=person.pk).exists():
        return False
    filed = InsuredPerson.objects.filter(pk=person.pk, filings__submitted_at__isnull=False)
    return Enrolment.objects.filter(person=person).exists() or filed.exists()


def home_region(person: InsuredPerson, by: User) -> PoolingRegion | None:
    """The person's own region, under which a look is logged: where they are insured, the actor's own first,
    else where they filed."""
    enrolments = _first_those_that_count(Enrolment.objects.filter(person=person))
    own = next((row.region for row in enrolments if row.region_id == by.region_id), None)
    if own is not None or enrolments:
        return own or enrolments[0].region
    return (
        PoolingRegion.objects.filter(filings_insured__person=person).order_by("-filings_insured__pk").first()
    )


def enrolment_in(person: InsuredPerson, region: PoolingRegion, insurance_type: str) -> Enrolment | None:
    """A person's enrolment of one type in one region."""
    return (
        Enrolment.objects.filter(person=person, region=region, insurance_type=insurance_type)
        .select_related("region")
        .first()
    )


def likely_enrolment(enrolments: list[Enrolment], region: PoolingRegion, on: dt.date) -> Enrolment | None:
    """The enrolment a filing in `region` most likely rests on: one in force there, else any there."""
    here = [row for row in enrolments if row.region_id == region.pk]
    return next((row for row in here if row.in_force(on)), here[0] if here else None)
