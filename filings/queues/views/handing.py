"""移交: one filing, or all that a colleague has in work; and the board that shows who has how much."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from agency.errors import DomainError, NotAllowed
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from filings.filing.models import Filing
from filings.filing.services.charge import holder_of
from filings.filing.views.fetching import editable
from filings.queues.forms import HandOverForm
from filings.queues.selectors import board, held_in, in_work
from filings.queues.services import Seen, filing_assign, filings_hand_over
from filings.queues.shown import SEPARATOR, read_tokens

BOTH = ["GET", "POST"]
SHOWN = 100


@needs(May.HAND_OVER_FILINGS)
@require_http_methods(BOTH)
def filing_assign_view(request: StaffRequest, filing_no: str) -> HttpResponse:
    """Give one filing to a colleague."""
    filing = editable(request, filing_no)
    data = request.POST if request.method == "POST" else None
    form = HandOverForm(data, region=filing.insured_region, but=holder_of(filing))
    if request.method == "POST" and form.is_valid():
        try:
            filing_assign(
                filing,
                to=form.chosen,
                by=request.user,
                at=request.now,
                note=form.cleaned_data["note"],
                seen=_seen(request, filing),
            )
        except NotAllowed:
            raise
        except DomainError as error:
            record_refusal(request, error)
            form.add_error("to" if error.field == "to" else None, error.message)
        else:
            messages.success(request, f"{filing_no} 已移交给{form.chosen}。")
            return redirect("filings:filing_detail", filing_no=filing_no)
    context = {
        "filing": filing,
        "holder": holder_of(filing),
        "form": form,
        "token": SEPARATOR.join((filing.filing_no, str(filing.version), str(filing.assigned_to_id or 0))),
    }
    return render(request, "filings/queues/assign.html", context, status=422 if form.errors else 200)


def _seen(request: StaffRequest, filing: Filing) -> Seen:
    """What the page showed; a page that does not say so saw nothing that still holds."""
    read = read_tokens([request.POST.get("seen", "")]) or {}
    return read.get(filing.filing_no, Seen(0, None))


@needs(May.SEE_BOARD)
@require_GET
def queue_board(request: StaffRequest) -> HttpResponse:
    """Open work per person: how much, since when, how much of it overdue."""
    loads = board(request.user, request.today)
    context = {
        "loads": loads,
        "total": sum(load.count for load in loads),
        "overdue": sum(load.overdue for load in loads),
        "sees_all": access.sees_all(request.user),
        "may_assign": access.allowed(request.user, May.ASSIGN_FILINGS),
    }
    return render(request, "filings/queues/board.html", context)


@needs(May.HAND_OVER_FILINGS)
@require_http_methods(BOTH)
def hand_over_all(request: StaffRequest, region_code: str, username: str) -> HttpResponse:
    """Give all that somebody has in work in a region to a colleague there."""
    region = get_object_or_404(PoolingRegion, code=region_code)
    of = get_object_or_404(User, username=username)
    if of != request.user:
        access.require(request.user, May.ASSIGN_FILINGS)
    rows = Filing.objects.editable_by(request.user).filter(in_work(request.today), held_in(region.pk, of))
    here = rows.select_related("person").order_by("received_on", "pk")
    held = list(here[:SHOWN])
    if not held and not (access.within(request.user, region) and of.region_id == region.pk):
        raise Http404
    form = HandOverForm(request.POST if request.method == "POST" else None, region=region, but=of)
    if request.method == "POST" and form.is_valid():
        try:
            done = filings_hand_over(
                of=of, to=form.chosen, by=request.user, at=request.now, note=form.cleaned_data["note"]
            )
        except NotAllowed:
            raise
        except DomainError as error:
            record_refusal(request, error)
            form.add_error("to" if error.field == "to" else None, error.message)
        else:
            messages.success(request, f"{of}在办的 {len(done)} 件备案已移交给{form.chosen}。")
            return redirect("filings:queue_board")
    context = {"of": of, "region": region, "held": held, "form": form, "more": len(held) == SHOWN}
    return render(request, "filings/queues/hand_over.html", context, status=422 if form.errors else 200)
