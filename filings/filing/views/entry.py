"""新办备案 and 修改: the one-page form, its fragments, draft and submission."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from agency.errors import DomainError, NotAllowed, SomeoneElseWasFirst
from agency.journal import audit
from agency.organisation.models import PoolingRegion
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest
from filings.filing.entry import INSTITUTION_FIELDS, entry_of
from filings.filing.judging import Judged, judge, own_facts
from filings.filing.models import Filing
from filings.filing.page import EntryPage, bound_page, new_page, put_errors, recognised, stored_page
from filings.filing.services import AlreadySaved, filing_draft_save, filing_submit
from filings.filing.states import WAITING, FilingState
from filings.filing.views.fetching import editable, posted_version, seen_version
from filings.people.selectors import home_region, people_visible

PAGE = "filings/filing/form.html"
# What cannot be known of somebody whose number is wrong.
ABOUT_ENROLMENT = frozenset({"not_enrolled", "insurance_not_in_force"})


@needs(May.TAKE_IN_FILINGS)
@require_http_methods(["GET", "POST"])
def filing_new(request: StaffRequest) -> HttpResponse:
    """An empty form, or one filled with a known person (?person=P…); saving makes the draft."""
    region = _own_region(request)
    if request.method == "POST":
        return _take_in(request, region, None)
    person = people_visible(request.user).filter(person_no=request.GET.get("person", "")).first()
    if person is not None:
        _log_look(request, "person", person.person_no, home_region(person, request.user))
    return _show(request, new_page(request.user, region, request.today, person))


@needs(May.TAKE_IN_FILINGS)
@require_http_methods(["GET", "POST"])
def filing_edit(request: StaffRequest, filing_no: str) -> HttpResponse:
    """Go on with a draft, or mend what was sent back."""
    filing = editable(request, filing_no)
    if filing.state_on(request.today) not in WAITING:
        messages.info(request, f"{filing.filing_no} {filing.state_on(request.today).label}，内容不能再改。")
        return redirect("filings:filing_detail", filing_no=filing_no)
    if request.method == "POST":
        return _take_in(request, filing.insured_region, filing)
    _log_look(request, Filing.machine.kind, filing.filing_no, filing.insured_region)
    return _show(request, stored_page(request.user, request.today, filing))


@needs(May.TAKE_IN_FILINGS)
@require_POST
def person_lookup(request: StaffRequest) -> HttpResponse:
    """The fragment beside the certificate number: who it is, how insured, what was filed before."""
    page = _read_person(request, _own_region(request), _filing_of(request))
    return render(request, "filings/filing/_person.html", {**page.context(), "answers": True})


@needs(May.TAKE_IN_FILINGS)
@require_POST
def places(request: StaffRequest) -> HttpResponse:
    """The fragments that follow kind, place and begin, as far as they become others; after a paper was chosen
    the checklist alone. What is not put in keeps what was typed since the question was sent."""
    page = bound_page(
        request.user, _own_region(request), request.today, request.POST, filing=_filing_of(request)
    )
    page.form.errors.clear()
    if request.htmx and (request.htmx.trigger_name or "").startswith(("material_", "given_")):
        return render(request, "filings/filing/_checklist.html", page.context())
    context = page.context()
    changes = {
        "city_changes": not request.htmx or request.htmx.trigger_name == "province",
        "checklist_changes": context["checklist_of"] != request.POST.get("checklist_of"),
        "referral_changes": context["is_referral"] != ("referral_shown" in request.POST),
    }
    return render(request, "filings/filing/_place.html", {**context, **changes, "oob": True})


@needs(May.TAKE_IN_FILINGS)
@require_POST
def filing_submit_view(request: StaffRequest, filing_no: str) -> HttpResponse:
    """Submit a draft as it stands, from its page; what is missing is shown on the form."""
    filing = editable(request, filing_no)
    try:
        filing_submit(filing, by=request.user, at=request.now, version=posted_version(request))
    except NotAllowed:
        raise
    except DomainError as error:
        record_refusal(request, error)
        filing = editable(request, filing_no)
        if filing.state_on(request.today) not in WAITING:
            messages.error(request, error.message)
            return redirect("filings:filing_detail", filing_no=filing_no)
        _log_look(request, Filing.machine.kind, filing.filing_no, filing.insured_region)
        page = _posted_from_store(request, filing)
        page.saved = True
        put_errors(page.form, error)
        return _show(request, page, status=422)
    return _submitted(request, filing)


def _own_region(request: StaffRequest) -> PoolingRegion:
    region = request.user.region
    if region is None:
        raise NotAllowed("备案由统筹区的窗口受理，您的账户没有统筹区。")
    return region


def _filing_of(request: StaffRequest) -> Filing | None:
    """The filing that a fragment belongs to, by the hidden field of its form."""
    number = request.POST.get("filing_no", "")
    return editable(request, number) if number else None


def _take_in(request: StaffRequest, region: PoolingRegion, filing: Filing | None) -> HttpResponse:
    """Read, save or submit what was typed; a refusal shows all reasons at once and keeps what was typed."""
    action = request.POST.get("action", "draft")
    if action == "read":
        return _show(request, _read_person(request, region, filing))
    version = posted_version(request)
    page = bound_page(request.user, region, request.today, request.POST, filing=filing, version=version)
    if not page.form.is_valid() or (action == "submit" and _is_taken(page)):
        if action == "submit":
            _add_reasons(page)
        return _show(request, page, status=422)
    try:
        saved = _save(request, page)
    except NotAllowed:
        raise
    except AlreadySaved as error:
        return _saved_before(request, error)
    except SomeoneElseWasFirst as error:
        return _changed_meanwhile(request, page, error)
    except DomainError as error:
        record_refusal(request, error)
        put_errors(page.form, error)
        if action == "submit":
            _add_reasons(page)
        return _show(request, page, status=422)
    return _submit_saved(request, page, saved) if action == "submit" else _saved(request, saved)


def _is_taken(page: EntryPage) -> bool:
    """Whether a new filing's days are another's already: then no draft is left behind that nobody can use."""
    return page.filing is None and any(reason.code == "overlapping" for reason in _judged(page).reasons)


def _changed_meanwhile(request: StaffRequest, page: EntryPage, error: DomainError) -> HttpResponse:
    """A colleague saved first: what was typed stays, and what differs is named."""
    record_refusal(request, error)
    if page.filing is None:
        raise error
    filing = editable(request, page.filing.filing_no)
    if filing.state_on(page.on) not in WAITING:
        messages.error(request, error.message)
        return redirect("filings:filing_detail", filing_no=filing.filing_no)
    typed, stored = page.entry(), entry_of(filing)
    labels = [
        str(page.form.fields[name].label)
        for name in page.form.fields
        if name != "green_channel" and getattr(typed, name, None) != getattr(stored, name, None)
    ]
    page.filing, page.version = filing, filing.version
    differs = f"与您这里不同的有：{'、'.join(labels)}。" if labels else "与您这里填的没有不同。"
    told = error.facts.get("told", error.message)
    page.form.add_error(None, f"{told}{differs}再保存一次，就以您这里的为准。")
    return _show(request, page, status=422)


def _save(request: StaffRequest, page: EntryPage) -> Filing:
    """A new draft, once per opened form; or the version that this person saw, with what they changed."""
    return filing_draft_save(
        by=request.user,
        at=request.now,
        entry=page.entry(),
        filing=page.filing,
        version=seen_version(request) if page.filing is not None else None,
        form_token=_posted_token(request),
    )


def _posted_token(request: StaffRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("form_token", ""))
    except ValueError:
        return None


def _saved_before(request: StaffRequest, error: AlreadySaved) -> HttpResponse:
    """A double click, or the way back to a form that was saved: on to what became of it."""
    filing = editable(request, error.facts["filing_no"])
    messages.info(request, error.message)
    page = "filings:filing_edit" if filing.state in WAITING else "filings:filing_detail"
    return redirect(page, filing_no=filing.filing_no)


def _submit_saved(request: StaffRequest, page: EntryPage, filing: Filing) -> HttpResponse:
    """The draft is kept whatever comes of its submission."""
    try:
        filing_submit(filing, by=request.user, at=request.now)
    except DomainError as error:
        record_refusal(request, error)
        page.filing, page.version, page.saved = filing, filing.version, True
        put_errors(page.form, error)
        return _show(request, page, status=422)
    return _submitted(request, filing)


def _saved(request: StaffRequest, filing: Filing) -> HttpResponse:
    moment = timezone.localtime(request.now)
    messages.success(request, f"草稿 {filing.filing_no} 已保存（{moment:%H:%M}），可以接着填写。")
    return redirect("filings:filing_edit", filing_no=filing.filing_no)


def _submitted(request: StaffRequest, filing: Filing) -> HttpResponse:
    if filing.state == FilingState.UNDER_REVIEW:
        messages.success(request, f"{filing.filing_no} 已提交，等待同事复核。")
    else:
        messages.success(request, f"{filing.filing_no} 已生效，可以打印登记备案表。")
    return redirect("filings:filing_detail", filing_no=filing.filing_no)


def _add_reasons(page: EntryPage) -> None:
    """Beside what has no shape, also all that the rules would say."""
    for reason in _judged(page).reasons:
        about_person = reason.code in ABOUT_ENROLMENT and "cert_no" in page.form.errors
        if reason.field not in page.form.errors and not about_person:
            put_errors(page.form, reason.as_error())


def _judged(page: EntryPage) -> Judged:
    return judge(
        page.entry(),
        page.person().person,
        page.region,
        received_on=page.received_on,
        on=page.on,
        **own_facts(page.filing),
    )


def _read_person(request: StaffRequest, region: PoolingRegion, filing: Filing | None) -> EntryPage:
    """The page with the recognised person's fields filled in; only the number itself is judged."""
    typed = request.POST.copy()
    version = posted_version(request)
    panel = bound_page(request.user, region, request.today, typed, filing=filing).person()
    before, now = typed.get("read_no", ""), panel.identity.number if panel.identity is not None else ""
    if now and now != before:
        fresh = recognised(panel)
        cleared = dict.fromkeys(("name", "phone", "insurance_type"), "") if before else {}
        for name, value in (cleared | fresh).items():
            typed[name] = value
    page = bound_page(request.user, region, request.today, typed, filing=filing, version=version)
    kept = page.form.errors.get("cert_no") if typed.get("cert_no") else None
    page.form.errors.clear()
    if kept:
        page.form.errors["cert_no"] = kept
    return page


def _posted_from_store(request: StaffRequest, filing: Filing) -> EntryPage:
    """The stored draft as a bound form, so that errors can stand beside its fields."""
    stored = stored_page(request.user, request.today, filing)
    data = {name: stored.value(name) for name in stored.form.fields}
    data |= {
        f"{name}_code": getattr(filing, name).code for name in INSTITUTION_FIELDS if getattr(filing, name)
    }
    return bound_page(
        request.user, filing.insured_region, request.today, data, filing=filing, version=filing.version
    )


def _log_look(request: StaffRequest, kind: str, number: str, region: PoolingRegion | None) -> None:
    """A stored certificate number fills the form: that is a look at the whole number."""
    audit.record(
        "unmasked", by=request.user, at=request.now, subject_kind=kind, subject_no=number, region=region
    )


def _show(request: StaffRequest, page: EntryPage, status: int = 200) -> HttpResponse:
    if page.filing is None:
        page.form_token = str(_posted_token(request) or uuid4())
    return render(request, PAGE, page.context(), status=status)
