"""Pages of applications (form 15): write, hand in, review, approve, return, print."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agency.journal.workflow import can_move, history
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.acting import done
from agency.web.papers import answer_with_page, answer_with_pdf
from agency.web.request import StaffRequest
from settlement.year_end import applications as services
from settlement.year_end.forms import ApplicationForm, NoteForm, ReturnForm
from settlement.year_end.models import YearEndApplication
from settlement.year_end.printing import application_named, printable_application
from settlement.year_end.states import APPLICATION_MACHINE, PENDING, ApplicationState
from settlement.year_end.waiting import application_of

S = ApplicationState


@needs(May.APPLY_YEAR_END)
@require_http_methods(["GET", "POST"])
def application_edit(request: StaffRequest, year: str) -> HttpResponse:
    """The own region's application of a year, with the figures of now."""
    region = request.user.region
    if region is None:
        raise Http404
    year_end, figures = services.figures_now(year, region)
    known = application_of(year_end, region)
    start = {name: getattr(known, name) for name in ("reason", "contact", "phone")} if known else {}
    form = ApplicationForm(request.POST or None, initial=start)
    kept: list[YearEndApplication] = []

    def act(**said: str) -> None:
        draft = services.application_draft
        kept.append(draft(year=year, region=region, by=request.user, at=request.now, **said))

    if request.method == "POST" and done(request, form, act):
        messages.success(request, "申请已存为草稿，请核对后提交。")
        return redirect("settlement:year_application", application_no=kept[0].application_no)
    context = {"year_end": year_end, "form": form, "figures": figures, "region": region}
    status = 422 if form.is_bound else 200
    return render(request, "settlement/year_end/apply.html", context, status=status)


def _visible(request: StaffRequest, application_no: str) -> YearEndApplication:
    found = application_named(request.user, application_no)
    if found is None:
        raise Http404
    return found


@needs(May.READ_CLEARING)
@require_GET
def application_detail(request: StaffRequest, application_no: str) -> HttpResponse:
    """One application: its figures, who has it, what was said."""
    return _detail(request, _visible(request, application_no), None)


def _detail(
    request: StaffRequest, application: YearEndApplication, refused: forms.Form | None
) -> HttpResponse:
    user = request.user
    context: dict[str, Any] = {
        "application": application,
        "changes": history(APPLICATION_MACHINE, application.application_no),
        "form": refused,
        "note_form": NoteForm(),
        "return_form": refused if isinstance(refused, ReturnForm) else ReturnForm(),
        **_acts(user, application),
    }
    status = 422 if refused is not None else 200
    return render(request, "settlement/year_end/application.html", context, status=status)


def _acts(user: User, application: YearEndApplication) -> dict[str, Any]:
    """Which buttons this person has."""
    is_own = user.region_id == application.region_id
    reviews = can_move(application, S.REVIEWED, user) and user.pk != application.applied_by_id
    others = user.pk not in (application.applied_by_id, application.reviewed_by_id)
    return {
        "may_edit": is_own and application.is_editable and access.allowed(user, May.APPLY_YEAR_END),
        "may_submit": is_own and can_move(application, S.APPLIED, user),
        "may_review": reviews,
        "may_approve": can_move(application, S.APPROVED, user) and others,
        "may_return": application.state in PENDING and can_move(application, S.RETURNED, user),
    }


def _act(
    request: StaffRequest,
    application_no: str,
    form: forms.Form,
    service: Callable[..., YearEndApplication],
    told: str,
) -> HttpResponse:
    application = _visible(request, application_no)
    act = partial(service, application=application, by=request.user, at=request.now)
    if done(request, form, act):
        messages.success(request, told)
        return redirect("settlement:year_application", application_no=application_no)
    return _detail(request, application, form)


@needs(May.APPLY_YEAR_END)
@require_POST
def application_submit_view(request: StaffRequest, application_no: str) -> HttpResponse:
    """The region hands it in."""
    return _act(
        request, application_no, forms.Form(request.POST), services.application_submit, "已提交省级审核。"
    )


@needs(May.REVIEW_YEAR_END)
@require_POST
def application_review_view(request: StaffRequest, application_no: str) -> HttpResponse:
    """The province reviews."""
    return _act(
        request, application_no, NoteForm(request.POST), services.application_review, "已审核，等批准。"
    )


@needs(May.APPROVE_YEAR_END)
@require_POST
def application_approve_view(request: StaffRequest, application_no: str) -> HttpResponse:
    """The province approves, by another person."""
    return _act(request, application_no, NoteForm(request.POST), services.application_approve, "已批准。")


@needs(May.READ_CLEARING)
@require_POST
def application_return_view(request: StaffRequest, application_no: str) -> HttpResponse:
    """Back to the region with a reason; the service asks who may."""
    return _act(
        request, application_no, ReturnForm(request.POST), services.application_return, "已退回统筹区。"
    )


@needs(May.READ_CLEARING)
@require_GET
def application_print(request: StaffRequest, application_no: str) -> HttpResponse:
    """Form 15 as a print page."""
    return answer_with_page(request, printable_application(_visible(request, application_no)))


@needs(May.READ_CLEARING)
@require_GET
def application_pdf(request: StaffRequest, application_no: str) -> HttpResponse:
    """Form 15 as PDF."""
    printable = printable_application(_visible(request, application_no))
    return answer_with_pdf(request, printable, f"表15 年终清算申请表 {application_no}")
