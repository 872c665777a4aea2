"""打包 a month: all its sheets and notices as one PDF by one job, against drawing them singly, in one run."""

from __future__ import annotations

import io
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from agency.organisation.selectors import system_account
from agency.sheets.as_html import stylesheet_text
from agency.sheets.as_pdf import as_pdf
from agency.sheets.draw import draw
from settlement.clearing.binding import Binding, bind_pdf, bind_zip
from settlement.clearing.bundle import BundlePaper, papers_coded, papers_of, require_papers
from settlement.clearing.filling import MonthBook
from settlement.clearing.gallery import pictures_of
from settlement.clearing.services import period_sign
from tests.bench.cases import make_cases
from tests.bench.clearing import DAYS, FIRST_DAY, MONTH, NOW, confirm_all

TITLE = "打包 (a month's sheets and notices as one PDF)"
GOAL = 60  # per cent of the same sheets drawn singly
CASES = 20_000


def prepare(rows: int) -> None:
    """Cases among all regions, and their month computed, confirmed and signed: with its notices."""
    make_cases(min(rows, CASES), start=FIRST_DAY, days=DAYS)
    confirm_all()
    period_sign(period=MONTH, by=system_account(), at=NOW)


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock, and of the processor, here and in the processes begun for it."""

    clock: float
    processor: float


def _spent(work: Callable[[], object]) -> Spent:
    began, used = time.monotonic(), _used()
    work()
    return Spent(time.monotonic() - began, _used() - used)


def _used() -> float:
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    told = [resource.getrusage(kind) for kind in kinds]
    return sum(one.ru_utime + one.ru_stime for one in told)


def measure(out: Callable[[str], None]) -> None:
    from settlement.clearing.selectors import month_named

    month = month_named(MONTH)
    assert month is not None and month.computed_at is not None
    book = MonthBook(month)
    papers: list[BundlePaper] = []
    filled = _spent(lambda: papers.extend(papers_of(book, None, system_account())))
    proven = _spent(lambda: require_papers(book, papers))
    coded = papers_coded(papers, by=system_account(), at=timezone.now())
    binding = Binding(MONTH, coded, month.computed_at, True, pictures_of(book, None))
    sizes: dict[str, int] = {}
    together = _spent(lambda: sizes.update(pdf=_bound(binding)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    singly = _spent(lambda: [_drawn_alone(paper) for paper in coded])
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    files = _spent(lambda: sizes.update(zip=bind_zip(binding, io.BytesIO()).peak_kb))
    forms = sum(paper.data is None for paper in coded)
    out(f"{len(coded)} papers, {forms} of them notices and the like; {len(book.lines)} lines.\n")
    out("| what | clock, s | processor, s |\n|---|---|---|")
    for label, spent in (
        ("fill all papers", filled),
        ("prove all papers", proven),
        ("one PDF, by one job", together),
        ("the same papers singly, in one process", singly),
        ("a ZIP of PDF, XLSX and CSV", files),
    ):
        out(f"| {label} | {spent.clock:.1f} | {spent.processor:.1f} |")
    by_clock, by_processor = together.clock / singly.clock, together.processor / singly.processor
    pdf, files_mb = sizes["pdf"] // 1024, sizes["zip"] // 1024
    out(f"\nOne job to singly: {by_clock:.2f} by the clock, {by_processor:.2f} of the processor.")
    out(f"The goal is 0.{GOAL}.")
    out(f"Largest drawing process: {pdf} MB (PDF), {files_mb} MB (ZIP).")
    out(f"This process, the worker's: {before // 1024} MB; after drawing singly in it: {after // 1024} MB.")


def _drawn_alone(paper: BundlePaper) -> bytes:
    if paper.data is not None:
        return as_pdf(paper.data)
    return draw(paper.source.html, stylesheet_text()).pdf if paper.source is not None else paper.pdf


def _bound(binding: Binding) -> int:
    return bind_pdf(binding, io.BytesIO()).peak_kb
