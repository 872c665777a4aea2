"""An institution as pages show it: with its place, its standing and what is open on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from agency.directory.rules import SCOPE_WORDS, STANDING_LABELS, Standing, span_word, standing
from agency.organisation.institutions import (
    Connected,
    connections_by_institution,
    qualifications_by_institution,
)
from agency.organisation.models import (
    Institution,
    InstitutionConnection,
    InstitutionQualification,
    Qualification,
)
from agency.policy.care import CareKind

TONES = {Standing.DESIGNATED: "ok", Standing.STUB: "warn", Standing.ENDED: "", Standing.NOT_YET: ""}
SHORT_QUALIFICATIONS = {Qualification.REFERRAL: "转诊", Qualification.REGIONAL_CENTRE: "区域中心"}
SPAN_TONES = {"在用": "ok"}


@dataclass(frozen=True)
class Cell:
    """One kind of care and the scopes in which it is open, as words."""

    label: str
    words: str


@dataclass(frozen=True)
class ShownInstitution:
    """One row. Where it is not designated on the day nothing is open, whatever is on file [S4]."""

    institution: Institution
    place: str
    standing: Standing
    cells: tuple[Cell, ...]
    qualifications: tuple[str, ...]

    @property
    def label(self) -> str:
        return STANDING_LABELS[self.standing]

    @property
    def tone(self) -> str:
        return TONES[self.standing]

    @property
    def open_words(self) -> str:
        """What is open in one line: 住院 省内跨省、普通门诊 省内."""
        return "、".join(f"{cell.label} {cell.words}" for cell in self.cells if cell.words)


@dataclass(frozen=True)
class Span:
    """A connection or a qualification with its dates, its source and what it is on the day."""

    title: str
    scope: str
    valid_from: dt.date
    valid_to: dt.date | None
    source: str
    word: str

    @property
    def tone(self) -> str:
        return SPAN_TONES.get(self.word, "")


def shown(rows: Iterable[Institution], on: dt.date) -> list[ShownInstitution]:
    """Rows for a list, in two queries more however many there are."""
    institutions = list(rows)
    connections = connections_by_institution(institutions, on)
    held = qualifications_by_institution(institutions, on)
    return [_shown(row, connections[row.pk], held[row.pk], on) for row in institutions]


def _shown(row: Institution, connected: Connected, held: set[str], on: dt.date) -> ShownInstitution:
    stands = standing_of(row, on)
    is_open = stands == Standing.DESIGNATED
    cells = tuple(
        Cell(str(kind.label), scope_words(connected.get(kind, set())) if is_open else "") for kind in CareKind
    )
    names = tuple(SHORT_QUALIFICATIONS[kind] for kind in Qualification if is_open and kind in held)
    return ShownInstitution(row, place_of(row), stands, cells, names)


def standing_of(row: Institution, on: dt.date) -> Standing:
    """What it is on a day."""
    return standing(is_stub=row.is_stub, begins=row.designated_from, ends=row.designated_to, on=on)


def scope_words(scopes: set[str]) -> str:
    """省内, 跨省 or both, in that order."""
    return " ".join(word for scope, word in SCOPE_WORDS.items() if scope in scopes)


def place_of(row: Institution) -> str:
    """Where it lies: the city, behind its province outside Jilin; beside it the region that manages it, where
    that is another one (省直, 长白山)."""
    region, place = row.region, row.place
    if region is None:
        return str(place or "")
    if place is None:
        return region.name
    if region.is_outside:
        return f"{region.short_name} {place.name}"
    return place.name if place.region_id == region.pk else f"{place.name}（{region.short_name}）"


def connection_spans(row: Institution, on: dt.date) -> list[Span]:
    """All that is on file about an institution's connections, kinds in the order of the sheets."""
    kinds, scopes = CareKind.values, list(SCOPE_WORDS)
    rows = InstitutionConnection.objects.filter(institution=row)
    return [
        Span(
            found.get_care_kind_display(),
            found.get_scope_display(),
            found.valid_from,
            found.valid_to,
            found.source,
            span_word(found.valid_from, found.valid_to, on),
        )
        for found in sorted(
            rows, key=lambda one: (kinds.index(one.care_kind), scopes.index(one.scope), one.valid_from)
        )
    ]


def qualification_spans(row: Institution, on: dt.date) -> list[Span]:
    """All that is on file about an institution's qualifications."""
    rows = InstitutionQualification.objects.filter(institution=row)
    return [
        Span(
            found.get_qualification_display(),
            "",
            found.valid_from,
            found.valid_to,
            found.source,
            span_word(found.valid_from, found.valid_to, on),
        )
        for found in rows
    ]
