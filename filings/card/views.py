"""参保人卡片: one page with everything about one person, gathered from the slices that know it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from agency.errors import DomainError, NotAllowed
from agency.organisation import access
from agency.organisation.models import CertificateType
from agency.organisation.roles import May
from agency.registry import CARD
from agency.web.access import needs
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from filings.card.forms import NoteForm
from filings.card.hooks import note_context
from filings.card.sections import ACTIONS
from filings.card.services import note_add as add_note
from filings.filing.lookup import person_panel
from filings.people.models import InsuredPerson
from filings.people.selectors import people_visible


@needs(May.READ_PEOPLE)
@require_GET
def person_card(request: StaffRequest, person_no: str) -> HttpResponse:
    """Who it is, what to do next, how insured, what was filed, noted, printed and settled."""
    return _card(request, _visible(request, person_no))


@needs(May.WRITE_NOTES)
@require_POST
def note_add(request: StaffRequest, person_no: str) -> HttpResponse:
    """A note from the card; what was typed stays when it is refused."""
    person = _visible(request, person_no)
    form = NoteForm(request.POST)
    form.is_valid()
    try:
        add_note(by=request.user, at=request.now, person=person, text=request.POST.get("text", ""))
    except NotAllowed:
        raise
    except DomainError as error:
        record_refusal(request, error)
        form.add_error("text", error.message)
        if request.htmx:
            return _notes(request, person, form, status=422)
        return _card(request, person, form, status=422)
    if request.htmx:
        return _notes(request, person)
    messages.success(request, "备注已写下。")
    return redirect("filings:person_card", person_no=person.person_no)


@needs(May.TAKE_IN_FILINGS)
@require_POST
def person_twins(request: StaffRequest) -> HttpResponse:
    """The fragment under the name on the entry form: who may be the same person, now that a name is known."""
    region = request.user.region
    if region is None:
        raise NotAllowed("备案由统筹区的窗口受理，您的账户没有统筹区。")
    typed = {name: request.POST.get(name, "") for name in ("cert_type", "cert_no", "name")}
    panel = person_panel(request.user, **typed, region=region, on=request.today)
    return render(request, "filings/filing/_twins.html", {"panel": panel})


def _visible(request: StaffRequest, person_no: str) -> InsuredPerson:
    return get_object_or_404(people_visible(request.user), person_no=person_no)


def _notes(
    request: StaffRequest, person: InsuredPerson, form: NoteForm | None = None, status: int = 200
) -> HttpResponse:
    context = {"section": note_context(request.user, person, form)}
    return render(request, "filings/card/_notes.html", context, status=status)


def _card(
    request: StaffRequest, person: InsuredPerson, form: NoteForm | None = None, status: int = 200
) -> HttpResponse:
    found: list[Any] = [entry.function(request.user, person, request.today) for entry in CARD]
    sections = [section for section in found if section is not None]
    if form is not None:
        for section in sections:
            if "notes" in section.context:
                section.context["form"] = form
    cert_type = CertificateType.objects.filter(code=person.cert_type).first()
    actions = [entry.function(request.user, person, request.today) for entry in ACTIONS]
    context = {
        "person": person,
        "cert_type": str(cert_type or person.cert_type),
        "sections": [section for section in sections if not section.aside],
        "beside": [section for section in sections if section.aside],
        "more_actions": [action for several in actions for action in several],
        "may_unmask": access.allowed(request.user, May.UNMASK),
        "may_take_in": access.allowed(request.user, May.TAKE_IN_FILINGS) and request.user.region is not None,
    }
    return render(request, "filings/card/detail.html", context, status=status)
