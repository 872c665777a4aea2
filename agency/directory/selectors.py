"""Reads of the directory. It is public: every region sees all of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Case, Exists, IntegerField, OuterRef, QuerySet, Value, When

from agency.directory.rules import Standing, Term, code_span, read_term
from agency.organisation.institutions import institution_by_code, referring
from agency.organisation.models import (
    Institution,
    InstitutionConnection,
    InstitutionQualification,
    PoolingRegion,
    RegionKind,
)
from agency.organisation.places import JILIN

SAME_NAME_AT_MOST = 6
ALIKE_AT_MOST = 3


@dataclass(frozen=True)
class Wanted:
    """What is looked for in the directory on a day; what is empty does not narrow."""

    on: dt.date
    province: str = ""
    city: str = ""
    care: str = ""
    scope: str = ""
    sort: str = ""
    level: str = ""
    qualification: str = ""
    standing: str = Standing.DESIGNATED
    name: str = ""


def institutions_found(wanted: Wanted) -> QuerySet[Institution]:
    """The institutions that are looked for, by code; never counted, so that 60 000 cost as little as 60."""
    rows = _standing(_placed(Institution.objects.all(), wanted.province, wanted.city), wanted)
    if wanted.care or wanted.scope:
        rows = rows.filter(_connected(wanted))
    if wanted.qualification:
        held = InstitutionQualification.objects.in_force(wanted.on).filter(qualification=wanted.qualification)
        rows = rows.filter(pk__in=held.order_by().values("institution"))  # few: found first, then fetched
    if wanted.sort:
        rows = rows.filter(code__startswith=wanted.sort)
    if wanted.level:
        rows = rows.filter(level__startswith=wanted.level)
    return _termed(rows, read_term(wanted.name)).select_related("region", "place").order_by("code")


def by_level(rows: QuerySet[Institution]) -> QuerySet[Institution]:
    """The highest level first, for a list on paper."""
    rank = Case(
        *(When(level__startswith=level, then=Value(n)) for n, level in enumerate(("三级", "二级", "一级"))),
        default=Value(9),
        output_field=IntegerField(),
    )
    return rows.order_by(rank, "code")


def institutions_suggested(
    text: str,
    *,
    on: dt.date,
    province: str = "",
    city: str = "",
    referring_for: PoolingRegion | None = None,
    at_most: int,
) -> list[Institution]:
    """What a pick field offers while somebody types: designated ones of the place, or, for a referral, those
    whose referral counts for the insured of a region; names that begin with the text first. One more than
    `at_most` is returned when there are more."""
    if referring_for is not None:
        rows: QuerySet[Institution] = referring(referring_for, on)
    else:
        rows = _placed(Institution.objects.designated(on), province, city)
    term = read_term(text)
    first = []  # the own region's hospitals, then names that begin with the text
    if referring_for is not None:
        first.append(_where(region=referring_for))
    if term.words:
        first.append(_where(name__startswith=term.words[0]))
    rows = _termed(rows, term).select_related("region", "place")
    return list(rows.order_by(*first, "code")[: at_most + 1])


def _where(**condition: object) -> Case:
    """Sorts what fulfils a condition before what does not."""
    return Case(When(**condition, then=Value(0)), default=Value(1), output_field=IntegerField())


def institutions_meant(text: str) -> list[Institution]:
    """Whom a typed text means: the one with this code, else those of exactly this name (six at most)."""
    term = read_term(text)
    if term.code:
        found = institution_by_code(term.code)
        if found is not None:
            return [found]
    if not term.words:
        return []
    rows = Institution.objects.filter(name=" ".join(term.words), is_stub=False)
    return list(rows.select_related("region", "place").order_by("code")[:SAME_NAME_AT_MOST])


def institutions_alike(text: str) -> list[Institution]:
    """A few whose name has the typed words in it, to help somebody who typed only a part."""
    term = read_term(text)
    if not term.words:
        return []
    rows = _termed(Institution.objects.filter(is_stub=False), term)
    return list(rows.select_related("region", "place").order_by("code")[:ALIKE_AT_MOST])


def institutions_beginning(code: str, at_most: int) -> list[Institution]:
    """Those whose code begins so; one more than `at_most` when there are more."""
    rows = _termed(Institution.objects.all(), Term(code=code))
    return list(rows.select_related("region", "place").order_by("code")[: at_most + 1])


def _placed(rows: QuerySet[Institution], province: str, city: str) -> QuerySet[Institution]:
    """Those of a city, or of a whole province; the hospitals of 省直 lie in cities of others."""
    if city:
        return rows.filter(place__code=city)
    if province == JILIN:
        return rows.filter(region__in=PoolingRegion.objects.filter(kind=RegionKind.POOLING))
    return rows.filter(region__code=province) if province else rows


def _standing(rows: QuerySet[Institution], wanted: Wanted) -> QuerySet[Institution]:
    if wanted.standing == Standing.STUB:
        return rows.filter(is_stub=True)
    if wanted.standing == Standing.ENDED:
        return rows.filter(is_stub=False, designated_to__lt=wanted.on)
    if wanted.standing == Standing.DESIGNATED:
        return rows & Institution.objects.designated(wanted.on)
    return rows


def _connected(wanted: Wanted) -> Exists:
    rows = InstitutionConnection.objects.in_force(wanted.on).filter(institution=OuterRef("pk"))
    if wanted.care:
        rows = rows.filter(care_kind=wanted.care)
    return Exists(rows.filter(scope=wanted.scope) if wanted.scope else rows)


def _termed(rows: QuerySet[Institution], term: Term) -> QuerySet[Institution]:
    if term.code:
        return rows.filter(code__range=code_span(term.code))
    if not term.words:
        return rows
    named = Institution.objects.order_by()  # reads the index of names through, then fetches what was found
    for word in term.words:
        named = named.filter(name__contains=word)
    return rows.filter(pk__in=named.values("pk"))
