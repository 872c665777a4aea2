"""备案的核对: what must hold for all filings, whatever happened to the rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from agency.organisation.selectors import area_code_table
from agency.registry import CHECKS
from agency.web.parts import Broken
from filings.filing.models import Filing
from filings.filing.selectors import needs_review, terms_of, validity_of
from filings.filing.states import CAME_INTO_FORCE, LASTING, FilingState
from filings.filing.validity import CROSS_PROVINCE, IN_PROVINCE, Terms
from filings.filing.waivers import locks_noted_wrong

NO_OVERLAP = "备案有效期不重叠"
SECOND_PERSON = "备案由第二人复核"
WERE_REVIEWED = "生效备案都经过复核"
DATES_BY_TERMS = "备案期限合规则"
PLACE_AND_REGION = "就医地与统筹区一致"
CHANGES_JOIN = "变更前后相接"
PROOF_DATES = "容缺期限只在已生效的备案上"
LOCKS_NOTED = "锁定的就医地记得对"
CHUNK = 2000


@CHECKS.register(NO_OVERLAP, order=100)
def filings_do_not_overlap(period: str | None) -> Iterator[Broken]:
    """At most one filing valid per person, place of care and kind on any day; of cancelled ones the days
    that they lived count [P]."""
    before = Filing.objects.sharing_days(OuterRef("begins_on"), None).filter(
        person=OuterRef("person"),
        care_area_code=OuterRef("care_area_code"),
        kind=OuterRef("kind"),
        pk__lt=OuterRef("pk"),
    )
    touching = Exists(before.filter(begins_on__lte=OuterRef("ends_on")))
    lasting = Q(state__in=LASTING)
    stopped = ~Q(state__in=LASTING) & Q(effective_at__isnull=False, ends_on__isnull=False)
    rows = Filing.objects.filter(lasting | stopped)
    for number in _numbers(rows.filter(Q(touching) | Q(Exists(before), ends_on__isnull=True))):
        yield Broken(NO_OVERLAP, number, "与同一人、同一就医地的同类备案有效期重叠")


@CHECKS.register(SECOND_PERSON, order=101)
def reviewed_by_another(period: str | None) -> Iterator[Broken]:
    """Whoever enters a filing never approves it."""
    for number in _numbers(Filing.objects.filter(reviewed_by=F("taken_in_by"))):
        yield Broken(SECOND_PERSON, number, "复核人就是录入人")


@CHECKS.register(WERE_REVIEWED, order=102)
def in_force_was_reviewed(period: str | None) -> Iterator[Broken]:
    """A filing in force has a reviewer, unless kind and channel asked for none on the day of its effect, or
    the list that it came with was confirmed (a second person's act of its own, see `agency/batches`)."""
    asked = cache(needs_review)
    rows = Filing.objects.filter(
        state__in=CAME_INTO_FORCE,
        reviewed_by__isnull=True,
        effective_at__isnull=False,
        batch__confirmed_by__isnull=True,
    )
    for filing in rows.select_related("insured_region").order_by("pk").iterator(chunk_size=CHUNK):
        on = timezone.localdate(filing.effective_at)
        if asked(filing.kind, filing.channel, on=on, region=filing.insured_region):
            yield Broken(WERE_REVIEWED, filing.filing_no, "已生效，但没有复核人")


@CHECKS.register(DATES_BY_TERMS, order=103)
def dates_follow_terms(period: str | None) -> Iterator[Broken]:
    """The last day of a filing is the one that its kind gives, as the rules stood when it was taken in."""
    known = cache(terms_of)
    rows = Filing.objects.filter(state__in=LASTING).select_related("care_region")
    for filing in rows.order_by("pk").iterator(chunk_size=CHUNK):
        ends_on = _ends_on(filing, known(filing.kind, filing.received_on))
        if ends_on != filing.ends_on:
            told = ends_on or "长期有效"
            yield Broken(
                DATES_BY_TERMS, filing.filing_no, f"截止日期是 {filing.ends_on or '空'}，按规则应为 {told}"
            )


def _ends_on(filing: Filing, terms: Terms | None) -> dt.date | None:
    scope = CROSS_PROVINCE if filing.is_cross_province else IN_PROVINCE
    span = validity_of(filing.begins_on, terms, scope=scope)
    return filing.ends_on if span is None else span.ends_on


@CHECKS.register(PLACE_AND_REGION, order=104)
def place_belongs_to_region(period: str | None) -> Iterator[Broken]:
    """The care region is the one that the place's area code leads to."""
    table = area_code_table()
    rows = Filing.objects.filter(care_region__isnull=False).exclude(care_area_code="")
    columns = rows.order_by("pk").values_list("filing_no", "care_area_code", "care_region_id", "received_on")
    for number, code, region_id, on in columns.iterator(chunk_size=CHUNK):
        if table.region_id(code, on) != region_id:
            yield Broken(PLACE_AND_REGION, number, f"就医地区划 {code} 不属于所记的统筹区")


@CHECKS.register(CHANGES_JOIN, order=105)
def changes_join(period: str | None) -> Iterator[Broken]:
    """What was changed has a successor that took effect, of the same person and region, and is valid to the
    day before at most; what took effect as a change has put an end to the filing before it, unless it was
    called off before it began."""
    took_effect = Filing.objects.filter(replaces=OuterRef("pk"), effective_at__isnull=False)
    superseded = Filing.objects.filter(state=FilingState.SUPERSEDED)
    for number in _numbers(superseded.filter(~Exists(took_effect))):
        yield Broken(CHANGES_JOIN, number, "已变更，但没有生效过的变更后的备案")
    later = Filing.objects.filter(replaces__isnull=False, effective_at__isnull=False)
    later = later.exclude(state=FilingState.CANCELLED, ends_on__isnull=True)  # called off before it began
    for number in _numbers(later.exclude(replaces__state=FilingState.SUPERSEDED)):
        yield Broken(CHANGES_JOIN, number, "变更已生效，但原备案没有转为已变更")
    for number in _numbers(later.filter(replaces__ends_on__gte=F("begins_on"))):
        yield Broken(CHANGES_JOIN, number, "原备案的截止日期不早于变更的生效日期")
    changes = Filing.objects.filter(replaces__isnull=False)
    same = Q(person=F("replaces__person"), insured_region=F("replaces__insured_region"))
    for number in _numbers(changes.exclude(same)):
        yield Broken(CHANGES_JOIN, number, "与原备案不是同一人、同一参保地")


@CHECKS.register(PROOF_DATES, order=106)
def proof_dates_are_of_filings_in_force(period: str | None) -> Iterator[Broken]:
    """A date for a paper still to come stands on filings in force only."""
    rows = Filing.objects.filter(proof_due_on__isnull=False).exclude(state=FilingState.IN_FORCE)
    for number in _numbers(rows):
        yield Broken(PROOF_DATES, number, "不是已生效，却还有容缺材料期限")


@CHECKS.register(LOCKS_NOTED, order=107)
def locks_are_noted(period: str | None) -> Iterator[Broken]:
    """What an open filing notes of the lock of the place that it leaves is what the rules say."""
    for filing, until in locks_noted_wrong(Filing.objects.all()):
        told = f"记的是锁定至 {filing.lock_until or '（没有）'}，按规则应为 {until or '（没有）'}"
        yield Broken(LOCKS_NOTED, filing.filing_no, told)


def _numbers(rows: object) -> Iterator[str]:
    yield from rows.order_by("pk").values_list("filing_no", flat=True)  # type: ignore[attr-defined]
