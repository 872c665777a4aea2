"""打包: which papers a month's bundle has: sheets 9–14, then what higher slices add (notices …).

`BUNDLE` is called with the month and whoever asks, and gives `(name, content)`: a SheetData, a Printable (it
is drawn with the others, at half the cost) or a PDF. A SheetData and a Printable know whose they are; a PDF
that is one region's says so as `(name, content, region code)`. A region's papers also go into its own bundle.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from agency.journal.papers import Printable, Source, paper_source
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.registry import Registry
from agency.sheets.digest import digest
from agency.sheets.filled import SheetData
from settlement.clearing import rules
from settlement.clearing.adding_up import AddingUp, require_adds_up
from settlement.clearing.export import sheet_coded
from settlement.clearing.filling import MonthBook, all_sheets, matrix_data, sheet_data
from settlement.clearing.matrix import FORM as MATRIX
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.rules import Party
from settlement.clearing.sheets import OF_REGION, SHORT_TITLES

BUNDLE: Registry[Callable[[ClearingPeriod, User], Iterable[tuple[Any, ...]]]] = Registry("month bundles")
LAYOUT = 3  # raise it when the files change for the same papers
PROVINCE = "全省"


@dataclass(frozen=True)
class BundlePaper:
    """One paper of a bundle: a sheet (`data`), a form (`printable`, its `source` once it is coded) or a PDF.
    `group` is whose it is."""

    name: str
    group: str
    data: SheetData | None = None
    printable: Printable | None = None
    pdf: bytes = b""
    party: Party | None = None
    source: Source | None = None

    @property
    def digest(self) -> str:
        """Over what the paper says."""
        if self.data is not None:
            return digest(self.data)
        if self.printable is not None:
            return self.printable.said.digest()
        return hashlib.sha256(self.pdf).hexdigest()

    @property
    def code(self) -> str:
        if self.data is not None:
            return self.data.code or ""
        return self.source.code if self.source is not None else ""

    @property
    def is_bound_with_others(self) -> bool:
        """Drawn in one document with its neighbours; not a PDF, nor a form with a mark across its page."""
        return self.data is not None or (self.printable is not None and not self.printable.said.mark)


def papers_of(book: MonthBook, party: Party | None, by: User) -> list[BundlePaper]:
    """The papers of all regions (`party` None) or of one, in the order in which they are bound."""
    found = [*_sheets(book, party), *_added(book, party, by)]
    places = {PROVINCE: -1} | {one.name: place for place, one in enumerate(book.parties.ordered)}
    return sorted(found, key=lambda paper: places.get(paper.group, len(places)))


def _sheets(book: MonthBook, party: Party | None) -> Iterator[BundlePaper]:
    if party is None:
        for form, owner, data in all_sheets(book):
            yield BundlePaper(_sheet_name(form), owner.name if owner else PROVINCE, data, party=owner)
        return
    for form in OF_REGION:
        yield BundlePaper(
            _sheet_name(form), party.name, sheet_data(form, book.month, party, book), party=party
        )
    own = matrix_data(book.month, party, book)
    yield BundlePaper(f"表{MATRIX} 往来表", party.name, own, party=party)


def _sheet_name(form: str) -> str:
    return f"表{form} {SHORT_TITLES[form]}"


def _added(book: MonthBook, party: Party | None, by: User) -> Iterator[BundlePaper]:
    """What is registered; of papers that name no region, only for whoever the bundle of all is."""
    for entry in BUNDLE:
        for name, content, *code in entry.function(book.month, by):
            owner = _owner(book, content, *code)
            if party is not None and party != owner and (owner is not None or access.sees_all(by)):
                continue
            group = owner.name if owner else party.name if party else PROVINCE
            kind = {SheetData: "data", Printable: "printable"}.get(type(content), "pdf")
            yield BundlePaper(name.replace("/", "-"), group, party=owner, **{kind: content})


def _owner(book: MonthBook, content: Any, code: str = "") -> Party | None:
    """Whose a paper is, by what it says or by the code that came with it."""
    parties = book.parties.ordered
    if isinstance(content, SheetData):
        return next((one for one in parties if one.name == content.region), None)
    if isinstance(content, Printable):
        return book.parties.by_id.get(content.region.pk) if content.region is not None else None
    return next((one for one in parties if one.code == code), None)


def require_papers(book: MonthBook, papers: Iterable[BundlePaper]) -> None:
    """DoesNotAddUp at the first sheet of the clearing that is not proven."""
    known = AddingUp(book)
    for paper in papers:
        if paper.data is not None and paper.data.sheet.form in (*SHORT_TITLES, MATRIX):
            require_adds_up(paper.data, paper.party, book, known)


def content_digest(papers: Iterable[BundlePaper], kind: str) -> str:
    """What a bundle rests on: the same digest, the same file."""
    content = [
        [paper.group, paper.name, paper.digest, *_heading(paper.data)] if paper.data is not None
        else [paper.group, paper.name, paper.digest]
        for paper in papers
    ]  # fmt: skip
    return rules.digest_of([LAYOUT, kind, content])


def _heading(data: SheetData) -> list[Any]:
    """What is printed beside the rows, which the digest of a sheet leaves out."""
    annexes = [digest(annex) for annex in data.annexes]
    names = sorted(data.names.items())
    return [data.as_of.isoformat(), data.state_label, data.prepared_label, names, data.remarks, annexes]


@transaction.atomic
def papers_coded(papers: list[BundlePaper], *, by: User, at: dt.datetime) -> list[BundlePaper]:
    """Each with the verification code of its content; each print stands in the log."""
    regions = PoolingRegion.objects.in_bulk([paper.party.id for paper in papers if paper.party])
    found = []
    for paper in papers:
        region = regions[paper.party.id] if paper.party else None
        if paper.data is not None:
            paper = replace(paper, data=sheet_coded(paper.data, region, by=by, at=at))
        elif paper.printable is not None:
            paper = replace(paper, source=paper_source(paper.printable, by=by, at=at))
        found.append(paper)
    return found
