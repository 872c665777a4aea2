"""扫描件 on the page of a filing: what is there of each paper, and the form that takes more in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from agency.errors import NotAllowed
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.web.forms import ReasonForm
from agency.web.parts import CardSection
from filings.filing.models import Filing
from filings.filing.sections import PAPERS_SCANNED, SECTIONS, TAKE_EFFECT_TOGETHER, TAKES_EFFECT
from filings.scans.forms import ScanForm
from filings.scans.models import Scan
from filings.scans.rules import MEGABYTE
from filings.scans.selectors import (
    Paper,
    has_scanned,
    limits_on,
    may_change,
    may_see_withdrawn,
    offered_papers,
    papers_of,
    papers_with_scans,
)
from filings.scans.services import TakenIn

TEMPLATE = "filings/scans/_section.html"


@dataclass(frozen=True)
class ShownScan:
    """A scan with the form that takes it away; None for who may not."""

    scan: Scan
    withdraw: ReasonForm | None


@dataclass(frozen=True)
class ShownPaper:
    """One paper with what is shown of its scans."""

    paper: Paper
    rows: list[ShownScan]


@SECTIONS.register("scans", order=10)
def scans_section(user: User, filing: Filing, today: dt.date) -> CardSection | None:
    """For the insured region alone: the care region sees that a filing is in force, not its papers."""
    if not access.allowed(user, May.READ_FILINGS) or not access.within(user, filing.insured_region):
        return None
    return CardSection("扫描件", TEMPLATE, section_context(user, filing, today))


PAPERS_SCANNED.register("scans")(papers_with_scans)


def section_context(
    user: User,
    filing: Filing,
    today: dt.date,
    *,
    form: ScanForm | None = None,
    outcome: TakenIn | None = None,
) -> dict[str, Any]:
    """Everything that the section shows; `outcome` tells what became of the last upload."""
    papers, changes = papers_of(filing), may_change(filing, user, today)
    shown = [
        ShownPaper(paper, [ShownScan(scan, _withdraw_form(scan, changes)) for scan in paper.scans])
        for paper in papers
    ]
    context: dict[str, Any] = {
        "filing": filing,
        "papers": [paper for paper in shown if paper.rows or paper.paper.is_registered],
        "total": sum(len(paper.scans) for paper in papers),
        "withdrawn": [scan for paper in papers for scan in paper.withdrawn],
        "may_change": changes,
        "may_see_withdrawn": may_see_withdrawn(filing, user, today),
        "takes_in": access.allowed(user, May.TAKE_IN_FILINGS),
        "outcome": outcome,
    }
    if changes:
        limits = limits_on(today)
        at_once = min(limits.files_at_once * limits.file_bytes, settings.UPLOAD_MAX_BYTES) // MEGABYTE
        context |= {
            "form": form or ScanForm(papers=offered_papers(filing)),
            "limits": limits,
            "at_once_mb": at_once,
        }
    return context


def _withdraw_form(scan: Scan, changes: bool) -> ReasonForm | None:
    if not changes:
        return None
    form = ReasonForm(auto_id=f"id_scan_{scan.number}_%s")
    form.use_required_attribute = False
    return form


@TAKES_EFFECT.register("scans", order=10)
def whoever_scanned_does_not_review(filing: Filing, *, by: User, at: dt.datetime) -> None:
    """Bringing a paper is entering a part of the filing: a second person approves it [P]."""
    if filing.reviewed_by_id == by.pk and not by.is_system_account and has_scanned(filing, by):
        raise NotAllowed("您上传过这份备案的扫描件，不能自己复核，请由另一位同事办理。")


@TAKE_EFFECT_TOGETHER.register("scans")
def nobody_scanned_new_ones(filings: Sequence[Filing], *, by: User, at: dt.datetime) -> None:
    """Of filings that a list has just brought there is no scan yet, so nobody is kept from releasing them."""
