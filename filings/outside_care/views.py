"""外院检查治疗或购药单: write one down, its page, correct it, print it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agency.organisation import access
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.papers import answer_with_page, answer_with_pdf
from agency.web.request import StaffRequest
from filings.filing.models import Filing
from filings.filing.selectors import WITH_NAMES as FILING_NAMES
from filings.outside_care.form4 import form4_of
from filings.outside_care.forms import Rows, SlipForm, slip_initial
from filings.outside_care.models import OutsideCare
from filings.outside_care.printing import FORM4
from filings.outside_care.rules import quantity_text
from filings.outside_care.selectors import items_of, lines_of, slips_visible
from filings.outside_care.services import SLIP, outside_care_change, outside_care_record
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

DETAIL = "filings:outside_care_detail"
PAGE = "filings/outside_care/form.html"
ROWS = "filings/outside_care/_rows.html"


@needs(May.TAKE_IN_FILINGS)
@require_http_methods(["GET", "POST"])
def outside_care_new(request: StaffRequest) -> HttpResponse:
    """One page: which stay (or a new one), the head, and a table of rows; Enter or a button adds rows."""
    subject = subject_of(request)
    if subject is None:
        return ask_person(request, "登记外院检查治疗或购药单")
    part, token = StayPart(request, subject), token_of(request)
    if request.method != "POST":
        form = SlipForm(initial=_first_shown(request, subject))
        return _entry_page(request, subject, part, form, Rows(), form_token=token)
    form, rows = SlipForm(request.POST), _rows(request)
    if _wants_rows(request):
        part.clear()
        return _entry_page(request, subject, part, _unjudged(form), rows, form_token=token, status=200)
    if _all_valid(part, form, rows):

        def save() -> tuple[str, str]:
            slip = outside_care_record(
                by=request.user,
                at=request.now,
                person=subject.person,
                stay=part.entry() or part.stay(),  # type: ignore[arg-type]
                entry=form.entry(rows.items()),
                form_token=token,
            )
            return slip.slip_no, f"已登记 {slip}。"

        if (done := saved(request, save, part.shown(), form, detail=DETAIL)) is not None:
            return done
    return _entry_page(request, subject, part, form, rows, form_token=token, status=422)


@needs(May.TAKE_IN_FILINGS)
@require_http_methods(["GET", "POST"])
def outside_care_edit(request: StaffRequest, slip_no: str) -> HttpResponse:
    """更正; what was printed before then shows as changed since."""
    region = own_region(request)
    slip = _visible(request, slip_no)
    subject = subject_to_correct(slip, region)
    part = StayPart(request, subject, chosen=slip.stay)
    more: dict[str, Any] = {"slip": slip, "version": request.POST.get("version", slip.version)}
    if request.method != "POST":
        form = SlipForm(initial=slip_initial(slip))
        return _entry_page(request, subject, part, form, Rows(items=items_of(slip)), **more)
    form, rows = SlipForm(request.POST), _rows(request)
    if _wants_rows(request):
        part.clear()
        return _entry_page(request, subject, part, _unjudged(form), rows, status=200, **more)
    if _all_valid(part, form, rows):
        version = version_of(request)

        def save() -> tuple[str, str]:
            outside_care_change(
                slip,
                by=request.user,
                at=request.now,
                stay=part.stay() or slip.stay,
                entry=form.entry(rows.items()),
                version=version,
            )
            return slip_no, corrected(slip, version)

        if (done := saved(request, save, part.choice, form, detail=DETAIL)) is not None:
            return done
    return _entry_page(request, subject, part, form, rows, status=422, **more)


@needs(May.TAKE_IN_FILINGS)
@require_POST
def outside_care_rows(request: StaffRequest) -> HttpResponse:
    """The table with its amounts and total, and with more rows where they are asked for (htmx)."""
    rows = _rows(request)
    if not _wants_rows(request):
        for form in rows.forms:
            form.errors.clear()
    return render(request, ROWS, {"rows": rows})


def _wants_rows(request: StaffRequest) -> bool:
    return request.POST.get("action") == "more"


def _rows(request: StaffRequest) -> Rows:
    return Rows(request.POST, more=_wants_rows(request))


def _unjudged(form: SlipForm) -> SlipForm:
    """What was typed so far, without a word on what is missing yet."""
    form.errors.clear()
    return form


def _first_shown(request: StaffRequest, subject: Subject) -> dict[str, Any]:
    department = subject.stay.department if subject.stay is not None else ""
    return {"prescribed_on": request.today, "department": department}


def _all_valid(part: StayPart, form: SlipForm, rows: Rows) -> bool:
    """All are asked, so that all that is wrong is shown at once."""
    answers = [part.is_valid(), form.is_valid(), rows.is_valid()]
    return all(answers)


def _entry_page(
    request: StaffRequest,
    subject: Subject,
    part: StayPart,
    form: SlipForm,
    rows: Rows,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {"person": subject.person, "part": part, "form": form, "rows": rows, "slip": None, **more}
    return render(request, PAGE, context, status=status)


@needs(May.READ_FILINGS)
@require_GET
def outside_care_detail(request: StaffRequest, slip_no: str) -> HttpResponse:
    """What was ordered where, of which stay, and whether the printed paper still says it."""
    slip = _visible(request, slip_no)
    context = {
        "slip": slip,
        "stay": slip.stay,
        "lines": [(line, quantity_text(line.quantity_milli)) for line in lines_of(slip)],
        "history": prints_of(SLIP.name, slip_no, form4_of(slip).digest()),
        "may_change": access.takes_in(request.user, slip.stay.insured_region),
    }
    return render(request, "filings/outside_care/detail.html", context)


@needs(May.READ_FILINGS)
@require_GET
def outside_care_form4(request: StaffRequest, slip_no: str) -> HttpResponse:
    """The print page of a slip."""
    return answer_with_page(request, FORM4.of_record(_visible(request, slip_no)))


@needs(May.READ_FILINGS)
@require_GET
def outside_care_form4_pdf(request: StaffRequest, slip_no: str) -> HttpResponse:
    """The PDF of a slip."""
    return answer_with_pdf(request, FORM4.of_record(_visible(request, slip_no)), f"{slip_no}-4")


@needs(May.READ_FILINGS)
@require_GET
def stay_form4(request: StaffRequest, stay_no: str) -> HttpResponse:
    """The print page with a stay's data: its newest slip, or empty lines to write on."""
    stay = get_object_or_404(stays_visible(request.user), stay_no=stay_no)
    return answer_with_page(request, FORM4.of_stay(stay, request.user, request.now))


@needs(May.READ_FILINGS)
@require_GET
def filing_form4(request: StaffRequest, filing_no: str) -> HttpResponse:
    """The print page with the data of a filing's person, for its insured region."""
    rows = Filing.objects.editable_by(request.user).select_related(*FILING_NAMES)
    filing = get_object_or_404(rows, filing_no=filing_no)
    return answer_with_page(request, FORM4.of_filing(filing, request.user, request.now))


def _visible(request: StaffRequest, slip_no: str) -> OutsideCare:
    return get_object_or_404(slips_visible(request.user), slip_no=slip_no)
