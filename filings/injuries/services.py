"""Writes of injury statements: write one down, correct it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, fields
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from agency.errors import DomainError, DomainErrors
from agency.organisation.models import User
from filings.injuries.models import InjuryStatement
from filings.injuries.rules import Proxy, injury_reasons
from filings.people.models import InsuredPerson
from filings.stays.models import Stay
from filings.stays.recording import RecordKind, errors_of_stay
from filings.stays.services import StayEntry

INJURY = RecordKind(InjuryStatement, name="injury", number_field="statement_no", letter="W", series="injury")


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
    INJURY.begin(by=by, person=person, stay=stay, token=form_token)
    _require_sound(person, stay, entry, timezone.localdate(at))
    statement = INJURY.create(
        by=by, at=at, person=person, stay=stay, token=form_token, columns=entry.columns()
    )
    INJURY.log_new(statement, stay, by=by, at=at)
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
    person = INJURY.lock(statement, by=by, version=version)
    _require_sound(person, stay, entry, timezone.localdate(at))
    content = {**entry.columns(), "stay": stay}
    changed = INJURY.differences(statement, content)
    if changed:
        INJURY.correct(statement, content, at=at)
        INJURY.log_change(statement, changed, by=by, at=at)
    return statement


def _require_sound(person: InsuredPerson, stay: Stay | StayEntry, entry: InjuryEntry, on: dt.date) -> None:
    errors = errors_of_stay(person, stay)
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
