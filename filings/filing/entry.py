"""录入内容: what a clerk has entered for one filing, shaped but not yet judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from filings.filing.agents import Agent
from filings.filing.kinds import Channel
from filings.filing.models import Filing
from filings.filing.places import province_of

# The one list of what form, entry and filing share. Of the person; of the filing under the same name; and
# of whoever comes for the person: column → part of Agent.
PERSON_FIELDS = ("cert_type", "cert_no", "name")
FILING_FIELDS = (
    "insurance_type",
    "phone",
    "kind",
    "begins_on",
    "address",
    "care_kind",
    "diagnosis",
    "referred_on",
    "settlements_allowed",
)
# An institution is entered by its code; its column is the institution itself.
INSTITUTION_FIELDS = ("care_institution", "referring_institution")
PLACE_FIELDS = ("province", "city")
SHOWN_FIELDS = (*PERSON_FIELDS, *FILING_FIELDS, *PLACE_FIELDS, *INSTITUTION_FIELDS, "green_channel")
AGENT_FIELDS = {
    "agent_name": "name",
    "agent_cert_no": "cert_no",
    "agent_phone": "phone",
    "agent_relation": "relation",
}


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
    care_kind: str = ""
    care_institution: str = ""
    referring_institution: str = ""
    diagnosis: str = ""
    referred_on: dt.date | None = None
    settlements_allowed: int | None = None
    green_channel: bool = False
    materials: Mapping[str, str] = field(default_factory=dict)
    agent: Agent = Agent()
    channel: str = Channel.COUNTER.value

    def form_fields(self) -> dict[str, Any]:
        """What the form shows, field by field, without the papers."""
        return {name: getattr(self, name) for name in SHOWN_FIELDS} | self._agent()

    def columns(self) -> dict[str, Any]:
        """The columns of a filing that an entry fills as they stand."""
        return {name: getattr(self, name) for name in (*FILING_FIELDS, "channel")} | self._agent()

    def _agent(self) -> dict[str, str]:
        return {column: getattr(self.agent, part) for column, part in AGENT_FIELDS.items()}


def entry_from(said: Mapping[str, Any], *, materials: Mapping[str, str], channel: str) -> FilingEntry:
    """An entry out of the fields of a form."""
    agent = Agent(**{part: said[column] for column, part in AGENT_FIELDS.items()})
    return FilingEntry(
        **{name: said[name] for name in SHOWN_FIELDS}, materials=materials, agent=agent, channel=channel
    )


def entry_of(filing: Filing) -> FilingEntry:
    """What a stored filing says, as if it had just been entered."""
    stored = {name: getattr(filing.person, name) for name in PERSON_FIELDS}
    stored |= {name: getattr(filing, name) for name in (*FILING_FIELDS, *AGENT_FIELDS)}
    stored["province"] = province_of(filing.care_area_code, filing.care_region)
    stored["city"] = filing.care_area_code
    stored["green_channel"] = filing.green_channel
    for name in INSTITUTION_FIELDS:
        institution = getattr(filing, name)
        stored[name] = institution.code if institution is not None else ""
    return entry_from(stored, materials=given_materials(filing), channel=filing.channel)


def given_materials(filing: Filing) -> dict[str, str]:
    """Code of each paper handed in → how it was given."""
    return {row.material.code: row.given_as for row in filing.materials.select_related("material")}
