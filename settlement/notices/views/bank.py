"""Pages of bank lines: the list, one typed in, one line with what it pays for and what it could pay for."""

from __future__ import annotations

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agency.errors import DomainError
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.acting import put_on
from agency.web.keyset import keyset_page
from agency.web.request import StaffRequest
from settlement.notices import services
from settlement.notices.batches import KIND
from settlement.notices.forms import LineFilterForm, LineForm, PaymentForm, WithdrawalForm
from settlement.notices.matching import proposals
from settlement.notices.models import BankLine
from settlement.notices.printing import notice_named
from settlement.notices.selectors import LineFilter, line_sums, lines_listed, payments_of
from settlement.notices.uses import LINE_TOLD

PROPOSED = 12


@needs(May.READ_NOTICES)
@require_GET
def bank_line_list(request: StaffRequest) -> HttpResponse:
    """Lines of the own account (the province sees all), newest first, narrowed; with what is left of them."""
    form = LineFilterForm(request.GET, sees_all=access.sees_all(request.user))
    narrow = form.narrowed()
    rows = lines_listed(request.user, narrow)
    context = {
        "form": form,
        "page": keyset_page(request, rows),
        "sums": line_sums(rows),
        "narrowed": narrow != LineFilter(),
        "sees_all": access.sees_all(request.user),
        "may_load": access.allowed(request.user, May.LOAD_BANK),
        "may_pay": access.allowed(request.user, May.ALLOCATE_PAYMENTS),
        "kind": KIND,
    }
    return render(request, "settlement/notices/lines.html", context)


@needs(May.LOAD_BANK)
@require_http_methods(["GET", "POST"])
def bank_line_new(request: StaffRequest) -> HttpResponse:
    """Type in one line; it finds its notice at once where there is no doubt."""
    form = LineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            line = services.line_enter(by=request.user, at=request.now, said=form.said())
        except DomainError as error:
            put_on(request, form, error)
        else:
            found = "、".join(str(payment.notice) for payment in payments_of(line=line))
            told = f"已自动核销到 {found}。" if found else "没有自动核销，请看下面的通知书。"
            messages.success(request, f"已登记流水 {line}，{told}")
            return redirect("settlement:bank_line_detail", bank_line_no=line.line_no)
    owner = services.own_region(request.user)
    context = {"form": form, "account": str(owner) if owner else "省级账户"}
    status = 422 if request.method == "POST" else 200
    return render(request, "settlement/notices/new_line.html", context, status=status)


@needs(May.READ_NOTICES)
@require_GET
def bank_line_detail(request: StaffRequest, bank_line_no: str) -> HttpResponse:
    """One line: what the bank says, what it paid for, and what it could pay for."""
    return _detail(request, _visible(request, bank_line_no))


@needs(May.ALLOCATE_PAYMENTS)
@require_POST
def bank_line_pay(request: StaffRequest, bank_line_no: str) -> HttpResponse:
    """So much of the line pays for a notice."""
    line = _visible(request, bank_line_no)
    form = PaymentForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        notice = notice_named(request.user, said["notice"])
        try:
            if notice is None:
                raise DomainError("no_such_notice", "没有这份通知书，请刷新后再看。")
            payment = services.payment_allocate(
                by=request.user,
                at=request.now,
                line=line,
                notice=notice,
                amount_fen=said["amount"],
                reason=said["reason"],
            )
        except DomainError as error:
            put_on(request, form, error)
        else:
            messages.success(request, f"已核销到 {payment.notice}，编号 {payment}。")
            return redirect("settlement:bank_line_detail", bank_line_no=bank_line_no)
    return _detail(request, _visible(request, bank_line_no), form=form)


@needs(May.ALLOCATE_PAYMENTS)
@require_POST
def payment_withdraw_view(request: StaffRequest, bank_line_no: str, payment_no: str) -> HttpResponse:
    """Take a payment back by a negative one."""
    line = _visible(request, bank_line_no)
    payment = get_object_or_404(payments_of(line=line), payment_no=payment_no)
    form = WithdrawalForm(request.POST)
    if form.is_valid():
        try:
            services.payment_withdraw(by=request.user, at=request.now, payment=payment, **form.cleaned_data)
        except DomainError as error:
            put_on(request, form, error)
        else:
            messages.success(request, f"已撤回核销 {payment}，金额回到流水上。")
            return redirect("settlement:bank_line_detail", bank_line_no=bank_line_no)
    return _detail(request, line, form=form)


@needs(May.ALLOCATE_PAYMENTS)
@require_POST
def bank_lines_match(request: StaffRequest) -> HttpResponse:
    """Try once more to match what is left of the own account's lines."""
    matched = services.open_lines_match(by=request.user, at=request.now)
    told = f"自动核销了 {matched} 行。" if matched else "没有可以自动核销的，其余请由人核销。"
    messages.success(request, told)
    return redirect("settlement:bank_line_list")


def _visible(request: StaffRequest, bank_line_no: str) -> BankLine:
    return get_object_or_404(lines_listed(request.user, LineFilter()), line_no=bank_line_no)


def _detail(request: StaffRequest, line: BankLine, form: Form | None = None) -> HttpResponse:
    """The page of one line, with a form that was refused."""
    rest = line.rest_fen
    found = proposals(line, rest) if rest > 0 else []
    payment = form if isinstance(form, PaymentForm) else PaymentForm()
    context = {
        "line": line,
        "payments": list(payments_of(line=line)),
        "proposals": found[:PROPOSED],
        "chosen": payment["notice"].value() or (found[0].notice.key if found else ""),
        "more": max(0, len(found) - PROPOSED),
        "form": form,
        "payment": payment,
        "may_pay": _may_pay(request.user, line),
        "told": [action for entry in LINE_TOLD for action in entry.function(line, request.user)],
        "withdrawal": form if isinstance(form, WithdrawalForm) else WithdrawalForm(),
    }
    status = 422 if form is not None else 200
    return render(request, "settlement/notices/line.html", context, status=status)


def _may_pay(user: User, line: BankLine) -> bool:
    try:
        services.require_may_pay(user, line)
    except DomainError:
        return False
    return True
