"""One queue: filtered, sorted, exported, and handed over by check boxes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_GET, require_POST

from agency.errors import DomainError, NotAllowed
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.exporting import KINDS
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from filings.filing.models import Filing
from filings.filing.selectors import expiring_days
from filings.filing.views.fetching import visible
from filings.queues.exporting import QUEUE_COLUMNS, export, queue_cells
from filings.queues.filters import QueueFilter, listed
from filings.queues.forms import HandOverForm
from filings.queues.paging import sorted_page
from filings.queues.selectors import QUEUES, with_due_day
from filings.queues.services import filings_assign
from filings.queues.shown import queue_rows, read_tokens
from filings.queues.trail import after, detail_url, trail_of, way_from

MOST_EXPORTED = 20_000
FOLLOW_UPS = "/followups/"


@needs(May.READ_FILINGS)
@require_GET
def filing_queue(request: StaffRequest, name: str) -> HttpResponse:
    """One queue: green channel first, then what is due first, or as asked for."""
    _require_known(name)
    return _page(request, name, QueueFilter(request.GET, by=request.user))


@needs(May.READ_FILINGS)
@require_GET
def filing_queue_export(request: StaffRequest, name: str, kind: str) -> HttpResponse:
    """What is listed, in its order, as CSV or XLSX with masked numbers."""
    _require_known(name)
    if kind not in KINDS:
        raise Http404
    form = QueueFilter(request.GET, by=request.user)
    rows = listed(name, form, by=request.user, on=request.today)
    if rows.count(MOST_EXPORTED + 1) > MOST_EXPORTED:
        form.add_error(None, f"一次最多导出 {MOST_EXPORTED} 行，没有导出；请用筛选缩小范围。")
    if form.errors:
        return _page(request, name, form, status=422)
    wanted = {key: str(value) for key, value in form.cleaned_data.items() if value}
    return export(
        request,
        rows,
        kind=kind,
        title=QUEUES[name],
        columns=QUEUE_COLUMNS,
        cells=queue_cells,
        what=f"queue-{name}",
        filters={"queue": name, **wanted},
    )


@needs(May.READ_FILINGS)
@require_GET
def filing_next(request: StaffRequest, filing_no: str) -> HttpResponse:
    """下一件: what stands after a filing in the queue that this person came from, as the queue is now: what a
    colleague has taken meanwhile is passed over."""
    filing = visible(request, filing_no)
    trail = trail_of(request.GET, request.user)
    if trail is None:
        return redirect("filings:filing_detail", filing_no=filing_no)
    found = after(filing, trail, by=request.user, on=request.today).following
    if found is None:
        messages.info(request, f"{QUEUES[trail.name]}没有下一件了。")
        return redirect(trail.url)
    return redirect(detail_url(found.filing_no, trail))


@needs(May.HAND_OVER_FILINGS)
@require_POST
def filing_queue_hand_over(request: StaffRequest, name: str) -> HttpResponse:
    """Give the checked filings to a colleague: all of them, or none with the reason."""
    _require_known(name)
    if request.user.region is None:
        raise NotAllowed("省级账户请在每份备案上移交：一次移交多件只在本统筹区内。")
    form = HandOverForm(request.POST, region=request.user.region)
    tokens = request.POST.getlist("pick")
    seen = read_tokens(tokens)
    if seen is None:
        form.add_error(None, "看不出勾选的是哪些备案，没有移交。请刷新后重新勾选。")
    elif form.is_valid():
        try:
            done = filings_assign(
                seen, to=form.chosen, by=request.user, at=request.now, note=form.cleaned_data["note"]
            )
        except NotAllowed:
            raise
        except DomainError as error:
            record_refusal(request, error)
            form.add_error("to" if error.field == "to" else None, error.message)
        else:
            messages.success(request, f"{len(done)} 件备案已移交给{form.chosen}。")
            return redirect(_with_query(request, name))
    filters = QueueFilter(request.GET, by=request.user)
    return _page(request, name, filters, status=422, hand_over=form, picked=frozenset(tokens))


def _require_known(name: str) -> None:
    if name not in QUEUES:
        raise Http404


def _page(
    request: StaffRequest,
    name: str,
    form: QueueFilter,
    *,
    status: int = 200,
    hand_over: HandOverForm | None = None,
    picked: frozenset[str] = frozenset(),
) -> HttpResponse:
    user = request.user
    rows = listed(name, form, by=user, on=request.today)
    anchors = with_due_day(Filing.objects.editable_by(user), name, request.today)
    page = sorted_page(request, rows, anchors)
    shown = queue_rows(page.rows, user, request.today)
    if hand_over is None and user.region is not None and any(row.may_give for row in shown):
        hand_over = HandOverForm(region=user.region)
    context = {
        "name": name,
        "title": QUEUES[name],
        "form": form,
        "page": page,
        "rows": shown,
        "query": _query(request),
        "way": way_from(name, _query(request)),
        "tabs": _tabs(name, user),
        "hand_over": hand_over,
        "picked": picked,
        "may_take_in": access.allowed(user, May.TAKE_IN_FILINGS),
        "days": expiring_days(user, request.today),
    }
    return render(request, "filings/queues/queue.html", context, status=status)


def _tabs(name: str, user: User) -> list[dict[str, Any]]:
    """The other queues; what was promised by letter has a list of its own where that is there."""
    tabs = [
        {"label": label, "url": reverse("filings:filing_queue", args=[key]), "current": key == name}
        for key, label in QUEUES.items()
    ]
    try:
        resolve(FOLLOW_UPS)
    except Resolver404:
        pass
    else:
        tabs.append({"label": "承诺跟踪", "url": FOLLOW_UPS, "current": False})
    if access.allowed(user, May.SEE_BOARD):
        tabs.append({"label": "承办看板", "url": reverse("filings:queue_board"), "current": False})
    return tabs


def _query(request: StaffRequest) -> str:
    query = request.GET.copy()
    query.pop("before", None)
    query.pop("after", None)
    return query.urlencode()


def _with_query(request: StaffRequest, name: str) -> str:
    query, url = _query(request), reverse("filings:filing_queue", args=[name])
    return f"{url}?{query}" if query else url
