"""备案的判断: an entry with everything it leads to, gathered once for the rules: page, services, imports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import prefetch_related_objects

from agency.identity import age_on
from agency.organisation.institutions import institution_by_code, may_refer
from agency.organisation.models import Institution, PoolingRegion
from agency.policy.insurance import InsuranceType
from agency.policy.selectors import bool_parameter, int_parameter
from filings.filing import places, rules
from filings.filing.agents import papers_lacking
from filings.filing.entry import INSTITUTION_FIELDS, FilingEntry, entry_of
from filings.filing.models import Filing
from filings.filing.reasons import Reason
from filings.filing.referrals import REFERRAL, Referral
from filings.filing.rules import BeginSpan, Insurance, Lock, Named, Overlap, Replaced, Submission
from filings.filing.sections import papers_scanned, promises_barred
from filings.filing.selectors import locks_of, overlapping, terms_of, validity_of
from filings.filing.states import FilingState
from filings.filing.validity import Terms, Validity
from filings.materials.rules import Group, missing, rests_on_commitment
from filings.materials.selectors import groups_of, material_names
from filings.people.models import Enrolment, InsuredPerson
from filings.people.selectors import enrolment_in


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
    institutions: Mapping[str, Institution | None]
    is_elderly: bool = False
    lock_until: dt.date | None = None  # of the place that it leaves

    @property
    def green_channel(self) -> bool:
        """Ticked by the clerk, or by the person's age on the day of receipt [S0]."""
        return self.entry.green_channel or self.is_elderly


def judge(
    entry: FilingEntry,
    person: InsuredPerson | None,
    region: PoolingRegion,
    *,
    received_on: dt.date,
    on: dt.date,
    own_no: str = "",
    replaces: Filing | None = None,
    lock_waived_for: str = "",
    scanned: Collection[str] | None = None,
) -> Judged:
    """Everything about an entry taken in by `region`: rules as of the day it was received, insurance as of
    today. `replaces` is the filing whose place it is to take (变更); `lock_waived_for` is the area code of
    the place that a supervisor lets it go to early; `scanned` are the papers of which there is a scan, None
    where the copies of an agent are not asked for (lists)."""
    place = places.choose(entry.province, entry.city)
    terms = terms_of(entry.kind, received_on) if entry.kind else None
    enrolment = None
    if person is not None and entry.insurance_type:
        enrolment = enrolment_in(person, region, entry.insurance_type)
    span = validity_of(entry.begins_on, terms, scope=place.scope)
    groups = groups_of(entry.kind, scope=place.scope, region=region, on=received_on)
    institutions = institutions_of(entry)
    but = [own_no, replaces.filing_no] if replaces is not None else [own_no]
    filed = Submission(
        on=on,
        received_on=received_on,
        begin_span=begin_span_of(received_on, region),
        region_name=region.name,
        insurance_label=_label(entry.insurance_type),
        insurance=insurance_of(enrolment, on),
        phone=entry.phone,
        kind=entry.kind,
        terms=terms,
        place=places.judged(place, region, on),
        begins_on=entry.begins_on,
        ends_on=span.ends_on if span is not None else None,
        address=entry.address,
        agent=entry.agent,
        person_cert_no=entry.cert_no,
        agent_papers_lacking=_agent_papers(entry, scanned, region, received_on),
        has_material_rules=bool(groups),
        missing_materials=material_reasons(groups, entry.materials),
        overlap=_overlap(person, place, entry.kind, span, but),
        named=_named(entry, institutions, place, on),
        referral=_referral(entry, institutions, region, received_on),
        lock=_lock(person, terms, place, own_no, replaces, waived=lock_waived_for == place.area_code),
        replaced=_replaced(entry, replaces, on),
        promises_barred_until=_barred_until(person, region, entry, groups, on),
    )
    return Judged(
        entry=entry,
        person=person,
        enrolment=enrolment,
        place=place,
        terms=terms,
        validity=span,
        groups=groups,
        reasons=rules.submission_reasons(filed),
        institutions=institutions,
        is_elderly=is_elderly(person, received_on, region),
        lock_until=filed.lock.until if filed.lock is not None else None,
    )


def judge_stored(filing: Filing, on: dt.date) -> Judged:
    """The judgement of a filing as it is stored."""
    return judge(
        entry_of(filing),
        filing.person,
        filing.insured_region,
        received_on=filing.received_on,
        on=on,
        **own_facts(filing),
    )


def own_facts(filing: Filing | None) -> dict[str, Any]:
    """What `judge` is told of the filing that an entry is of; of none yet, that it is a counter's."""
    if filing is None:
        return {"scanned": frozenset()}
    return {
        "own_no": filing.filing_no,
        "replaces": filing.to_replace,
        "lock_waived_for": filing.lock_waived_area_code,
        "scanned": papers_scanned(filing) if filing.batch_id is None else None,
    }


def is_elderly(person: InsuredPerson | None, on: dt.date, region: PoolingRegion) -> bool:
    """Whether the person's age opens the green channel [S0]; a parameter says from when."""
    if person is None or person.birth_date is None:
        return False
    return age_on(person.birth_date, on) >= int_parameter("filing.green_channel_age", on, region)


def original_serves(region: PoolingRegion, on: dt.date) -> bool:
    """Whether a look at the original of both certificates, of agent and principal, stands for a copy [P]."""
    return bool_parameter("filing.agent_original_serves", on, region)


def _agent_papers(
    entry: FilingEntry, scanned: Collection[str] | None, region: PoolingRegion, on: dt.date
) -> tuple[str, ...]:
    if scanned is None or not entry.agent.is_given:
        return ()
    return papers_lacking(entry.materials, scanned, original_serves=original_serves(region, on))


