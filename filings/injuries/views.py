"""外伤承诺书: write one down, its page, correct it, print it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from agency.errors import DomainError, NotAllowed
from agency.journal.papers import Printable, paper_page, paper_pdf
from agency.organisation import access
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from filings.filing.models import Filing
from filings.filing.selectors import WITH_NAMES as FILING_NAMES
from filings.injuries.form3 import form3_of
from filings.injuries.forms import InjuryForm, injury_initial, signer_for
from filings.injuries.models import InjuryStatement
from filings.injuries.printing import form3_of_statement, form3_with_filing, form3_with_stay
from filings.injuries.selectors import is_minor, statements_visible
from filings.injuries.services import KIND, injury_change, injury_record
from filings.stays.entering import (
    StayPart,
    Subject,
    ask_person,
    own_region,
    put_errors,
    subject_of,
    token_of,
    version_of,
)
from filings.stays.prints import prints_of
from filings.stays.selectors import stays_visible
from filings.stays.services import AlreadyRecorded

PAGE = "filings/injuries/form.html"


@needs(May.TAKE_IN_FILINGS)
@require_http_methods(["GET", "POST"])
def injury_new(request: StaffRequest) -> HttpResponse:
    """One page: which stay (or a new one), and the injury."""
    subject = subject_of(request)
    if subject is None:
        return ask_person(request, "登记外伤承诺书")
    part, token = StayPart(request, subject), token_of(request)
    minor = is_minor(subject.person, request.today, subject.region)
    first = {"signer": signer_for(is_minor=minor, has_proxy=minor)}
    form = InjuryForm(request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and _all_valid(part, form):
        try:
            statement = injury_record(
                by=request.user,
                at=request.now,
                person=subject.person,
                stay=part.entry() or part.stay(),  # type: ignore[arg-type]
                entry=form.entry(),
                form_token=token,
            )
        except NotAllowed:
            raise
        except AlreadyRecorded as error:
            messages.info(request, error.message)
            return redirect("filings:injury_detail", statement_no=error.facts["number"])
        except DomainError as error:
            record_refusal(request, error)
            put_errors(error, part.form if part.choice.wants_new else part.choice, form)
        else:
            messages.success(request, f"已登记外伤承诺书 {statement}。")
            return redirect("filings:injury_detail", statement_no=statement.statement_no)
    return _entry_page(request, subject, part, form, form_token=token)


@needs(May.TAKE_IN_FILINGS)
@require_http_methods(["GET", "POST"])
def injury_edit(request: StaffRequest, statement_no: str) -> HttpResponse:
    """更正; what was printed before then shows as changed since."""
    region = own_region(request)
    statement = _visible(request, statement_no)
    if statement.stay.insured_region_id != region.pk:
        raise Http404
    subject = Subject(statement.stay.person, region, statement.stay.filing, statement.stay)
    part = StayPart(request, subject, chosen=statement.stay)
    data = request.POST if request.method == "POST" else None
    minor = is_minor(subject.person, statement.stay.admitted_on, region)
    form = InjuryForm(data, initial=injury_initial(statement, is_minor=minor))
    version: Any = request.POST.get("version", statement.version)
    if request.method == "POST" and _all_valid(part, form):
        version = version_of(request)
        try:
            injury_change(
                statement,
                by=request.user,
                at=request.now,
                stay=part.stay() or statement.stay,
                entry=form.entry(),
                version=version,
            )
        except NotAllowed:
            raise
        except DomainError as error:
            record_refusal(request, error)
            put_errors(error, part.choice, form)
        else:
            told = f"{statement_no} 已更正，打印过的请重新打印。"
            messages.success(request, told if statement.version != version else "没有改动。")
            return redirect("filings:injury_detail", statement_no=statement_no)
    return _entry_page(request, subject, part, form, statement=statement, version=version)


def _all_valid(part: StayPart, form: InjuryForm) -> bool:
    """Both are asked, so that all that is wrong is shown at once."""
    answers = [part.is_valid(), form.is_valid()]
    return all(answers)


def _entry_page(
    request: StaffRequest, subject: Subject, part: StayPart, form: InjuryForm, **more: Any
) -> HttpResponse:
    context = {"person": subject.person, "part": part, "form": form, "statement": None, **more}
    return render(request, PAGE, context, status=422 if request.method == "POST" else 200)


@needs(May.READ_FILINGS)
@require_GET
def injury_detail(request: StaffRequest, statement_no: str) -> HttpResponse:
    """What was said, of which stay, and whether the printed paper still says it."""
    statement = _visible(request, statement_no)
    takes_in = access.allowed(request.user, May.TAKE_IN_FILINGS) and request.user.region_id is not None
    stay = statement.stay
    minor = is_minor(stay.person, stay.admitted_on, stay.insured_region)
    context = {
        "statement": statement,
        "stay": stay,
        "signer": signer_for(is_minor=minor, has_proxy=statement.has_proxy).label,
        "is_minor": minor,
        "history": prints_of(KIND, statement_no, form3_of(statement).digest()),
        "may_change": takes_in and access.within(request.user, stay.insured_region),
    }
    return render(request, "filings/injuries/detail.html", context)


@needs(May.READ_FILINGS)
@require_GET
def injury_form3(request: StaffRequest, statement_no: str) -> HttpResponse:
    """The print page of a statement."""
    return _page(request, form3_of_statement(_visible(request, statement_no)))


@needs(May.READ_FILINGS)
@require_GET
def injury_form3_pdf(request: StaffRequest, statement_no: str) -> HttpResponse:
    """The PDF of a statement."""
    return _pdf(request, form3_of_statement(_visible(request, statement_no)))


@needs(May.READ_FILINGS)
@require_GET
def stay_form3(request: StaffRequest, stay_no: str) -> HttpResponse:
    """The print page with a stay's data: its statement, or blanks to write on."""
    stay = get_object_or_404(stays_visible(request.user), stay_no=stay_no)
    return _page(request, form3_with_stay(stay, request.user, request.now))


@needs(May.READ_FILINGS)
@require_GET
def filing_form3(request: StaffRequest, filing_no: str) -> HttpResponse:
    """The print page with the data of a filing's person, for its insured region."""
    rows = Filing.objects.editable_by(request.user).select_related(*FILING_NAMES)
    filing = get_object_or_404(rows, filing_no=filing_no)
    return _page(request, form3_with_filing(filing, request.user, request.now))


def _page(request: StaffRequest, printable: Printable) -> HttpResponse:
    return HttpResponse(paper_page(printable, by=request.user, at=request.now))


def _pdf(request: StaffRequest, printable: Printable) -> HttpResponse:
    paper = paper_pdf(printable, by=request.user, at=request.now)
    response = HttpResponse(paper.pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{printable.subject_no}-3.pdf"'
    return response


def _visible(request: StaffRequest, statement_no: str) -> InjuryStatement:
    return get_object_or_404(statements_visible(request.user), statement_no=statement_no)
