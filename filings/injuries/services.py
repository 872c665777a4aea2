"""Writes of injury statements: write one down, correct it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, fields
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agency.errors import DomainError, DomainErrors
from agency.journal import audit
from agency.journal.numbers import next_number
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from filings.injuries.models import InjuryStatement
from filings.injuries.rules import Proxy, injury_reasons
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

KIND = "injury"


@dataclass(frozen=True)
class InjuryEntry:
    """What is written down of an injury."""

    place: str
    course: str
    injured_on: dt.date | None = None
    injured_time: dt.time | None = None
    proxy: Proxy = field(default_factory=Proxy)

    def columns(self) -> dict[str, Any]:
        said = {name: getattr(self, name) for name in ("place", "course", "injured_on", "injured_time")}
        return said | {f"proxy_{part.name}": getattr(self.proxy, part.name) for part in fields(self.proxy)}


@transaction.atomic
def injury_record(
    *,
    by: User,
    at: dt.datetime,
    person: InsuredPerson,
    stay: Stay | StayEntry,
    entry: InjuryEntry,
    form_token: UUID | None = None,
) -> InjuryStatement:
    """登记外伤承诺书 for a stay of the person, which may be written down in the same step.

    Errors: NotAllowed, AlreadyRecorded, `stay_of_another`, those of `stay_record`, DomainErrors.
    """
    access.require(by, May.TAKE_IN_FILINGS, stay.insured_region if isinstance(stay, Stay) else None)
    lock_person(person)
    require_new(InjuryStatement, form_token, "statement_no")
    _require_sound(person, stay, entry, timezone.localdate(at))
    is_new = isinstance(stay, StayEntry)
    of_stay = stay_create(by=by, at=at, person=person, entry=stay) if isinstance(stay, StayEntry) else stay
    month = f"{timezone.localdate(at):%Y%m}"
    statement = InjuryStatement.objects.create(
        statement_no=f"W{month}{next_number(f'injury-{month}'):04d}",
        stay=of_stay,
        recorded_by=by,
        recorded_at=at,
        changed_at=at,
        form_token=form_token,
        **entry.columns(),
    )
    if is_new:
        log_stay(of_stay, by=by, at=at)
    _log("injury_recorded", statement, by=by, at=at)
    return statement


@transaction.atomic
def injury_change(
    statement: InjuryStatement,
    *,
    by: User,
    at: dt.datetime,
    stay: Stay,
    entry: InjuryEntry,
    version: int,
) -> InjuryStatement:
    """更正外伤承诺书: each correction is logged by the names of what changed; a paper printed before then no
    longer says what the record says. Errors: as `injury_record`, SomeoneElseWasFirst."""
    access.require(by, May.TAKE_IN_FILINGS, statement.stay.insured_region)
    person = statement.stay.person
    lock_person(person)
    statement.refresh_from_db(from_queryset=InjuryStatement.objects.select_for_update())
    require_version(statement, version, statement.statement_no)
    _require_sound(person, stay, entry, timezone.localdate(at))
    content = {**entry.columns(), "stay": stay}
    changed = [name for name, value in content.items() if getattr(statement, name) != value]
    if not changed:
        return statement
    for name, value in content.items():
        setattr(statement, name, value)
    statement.version, statement.changed_at = statement.version + 1, at
    statement.save(update_fields=[*content, "version", "changed_at"])
    _log("injury_changed", statement, by=by, at=at, version=statement.version, changed=changed)
    return statement


def _require_sound(person: InsuredPerson, stay: Stay | StayEntry, entry: InjuryEntry, on: dt.date) -> None:
    errors = []
    if isinstance(stay, Stay) and stay.person_id != person.pk:
        errors.append(DomainError("stay_of_another", "这次就医不是此人的。", field="stay"))
    for name, told in (("place", "请填写受伤地点。"), ("course", "请写明受伤经过。")):
        if not getattr(entry, name):
            errors.append(DomainError(f"{name}_missing", told, field=name))
    reasons = injury_reasons(
        injured_on=entry.injured_on,
        injured_time=entry.injured_time,
        admitted_on=stay.admitted_on,
        proxy=entry.proxy,
        person_cert_no=person.cert_no,
        on=on,
    )
    errors += [reason.as_error() for reason in reasons]
    if errors:
        raise DomainErrors(errors)


def _log(action: str, statement: InjuryStatement, *, by: User, at: dt.datetime, **detail: Any) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject_kind=KIND,
        subject_no=statement.statement_no,
        region=statement.stay.insured_region,
        stay=statement.stay.stay_no,
        **detail,
    )