def institutions_of(entry: FilingEntry) -> dict[str, Institution | None]:
    """The institutions named on an entry, by field; None where none is named or the directory has none."""
    typed = {name: getattr(entry, name) for name in INSTITUTION_FIELDS}
    return {name: institution_by_code(code) if code else None for name, code in typed.items()}


def _barred_until(
    person: InsuredPerson | None,
    region: PoolingRegion,
    entry: FilingEntry,
    groups: tuple[Group, ...],
    on: dt.date,
) -> dt.date | None:
    if person is None or not rests_on_commitment(groups, entry.materials):
        return None
    return promises_barred([person.pk], on).get((person.pk, region.pk))


def _named(
    entry: FilingEntry, known: Mapping[str, Institution | None], place: places.ChosenPlace, on: dt.date
) -> Named:
    institution = known["care_institution"]
    if institution is None:
        return Named(typed=entry.care_institution)
    return Named(
        typed=entry.care_institution,
        name=str(institution),
        designated=institution.designated_on(on),
        in_place=not place.complete or places.holds(place, institution),
        place_name=str(institution.place or institution.region or ""),
    )


def _referral(
    entry: FilingEntry, known: Mapping[str, Institution | None], region: PoolingRegion, on: dt.date
) -> Referral:
    if entry.kind != REFERRAL:
        return Referral()
    hospital = known["referring_institution"]
    return Referral(
        hospital_typed=entry.referring_institution,
        hospital_name=str(hospital or ""),
        may_refer=hospital is not None and may_refer(hospital, region, entry.referred_on or on),
        diagnosis=entry.diagnosis,
        referred_on=entry.referred_on,
        settlements_allowed=entry.settlements_allowed,
    )


def _replaced(entry: FilingEntry, old: Filing | None, on: dt.date) -> Replaced | None:
    if old is None or old.begins_on is None:
        return None
    before, state = entry_of(old), old.state_on(on)
    same = replace(entry, materials={}, begins_on=None) == replace(before, materials={}, begins_on=None)
    return Replaced(old.filing_no, old.begins_on, state == FilingState.IN_FORCE, state.label, same)


def _lock(
    person: InsuredPerson | None,
    terms: Terms | None,
    place: places.ChosenPlace,
    own_no: str,
    replaces: Filing | None,
    *,
    waived: bool,
) -> Lock | None:
    """The lock of the place that this filing would leave: that of the one it changes, and of one
    that was cancelled, for cancelling and filing anew is a change too [S4, P].

    A new filing of a kind without a lock leaves nothing; a change leaves its place whatever it becomes."""
    if person is None or terms is None or not place.complete:
        return None
    left = [replaces] if replaces is not None else []
    left += cancelled_of([person.pk]) if terms.lock_months else []
    left = places_left(left, area_code=place.area_code, own_no=own_no)
    since = {first_at_place(row).filing_no: row.filing_no for row in left}
    locks = [Lock(since[no], until, waived) for no, until in locks_of([first_at_place(row) for row in left])]
    return max(locks, key=lambda lock: lock.until, default=None)


def cancelled_of(people: Collection[int]) -> list[Filing]:
    """The filings of these persons that were cancelled after they had been valid: a place that is left by
    cancelling is left too [P]."""
    rows = Filing.objects.cancelled_after_valid().filter(person__in=people).select_related("care_region")
    found = list(rows.order_by("pk"))
    load_changes_of_address(found)
    return found


def load_changes_of_address(filings: Sequence[Filing]) -> None:
    """Fetch together what `first_at_place` walks back over, one step of all filings at a time."""
    step = [row for row in filings if row.replaces_id is not None]
    while step:
        prefetch_related_objects(step, "replaces__care_region")
        before = [(row, row.replaces) for row in step if row.replaces is not None]
        stayed = [old for row, old in before if old.care_area_code == row.care_area_code]
        step = [row for row in stayed if row.replaces_id is not None]


def places_left(left: Sequence[Filing], *, area_code: str, own_no: str) -> list[Filing]:
    """Of the filings whose place might be left, those whose place another filing (`own_no`) does leave."""
    return [row for row in left if row.filing_no != own_no and row.care_area_code != area_code]


def first_at_place(filing: Filing) -> Filing:
    """The filing with which the person came to the place: another address there begins no new lock."""
    while filing.replaces is not None and filing.replaces.care_area_code == filing.care_area_code:
        filing = filing.replaces
    return filing


def begin_span_of(on: dt.date, region: PoolingRegion) -> BeginSpan:
    """How many days before and after a day a filing may begin, by the parameters of the region."""
    return BeginSpan(
        back=int_parameter("filing.backdate_days", on, region),
        ahead=int_parameter("filing.ahead_days", on, region),
    )


def _overlap(
    person: InsuredPerson | None,
    place: places.ChosenPlace,
    kind: str,
    span: Validity | None,
    but: Sequence[str],
) -> Overlap | None:
    if span is None or not place.complete:
        return None
    other = overlapping(
        person,
        area_code=place.area_code,
        kind=kind,
        begins=span.begins_on,
        ends=span.ends_on,
        but=but,
    )
    return Overlap(other.filing_no, other.ends_on) if other is not None else None


def _label(insurance_type: str) -> str:
    return str(InsuranceType(insurance_type).label) if insurance_type in InsuranceType.values else ""


def insurance_of(enrolment: Enrolment | None, on: dt.date) -> Insurance | None:
    """The enrolment as the rules see it on a day."""
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
