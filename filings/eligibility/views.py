"""能否结算: the question, the answer with every reason, and the answer on paper."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from agency.organisation import access
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.papers import inline_pdf
from agency.web.request import StaffRequest
from filings.eligibility.facts import Cause, Reason
from filings.eligibility.filing_rules import NEW, SEE
from filings.eligibility.forms import EligibilityForm, initial_of, person_numbered, unknown_to
from filings.eligibility.paper import answer_page, answer_pdf, stated
from filings.eligibility.rules import CARD, INSTITUTION
from filings.eligibility.selectors import Question, address_of, answer_to
from filings.materials.sources import source_names

IN_URL = ("person", "institution", "on", "care_kind", "student", "emergency")


@dataclass(frozen=True)
class ShownReason:
    """A reason as the page shows it, with the page that helps."""

    reason: Reason
    sources: str
    url: str = ""
    label: str = ""


@needs(May.READ_FILINGS)
@require_http_methods(["GET", "POST"])
def eligibility(request: StaffRequest) -> HttpResponse:
    """The question is posted, so that no certificate number stands in a URL; its answer has an address of
    our own numbers and codes, which can be opened again."""
    if request.method == "POST":
        form = EligibilityForm(request.POST, by=request.user, today=request.today)
        if form.is_valid():
            return redirect(f"{reverse('filings:eligibility')}?{address_of(form.question())}")
        return _ask(request, form, status=422)
    if "institution" in request.GET:
        form = _asked_in_url(request)
        return _answer(request, form.question()) if form.is_valid() else _ask(request, form, status=422)
    return _begin(request)


@needs(May.READ_FILINGS)
@require_GET
def eligibility_paper(request: StaffRequest) -> HttpResponse:
    """The answer as a print page."""
    form = _asked_in_url(request)
    if not form.is_valid():
        return _ask(request, form, status=422)
    return HttpResponse(answer_page(answer_to(form.question()), at=request.now))


@needs(May.READ_FILINGS)
@require_GET
def eligibility_pdf(request: StaffRequest) -> HttpResponse:
    """The answer as PDF."""
    form = _asked_in_url(request)
    if not form.is_valid():
        return _ask(request, form, status=422)
    question = form.question()
    paper = answer_pdf(answer_to(question), at=request.now)
    return inline_pdf(paper, f"{question.person.person_no}-{question.on}")


def _asked_in_url(request: StaffRequest) -> EligibilityForm:
    """A question from its address; a certificate number in a URL is not read."""
    asked = {name: request.GET[name] for name in IN_URL if name in request.GET}
    return EligibilityForm(asked, by=request.user, today=request.today)


def _begin(request: StaffRequest) -> HttpResponse:
    """An empty question, or one about a known person (?person=P…)."""
    person_no = request.GET.get("person", "")[:12]
    initial = {"person": person_no, "on": request.today}
    form = EligibilityForm(initial=initial, by=request.user, today=request.today)
    form.known = person_numbered(request.user, person_no)
    lost = bool(person_no) and form.known is None
    return _ask(request, form, status=404 if lost else 200, lost=unknown_to(request.user) if lost else "")


def _ask(request: StaffRequest, form: EligibilityForm, *, status: int, lost: str = "") -> HttpResponse:
    context = {"form": form, "person": form.known, "lost": lost}
    return render(request, "filings/eligibility/ask.html", context, status=status)


def _answer(request: StaffRequest, question: Question) -> HttpResponse:
    answered = answer_to(question)
    found = answered.answer
    causes = [
        {"cause": cause, "rows": [_shown(request, reason, question) for reason in cause.reasons]}
        for cause in found.causes or (Cause("", found.basis),)
    ]
    context = {
        "form": EligibilityForm(initial=initial_of(question), by=request.user, today=request.today),
        "person": question.person,
        "question": question,
        "answered": answered,
        "causes": causes,
        "stated": stated(question),
        "address": address_of(question),
        "may_take_in": access.takes_in(request.user),
        "today": request.today,
    }
    return render(request, "filings/eligibility/answer.html", context)


def _shown(request: StaffRequest, reason: Reason, question: Question) -> ShownReason:
    url, label = "", ""
    if reason.leads_to in (SEE, NEW) and reason.filing_no:
        url = reverse("filings:filing_detail", kwargs={"filing_no": reason.filing_no})
        label = f"看 {reason.filing_no}"
    elif reason.leads_to == NEW and access.takes_in(request.user):
        url, label = f"{reverse('filings:filing_new')}?person={question.person.person_no}", "新办备案"
    elif reason.leads_to == CARD and access.allowed(request.user, May.READ_PEOPLE):
        url = reverse("filings:person_card", kwargs={"person_no": question.person.person_no})
        label = "看参保关系"
    elif reason.leads_to == INSTITUTION:
        url = reverse("agency:institution_detail", kwargs={"institution_code": question.institution.code})
        label = "看机构的定点和联网"
    return ShownReason(reason, "；".join(source_names([reason.source])), url, label)
