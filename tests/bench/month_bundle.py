"""打包 a month: all its sheets as one PDF by one job, against drawing them one by one, in one run."""

from __future__ import annotations

import io
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from agency.organisation.selectors import system_account
from agency.sheets.as_pdf import as_pdf
from settlement.clearing.binding import Binding, bind_pdf, bind_zip
from settlement.clearing.bundle import BundlePaper, papers_coded, papers_of, require_papers
from settlement.clearing.filling import MonthBook
from settlement.clearing.gallery import pictures_of
from settlement.clearing.services import period_compute
from settlement.records.models import SettlementRecord
from tests.bench.cases import make_cases

TITLE = "打包 (a month's sheets as one PDF)"
GOAL = 60  # per cent of the same sheets drawn singly
CASES = 20_000


def prepare(rows: int) -> None:
    """Cases among all regions, and one month of them computed."""
    make_cases(min(rows, CASES))
    newest = SettlementRecord.objects.order_by("-period").values_list("period", flat=True)[0]
    period_compute(period=newest, by=system_account(), at=timezone.now())
    global _period
    _period = newest


_period = ""


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

    month = month_named(_period)
    assert month is not None and month.computed_at is not None
    book = MonthBook(month)
    papers: list[BundlePaper] = []
    filled = _spent(lambda: papers.extend(papers_of(book, None, system_account())))
    proven = _spent(lambda: require_papers(book, papers))
    coded = papers_coded(papers, by=system_account(), at=timezone.now())
    binding = Binding(f"{_period}", coded, month.computed_at, True, pictures_of(book, None))
    sizes: dict[str, int] = {}
    together = _spent(lambda: sizes.update(pdf=_bound(binding)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    singly = _spent(lambda: [as_pdf(paper.data) for paper in coded if paper.data is not None])
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    files = _spent(lambda: sizes.update(zip=bind_zip(binding, io.BytesIO()).peak_kb))
    out(f"{len(coded)} sheets of {len(book.lines)} lines.\n")
    out("| what | clock, s | processor, s |\n|---|---|---|")
    for label, spent in (
        ("fill all sheets", filled),
        ("prove all sheets", proven),
        ("one PDF, by one job", together),
        ("the same sheets singly, in one process", singly),
        ("a ZIP of PDF, XLSX and CSV", files),
    ):
        out(f"| {label} | {spent.clock:.1f} | {spent.processor:.1f} |")
    by_clock, by_processor = together.clock / singly.clock, together.processor / singly.processor
    pdf, files_mb = sizes["pdf"] // 1024, sizes["zip"] // 1024
    out(f"\nOne job to singly: {by_clock:.2f} by the clock, {by_processor:.2f} of the processor.")
    out(f"The goal is 0.{GOAL}.")
    out(f"Largest drawing process: {pdf} MB (PDF), {files_mb} MB (ZIP).")
    out(f"This process, the worker's: {before // 1024} MB; after drawing singly in it: {after // 1024} MB.")


def _bound(binding: Binding) -> int:
    return bind_pdf(binding, io.BytesIO()).peak_kb
