"""读取参保人: what the form shows beside a certificate number, within what the clerk may see."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from agency.errors import DomainError
from agency.identity import IdNumber, age_on, area_name, id_warnings
from agency.organisation.models import PoolingRegion, User
from agency.tabular.values import to_text
from filings.filing.alike import ShownTwin, shown_twins
from filings.filing.selectors import filings_of
from filings.filing.shown import ShownFiling, shown
from filings.people.alike import alike
from filings.people.choices import Sex
from filings.people.models import Enrolment, InsuredPerson
from filings.people.rules import read_certificate
from filings.people.selectors import (
    enrolments_of,
    is_enrolled_elsewhere,
    likely_enrolment,
    people_visible,
)

EARLIER_SHOWN = 3


@dataclass
class PersonPanel:
    """The person as recognised: identity from the number, insurance from the register, earlier filings."""

    identity: IdNumber | None = None
    person: InsuredPerson | None = None
    chosen: Enrolment | None = None
    elsewhere: bool = False  # another region insures a person who is known here
    earlier: list[ShownFiling] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    twins: list[ShownTwin] = field(default_factory=list)  # who may be the one that is meant
    error: DomainError | None = None
    region: PoolingRegion | None = None
    on: dt.date | None = None

    @property
    def household(self) -> str:
        """户籍地 by the first six digits of a resident ID."""
        code = self.identity.area_code if self.identity is not None else None
        return (area_name(code) or "") if code else ""

    @property
    def about(self) -> str:
        """女 · 1961-03-15 · 65 岁 · 户籍地 长春市南关区."""
        if self.identity is None or self.identity.birth_date is None or self.on is None:
            return ""
        sex = Sex(self.identity.sex or Sex.UNKNOWN).label
        told = [sex, str(self.identity.birth_date), f"{age_on(self.identity.birth_date, self.on)} 岁"]
        return " · ".join([*told, f"户籍地 {self.household}"] if self.household else told)

    @property
    def insured_at(self) -> str:
        """参保地 as shown: region and status of the enrolment the filing rests on."""
        if self.chosen is None:
            return "没有参保关系" if self.identity is not None else ""
        return f"{self.chosen.region} · {self.chosen.get_status_display()}参保"

    @property
    def is_in_force(self) -> bool:
        return self.chosen is not None and self.on is not None and self.chosen.in_force(self.on)

    @property
    def phone(self) -> str:
        """The number given last time, or the register's."""
        latest = next((row.filing.phone for row in self.earlier if row.filing.phone), "")
        return latest or (self.person.phone if self.person is not None else "")


def person_panel(
    by: User,
    cert_type: str,
    cert_no: str,
    *,
    region: PoolingRegion,
    on: dt.date,
    insurance_type: str = "",
    but_no: str = "",
    name: str = "",
) -> PersonPanel:
    """What is known of a certificate number; nothing about persons whom `by` may not see.

    `name` is what was typed: of a number that nobody has yet, it tells whom else it may mean.
    """
    panel = PersonPanel(region=region, on=on)
    if not cert_no.strip():
        return panel
    try:
        panel.identity = read_certificate(cert_type, cert_no, on)
    except DomainError as error:
        panel.error = error
        panel.twins = shown_twins(alike(by, number=cert_no, name=name, birth_date=None), by, on)
        return panel
    number = panel.identity.number
    if panel.identity.birth_date is not None:
        panel.warnings = id_warnings(number)
    panel.person = people_visible(by).filter(cert_type=cert_type, cert_no=number).first()
    name = panel.person.name if panel.person is not None else to_text(name)
    others = alike(by, number=number, name=name, birth_date=panel.identity.birth_date, but=panel.person)
    panel.twins = shown_twins(others, by, on)
    if panel.person is None:
        return panel
    panel.elsewhere = is_enrolled_elsewhere(panel.person, by)
    enrolments = enrolments_of(panel.person, by)
    fitting = [row for row in enrolments if insurance_type in ("", row.insurance_type)]
    panel.chosen = likely_enrolment(fitting, region, on)
    earlier = [filing for filing in filings_of(panel.person, by) if filing.filing_no != but_no]
    panel.earlier = shown(earlier[:EARLIER_SHOWN], on)
    return panel
