"""Pages of one statement: its figures and what is behind them, confirming, the answer, prints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from agency.errors import DomainError, NotAllowed
from agency.journal import workflow
from agency.organisation import access
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.acting import put_on
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from settlement.statements import selectors
from settlement.statements.filling import deductions_of, statement_data
from settlement.statements.forms import AnswerForm, SendAgainForm
from settlement.statements.models import InstitutionStatement, StatementLine
from settlement.statements.rules import days_late
from settlement.statements.services import statement_answer, statement_send_again, statements_confirm
from settlement.statements.states import TONES, WAITING, StatementState
from settlement.statements.views.papers import file_answer, file_links, number_posted, print_answer

S = StatementState
KIND = InstitutionStatement.machine.kind
ITEMS_SHOWN = 50


def visible(request: StaffRequest, number: str) -> InstitutionStatement:
    """The statement, when it is this person's to see; else 404."""
    statement = selectors.statement_seen(request.user, number)
    if statement is None:
        raise Http404
    return statement


@needs(May.READ_STATEMENTS)
@require_GET
def statement_detail(request: StaffRequest, institution_statement_no: str) -> HttpResponse:
    """One statement: every figure leads to its cases or deductions."""
    return shown(request, visible(request, institution_statement_no))


def shown(
    request: StaffRequest,
    statement: InstitutionStatement,
    *,
    status: int = 200,
    **filled: forms.Form,
) -> HttpResponse:
    """The page, with the form that was refused: `answer`, `again` or `undo`."""
    due = selectors.deadlines(statement.period.period)
    due_on = due.get(statement.care_region_id, due[None])
    waits = statement.state in WAITING
    late_by = days_late(due_on, None if waits else statement.institution_on, request.today)
    items = deductions_of(statement)
    number = statement.statement_no
    context = {
        "statement": statement,
        "tone": TONES[S(statement.state)],
        "due_on": due_on,
        "late_by": late_by if statement.state != S.VOIDED else 0,
        "lines": [(line, _behind(statement, line)) for line in selectors.lines_of(statement)],
        "behind": _behind(statement),
        "items": items[:ITEMS_SHOWN],
        "more_items": len(items) > ITEMS_SHOWN,
        "history": workflow.history(InstitutionStatement.machine, number),
        "answer": AnswerForm(initial={"institution_on": f"{request.today}"}),
        "again": SendAgainForm(),
        "undo": SendAgainForm(),
        **filled,
        "others": _others(statement),
        "account": selectors.accounts_of([statement], request.today).get(statement.institution_id),
        "files": file_links("institution_statement_file", institution_statement_no=number),
        **_acts(request, statement),
    }
    return render(request, "settlement/statements/detail.html", context, status=status)


def _acts(request: StaffRequest, statement: InstitutionStatement) -> dict[str, Any]:
    """What this person may do with it now."""
    user = request.user

    def may(to: str) -> bool:
        return workflow.can_move(statement, to, user) and access.within(user, statement.care_region)

    answers = may(S.AGREED) and statement.state == S.SENT
    own = statement.agency_by_id == user.pk
    return {
        "may_confirm": statement.state == S.DRAWN and may(S.SENT),
        "may_answer": answers and not own,
        "own_confirmation": answers and own,
        "may_send_again": statement.state in (S.DISPUTED, S.AGREED) and may(S.SENT),
        "may_undo": statement.state == S.PAID and may(S.AGREED),
        "to_pay": statement.state == S.AGREED and statement.is_final and statement.payable_fen != 0,
    }


def _behind(statement: InstitutionStatement, line: StatementLine | None = None) -> dict[str, str]:
    """The addresses of the cases and deductions behind the figures: of the whole, or of one line."""
    where = {
        "period": statement.period.period,
        "care_region": statement.care_region.code,
        "institution": statement.institution_code,
    }
    of_cases = {**where, **_narrowed(line)}
    return {
        "cases": f"{reverse('settlement:record_list')}?{urlencode(of_cases)}",
        "deductions": f"{reverse('settlement:deduction_list')}?{urlencode(where)}",
    }


def _narrowed(line: StatementLine | None) -> dict[str, str]:
    return {"insurance_type": line.insurance_type, "care_kind": line.care_kind} if line is not None else {}


def _others(statement: InstitutionStatement) -> list[InstitutionStatement]:
    """Other versions of the same month, newest first."""
    rows = InstitutionStatement.objects.filter(
        period=statement.period_id, care_region=statement.care_region_id, institution=statement.institution_id
    )
    return list(rows.exclude(pk=statement.pk).order_by("-version"))


def act(
    request: StaffRequest,
    statement: InstitutionStatement,
    service: Callable[..., InstitutionStatement],
    **filled: AnswerForm | SendAgainForm,
) -> HttpResponse:
    """Do what the one filled form asks for, or show the page with what is wrong."""
    (form,) = filled.values()
    if form.is_valid():
        try:
            done = service(statement=statement, by=request.user, at=request.now, **form.said())
        except NotAllowed:
            raise
        except DomainError as error:
            put_on(request, form, error)
        else:
            messages.success(request, f"已办理，对账单现在是“{done.get_state_display()}”。")
            return redirect("settlement:institution_statement", institution_statement_no=done.statement_no)
    return shown(request, statement, status=422, **filled)


@needs(May.CONFIRM_STATEMENTS)
@require_POST
def statement_confirm_view(request: StaffRequest, institution_statement_no: str) -> HttpResponse:
    """Confirm the one that is shown."""
    statement = visible(request, institution_statement_no)
    try:
        statements_confirm(
            period=statement.period.period,
            region=statement.care_region,
            by=request.user,
            at=request.now,
            numbers=[statement.statement_no],
            seen_change=number_posted(request, "seen"),
        )
    except NotAllowed:
        raise
    except DomainError as error:
        record_refusal(request, error)
        messages.error(request, error.message)
    else:
        messages.success(request, "已确认，等机构答复；可以打印盖章后送机构。")
    return redirect("settlement:institution_statement", institution_statement_no=statement.statement_no)


@needs(May.ANSWER_STATEMENTS)
@require_POST
def statement_answer_view(request: StaffRequest, institution_statement_no: str) -> HttpResponse:
    """Record what the institution said."""
    statement = visible(request, institution_statement_no)
    return act(request, statement, statement_answer, answer=AnswerForm(request.POST))


@needs(May.CONFIRM_STATEMENTS)
@require_POST
def statement_send_again_view(request: StaffRequest, institution_statement_no: str) -> HttpResponse:
    """Send it to the institution again, with what was answered."""
    statement = visible(request, institution_statement_no)
    return act(request, statement, statement_send_again, again=SendAgainForm(request.POST))


@needs(May.READ_STATEMENTS)
@require_GET
def statement_print(request: StaffRequest, institution_statement_no: str) -> HttpResponse:
    """The statement as a page to print, with its verification code."""
    statement = visible(request, institution_statement_no)
    subject = (KIND, statement.statement_no)
    return print_answer(request, statement_data(statement), statement.care_region, subject)


@needs(May.READ_STATEMENTS)
@require_GET
def statement_file(request: StaffRequest, institution_statement_no: str, extension: str) -> HttpResponse:
    """The statement as PDF, XLSX or CSV."""
    statement = visible(request, institution_statement_no)
    subject = (KIND, statement.statement_no)
    return file_answer(request, statement_data(statement), statement.care_region, subject, extension)
