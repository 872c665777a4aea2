"""Reads of filings that came in by a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import OuterRef, QuerySet, Subquery

from agency.batches.models import Batch
from agency.organisation.models import User
from filings.filing.judging import Judged
from filings.filing.kinds import GivenAs
from filings.filing.models import Filing
from filings.filing.selectors import filings_visible
from filings.filing.states import CAME_INTO_FORCE, STOPPED
from filings.groups.parse import GroupRow
from filings.materials.rules import COMMITMENT, COMMITMENT_LETTER
from filings.people.models import Enrolment

# What a file says of a filing, as far as both have it under one name.
SAID = ("insurance_type", "phone", "kind", "channel", "begins_on", "address")
OF_AGENT = {"agent_name": "name", "agent_cert_no": "cert_no", "agent_phone": "phone"}


@dataclass(frozen=True)
class StoredFiling:
    """A stored filing with the papers handed in."""

    filing: Filing
    materials: dict[str, str]

    @property
    def is_stopped(self) -> bool:
        return self.filing.state in STOPPED and self.filing.state not in CAME_INTO_FORCE


@dataclass
class Stored:
    """Stored filings that rows of a file may be the same as."""

    by_external: dict[tuple[str, str], StoredFiling] = field(default_factory=dict)
    of_person: dict[int, list[StoredFiling]] = field(default_factory=dict)

    def has_same(self, row: GroupRow, judged: Judged) -> bool:
        """Whether one without an external number has exactly this content; rows with a number of their own
        are known by it."""
        if row.external_no or judged.person is None:
            return False
        return any(self.says_same(one, row, judged) for one in self.of_person.get(judged.person.pk, ()))

    def says_same(self, stored: StoredFiling, row: GroupRow, judged: Judged) -> bool:
        """Whether a stored filing has every content of the row (an empty end: whatever the rules gave)."""
        filing, entry = stored.filing, row.entry
        return (
            judged.person is not None
            and filing.person_id == judged.person.pk
            and filing.insured_region_id == row.insured_region_id
            and filing.care_area_code == judged.place.area_code
            and all(getattr(filing, name) == getattr(entry, name) for name in SAID)
            and all(getattr(filing, name) == getattr(entry.agent, part) for name, part in OF_AGENT.items())
            and row.ends_on in (None, filing.ends_on)
            and says_same_papers(stored.materials, entry.materials)
        )


def says_same_papers(stored: Mapping[str, str], told: Mapping[str, str]) -> bool:
    """Whether the papers of a filing are those that a row tells; or what it promised was kept since: then the
    paper stands there as shown, or another one in its place [P]."""
    if dict(stored) == dict(told):
        return True
    promised = {code for code, how in told.items() if how == COMMITMENT or code == COMMITMENT_LETTER}
    firm = {code: how for code, how in told.items() if code not in promised}
    came = {code: how for code, how in stored.items() if told.get(code) != how}
    return (
        bool(promised and came)
        and all(stored.get(code) == how for code, how in firm.items())
        and all(how in (GivenAs.ORIGINAL, GivenAs.COPY) for how in came.values())
    )


def stored_like(rows: Sequence[GroupRow]) -> Stored:
    """The filings that these rows may be the same as, in two queries and their papers."""
    stored = Stored()
    numbers = {row.external_no for row in rows if row.external_no}
    for one in _with_papers(Filing.objects.filter(external_no__in=numbers)):
        stored.by_external[one.filing.channel, one.filing.external_no] = one
    unnumbered = {row.entry.cert_no for row in rows if not row.external_no}
    same = Filing.objects.filter(person__cert_no__in=unnumbered, external_no="", state__in=CAME_INTO_FORCE)
    for one in _with_papers(same):
        stored.of_person.setdefault(one.filing.person_id, []).append(one)
    return stored


def _with_papers(rows: QuerySet[Filing]) -> list[StoredFiling]:
    found = rows.order_by("pk").prefetch_related("materials__material")
    return [
        StoredFiling(filing, {paper.material.code: paper.given_as for paper in filing.materials.all()})
        for filing in found
    ]


def filings_of_batch(batch: Batch, by: User) -> QuerySet[Filing]:
    """The filings that a batch brought, as far as `by` may see them, each with the enrolment's employer."""
    enrolment = Enrolment.objects.filter(
        person=OuterRef("person"),
        region=OuterRef("insured_region"),
        insurance_type=OuterRef("insurance_type"),
    )
    return (
        filings_visible(by).filter(batch=batch).annotate(employer=Subquery(enrolment.values("employer")[:1]))
    )
