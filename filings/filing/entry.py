"""录入内容: what a clerk has entered for one filing, shaped but not yet judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from filings.filing.kinds import Channel
from filings.filing.models import Filing
from filings.filing.places import province_of
from filings.filing.rules import Agent

# The one list of what form, entry and filing share. Of the person; of the filing under the same name; and
# of whoever comes for the person: column → part of Agent.
PERSON_FIELDS = ("cert_type", "cert_no", "name")
FILING_FIELDS = ("insurance_type", "phone", "kind", "begins_on", "address")
PLACE_FIELDS = ("province", "city")
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
    materials: Mapping[str, str] = field(default_factory=dict)
    agent: Agent = Agent()
    channel: str = Channel.COUNTER.value

    def form_fields(self) -> dict[str, Any]:
        """What the form shows, field by field, without the papers."""
        names = (*PERSON_FIELDS, *FILING_FIELDS, *PLACE_FIELDS)
        return {name: getattr(self, name) for name in names} | self._agent()

    def columns(self) -> dict[str, Any]:
        """The columns of a filing that an entry fills as they stand."""
        return {name: getattr(self, name) for name in (*FILING_FIELDS, "channel")} | self._agent()

    def _agent(self) -> dict[str, str]:
        return {column: getattr(self.agent, part) for column, part in AGENT_FIELDS.items()}


def entry_from(said: Mapping[str, Any], *, materials: Mapping[str, str], channel: str) -> FilingEntry:
    """An entry out of the fields of a form."""
    names = (*PERSON_FIELDS, *FILING_FIELDS, *PLACE_FIELDS)
    agent = Agent(**{part: said[column] for column, part in AGENT_FIELDS.items()})
    return FilingEntry(
        **{name: said[name] for name in names}, materials=materials, agent=agent, channel=channel
    )


def entry_of(filing: Filing) -> FilingEntry:
    """What a stored filing says, as if it had just been entered."""
    stored = {name: getattr(filing.person, name) for name in PERSON_FIELDS}
    stored |= {name: getattr(filing, name) for name in (*FILING_FIELDS, *AGENT_FIELDS)}
    stored["province"] = province_of(filing.care_area_code, filing.care_region)
    stored["city"] = filing.care_area_code
    return entry_from(stored, materials=given_materials(filing), channel=filing.channel)


def given_materials(filing: Filing) -> dict[str, str]:
    """Code of each paper handed in → how it was given."""
    return {row.material.code: row.given_as for row in filing.materials.select_related("material")}
