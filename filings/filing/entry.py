"""录入内容: what a clerk has entered for one filing, shaped but not yet judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from filings.filing.kinds import Channel
from filings.filing.models import Filing
from filings.filing.places import province_of
from filings.filing.rules import Agent


@dataclass(frozen=True)
class FilingEntry:
    """One form, filled in. `materials` maps the code of a paper to how it was given."""

    cert_type: str
    cert_no: str
    name: str
    insurance_type: str = ""
    phone: str = ""
    kind: str = ""
    province: str = ""
    city: str = ""
    begins_on: dt.date | None = None
    address: str = ""
    materials: Mapping[str, str] = field(default_factory=dict)
    agent: Agent = Agent()
    channel: str = Channel.COUNTER.value


def entry_of(filing: Filing) -> FilingEntry:
    """What a stored filing says, as if it had just been entered."""
    person = filing.person
    return FilingEntry(
        cert_type=person.cert_type,
        cert_no=person.cert_no,
        name=person.name,
        insurance_type=filing.insurance_type,
        phone=filing.phone,
        kind=filing.kind,
        province=province_of(filing.care_area_code, filing.care_region),
        city=filing.care_area_code,
        begins_on=filing.begins_on,
        address=filing.address,
        materials=given_materials(filing),
        agent=Agent(filing.agent_name, filing.agent_cert_no, filing.agent_phone, filing.agent_relation),
        channel=filing.channel,
    )


def given_materials(filing: Filing) -> dict[str, str]:
    """Code of each paper handed in → how it was given."""
    return {row.material.code: row.given_as for row in filing.materials.select_related("material")}
