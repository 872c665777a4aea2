"""Writes of intake: save a draft, submit it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agency.errors import DomainError, DomainErrors
from agency.journal import audit, workflow
from agency.journal.numbers import next_number
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from agency.policy.selectors import int_parameter
from agency.policy.workdays import add_workdays, workday_from
from filings.filing.entry import FilingEntry, given_materials
from filings.filing.judging import Judged, judge, own_facts
from filings.filing.kinds import Channel
from filings.filing.models import Filing, FilingMaterial
from filings.filing.selectors import needs_review
from filings.filing.services.charge import holder_of, log_charge, to_review
from filings.filing.services.common import (
    content_of,
    judged_fields,
    judged_or_refused,
    lock,
    log,
    put_in_force,
    require_editable,
)
from filings.filing.states import FilingState
from filings.filing.validity import add_months
from filings.materials.models import MaterialKind
from filings.people.models import InsuredPerson
from filings.people.services import person_enter

S = FilingState


MAY_NOT_VANISH = frozenset(
    {"insurance_type_missing", "kind_missing", "place_missing", "city_missing", "begin_missing"}
)


class AlreadySaved(DomainError):
    """同一张表已存过: this very form was saved before; `facts["filing_no"]` is what became of it."""

    def __init__(self, filing_no: str) -> None:
        told = f"这张表已经存为 {filing_no}，没有重复办理；要改的请在这一份上改。"
        super().__init__("already_saved", told, filing_no=filing_no)


@transaction.atomic
def filing_draft_save(
    *,
    by: User,
    at: dt.datetime,
    entry: FilingEntry,
    filing: Filing | None = None,
    version: int | None = None,
    form_token: UUID | None = None,
    replaces: Filing | None = None,
) -> Filing:
    """存草稿: keep what was entered, however incomplete, as a new draft or in place of the old content.

    `replaces` is the filing in force whose place a new draft is to take (变更). `form_token` marks one opened
    form: saved a second time it raises AlreadySaved. Other errors: what `person_enter` refuses;
    `not_editable`; `lapsed`; SomeoneElseWasFirst when another clerk saved since `version` was read;
    DomainErrors when a filing sent back would become incomplete.
    """
    access.require(by, May.TAKE_IN_FILINGS, filing.insured_region if filing is not None else None)
    on = timezone.localdate(at)
    if filing is not None:
        lock(filing, version, at=at)
        require_editable(filing, on)
    person, done = person_enter(
        by=by,
        cert_type=entry.cert_type,
        cert_no=entry.cert_no,
        name=entry.name,
        on=on,
        draft_of=filing.person if filing is not None else None,
        draft_no=filing.filing_no if filing is not None else "",
    )
    if filing is None:
        filing, changed = _create(by, at, person, entry, form_token, replaces), None
    else:
        changed = _replace(filing, person, entry, on)
    if done:
        _log_person(done, person, filing, by=by, at=at)
    detail = {"version": filing.version} | ({"changed": changed} if changed is not None else {})
    log("filing_saved", filing, by=by, at=at, **detail)
    return filing


@transaction.atomic
def filing_submit(filing: Filing, *, by: User, at: dt.datetime, version: int | None = None) -> Filing:
    """提交复核: refuse with all reasons at once, else hand over to a colleague, or put in force at once where
    no review is asked for."""
    access.require(by, May.TAKE_IN_FILINGS, filing.insured_region)
    on = timezone.localdate(at)
    lock(filing, version, at=at)
    require_editable(filing, on)
    fields = {
        **judged_fields(judged_or_refused(filing, on)),
        "submitted_at": filing.submitted_at or at,
        "version": filing.version + 1,  # a reviewer's page of an earlier round is not of this one
    }
    reviewed = needs_review(filing.kind, filing.channel, on=on, region=filing.insured_region)
    if reviewed or filing.has_been_valid:
        if filing.has_been_valid:
            del fields["ends_on"]  # valid to the day its paper was due, until it is in force again
        former = holder_of(filing)
        fields |= {"deadline_on": _review_due(filing, on), "assigned_to": to_review(filing)}
        workflow.move(filing, S.UNDER_REVIEW, by=by, at=at, **fields)
        log("filing_submitted", filing, by=by, at=at)
        log_charge(filing, former, by=by, at=at, note="补正后提交")
    else:
        put_in_force(filing, by=by, at=at, **fields)
        log("filing_in_force", filing, by=by, at=at, reviewed=False)
    return filing


def _region_of(by: User) -> PoolingRegion:
    if by.region is None:
        raise DomainError("no_region", "您的账户没有统筹区，备案请由统筹区的窗口受理。")
    return by.region


def _create(
    by: User,
    at: dt.datetime,
    person: InsuredPerson,
    entry: FilingEntry,
    form_token: UUID | None,
    replaces: Filing | None,
) -> Filing:
    on, region = timezone.localdate(at), _region_of(by)
    judged = judge(entry, person, region, received_on=on, on=on, **{**own_facts(None), "replaces": replaces})
    month = f"{on:%Y%m}"
    number = next_number(f"filing-{month}")  # locks the series: from here on one after the other
    saved = Filing.objects.filter(form_token=form_token).first() if form_token is not None else None
    if saved is not None:
        raise AlreadySaved(saved.filing_no)
    filing = Filing.objects.create(
        filing_no=f"F{month}{number:04d}",
        form_token=form_token,
        replaces=replaces,
        insured_region=region,
        received_on=on,
        counter=by.counter,
        deadline_on=workday_from(add_months(on, int_parameter("filing.lapse_months", on, region))),
        taken_in_by=by,
        taken_in_at=at,
        lock_until=judged.lock_until,
        **content_of(judged),
    )
    workflow.begin(filing, by=by, at=at)
    _write_materials(filing, entry)
    return filing


def _replace(filing: Filing, person: InsuredPerson, entry: FilingEntry, on: dt.date) -> list[str]:
    """Put the new content in place of the old, under the lock; the names of what changed."""
    judged = judge(
        entry,
        person,
        filing.insured_region,
        received_on=filing.received_on,
        on=on,
        **own_facts(filing),
    )
    content = content_of(judged)
    _require_same_person(filing, person)
    if filing.state == S.AWAITING_SUPPLEMENT:
        _require_whole(judged)
        content["category"] = content["category"] or filing.category
    if filing.has_been_valid:
        _require_same_claim(filing, content)
        del content["ends_on"]
    changed = [name for name, value in content.items() if getattr(filing, name) != value]
    if given_materials(filing) != dict(entry.materials):
        changed.append("materials")
        _write_materials(filing, entry)
    for name, value in content.items():
        setattr(filing, name, value)
    filing.lock_until = judged.lock_until
    filing.version += 1
    filing.save(update_fields=[*content, "lock_until", "version"])
    return changed


def _require_same_person(filing: Filing, person: InsuredPerson) -> None:
    """A change is of the same person as what it changes; so is what was sent back."""
    if person.pk == filing.person_id:
        return
    if filing.state == S.AWAITING_SUPPLEMENT:
        raise DomainError("person_fixed", "待补正的备案不能换人；换人请撤销后重新办理。", field="cert_no")
    if filing.replaces is not None:
        told = f"这是 {filing.replaces.filing_no} 的变更，不能换人；换人请撤销这份草稿，另行新办。"
        raise DomainError("person_fixed", told, field="cert_no")


def _require_whole(judged: Judged) -> None:
    """A filing sent back keeps its insurance, kind, place and begin; they may change, not vanish.

    Nothing else keeps a correction from being saved: whether it may be submitted is judged then.
    """
    lacking = [reason.as_error() for reason in judged.reasons if reason.code in MAY_NOT_VANISH]
    if lacking:
        raise DomainErrors(lacking)


def _require_same_claim(filing: Filing, content: dict[str, Any]) -> None:
    """What was in force already keeps kind, place and begin: people relied on them."""
    fixed = {"kind": "备案类型", "care_area_code": "就医地", "begins_on": "生效日期"}
    moved = [label for name, label in fixed.items() if content[name] != getattr(filing, name)]
    if moved:
        told = f"这份备案生效过，只能补材料，{'、'.join(moved)}不能改；要改的请撤销后重新办理。"
        raise DomainError("claim_fixed", told)


def _write_materials(filing: Filing, entry: FilingEntry) -> None:
    kinds = {kind.code: kind for kind in MaterialKind.objects.filter(code__in=entry.materials)}
    filing.materials.all().delete()
    FilingMaterial.objects.bulk_create(
        FilingMaterial(filing=filing, material=kinds[code], given_as=how)
        for code, how in entry.materials.items()
        if code in kinds
    )


def _log_person(action: str, person: InsuredPerson, filing: Filing, *, by: User, at: dt.datetime) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject_kind="person",
        subject_no=person.person_no,
        region=filing.insured_region,
    )


def _review_due(filing: Filing, on: dt.date) -> dt.date:
    """At the counter the same day, from the platforms within working days; after a supplement what was
    left of that time [S0, S1, P]."""
    at_hand = filing.channel in (Channel.COUNTER, Channel.PARTNER, Channel.DELEGATE)
    days = filing.review_days_left  # the clock stood still while the person had to act
    if days is None:
        key = f"filing.review_workdays.{'counter' if at_hand else 'online'}"
        days = int_parameter(key, on, filing.insured_region)
    return add_workdays(on, days)
