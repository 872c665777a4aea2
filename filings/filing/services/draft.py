"""Writes of intake: save a draft, submit it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from agency.errors import DomainError, DomainErrors, SomeoneElseWasFirst
from agency.journal import audit, workflow
from agency.journal.numbers import next_number
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from agency.policy.selectors import int_parameter
from agency.policy.workdays import add_workdays
from filings.filing.entry import FilingEntry
from filings.filing.kinds import Channel
from filings.filing.models import Filing, FilingMaterial
from filings.filing.rules import add_months
from filings.filing.selectors import Judged, judge, needs_review
from filings.filing.services.common import (
    content_of,
    judged_fields,
    judged_or_refused,
    locked_person,
    log,
    put_in_force,
    require_editable,
)
from filings.filing.states import FilingState
from filings.filing.timekeeping import record_ended
from filings.materials.models import MaterialKind
from filings.people.models import InsuredPerson
from filings.people.services import person_enter

S = FilingState


@transaction.atomic
def filing_draft_save(
    *, by: User, at: dt.datetime, entry: FilingEntry, filing: Filing | None = None, version: int | None = None
) -> Filing:
    """存草稿: keep what was entered, however incomplete, as a new draft or in place of the old content.

    Errors: what `person_enter` refuses; `not_editable`; `lapsed`; SomeoneElseWasFirst when another clerk
    saved since `version` was read; DomainErrors when a filing sent back would become incomplete.
    """
    access.require(by, May.TAKE_IN_FILINGS, filing.insured_region if filing is not None else None)
    on = timezone.localdate(at)
    if filing is not None:
        require_editable(filing, on)
    person, is_new_person = person_enter(
        cert_type=entry.cert_type, cert_no=entry.cert_no, name=entry.name, on=on
    )
    region = filing.insured_region if filing is not None else _region_of(by)
    judged = judge(
        entry,
        person,
        region,
        received_on=filing.received_on if filing is not None else on,
        on=on,
        own_no=filing.filing_no if filing is not None else "",
    )
    if filing is None:
        filing = _create(by, at, person, region, judged)
    else:
        _replace(filing, person, judged, version)
    _write_materials(filing, entry)
    if is_new_person:
        audit.record(
            "person_registered",
            by=by,
            at=at,
            subject_kind="person",
            subject_no=person.person_no,
            region=region,
        )
    log("filing_saved", filing, by=by, at=at, version=filing.version)
    return filing


@transaction.atomic
def filing_submit(filing: Filing, *, by: User, at: dt.datetime) -> Filing:
    """提交复核: refuse with all reasons at once, else hand over to a colleague, or put in force at once where
    no review is asked for."""
    access.require(by, May.TAKE_IN_FILINGS, filing.insured_region)
    on = timezone.localdate(at)
    require_editable(filing, on)
    person = locked_person(filing)
    record_ended(Filing.objects.filter(person=person), at=at)
    judged = judged_or_refused(filing, on)
    fields = judged_fields(judged)
    if needs_review(filing.kind, filing.channel, on=on, region=filing.insured_region):
        workflow.move(filing, S.UNDER_REVIEW, by=by, at=at, deadline_on=_review_due(filing, on), **fields)
        log("filing_submitted", filing, by=by, at=at)
    else:
        put_in_force(filing, by=by, at=at, **fields)
        log("filing_in_force", filing, by=by, at=at, reviewed=False)
    return filing


def _region_of(by: User) -> PoolingRegion:
    if by.region is None:
        raise DomainError("no_region", "您的账户没有统筹区，备案请由统筹区的窗口受理。")
    return by.region


def _create(
    by: User, at: dt.datetime, person: InsuredPerson, region: PoolingRegion, judged: Judged
) -> Filing:
    on = timezone.localdate(at)
    month = f"{on:%Y%m}"
    filing = Filing.objects.create(
        filing_no=f"F{month}{next_number(f'filing-{month}'):04d}",
        insured_region=region,
        received_on=on,
        counter=by.counter,
        deadline_on=add_months(on, int_parameter("filing.lapse_months", on, region)),
        taken_in_by=by,
        taken_in_at=at,
        **content_of(judged),
    )
    workflow.begin(filing, by=by, at=at)
    return filing


def _replace(filing: Filing, person: InsuredPerson, judged: Judged, version: int | None) -> None:
    """Compare-and-set on the version that the clerk had before him, so that nobody's work is lost unseen."""
    if filing.state == S.AWAITING_SUPPLEMENT:
        _require_whole(filing, person, judged)
    read = filing.version if version is None else version
    content = content_of(judged)
    rows = Filing.objects.filter(pk=filing.pk, version=read, state=filing.state)
    if rows.update(version=read + 1, **content) != 1:
        raise SomeoneElseWasFirst(
            f"{filing.filing_no} 刚被同事改过，您这次填写的没有保存。请重新打开，对照新的内容再改。",
            filing_no=filing.filing_no,
        )
    for name, value in content.items():
        setattr(filing, name, value)
    filing.version = read + 1


def _require_whole(filing: Filing, person: InsuredPerson, judged: Judged) -> None:
    """A filing sent back keeps its person, insurance, kind, place and begin; they may change, not vanish."""
    if person.pk != filing.person_id:
        raise DomainError("person_fixed", "待补正的备案不能换人；换人请撤销后重新办理。", field="cert_no")
    needed = {"insurance_type", "kind", "province", "city", "begins_on"}
    lacking = [reason.as_error() for reason in judged.reasons if reason.field in needed]
    if lacking:
        raise DomainErrors(lacking)


def _write_materials(filing: Filing, entry: FilingEntry) -> None:
    kinds = {kind.code: kind for kind in MaterialKind.objects.filter(code__in=entry.materials)}
    filing.materials.all().delete()
    FilingMaterial.objects.bulk_create(
        FilingMaterial(filing=filing, material=kinds[code], given_as=how)
        for code, how in entry.materials.items()
        if code in kinds
    )


def _review_due(filing: Filing, on: dt.date) -> dt.date:
    """At the counter the same day, from the platforms within working days [S0, S1]."""
    at_hand = filing.channel in (Channel.COUNTER, Channel.PARTNER, Channel.DELEGATE)
    days = int_parameter(
        f"filing.review_workdays.{'counter' if at_hand else 'online'}", on, filing.insured_region
    )
    return add_workdays(on, days)
