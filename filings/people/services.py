"""Writes of the insured register."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from agency.errors import DomainError
from agency.identity import IdentityError, read_id_number
from agency.journal import audit
from agency.journal.numbers import next_numbers
from agency.organisation import access
from agency.organisation.models import CertificateType, User
from agency.organisation.roles import May
from agency.tabular.values import to_text
from filings.people.choices import Sex
from filings.people.models import InsuredPerson, PersonInitials
from filings.people.rules import name_initials
from filings.people.selectors import person_by_certificate

SERIES = "person"


@transaction.atomic
def person_register(*, by: User, at: dt.datetime, cert_type: str, cert_no: str, name: str) -> InsuredPerson:
    """登记参保人: the person with this certificate, entered at the counter when the register has none."""
    access.require(by, May.TAKE_IN_FILINGS)
    person, is_new = person_enter(cert_type=cert_type, cert_no=cert_no, name=name, on=timezone.localdate(at))
    if is_new:
        audit.record(
            "person_registered",
            by=by,
            at=at,
            subject_kind="person",
            subject_no=person.person_no,
            region=by.region,
        )
    return person


def person_enter(*, cert_type: str, cert_no: str, name: str, on: dt.date) -> tuple[InsuredPerson, bool]:
    """The person, and whether they are new, inside the caller's transaction, which also writes the log.

    Birth date and sex come out of the number. DomainError: `unknown_certificate`, `bad_id_number`,
    `name_missing`, `name_differs` (the register knows this number under another name).
    """
    if not CertificateType.objects.filter(code=cert_type).exists():
        raise DomainError("unknown_certificate", "请选择证件类型。", field="cert_type")
    try:
        known = read_id_number(cert_type, cert_no, on)
    except IdentityError as error:
        error.field = "cert_no"
        raise
    name = to_text(name)
    if not name:
        raise DomainError("name_missing", "请填写姓名，与证件一致。", field="name")
    person = person_by_certificate(cert_type, known.number)
    if person is not None:
        if person.name != name:
            raise DomainError(
                "name_differs", "参保登记里这个证件号码是另一个姓名，请按证件核对。", field="name"
            )
        return person, False
    person = InsuredPerson.objects.create(
        person_no=person_number(next_numbers(SERIES, 1)[0]),
        cert_type=cert_type,
        cert_no=known.number,
        name=name,
        sex=known.sex or Sex.UNKNOWN,
        birth_date=known.birth_date,
    )
    write_initials([person])
    return person, True


def person_number(number: int) -> str:
    """内部编号: P and eight digits."""
    return f"P{number:08d}"


def take_person_numbers(count: int) -> list[str]:
    """`count` person numbers in a row; the series stays locked until the end of the transaction."""
    return [person_number(number) for number in next_numbers(SERIES, count)]


def write_initials(people: list[InsuredPerson]) -> None:
    """The search letters of new or renamed persons, in place of those they had."""
    PersonInitials.objects.filter(person__in=[person.pk for person in people]).delete()
    PersonInitials.objects.bulk_create(
        [
            PersonInitials(person=person, letters=letters)
            for person in people
            for letters in name_initials(person.name)
        ],
        batch_size=2000,
    )
