"""就医登记: record a stay, its page, correct it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods

from agency.journal.models import AuditEntry
from agency.organisation import access
from agency.organisation.roles import May
from agency.registry import Registry
from agency.web.access import needs
from agency.web.request import StaffRequest
from filings.people.selectors import people_visible
from filings.stays.entering import ask_person, own_region, saved, subject_of, token_of, version_of
from filings.stays.forms import StayForm, filing_initial, stay_initial
from filings.stays.models import Stay
from filings.stays.sections import STAY_ACTIONS, STAY_SECTIONS
from filings.stays.selectors import filings_to_choose, stays_visible, verdict_of
from filings.stays.services import KIND, stay_change, stay_record

PAGE = "filings/stays/form.html"
CHANGES_SHOWN = 20


@needs(May.TAKE_IN_FILINGS)
@require_http_methods(["GET", "POST"])
def stay_new(request: StaffRequest) -> HttpResponse:
    """登记就医 for the person, of the filing or card the page was opened from."""
    subject = subject_of(request)
    if subject is None:
        return ask_person(request, "登记就医")
    filings = filings_to_choose(subject.person, subject.region, request.user)
    initial = filing_initial(subject.filing, filings, request.today)
    form = StayForm(request.POST if request.method == "POST" else None, filings=filings, initial=initial)
    token = token_of(request)
    if form.is_valid():

        def save() -> tuple[str, str]:
            stay = stay_record(
                by=request.user, at=request.now, person=subject.person, entry=form.entry(), form_token=token
            )
            return stay.stay_no, f"已登记 {stay.stay_no}。"

        if (done := saved(request, save, form, detail="filings:stay_detail")) is not None:
            return done
    context = {"form": form, "person": subject.person, "form_token": token, "stay": None}
    return render(request, PAGE, context, status=422 if form.is_bound else 200)


@needs(May.READ_FILINGS)
@require_GET
def stay_detail(request: StaffRequest, stay_no: str) -> HttpResponse:
    """What is known of a stay, how it is settled, and what hangs on it."""
    stay = _visible(request, stay_no)
    verdict = verdict_of(stay, request.today)
    takes_in = access.allowed(request.user, May.TAKE_IN_FILINGS)

    def joined(registry: Registry[Any]) -> list[Any]:
        return [entry.function(request.user, stay, verdict, request.today) for entry in registry]

    context = {
        "stay": stay,
        "verdict": verdict,
        "has_other_filings": stay.filing is None
        and bool(filings_to_choose(stay.person, stay.insured_region, request.user)),
        "sections": [section for section in joined(STAY_SECTIONS) if section is not None],
        "more_actions": [action for found in joined(STAY_ACTIONS) for action in found],
        "may_change": takes_in and access.within(request.user, stay.insured_region),
        "card_visible": people_visible(request.user).filter(pk=stay.person_id).exists(),
        "changes": _changes(stay),
    }
    return render(request, "filings/stays/detail.html", context)


@needs(May.TAKE_IN_FILINGS)
@require_http_methods(["GET", "POST"])
def stay_edit(request: StaffRequest, stay_no: str) -> HttpResponse:
    """更正, or write down that the person left and the hospital settled."""
    own_region(request)
    stay = _visible(request, stay_no)
    filings = filings_to_choose(stay.person, stay.insured_region, request.user)
    if stay.filing is not None and stay.filing not in filings:  # an older one than those offered
        filings.append(stay.filing)
    data = request.POST if request.method == "POST" else None
    form = StayForm(data, filings=filings, initial=stay_initial(stay))
    if form.is_valid():
        version = version_of(request)

        def save() -> tuple[str, str]:
            stay_change(stay, by=request.user, at=request.now, entry=form.entry(), version=version)
            return stay_no, f"{stay_no} 已更正。" if stay.version != version else "没有改动。"

        if (done := saved(request, save, form, detail="filings:stay_detail")) is not None:
            return done
    seen = request.POST.get("version", stay.version)
    context = {"form": form, "person": stay.person, "stay": stay, "version": seen}
    return render(request, PAGE, context, status=422 if form.is_bound else 200)


def _visible(request: StaffRequest, stay_no: str) -> Stay:
    return get_object_or_404(stays_visible(request.user), stay_no=stay_no)


def _changes(stay: Stay) -> list[AuditEntry]:
    rows = AuditEntry.objects.filter(subject_kind=KIND, subject_no=stay.stay_no, action="stay_changed")
    return list(rows.select_related("by").order_by("-seq")[:CHANGES_SHOWN])
