"""Reads of scans: which papers of a filing they may prove, what is there, who may add and look."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.policy.selectors import int_parameter
from filings.filing.agents import AGENT_PAPERS
from filings.filing.kinds import GivenAs
from filings.filing.models import Filing
from filings.filing.validity import CROSS_PROVINCE, IN_PROVINCE
from filings.materials.models import MaterialKind
from filings.materials.rules import COMMITMENT_LETTER
from filings.materials.selectors import groups_of, material_names
from filings.scans.models import Scan
from filings.scans.rules import MEGABYTE, Limits, takes_scans

OTHER_PAPER = "other_paper"
PROMISED = (GivenAs.COMMITMENT, GivenAs.DEFERRED)


@dataclass
class Paper:
    """One paper of a filing with its scans, those taken away apart."""

    material: MaterialKind
    is_registered: bool
    scans: list[Scan] = field(default_factory=list)
    withdrawn: list[Scan] = field(default_factory=list)


def limits_on(on: dt.date) -> Limits:
    """What one upload may be on a day."""
    return Limits(
        file_bytes=int_parameter("filing.scan_max_mb", on) * MEGABYTE,
        pdf_pages=int_parameter("filing.scan_max_pages", on),
        side_px=int_parameter("filing.scan_side_px", on),
        picture_pixels=int_parameter("filing.scan_max_megapixels", on) * 1_000_000,
        files_at_once=int_parameter("filing.scan_files_at_once", on),
    )


def offered_papers(filing: Filing) -> list[tuple[str, list[tuple[str, str]]]]:
    """The papers that an upload may prove, by group: (group, [(code, name)]); those registered come first."""
    names = material_names()
    scope = CROSS_PROVINCE if filing.is_cross_province else IN_PROVINCE
    groups = groups_of(filing.kind, scope=scope, region=filing.insured_region, on=filing.received_on)
    registered = [row.material.code for row in filing.materials.select_related("material")]
    lists = [("本备案登记的材料", registered)]
    lists += [(group.label, [code for papers in group.alternatives for code in papers]) for group in groups]
    if any(group.commitment_allowed for group in groups):
        lists.append(("承诺", [COMMITMENT_LETTER]))
    if filing.has_agent:
        lists.append(("代办", list(AGENT_PAPERS.values())))
    lists.append(("其他", [OTHER_PAPER]))
    return _each_once(lists, names)


def _each_once(
    lists: Iterable[tuple[str, list[str]]], names: dict[str, str]
) -> list[tuple[str, list[tuple[str, str]]]]:
    seen: set[str] = set()
    found = []
    for label, codes in lists:
        fresh = [code for code in dict.fromkeys(codes) if code in names and code not in seen]
        seen.update(fresh)
        if fresh:
            found.append((label, [(code, names[code]) for code in fresh]))
    return found


def papers_of(filing: Filing) -> list[Paper]:
    """The papers registered on a filing, those that an agent brings, and those that were scanned, each with
    its scans in their order."""
    papers = {
        row.material_id: Paper(row.material, is_registered=True)
        for row in filing.materials.select_related("material")
    }
    if filing.has_agent:  # asked for on submission, so named here as well, scanned or not [S1]
        for kind in MaterialKind.objects.filter(code__in=AGENT_PAPERS.values()).order_by("-code"):
            papers.setdefault(kind.pk, Paper(kind, is_registered=True))
    rows = Scan.objects.filter(filing=filing).select_related("material", "uploaded_by", "withdrawn_by")
    for scan in rows.order_by("number").prefetch_related("pages"):
        paper = papers.setdefault(scan.material_id, Paper(scan.material, is_registered=False))
        (paper.withdrawn if scan.is_withdrawn else paper.scans).append(scan)
    return list(papers.values())


def papers_with_scans(filing: Filing) -> set[str]:
    """The codes of the papers of which there is a scan that counts."""
    return set(Scan.objects.current().filter(filing=filing).values_list("material__code", flat=True))


def owes_papers(filing: Filing) -> bool:
    """Whether a paper was only promised (承诺, 容缺), so that its proof is still to come [S0, S2, P]."""
    if filing.proof_due_on is not None:
        return True
    promised = Q(given_as__in=PROMISED) | Q(material__code=COMMITMENT_LETTER)
    return filing.materials.filter(promised).exists()


def is_open(filing: Filing, on: dt.date) -> bool:
    """Whether scans may be added, taken away and put back on a day."""
    return takes_scans(filing.state_on(on), owes_papers=owes_papers(filing))


def may_change(filing: Filing, by: User, on: dt.date) -> bool:
    """Whether `by` may add and take away: who takes in filings of the insured region, while it is open."""
    takes_in = access.allowed(by, May.TAKE_IN_FILINGS) and access.within(by, filing.insured_region)
    return takes_in and is_open(filing, on)


def may_see_withdrawn(filing: Filing, by: User, on: dt.date) -> bool:
    """What was taken away may be another person's paper: who may put it back or supervises sees it [P]."""
    return access.allowed(by, May.READ_JOURNAL) or may_change(filing, by, on)


def has_scanned(filing: Filing, by: User) -> bool:
    """Whether `by` brought any scan of a filing, and so entered a part of it."""
    return Scan.objects.filter(filing=filing, uploaded_by=by).exists()
