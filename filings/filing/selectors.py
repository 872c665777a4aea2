"""Reads of filings, narrowed to what a person may see; and everything the rules are to judge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import QuerySet

from agency.merging import Merged
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.policy.selectors import bool_parameter, int_parameter
from filings.filing.kinds import FilingKind
from filings.filing.models import Filing, KindTerms
from filings.filing.states import CAME_INTO_FORCE
from filings.filing.validity import CROSS_PROVINCE, Terms, Validity, is_plausible, validity
from filings.people.models import InsuredPerson

WITH_NAMES = (
    "person",
    "insured_region",
    "care_region",
    "taken_in_by",
    "reviewed_by",
    "counter",
    "care_institution",
    "referring_institution",
    "replaces",
    "assigned_to",
)


def filings_visible(by: User) -> QuerySet[Filing]:
    """Filings that `by` may look at, newest first."""
    return Filing.objects.visible_to(by).select_related(*WITH_NAMES).order_by("-pk")


def filings_listed(by: User, side: str = "", state: str = "", on: dt.date | None = None) -> Merged:
    """The ledger, newest first: a region's own insured, or (`side` is "care") those of others who come to it;
    of one state on a day, or of all.

    Either side walks one index; the two at once would be an OR that none serves. The province sees all.
    """
    rows = Filing.objects.all()
    if not access.sees_all(by):
        care = {"care_region": by.region_id, "state__in": CAME_INTO_FORCE}
        rows = rows.filter(**care) if side == "care" else rows.filter(insured_region=by.region_id)
    parts = rows.in_state_parts(state, on) if state and on is not None else [rows]
    return Merged(Filing.objects.told(), tuple(parts))


def in_force(person: InsuredPerson, care_region: PoolingRegion, on: dt.date, kind: str = "") -> Filing | None:
    """The filing under which a person may be treated in a region on a day; None when there is none."""
    rows = Filing.objects.in_force(on).filter(person=person, care_region=care_region)
    return (rows.filter(kind=kind) if kind else rows).order_by("-pk").first()


def expiring_days(by: User, on: dt.date) -> int:
    """How many days before its end a filing is shown as ending soon."""
    return int_parameter("filing.expiring_notice_days", on, by.region)


def terms_of(kind: str, on: dt.date) -> Terms | None:
    """How long a kind is valid, as in force on a day; None when no row says so."""
    row = KindTerms.objects.in_force(on).filter(kind=kind).order_by("-valid_from").first()
    return _terms(row) if row is not None else None


def _terms(row: KindTerms) -> Terms:
    return Terms(
        term=row.term,
        validity_months=row.validity_months,
        lock_months=row.lock_months,
        settlements_allowed=row.settlements_allowed,
        offered=row.offered,
        needs_review=row.needs_review,
    )


def offered_kinds(on: dt.date) -> list[tuple[FilingKind, Terms]]:
    """The kinds that the counters take in on a day, in the order of the list of kinds."""
    newest = {row.kind: _terms(row) for row in KindTerms.objects.in_force(on).order_by("valid_from")}
    return [(kind, newest[kind]) for kind in FilingKind if kind in newest and newest[kind].offered]


def needs_review(kind: str, channel: str, *, on: dt.date, region: PoolingRegion) -> bool:
    """Whether a colleague looks at it before it takes effect: per kind and per channel [S0, S1, P]."""
    terms = terms_of(kind, on)
    if terms is not None and not terms.needs_review:
        return False
    return bool_parameter(f"filing.review_required.{channel}", on, region)


def overlapping(
    person: InsuredPerson | None,
    *,
    area_code: str,
    kind: str,
    begins: dt.date,
    ends: dt.date | None,
    but: Sequence[str] = (),
) -> Filing | None:
    """Another filing of the same person, place and kind that is or was valid on one of the days [P]."""
    if person is None:
        return None
    rows = Filing.objects.sharing_days(begins, ends).filter(
        person=person, care_area_code=area_code, kind=kind
    )
    return rows.exclude(filing_no__in=but).order_by("pk").first()


def validity_of(begins_on: dt.date | None, terms: Terms | None, *, scope: str) -> Validity | None:
    """有效期; None while kind or begin are not known, or the begin lies where no calendar reaches."""
    if terms is None or begins_on is None or not is_plausible(begins_on):
        return None
    return validity(begins_on, terms, scope=scope)


def locked_until(filing: Filing) -> dt.date | None:
    """The first day on which the place of a filing may be changed; None when it is not locked."""
    return dict(locks_of([filing])).get(filing.filing_no)


def locks_of(filings: Sequence[Filing]) -> list[tuple[str, dt.date]]:
    """The numbers of those whose place is locked, with the first day on which it may be changed; one query
    for all. The lock is that of the day of receipt."""
    away = [filing for filing in filings if filing.kind and filing.is_cross_province]
    kinds = {filing.kind for filing in away}
    rows = list(KindTerms.objects.filter(kind__in=kinds).order_by("-valid_from")) if away else []
    found = []
    for filing in away:
        terms = terms_held(rows, filing)
        span = validity_of(filing.begins_on, terms, scope=CROSS_PROVINCE)
        if span is not None and span.locked_until is not None:
            found.append((filing.filing_no, span.locked_until))
    return found


def terms_held(rows: Sequence[KindTerms], filing: Filing) -> Terms | None:
    """The terms of a filing's kind on the day of receipt, out of rows with the newest start first."""
    return next((_terms(row) for row in rows if _holds(row, filing)), None)


def _holds(row: KindTerms, filing: Filing) -> bool:
    on = filing.received_on
    return row.kind == filing.kind and row.valid_from <= on and (row.valid_to is None or row.valid_to >= on)


def filings_of(person: InsuredPerson, by: User) -> list[Filing]:
    """A person's filings that `by` may look at, newest first."""
    return list(filings_visible(by).filter(person=person)[:100])
