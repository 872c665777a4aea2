"""Writes of slips of outside care: write one down, correct it. No line is ever deleted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agency.errors import DomainErrors
from agency.organisation.models import Institution, User
from filings.outside_care.models import OutsideCare, OutsideCareItem
from filings.outside_care.rules import Item, slip_reasons, total_of
from filings.outside_care.selectors import items_of
from filings.people.models import InsuredPerson
from filings.stays.models import Stay
from filings.stays.recording import RecordKind, errors_of_stay
from filings.stays.services import StayEntry

SLIP = RecordKind(OutsideCare, name="outside_care", number_field="slip_no", letter="Y", series="outside-care")
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
    SLIP.begin(by=by, person=person, stay=stay, token=form_token)
    _require_sound(person, stay, entry, timezone.localdate(at))
    slip = SLIP.create(by=by, at=at, person=person, stay=stay, token=form_token, columns=entry.columns())
    _write_lines(slip, entry.items)
    SLIP.log_new(slip, stay, by=by, at=at)
    return slip


@transaction.atomic
def outside_care_change(
    slip: OutsideCare, *, by: User, at: dt.datetime, stay: Stay, entry: SlipEntry, version: int
) -> OutsideCare:
    """更正购药单: the old lines stay with their version; logged by the names of what changed.

    Errors: as `outside_care_record`, SomeoneElseWasFirst.
    """
    person = SLIP.lock(slip, by=by, version=version)
    _require_sound(person, stay, entry, timezone.localdate(at))
    content = {**entry.columns(), "stay": stay}
    changed = SLIP.differences(slip, content)
    changed += ["items"] if items_of(slip) != entry.items else []
    if changed:
        SLIP.correct(slip, content, at=at)
        _write_lines(slip, entry.items)
        SLIP.log_change(slip, changed, by=by, at=at)
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
    errors = errors_of_stay(person, stay)
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
