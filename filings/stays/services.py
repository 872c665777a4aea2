"""Writes of stays: record one, correct one. Nothing is deleted; every correction stands in the log."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agency.errors import DomainError, DomainErrors, SomeoneElseWasFirst
from agency.journal import audit
from agency.journal.numbers import next_number
from agency.organisation import access
from agency.organisation.models import Institution, PoolingRegion, User
from agency.organisation.roles import May
from filings.filing.models import Filing
from filings.people.models import InsuredPerson
from filings.stays.models import Recorded, Stay
from filings.stays.rules import date_reasons

KIND = "stay"


@dataclass(frozen=True)
class StayEntry:
    """What is written down of a stay."""

    institution: Institution
    admission_no: str
    admitted_on: dt.date
    department: str = ""
    discharged_on: dt.date | None = None
    settled_on: dt.date | None = None
    filing: Filing | None = None

    def columns(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


class AlreadyRecorded(DomainError):
    """同一张表已存过: this very form was saved before; `facts["number"]` is what became of it."""

    def __init__(self, number: str) -> None:
        told = f"这张表已经存为 {number}，没有重复登记；要改的请在这一份上改。"
        super().__init__("already_saved", told, number=number)


def region_of(by: User) -> PoolingRegion:
    """The region that takes in what `by` records."""
    access.require(by, May.TAKE_IN_FILINGS)
    if by.region is None:
        raise DomainError("no_region", "您的账户没有统筹区，就医登记请由统筹区的窗口办理。")
    return by.region


@transaction.atomic
def stay_record(
    *, by: User, at: dt.datetime, person: InsuredPerson, entry: StayEntry, form_token: UUID | None = None
) -> Stay:
    """登记就医: a new stay. Errors: NotAllowed, AlreadyRecorded, `stay_known` (this admission is recorded),
    `filing_of_another`, DomainErrors of its dates."""
    stay = stay_create(by=by, at=at, person=person, entry=entry, form_token=form_token)
    log_stay(stay, by=by, at=at)
    return stay


def stay_create(
    *, by: User, at: dt.datetime, person: InsuredPerson, entry: StayEntry, form_token: UUID | None = None
) -> Stay:
    """The new stay without its log entry, inside the caller's transaction, which writes that last."""
    region, on = region_of(by), timezone.localdate(at)
    lock_person(person)
    _require_sound(person, region, entry, on)
    month = f"{on:%Y%m}"
    number = next_number(f"stay-{month}")  # locks the series: from here on one after the other
    require_new(Stay, form_token, "stay_no")
    _require_unknown(person, entry, by)
    return Stay.objects.create(
        stay_no=f"S{month}{number:04d}",
        person=person,
        insured_region=region,
        recorded_by=by,
        recorded_at=at,
        changed_at=at,
        form_token=form_token,
        **entry.columns(),
    )


def log_stay(stay: Stay, *, by: User, at: dt.datetime) -> None:
    audit.record(
        "stay_recorded",
        by=by,
        at=at,
        subject_kind=KIND,
        subject_no=stay.stay_no,
        region=stay.insured_region,
        filing=stay.filing.filing_no if stay.filing is not None else "",
    )


@transaction.atomic
def stay_change(stay: Stay, *, by: User, at: dt.datetime, entry: StayEntry, version: int) -> Stay:
    """更正就医登记: put new content in place of the version that the actor saw; before and after are logged.

    Without any difference nothing is written. Errors: as `stay_record`, SomeoneElseWasFirst.
    """
    access.require(by, May.TAKE_IN_FILINGS, stay.insured_region)
    lock_person(stay.person)
    stay.refresh_from_db(from_queryset=Stay.objects.select_for_update())
    require_version(stay, version, stay.stay_no)
    _require_sound(stay.person, stay.insured_region, entry, timezone.localdate(at))
    _require_unknown(stay.person, entry, by, but=stay)
    changed = _differences(stay, entry)
    if not changed:
        return stay
    for name, value in entry.columns().items():
        setattr(stay, name, value)
    stay.version, stay.changed_at = stay.version + 1, at
    stay.save(update_fields=[*entry.columns(), "version", "changed_at"])
    audit.record(
        "stay_changed",
        by=by,
        at=at,
        subject_kind=KIND,
        subject_no=stay.stay_no,
        region=stay.insured_region,
        version=stay.version,
        changed=changed,
    )
    return stay


def lock_person(person: InsuredPerson) -> None:
    """Always the person first, so that what is written of one person is written one after the other."""
    InsuredPerson.objects.select_for_update().get(pk=person.pk)


def require_version(record: Recorded, version: int, number: str) -> None:
    if record.version != version:
        told = f"{number} 刚被同事改过，您这次的更正没有保存。请重新打开，对照新的内容再改。"
        raise SomeoneElseWasFirst(told, number=number)


def require_new(model: type[Recorded], form_token: UUID | None, number_field: str) -> None:
    """AlreadyRecorded when this opened form was saved before."""
    if form_token is None:
        return
    known = model._default_manager.filter(form_token=form_token).values_list(number_field, flat=True).first()
    if known is not None:
        raise AlreadyRecorded(str(known))


def _require_sound(person: InsuredPerson, region: PoolingRegion, entry: StayEntry, on: dt.date) -> None:
    reasons = date_reasons(entry.admitted_on, entry.discharged_on, entry.settled_on, on=on)
    errors = [reason.as_error() for reason in reasons]
    if not entry.admission_no:
        errors.append(
            DomainError("admission_no_missing", "请填写住院号（门诊填就诊号）。", field="admission_no")
        )
    filing = entry.filing
    if filing is not None and (filing.person_id, filing.insured_region_id) != (person.pk, region.pk):
        errors.append(DomainError("filing_of_another", "这份备案不是此人在本地的备案。", field="filing"))
    if errors:
        raise DomainErrors(errors)


def _require_unknown(person: InsuredPerson, entry: StayEntry, by: User, but: Stay | None = None) -> None:
    """This admission is not recorded yet; of another region's record only that there is one."""
    rows = Stay.objects.filter(
        person=person, institution=entry.institution, admission_no=entry.admission_no
    ).select_related("insured_region")
    known = rows.exclude(pk=but.pk).first() if but is not None else rows.first()
    if known is None:
        return
    if not access.within(by, known.insured_region):
        raise DomainError(
            "stay_known_elsewhere", "这次住院已由另一个统筹区登记，请与省级联系。", field="admission_no"
        )
    told = f"这次住院已登记为 {known.stay_no}，不用再登记。"
    raise DomainError("stay_known", told, field="admission_no", stay_no=known.stay_no)


def _differences(stay: Stay, entry: StayEntry) -> list[str]:
    """What changes, each as `field: before → after`."""
    found = []
    for name, after in entry.columns().items():
        before = getattr(stay, name)
        if before != after:
            found.append(f"{name}: {_said(before)} → {_said(after)}")
    return found


def _said(value: Any) -> str:
    if isinstance(value, Institution):
        return value.code
    return str(value) if value not in (None, "") else "空"
