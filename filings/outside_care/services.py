"""Writes of slips of outside care: write one down, correct it. No line is ever deleted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agency.errors import DomainError, DomainErrors
from agency.journal import audit
from agency.journal.numbers import next_number
from agency.organisation import access
from agency.organisation.models import Institution, User
from agency.organisation.roles import May
from filings.outside_care.models import OutsideCare, OutsideCareItem
from filings.outside_care.rules import Item, slip_reasons, total_of
from filings.outside_care.selectors import items_of
from filings.people.models import InsuredPerson
from filings.stays.models import Stay
from filings.stays.services import (
    StayEntry,
    lock_person,
    log_stay,
    require_new,
    require_version,
    stay_create,
)

KIND = "outside_care"
HEAD = ("outside_institution", "prescribed_on", "department", "doctor", "section_head", "insurance_office")


@dataclass(frozen=True)
class SlipEntry:
    """What is written down of a slip."""

    outside_institution: Institution
    prescribed_on: dt.date
    items: tuple[Item, ...]
    department: str = ""
    doctor: str = ""
    section_head: str = ""
    insurance_office: str = ""

    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in HEAD} | {"total_fen": total_of(self.items)}


@transaction.atomic
def outside_care_record(
    *,
    by: User,
    at: dt.datetime,
    person: InsuredPerson,
    stay: Stay | StayEntry,
    entry: SlipEntry,
    form_token: UUID | None = None,
) -> OutsideCare:
    """登记购药单 for a stay of the person, which may be written down in the same step.

    Errors: NotAllowed, AlreadyRecorded, `stay_of_another`, those of `stay_record`, DomainErrors.
    """
    access.require(by, May.TAKE_IN_FILINGS, stay.insured_region if isinstance(stay, Stay) else None)
    lock_person(person)
    require_new(OutsideCare, form_token, "slip_no")
    _require_sound(person, stay, entry, timezone.localdate(at))
    is_new = isinstance(stay, StayEntry)
    of_stay = stay_create(by=by, at=at, person=person, entry=stay) if isinstance(stay, StayEntry) else stay
    month = f"{timezone.localdate(at):%Y%m}"
    slip = OutsideCare.objects.create(
        slip_no=f"Y{month}{next_number(f'outside-care-{month}'):04d}",
        stay=of_stay,
        recorded_by=by,
        recorded_at=at,
        changed_at=at,
        form_token=form_token,
        **entry.columns(),
    )
    _write_lines(slip, entry.items)
    if is_new:
        log_stay(of_stay, by=by, at=at)
    _log("outside_care_recorded", slip, by=by, at=at)
    return slip


@transaction.atomic
def outside_care_change(
    slip: OutsideCare, *, by: User, at: dt.datetime, stay: Stay, entry: SlipEntry, version: int
) -> OutsideCare:
    """更正购药单: the old lines stay with their version; logged by the names of what changed.

    Errors: as `outside_care_record`, SomeoneElseWasFirst.
    """
    access.require(by, May.TAKE_IN_FILINGS, slip.stay.insured_region)
    person = slip.stay.person
    lock_person(person)
    slip.refresh_from_db(from_queryset=OutsideCare.objects.select_for_update())
    require_version(slip, version, slip.slip_no)
    _require_sound(person, stay, entry, timezone.localdate(at))
    content = {**entry.columns(), "stay": stay}
    changed = [name for name, value in content.items() if getattr(slip, name) != value]
    changed += ["items"] if items_of(slip) != entry.items else []
    if not changed:
        return slip
    for name, value in content.items():
        setattr(slip, name, value)
    slip.version, slip.changed_at = slip.version + 1, at
    slip.save(update_fields=[*content, "version", "changed_at"])
    _write_lines(slip, entry.items)
    _log("outside_care_changed", slip, by=by, at=at, version=slip.version, changed=changed)
    return slip


def _write_lines(slip: OutsideCare, items: tuple[Item, ...]) -> None:
    OutsideCareItem.objects.bulk_create(
        OutsideCareItem(
            slip=slip,
            version=slip.version,
            line_no=line_no,
            name=item.name,
            code=item.code,
            spec=item.spec,
            quantity_milli=item.quantity_milli,
            unit_price_fen=item.unit_price_fen,
            amount_fen=item.amount_fen,
            reason=item.reason,
        )
        for line_no, item in enumerate(items, start=1)
    )


def _require_sound(person: InsuredPerson, stay: Stay | StayEntry, entry: SlipEntry, on: dt.date) -> None:
    errors = []
    if isinstance(stay, Stay) and stay.person_id != person.pk:
        errors.append(DomainError("stay_of_another", "这次就医不是此人的。", field="stay"))
    reasons = slip_reasons(
        entry.items,
        prescribed_on=entry.prescribed_on,
        admitted_on=stay.admitted_on,
        discharged_on=stay.discharged_on,
        is_same_institution=stay.institution == entry.outside_institution,
        on=on,
    )
    errors += [reason.as_error() for reason in reasons]
    if errors:
        raise DomainErrors(errors)


def _log(action: str, slip: OutsideCare, *, by: User, at: dt.datetime, **detail: Any) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject_kind=KIND,
        subject_no=slip.slip_no,
        region=slip.stay.insured_region,
        stay=slip.stay.stay_no,
        **detail,
    )
