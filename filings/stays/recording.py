"""What the records of a stay share when they are written (forms 3 and 4): one number each, one record for one
opened form, corrections by version, all of it in the log. Nothing is ever deleted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.utils import timezone

from agency.errors import DomainError
from agency.journal import audit
from agency.journal.numbers import next_number
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from filings.people.models import InsuredPerson
from filings.stays.models import RecordOfStay, Stay
from filings.stays.services import (
    StayEntry,
    lock_person,
    log_stay,
    require_new,
    require_version,
    stay_create,
)

R = TypeVar("R", bound=RecordOfStay)


@dataclass(frozen=True)
class RecordKind(Generic[R]):
    """One kind of record of a stay. `name` is its kind in the log, which says `name`_recorded and
    `name`_changed; a number is `letter`, year, month and four figures counted in `series`.

    All are called inside the transaction of a service, which judges the content itself.
    """

    model: type[R]
    name: str
    number_field: str
    letter: str
    series: str

    @property
    def rows(self) -> Any:
        return self.model._default_manager

    def begin(self, *, by: User, person: InsuredPerson, stay: Stay | StayEntry, token: UUID | None) -> None:
        """Before a new one is judged: the actor may, the person is locked, the opened form is not saved yet.

        Errors: NotAllowed, AlreadyRecorded.
        """
        access.require(by, May.TAKE_IN_FILINGS, stay.insured_region if isinstance(stay, Stay) else None)
        lock_person(person)
        require_new(self.model, token, self.number_field)

    def create(
        self,
        *,
        by: User,
        at: dt.datetime,
        person: InsuredPerson,
        stay: Stay | StayEntry,
        token: UUID | None,
        columns: dict[str, Any],
    ) -> R:
        """The new record, with its stay where that is new too; the caller writes the log last (`log_new`)."""
        if isinstance(stay, StayEntry):
            stay = stay_create(by=by, at=at, person=person, entry=stay)
        month = f"{timezone.localdate(at):%Y%m}"
        number = f"{self.letter}{month}{next_number(f'{self.series}-{month}'):04d}"
        made: R = self.rows.create(
            stay=stay,
            recorded_by=by,
            recorded_at=at,
            changed_at=at,
            form_token=token,
            **{self.number_field: number},
            **columns,
        )
        return made

    def log_new(self, record: R, stay: Stay | StayEntry, *, by: User, at: dt.datetime) -> None:
        """The log of a new record, and of its stay where `stay` was an entry."""
        if isinstance(stay, StayEntry):
            log_stay(record.stay, by=by, at=at)
        self._log("recorded", record, by=by, at=at)

    def lock(self, record: R, *, by: User, version: int) -> InsuredPerson:
        """Before a correction is judged: the person (given back) and the record, as the actor saw it.

        Errors: NotAllowed, SomeoneElseWasFirst.
        """
        access.require(by, May.TAKE_IN_FILINGS, record.stay.insured_region)
        person = record.stay.person
        lock_person(person)
        record.refresh_from_db(from_queryset=self.rows.select_for_update())
        require_version(record, version, str(record))
        return person

    def differences(self, record: R, content: dict[str, Any]) -> list[str]:
        """The names of what a correction would change."""
        return [name for name, value in content.items() if getattr(record, name) != value]

    def correct(self, record: R, content: dict[str, Any], *, at: dt.datetime) -> None:
        """The record with new content, as its next version; the caller writes the log last (`log_change`)."""
        for name, value in content.items():
            setattr(record, name, value)
        record.version, record.changed_at = record.version + 1, at
        record.save(update_fields=[*content, "version", "changed_at"])

    def log_change(self, record: R, changed: Iterable[str], *, by: User, at: dt.datetime) -> None:
        """The log of a correction: what changed by name, not what it said."""
        self._log("changed", record, by=by, at=at, version=record.version, changed=list(changed))

    def _log(self, what: str, record: R, *, by: User, at: dt.datetime, **detail: Any) -> None:
        audit.record(
            f"{self.name}_{what}",
            by=by,
            at=at,
            subject_kind=self.name,
            subject_no=str(record),
            region=record.stay.insured_region,
            stay=record.stay.stay_no,
            **detail,
        )


def errors_of_stay(person: InsuredPerson, stay: Stay | StayEntry) -> list[DomainError]:
    """`stay_of_another` where a chosen stay is not the person's."""
    if isinstance(stay, Stay) and stay.person_id != person.pk:
        return [DomainError("stay_of_another", "这次就医不是此人的。", field="stay")]
    return []
