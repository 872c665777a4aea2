"""外伤承诺书: write one down, its page, correct it, print it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods

from agency.organisation import access
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.papers import answer_with_page, answer_with_pdf
from agency.web.request import StaffRequest
from filings.filing.models import Filing
from filings.filing.selectors import WITH_NAMES as FILING_NAMES
from filings.injuries.form3 import form3_of
from filings.injuries.forms import InjuryForm, injury_initial, signer_for
from filings.injuries.models import InjuryStatement
from filings.injuries.printing import FORM3
from filings.injuries.selectors import is_minor, statements_visible
from filings.injuries.services import INJURY, injury_change, injury_record
from filings.stays.entering import (
    StayPart,
    Subject,
    ask_person,
    corrected,
    own_region,
    saved,
    subject_of,
    subject_to_correct,
    token_of,
    version_of,
)
from filings.stays.prints import prints_of
from filings.stays.selectors import stays_visible

DETAIL = "filings:injury_detail"
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

        def save() -> tuple[str, str]:
            statement = injury_record(
                by=request.user,
                at=request.now,
                person=subject.person,
                stay=part.entry() or part.stay(),  # type: ignore[arg-type]
                entry=form.entry(),
                form_token=token,
            )
            return statement.statement_no, f"已登记外伤承诺书 {statement}。"

        if (done := saved(request, save, part.shown(), form, detail=DETAIL)) is not None:
            return done
    return _entry_page(request, subject, part, form, form_token=token)


@needs(May.TAKE_IN_FILINGS)
@require_http_methods(["GET", "POST"])
def injury_edit(request: StaffRequest, statement_no: str) -> HttpResponse:
    """更正; what was printed before then shows as changed since."""
    region = own_region(request)
    statement = _visible(request, statement_no)
    subject = subject_to_correct(statement, region)
    part = StayPart(request, subject, chosen=statement.stay)
    data = request.POST if request.method == "POST" else None
    minor = is_minor(subject.person, statement.stay.admitted_on, region)
    form = InjuryForm(data, initial=injury_initial(statement, is_minor=minor))
    version: Any = request.POST.get("version", statement.version)
    if request.method == "POST" and _all_valid(part, form):
        version = version_of(request)

        def save() -> tuple[str, str]:
            injury_change(
                statement,
                by=request.user,
                at=request.now,
                stay=part.stay() or statement.stay,
                entry=form.entry(),
                version=version,
            )
            return statement_no, corrected(statement, version)

        if (done := saved(request, save, part.choice, form, detail=DETAIL)) is not None:
            return done
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
    stay = statement.stay
    minor = is_minor(stay.person, stay.admitted_on, stay.insured_region)
    context = {
        "statement": statement,
        "stay": stay,
        "signer": signer_for(is_minor=minor, has_proxy=statement.has_proxy, role=statement.proxy_role).label,
        "is_minor": minor,
        "history": prints_of(INJURY.name, statement_no, form3_of(statement).digest()),
        "may_change": access.takes_in(request.user, stay.insured_region),
    }
    return render(request, "filings/injuries/detail.html", context)


@needs(May.READ_FILINGS)
@require_GET
def injury_form3(request: StaffRequest, statement_no: str) -> HttpResponse:
    """The print page of a statement."""
    return answer_with_page(request, FORM3.of_record(_visible(request, statement_no)))


@needs(May.READ_FILINGS)
@require_GET
def injury_form3_pdf(request: StaffRequest, statement_no: str) -> HttpResponse:
    """The PDF of a statement."""
    return answer_with_pdf(request, FORM3.of_record(_visible(request, statement_no)), f"{statement_no}-3")


@needs(May.READ_FILINGS)
@require_GET
def stay_form3(request: StaffRequest, stay_no: str) -> HttpResponse:
    """The print page with a stay's data: its statement, or blanks to write on."""
    stay = get_object_or_404(stays_visible(request.user), stay_no=stay_no)
    return answer_with_page(request, FORM3.of_stay(stay, request.user, request.now))


@needs(May.READ_FILINGS)
@require_GET
def filing_form3(request: StaffRequest, filing_no: str) -> HttpResponse:
    """The print page with the data of a filing's person, for its insured region."""
    rows = Filing.objects.editable_by(request.user).select_related(*FILING_NAMES)
    filing = get_object_or_404(rows, filing_no=filing_no)
    return answer_with_page(request, FORM3.of_filing(filing, request.user, request.now))


def _visible(request: StaffRequest, statement_no: str) -> InjuryStatement:
    return get_object_or_404(statements_visible(request.user), statement_no=statement_no)
