"""Reads of filings, narrowed to what a person may see; and everything the rules are to judge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from agency.organisation.models import PoolingRegion, User
from agency.policy.insurance import InsuranceType
from agency.policy.selectors import bool_parameter, int_parameter
from filings.filing import places, rules
from filings.filing.entry import FilingEntry, entry_of
from filings.filing.kinds import FilingKind
from filings.filing.models import Filing, KindTerms
from filings.filing.rules import BeginSpan, Insurance, Overlap, Reason, Submission
from filings.filing.states import FilingState
from filings.filing.validity import Terms, Validity, is_plausible, validity
from filings.materials.rules import Group, missing
from filings.materials.selectors import groups_of, material_names
from filings.people.models import Enrolment, InsuredPerson
from filings.people.selectors import enrolment_in

COUNTED_AT_MOST = 99
WITH_NAMES = ("person", "insured_region", "care_region", "taken_in_by", "reviewed_by", "counter")


def filings_visible(by: User) -> QuerySet[Filing]:
    """Filings that `by` may look at, newest first."""
    return Filing.objects.visible_to(by).select_related(*WITH_NAMES).order_by("-pk")


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
    but: str = "",
) -> Filing | None:
    """Another filing of the same person, place and kind that is or was valid on one of the days [P]."""
    if person is None:
        return None
    rows = Filing.objects.sharing_days(begins, ends).filter(
        person=person, care_area_code=area_code, kind=kind
    )
    return rows.exclude(filing_no=but).order_by("pk").first()


@dataclass(frozen=True)
class Judged:
    """An entry with everything it leads to: its place, terms, papers, and what keeps it from going on."""

    entry: FilingEntry
    person: InsuredPerson | None
    enrolment: Enrolment | None
    place: places.ChosenPlace
    terms: Terms | None
    validity: Validity | None
    groups: tuple[Group, ...]
    reasons: list[Reason]


def judge(
    entry: FilingEntry,
    person: InsuredPerson | None,
    region: PoolingRegion,
    *,
    received_on: dt.date,
    on: dt.date,
    own_no: str = "",
) -> Judged:
    """Everything about an entry taken in by `region`: rules as of the day it was received, insurance as of
    today."""
    place = places.choose(entry.province, entry.city)
    terms = terms_of(entry.kind, received_on) if entry.kind else None
    enrolment = None
    if person is not None and entry.insurance_type:
        enrolment = enrolment_in(person, region, entry.insurance_type)
    span = validity_of(entry.begins_on, terms, scope=place.scope)
    groups = groups_of(entry.kind, scope=place.scope, region=region, on=received_on)
    filed = Submission(
        on=on,
        received_on=received_on,
        begin_span=_begin_span(received_on, region),
        region_name=region.name,
        insurance_label=_label(entry.insurance_type),
        insurance=_insurance(enrolment, on),
        phone=entry.phone,
        kind=entry.kind,
        terms=terms,
        place=places.judged(place, region, on),
        begins_on=entry.begins_on,
        ends_on=span.ends_on if span is not None else None,
        address=entry.address,
        agent=entry.agent,
        person_cert_no=entry.cert_no,
        has_material_rules=bool(groups),
        missing_materials=material_reasons(groups, entry.materials),
        overlap=_overlap(person, place, entry.kind, span, own_no),
    )
    return Judged(entry, person, enrolment, place, terms, span, groups, rules.submission_reasons(filed))


def judge_stored(filing: Filing, on: dt.date) -> Judged:
    """The judgement of a filing as it is stored."""
    return judge(
        entry_of(filing),
        filing.person,
        filing.insured_region,
        received_on=filing.received_on,
        on=on,
        own_no=filing.filing_no,
    )


def validity_of(begins_on: dt.date | None, terms: Terms | None, *, scope: str) -> Validity | None:
    """有效期; None while kind or begin are not known, or the begin lies where no calendar reaches."""
    if terms is None or begins_on is None or not is_plausible(begins_on):
        return None
    return validity(begins_on, terms, scope=scope)


def _begin_span(on: dt.date, region: PoolingRegion) -> BeginSpan:
    return BeginSpan(
        back=int_parameter("filing.backdate_days", on, region),
        ahead=int_parameter("filing.ahead_days", on, region),
    )


def _overlap(
    person: InsuredPerson | None,
    place: places.ChosenPlace,
    kind: str,
    span: Validity | None,
    own_no: str,
) -> Overlap | None:
    if span is None or not place.complete:
        return None
    other = overlapping(
        person,
        area_code=place.area_code,
        kind=kind,
        begins=span.begins_on,
        ends=span.ends_on,
        but=own_no,
    )
    return Overlap(other.filing_no, other.ends_on) if other is not None else None


def _label(insurance_type: str) -> str:
    return str(InsuranceType(insurance_type).label) if insurance_type in InsuranceType.values else ""


def _insurance(enrolment: Enrolment | None, on: dt.date) -> Insurance | None:
    if enrolment is None:
        return None
    return Insurance(
        category=enrolment.category,
        category_label=enrolment.get_category_display(),
        status_label=enrolment.get_status_display(),
        in_force=enrolment.in_force(on),
    )


def material_reasons(groups: tuple[Group, ...], given: Mapping[str, str]) -> list[Reason]:
    """One sentence for each group that nothing serves, beside its field on the checklist."""
    names = material_names()
    found = []
    for lack in missing(groups, given):
        field = f"material_{lack.group.no}"
        label = lack.group.label.partition("（")[0]
        if lack.lacking:
            papers = "、".join(names.get(code, code) for code in lack.lacking)
            told = f"{label}不齐，还缺{papers}。"
        else:
            told = f"缺{label}，请在材料清单里选择。"
        promise = "也可以签个人承诺书。" if lack.group.commitment_allowed else ""
        found.append(Reason("material_missing", field, told + promise))
    return found


QUEUES = {
    "mine": "我的草稿",
    "to_review": "待复核",
    "awaiting_supplement": "待补正",
    "expiring": "即将到期",
}


def queue(name: str, by: User, on: dt.date) -> QuerySet[Filing]:
    """One queue of the actor's own region; what is due first stands first."""
    rows = Filing.objects.editable_by(by).select_related(*WITH_NAMES)
    if name == "mine":
        return rows.filter(taken_in_by=by).in_state(FilingState.DRAFT, on).order_by("deadline_on", "pk")
    if name == "to_review":
        return rows.filter(state=FilingState.UNDER_REVIEW).order_by("deadline_on", "pk")
    if name == "awaiting_supplement":
        return rows.in_state(FilingState.AWAITING_SUPPLEMENT, on).order_by("deadline_on", "pk")
    soon = on + dt.timedelta(days=expiring_days(by, on))
    ending = rows.filter(state=FilingState.IN_FORCE, ends_on__gte=on, ends_on__lte=soon)
    return ending.order_by("ends_on", "pk")


def queue_count(name: str, by: User, on: dt.date) -> int:
    """How many wait, counted up to 99 through the index, never the whole table."""
    return min(COUNTED_AT_MOST, len(queue(name, by, on).order_by().values_list("pk")[: COUNTED_AT_MOST + 1]))


def filings_of(person: InsuredPerson, by: User) -> list[Filing]:
    """A person's filings that `by` may look at, newest first."""
    return list(filings_visible(by).filter(person=person)[:100])
