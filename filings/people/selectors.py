"""Reads of the insured register, narrowed to what a person may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import F, Prefetch, Q, QuerySet, prefetch_related_objects
from django.db.models.expressions import OrderBy

from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from filings.people.models import Enrolment, InsuredPerson, PersonInitials, SearchKey
from filings.people.rules import Term, TermKind, read_term

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


class IndexOrder(OrderBy):
    """The order of a pattern index (see begins_with): on PostgreSQL it is no order of the language, so that
    an ORDER BY without its operator would sort all hits of a common surname. (Django looks for an ASC or DESC
    in what is sent; the operator admits neither.)"""

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        return self.as_sql(compiler, connection, template="%(expression)s USING ~<~ /* ASC */")


def people_found(by: User, term: str, *, at_most: int = FOUND_AT_MOST) -> list[InsuredPerson]:
    """Persons by certificate number (whole, or its first characters), our number, the beginning of the name
    or of its initials.

    One more than `at_most` is returned when there are more; never counts.
    """
    wanted = read_term(term)
    if not wanted.text:
        return []
    if wanted.kind in (TermKind.PERSON_NO, TermKind.CERT_NO):
        column = "person_no" if wanted.kind is TermKind.PERSON_NO else "cert_no"
        return _visible_among(by, list(InsuredPerson.objects.filter(**{column: wanted.text}).order_by("pk")))
    return _visible_of(by, _hits(by, wanted), at_most)


def _hits(by: User, wanted: Term) -> QuerySet[Any, int]:
    """The keys of persons whom a beginning may mean, read from one index in its order: the region's own, for
    those who see all everybody's. A name has several readings, so a person may be hit often.

    Foreign names are found by their letters.
    """
    rows: QuerySet[Any, Any]
    if not access.sees_all(by):
        rows, column, key = SearchKey.objects.filter(region=by.region_id), "text", "person_id"
    elif wanted.kind is TermKind.INITIALS:
        rows, column, key = PersonInitials.objects.all(), "letters", "person_id"
    else:
        column = "name" if wanted.kind is TermKind.NAME else "cert_no"
        rows, key = InsuredPerson.objects.all(), "pk"
    ordered = rows.filter(begins_with(column, wanted.text)).order_by(IndexOrder(F(column)), key)
    return ordered.values_list(key, flat=True)


def _visible_of(by: User, hits: QuerySet[Any, int], at_most: int) -> list[InsuredPerson]:
    """Read on until enough persons are found whom `by` may see; each is asked for, none taken for granted."""
    found: list[InsuredPerson] = []
    looked_at: set[int] = set()
    start, step = 0, at_most + 1 + at_most // 2  # somewhat more, for names that are read in several ways
    while len(found) <= at_most and start >= 0:
        chunk = list(hits[start : start + step])
        fresh = [pk for pk in dict.fromkeys(chunk) if pk not in looked_at]
        looked_at.update(fresh)
        people = InsuredPerson.objects.in_bulk(fresh) if fresh else {}
        found += _visible_among(by, [people[pk] for pk in fresh])
        start, step = (start + step if len(chunk) == step else -1), step * 4
    return found[: at_most + 1]


def _visible_among(by: User, people: list[InsuredPerson]) -> list[InsuredPerson]:
    """Those of these whom `by` may see, with the enrolments shown beside them.

    Who is enrolled where `by` works is visible (InsuredPersonQuerySet.visible_to); only of the few others it
    is asked whether they filed there.
    """
    prefetch_related_objects(people, _enrolments_of(by))
    others = [person.pk for person in people if not person.enrolments.all()]
    if not others:
        return people
    seen = set(people_visible(by).filter(pk__in=others).values_list("pk", flat=True))
    return [person for person in people if person.enrolments.all() or person.pk in seen]


def _enrolments_of(by: User) -> Prefetch:
    """The enrolments shown beside a hit: those that `by` may see."""
    return Prefetch("enrolments", enrolments_seen(by).select_related("region"))


def enrolments_seen(by: User) -> QuerySet[Enrolment]:
    """Enrolments that `by` may see: those of the own region; the province sees all."""
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
    return _first_those_that_count(enrolments_seen(by).filter(person=person))


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
