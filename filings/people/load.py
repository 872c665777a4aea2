"""Writing of a checked register file: persons once, enrolments per region and type, search letters."""

from __future__ import annotations

from collections.abc import Iterator

from agency.batches.kinds import Outcome
from agency.batches.models import Batch
from filings.people.models import Enrolment, InsuredPerson
from filings.people.parse import PersonRow
from filings.people.selectors import people_by_certificate
from filings.people.services import take_person_numbers, write_initials

CHUNK = 500


def load_people(batch: Batch, outcome: Outcome) -> None:
    """Write the accepted rows, inside the caller's transaction."""
    rows: list[PersonRow] = outcome.payload
    for chunk in _chunks(rows):
        people = _write_people(chunk)
        _write_enrolments(chunk, people)


def _chunks(rows: list[PersonRow]) -> Iterator[list[PersonRow]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def _write_people(chunk: list[PersonRow]) -> dict[tuple[str, str], InsuredPerson]:
    """Persons of the chunk by certificate, new ones numbered, changed names brought up to date."""
    known = people_by_certificate(row.certificate for row in chunk)
    wanted = {row.certificate: row for row in chunk}
    platform_nos = {row.certificate: row.platform_no for row in chunk if row.platform_no}
    new = [row for certificate, row in wanted.items() if certificate not in known]
    numbers = take_person_numbers(len(new))
    created = InsuredPerson.objects.bulk_create(
        InsuredPerson(
            person_no=number,
            cert_type=row.cert_type,
            cert_no=row.cert_no,
            name=row.name,
            sex=row.sex,
            birth_date=row.birth_date,
            platform_no=platform_nos.get(row.certificate, ""),
        )
        for number, row in zip(numbers, new, strict=True)
    )
    renamed = [person for certificate, person in known.items() if person.name != wanted[certificate].name]
    for person in renamed:
        person.name = wanted[person.cert_type, person.cert_no].name
    InsuredPerson.objects.bulk_update(renamed, ["name"])
    numbered = [
        person
        for certificate, person in known.items()
        if platform_nos.get(certificate, person.platform_no) != person.platform_no
    ]
    for person in numbered:
        person.platform_no = platform_nos[person.cert_type, person.cert_no]
    InsuredPerson.objects.bulk_update(numbered, ["platform_no"])
    write_initials([*created, *renamed])
    return known | {(person.cert_type, person.cert_no): person for person in created}


def _write_enrolments(chunk: list[PersonRow], people: dict[tuple[str, str], InsuredPerson]) -> None:
    """New enrolments are added, changed ones rewritten; the chunk has each at most once."""
    stored = {
        (row.person_id, row.region_id, row.insurance_type): row
        for row in Enrolment.objects.filter(person__in=[person.pk for person in people.values()])
    }
    new: list[Enrolment] = []
    changed: list[Enrolment] = []
    for row in chunk:
        person = people[row.certificate]
        enrolment = stored.get((person.pk, row.region_id, row.insurance_type))
        if enrolment is None:
            new.append(
                Enrolment(
                    person=person, region_id=row.region_id, insurance_type=row.insurance_type, **row.says()
                )
            )
            continue
        for key, value in row.says().items():
            setattr(enrolment, key, value)
        changed.append(enrolment)
    Enrolment.objects.bulk_create(new)
    Enrolment.objects.bulk_update(changed, ["area_code", "category", "status", "begins_on", "employer"])
