"""Writes of the insured register."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction

from agency.errors import DomainError
from agency.identity import IdentityError, IdNumber
from agency.journal.numbers import next_numbers
from agency.organisation.models import CertificateType, User
from agency.tabular.values import to_text
from filings.people.choices import Sex
from filings.people.models import InsuredPerson, PersonInitials, SearchKey
from filings.people.rules import name_initials, read_certificate
from filings.people.selectors import belongs_elsewhere, person_by_certificate

SERIES = "person"
REGISTERED, RENAMED = "person_registered", "person_renamed"


def person_enter(
    *,
    by: User,
    cert_type: str,
    cert_no: str,
    name: str,
    on: dt.date,
    draft_of: InsuredPerson | None = None,
    draft_no: str = "",
) -> tuple[InsuredPerson, str]:
    """The person, and what was done (`person_registered`, `person_renamed` or nothing), inside the caller's
    transaction, which also writes the log. `draft_of` is the person of the draft `draft_no` being changed.

    Birth date and sex come out of the number. DomainError: `unknown_certificate`, `bad_id_number`,
    `name_missing`, `name_differs` (the register knows this number under another name), `person_elsewhere`.
    """
    if not CertificateType.objects.filter(code=cert_type).exists():
        raise DomainError("unknown_certificate", "请选择证件类型。", field="cert_type")
    try:
        known = read_certificate(cert_type, cert_no, on)
    except IdentityError as error:
        error.field = "cert_no"
        raise
    name = to_text(name)
    if not name:
        raise DomainError("name_missing", "请填写姓名，与证件一致。", field="name")
    person = person_by_certificate(cert_type, known.number)
    if person is None:
        person, is_new = _create(cert_type, known, name)
        if is_new:
            return person, REGISTERED
    if person != draft_of and belongs_elsewhere(person, by):
        # the same sentence whatever name was typed, so that nobody learns a name by trying
        told = "这个证件号码没有本地参保关系，不能受理。请先导入参保登记，或请省级经办机构核对。"
        raise DomainError("person_elsewhere", told, field="cert_no")
    if person.name == name:
        return person, ""
    if person == draft_of and _is_of_this_draft_only(person, draft_no):
        _rename(person, name)
        return person, RENAMED
    raise DomainError("name_differs", "参保登记里这个证件号码是另一个姓名，请按证件核对。", field="name")


def _create(cert_type: str, known: IdNumber, name: str) -> tuple[InsuredPerson, bool]:
    """The new person; or the one whom another counter entered at the same moment."""
    try:
        with transaction.atomic():
            person = InsuredPerson.objects.create(
                person_no=take_person_numbers(1)[0],
                cert_type=cert_type,
                cert_no=known.number,
                name=name,
                sex=known.sex or Sex.UNKNOWN,
                birth_date=known.birth_date,
            )
    except IntegrityError:
        other = person_by_certificate(cert_type, known.number)
        if other is None:
            raise
        return other, False
    write_initials([person])
    return person, True


def _is_of_this_draft_only(person: InsuredPerson, draft_no: str) -> bool:
    """Whether nothing but this draft knows the person, so that a slip in the name can be mended on it."""
    filings = person.filings.exclude(filing_no=draft_no)
    return not person.enrolments.exists() and not filings.exists()


def _rename(person: InsuredPerson, name: str) -> None:
    person.name = name
    person.save(update_fields=["name"])
    write_initials([person])


def person_number(number: int) -> str:
    """内部编号: P and eight digits."""
    return f"P{number:08d}"


def take_person_numbers(count: int) -> list[str]:
    """`count` person numbers in a row; the series stays locked until the end of the transaction."""
    return [person_number(number) for number in next_numbers(SERIES, count)]


def write_initials(people: list[InsuredPerson]) -> None:
    """The search letters of new or renamed persons, in place of those they had; with them what each region
    that knows them finds them by."""
    ids = [person.pk for person in people]
    PersonInitials.objects.filter(person__in=ids).delete()
    letters = {person.pk: name_initials(person.name) for person in people}
    PersonInitials.objects.bulk_create(
        [PersonInitials(person_id=pk, letters=found) for pk, several in letters.items() for found in several],
        batch_size=2000,
    )
    known = SearchKey.objects.filter(person__in=ids)
    seen = list(known.order_by().values_list("person", "region").distinct())
    if not seen:
        return  # nobody's yet: the first enrolment or filing writes them
    known.delete()
    words = {person.pk: {person.name, person.cert_no, *letters[person.pk]} for person in people}
    SearchKey.objects.bulk_create(
        [SearchKey(person_id=pk, region_id=region, text=word) for pk, region in seen for word in words[pk]],
        batch_size=2000,
    )
