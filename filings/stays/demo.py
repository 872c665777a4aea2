"""演示就医: one stay of each sort, of persons of the demo register."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from agency.organisation.institutions import institution_by_code
from agency.organisation.models import User
from agency.seeding import Tally, day, read_rows
from filings.filing.models import Filing
from filings.people.models import InsuredPerson
from filings.stays.models import Stay
from filings.stays.services import StayEntry, stay_record

BEFORE = dt.timedelta(minutes=50)


def demo_stays(seeds: Path, tally: Tally, now: dt.datetime) -> None:
    """All rows of demo/stays.csv that are not there yet and whose days have come."""
    for number, row in enumerate(read_rows(seeds / "demo" / "stays.csv")):
        person = InsuredPerson.objects.get(cert_no=row["cert_no"])
        if Stay.objects.filter(person=person, admission_no=row["admission_no"]).exists():
            tally.same += 1
            continue
        clerk = User.objects.get(username=row["by"])
        entry = _entry(row, person, clerk)
        days = [entry.admitted_on, entry.discharged_on, entry.settled_on]
        if max(on for on in days if on is not None) > now.date():
            continue
        stay_record(by=clerk, at=now - BEFORE + number * dt.timedelta(minutes=2), person=person, entry=entry)
        tally.created += 1


def _entry(row: dict[str, str], person: InsuredPerson, clerk: User) -> StayEntry:
    institution, admitted_on = institution_by_code(row["institution_code"]), day(row["admitted_on"])
    if institution is None or admitted_on is None:
        raise ValueError(f"demo/stays.csv: {row['admission_no']} names no institution or no day")
    filings = Filing.objects.filter(person=person, insured_region=clerk.region, effective_at__isnull=False)
    return StayEntry(
        institution=institution,
        admission_no=row["admission_no"],
        department=row["department"],
        admitted_on=admitted_on,
        discharged_on=day(row["discharged_on"]),
        settled_on=day(row["settled_on"]),
        filing=filings.order_by("-pk").first() if row["with_filing"] else None,
    )
