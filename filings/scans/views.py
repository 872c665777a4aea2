"""Pages of scans: upload and taking away on the filing's page, the viewer, and the pictures themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from agency.errors import DomainError, NotAllowed
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.forms import ReasonForm
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from filings.filing.models import Filing
from filings.filing.views.fetching import editable
from filings.scans import store
from filings.scans.forms import ScanForm
from filings.scans.models import Scan, ScanPage
from filings.scans.sections import TEMPLATE, section_context
from filings.scans.selectors import may_see_withdrawn, offered_papers, papers_of
from filings.scans.services import (
    Incoming,
    TakenIn,
    scan_look,
    scan_restore,
    scan_withdraw,
    scans_add,
)

# A picture that somebody opens by itself may do nothing, whatever a browser takes it for.
ALONE = "default-src 'none'; sandbox"


@dataclass(frozen=True)
class Position:
    """One page in the order in which the viewer shows them; `at` names it in the address."""

    scan: Scan
    page: ScanPage

    @property
    def at(self) -> str:
        return f"{self.scan.number}.{self.page.number}"


@needs(May.TAKE_IN_FILINGS)
@require_POST
def scan_add(request: StaffRequest, filing_no: str) -> HttpResponse:
    """Take in what was chosen, dropped or photographed; each refused file is named with its reason."""
    filing = editable(request, filing_no)
    form = ScanForm(request.POST, request.FILES, papers=offered_papers(filing))
    if not form.is_valid():
        return _answer(request, filing, form=form)
    files = [Incoming(upload.name or "", upload.size or 0, upload) for upload in form.uploads]
    try:
        done = scans_add(
            filing, files, material=form.cleaned_data["material"], by=request.user, at=request.now
        )
    except NotAllowed:
        raise
    except DomainError as error:
        record_refusal(request, error)
        form.add_error("scans", error.message)
        return _answer(request, filing, form=form)
    for _, refusal in done.refused:
        record_refusal(request, refusal)
    return _answer(request, filing, outcome=done)


def _answer(
    request: StaffRequest, filing: Filing, *, form: ScanForm | None = None, outcome: TakenIn | None = None
) -> HttpResponse:
    """The section in place for htmx; else back to the filing with the same sentences."""
    if request.htmx:
        context = section_context(request.user, filing, request.today, form=form, outcome=outcome)
        return render(request, TEMPLATE, {"section": context}, status=422 if form is not None else 200)
    for told in form.errors.values() if form is not None else []:
        messages.error(request, " ".join(map(str, told)))
    if outcome is not None:
        for name, refusal in outcome.refused:
            messages.error(request, f"没有收：{name}：{refusal.message}")
        for name, scan in outcome.known:
            messages.info(request, f"{name}：这份材料下已有同一个文件（第 {scan.number} 件），没有重复保存。")
        if outcome.added:
            messages.success(request, f"已收 {len(outcome.added)} 个文件：{outcome.added[0].material}。")
    return _back(filing.filing_no)


def _back(filing_no: str) -> HttpResponse:
    return redirect(reverse("filings:filing_detail", kwargs={"filing_no": filing_no}) + "#scans")


@needs(May.TAKE_IN_FILINGS)
@require_POST
def scan_withdraw_view(request: StaffRequest, filing_no: str, scan_no: int) -> HttpResponse:
    """Take a scan away, with the reason."""
    scan, form = _scan(request, filing_no, scan_no), ReasonForm(request.POST)

    def act() -> None:
        if not form.is_valid():
            told = "；".join(str(told) for told in form.errors["reason"])
            raise DomainError("reason_missing", f"第 {scan_no} 件没有撤下：{told}", field="reason")
        scan_withdraw(scan, by=request.user, at=request.now, reason=form.cleaned_data["reason"])

    return _done(request, filing_no, act, f"第 {scan_no} 件已撤下，页面和经过仍保留，可以恢复。")


@needs(May.TAKE_IN_FILINGS)
@require_POST
def scan_restore_view(request: StaffRequest, filing_no: str, scan_no: int) -> HttpResponse:
    """Put a scan back."""
    scan = _scan(request, filing_no, scan_no)

    def act() -> None:
        scan_restore(scan, by=request.user, at=request.now)

    return _done(request, filing_no, act, f"第 {scan_no} 件已恢复。")


def _done(request: StaffRequest, filing_no: str, act: Callable[[], object], told: str) -> HttpResponse:
    """Back on the filing with what was done, or why not."""
    try:
        act()
    except NotAllowed:
        raise
    except DomainError as error:
        record_refusal(request, error)
        messages.error(request, error.message)
    else:
        messages.success(request, told)
    return _back(filing_no)


@needs(May.READ_FILINGS)
@require_GET
def scan_viewer(request: StaffRequest, filing_no: str) -> HttpResponse:
    """All scans of a filing, one page at a time: J the next, K the one before."""
    filing = editable(request, filing_no)
    papers = [paper for paper in papers_of(filing) if paper.scans]
    places = [Position(scan, page) for paper in papers for scan in paper.scans for page in scan.pages.all()]
    index = _index(places, request.GET.get("at", ""))
    context: dict[str, Any] = {
        "filing": filing,
        "papers": papers,
        "position": index + 1,
        "count": len(places),
        "now": places[index] if places else None,
        "before": places[index - 1] if index > 0 else None,
        "next": places[index + 1] if index + 1 < len(places) else None,
        "lost": bool(places) and not store.path_of(places[index].page.digest).is_file(),
    }
    return render(request, "filings/scans/viewer.html", context)


def _index(places: list[Position], at: str) -> int:
    """Where a page stands among all; an address that names none begins with the first."""
    known = [place.at for place in places]
    return known.index(at) if at in known else 0


@needs(May.READ_FILINGS)
@require_GET
def scan_page(request: StaffRequest, filing_no: str, scan_no: int, page_no: int) -> HttpResponse:
    """A page in full; who looked stands in the log."""
    scan = _page_of(request, filing_no, scan_no, page_no)
    content = scan_look(scan, page_no, by=request.user, at=request.now)
    return _picture(content, f"{filing_no}-{scan_no}-{page_no}.jpg")


@needs(May.READ_FILINGS)
@require_GET
def scan_small(request: StaffRequest, filing_no: str, scan_no: int, page_no: int) -> HttpResponse:
    """The small picture of a page, for lists: nothing on it can be read, so a look at it is not logged."""
    row = _page_of(request, filing_no, scan_no, page_no).pages.get(number=page_no)
    try:
        content = store.small_of(row.digest)
    except OSError as error:
        raise Http404 from error
    return _picture(content, f"{filing_no}-{scan_no}-{page_no}-small.jpg")


def _picture(content: bytes, name: str) -> HttpResponse:
    """A picture for this person alone: not guessed at, not kept, not able to do anything."""
    response = HttpResponse(content, content_type="image/jpeg")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Content-Security-Policy"] = ALONE
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "no-store, private"
    return response


def _scan(request: StaffRequest, filing_no: str, scan_no: int) -> Scan:
    """A scan of a filing of the actor's own insured region, or 404."""
    rows = Scan.objects.select_related("material", "withdrawn_by")
    return get_object_or_404(rows, filing=editable(request, filing_no), number=scan_no)


def _page_of(request: StaffRequest, filing_no: str, scan_no: int, page_no: int) -> Scan:
    """A scan that has this page, and that may be looked at: one taken away only by few."""
    scan = _scan(request, filing_no, scan_no)
    hidden = scan.is_withdrawn and not may_see_withdrawn(scan.filing, request.user, request.today)
    if hidden or page_no > scan.page_count:
        raise Http404
    return scan
