"""Pages of imports: list, upload, preview and progress, confirm, withdraw, undo, refused rows."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agency.batches.confirming import confirmation_note, control_enter, default_choice, figures_compared
from agency.batches.control import folded
from agency.batches.forms import ConfirmForm, ControlForm
from agency.batches.kinds import BatchKind
from agency.batches.models import Batch, KeptFile
from agency.batches.refused import refused_kind, refused_response
from agency.batches.selectors import batches_visible, confirmers
from agency.batches.services import (
    batch_create,
    batch_kind,
    batch_undo,
    batch_withdraw,
    file_keep,
    may_confirm,
    require_may_confirm,
)
from agency.batches.states import BatchState
from agency.errors import DomainError
from agency.jobs.models import Job
from agency.jobs.services import job_enqueue
from agency.jobs.states import JobState
from agency.journal import audit, workflow
from agency.organisation import access
from agency.organisation.roles import May
from agency.registry import BATCH_KINDS
from agency.web.access import needs
from agency.web.forms import ReasonForm, UploadForm
from agency.web.keyset import keyset_page
from agency.web.middleware import record_refusal
from agency.web.request import StaffRequest

REFUSALS_SHOWN = 200
CONFIRMERS_NAMED = 5


@needs(May.READ_BATCHES)
@require_GET
def batch_list(request: StaffRequest) -> HttpResponse:
    """Imports that this person may see, newest first."""
    kinds = [entry.function() for entry in BATCH_KINDS]
    loadable = [kind for kind in kinds if access.allowed(request.user, kind.may_load)]
    page = keyset_page(request, batches_visible(request.user))
    titles = {kind.kind: kind.title for kind in kinds}
    for batch in page.rows:
        batch.kind_title = titles.get(batch.kind, batch.kind)
    return render(request, "agency/batches/list.html", {"page": page, "loadable": loadable})


@needs(May.READ_BATCHES)
@require_http_methods(["GET", "POST"])
def batch_new(request: StaffRequest, kind: str) -> HttpResponse:
    """Upload a file: it is kept, then checked in the background."""
    if kind not in BATCH_KINDS:
        raise Http404
    declared = batch_kind(kind)
    access.require(request.user, declared.may_load)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            kept = file_keep(upload, name=upload.name, by=request.user, at=request.now)
            batch = _open(request, kind, kept, upload.name)
        except DomainError as error:
            record_refusal(request, error)
            form.add_error("file", error.message)
        else:
            return redirect("agency:batch_detail", batch_no=batch.batch_no)
    status = 422 if request.method == "POST" else 200
    return render(request, "agency/batches/upload.html", {"form": form, "kind": declared}, status=status)


@transaction.atomic
def _open(request: StaffRequest, kind: str, kept: KeptFile, name: str) -> Batch:
    """The batch and the job that checks it, together."""
    batch = batch_create(kind=kind, kept=kept, file_name=name, by=request.user, at=request.now)
    _check_by_job(request, batch)
    return batch


def _is_busy(batch: Batch) -> bool:
    """Whether a job of this batch is waiting or running."""
    open_states = (JobState.QUEUED, JobState.RUNNING)
    return Job.objects.filter(subject_kind="batch", subject_no=batch.batch_no, state__in=open_states).exists()


def _visible(request: StaffRequest, batch_no: str) -> Batch:
    return get_object_or_404(batches_visible(request.user), batch_no=batch_no)


@needs(May.READ_BATCHES)
@require_GET
def batch_detail(request: StaffRequest, batch_no: str) -> HttpResponse:
    """Preview, progress and outcome of one import; the next step as the one filled button."""
    return _detail(request, _visible(request, batch_no))


def _detail(
    request: StaffRequest,
    batch: Batch,
    *,
    confirm_form: ConfirmForm | None = None,
    control_form: ControlForm | None = None,
) -> HttpResponse:
    """The page of one import, with a form that was refused."""
    user = request.user
    kind = batch_kind(batch.kind)
    is_maker = batch.created_by_id == user.pk
    figures, is_busy = figures_compared(batch), _is_busy(batch)
    shown, agreeing = folded(figures)
    named = confirmers(batch, CONFIRMERS_NAMED + 1) if batch.state == BatchState.PREVIEWED else []
    refusals = list(batch.refusals.all()[: REFUSALS_SHOWN + 1])
    context = {
        "batch": batch,
        "kind": kind,
        "job": Job.objects.filter(subject_kind="batch", subject_no=batch.batch_no).first(),
        "history": workflow.history(Batch.machine, batch.batch_no),
        "refusals": refusals[:REFUSALS_SHOWN],
        "refused_as_csv": refused_kind(batch) == "csv",
        "more_refusals": len(refusals) > REFUSALS_SHOWN,
        "may_confirm": not is_maker
        and may_confirm(batch.kind, user)
        and workflow.can_move(batch, BatchState.LOADING, user),
        "waits_for_colleague": is_maker and batch.state == BatchState.PREVIEWED,
        "confirmers": named[:CONFIRMERS_NAMED],
        "more_confirmers": len(named) > CONFIRMERS_NAMED,
        "figures": shown,
        "folded": agreeing,
        "differs": any(row.differs for row in figures),
        "confirm_form": confirm_form or ConfirmForm(default=default_choice(request.today)),
        "control_form": control_form or _control_form(request, batch, kind),
        "form": confirm_form or control_form,
        "may_withdraw": access.allowed(user, kind.may_load)
        and workflow.can_move(batch, BatchState.WITHDRAWN, user),
        "may_undo": not is_maker
        and may_confirm(batch.kind, user)
        and kind.undo is not None
        and workflow.can_move(batch, BatchState.UNDONE, user),
        "undo_form": ReasonForm(),
        "has_job_running": is_busy,
        "may_check_again": batch.state == BatchState.UPLOADED
        and not is_busy
        and access.allowed(user, kind.may_load),
        "busy_label": "正在写入" if batch.state == BatchState.PREVIEWED else "正在检查",
    }
    status = 422 if confirm_form or control_form else 200
    return render(request, "agency/batches/detail.html", context, status=status)


def _control_form(request: StaffRequest, batch: Batch, kind: BatchKind) -> ControlForm | None:
    """For the uploader of a kind that has control totals, while nobody has confirmed; a file of one row needs
    none. Else None."""
    is_open = batch.state == BatchState.PREVIEWED and batch.rows > 1
    if kind.control is None or batch.created_by_id != request.user.pk or not is_open:
        return None
    posted = request.POST if request.method == "POST" else None
    return ControlForm(kind.control, batch.preview, batch.control, posted)


@needs(May.READ_BATCHES)
@require_POST
def batch_check_again(request: StaffRequest, batch_no: str) -> HttpResponse:
    """Check a file once more whose check ended without an outcome."""
    batch = _visible(request, batch_no)
    access.require(request.user, batch_kind(batch.kind).may_load)
    if batch.state != BatchState.UPLOADED or _is_busy(batch):
        messages.info(request, "这个文件已经检查过，或正在检查。")
    else:
        _check_by_job(request, batch)
    return redirect("agency:batch_detail", batch_no=batch_no)


def _check_by_job(request: StaffRequest, batch: Batch) -> None:
    job_enqueue(
        "batch_check", by=request.user, at=request.now, subject_kind="batch", subject_no=batch.batch_no
    )


@needs(May.READ_BATCHES)
@require_POST
def batch_control(request: StaffRequest, batch_no: str) -> HttpResponse:
    """The uploader types in the totals that the file should have."""
    batch = _visible(request, batch_no)
    form = _control_form(request, batch, batch_kind(batch.kind))
    if form is None:
        raise DomainError("not_uploader", "控制合计由上传人在确认之前填写；确认人只核对。")
    if not form.is_valid():
        return _detail(request, batch, control_form=form)
    control_enter(batch, by=request.user, at=request.now, totals=form.totals())
    messages.success(request, "已记下控制合计，与预览的对照见下。" if form.totals() else "已去掉控制合计。")
    return redirect("agency:batch_detail", batch_no=batch_no)


@needs(May.RELEASE_BATCHES)
@require_POST
def batch_confirm(request: StaffRequest, batch_no: str) -> HttpResponse:
    """A second person confirms; loading runs in the background."""
    batch = _visible(request, batch_no)
    require_may_confirm(batch.kind, request.user)
    access.require_second_person(request.user, batch.created_by)
    seen = request.POST.get("preview_digest", "")
    if seen != batch.preview_digest or batch.state != BatchState.PREVIEWED:
        messages.error(request, "这份预览已经变了，请看过现在的预览再确认。")
    elif _is_busy(batch):
        messages.info(request, "已有同事确认，正在写入。")
    else:
        form = ConfirmForm(request.POST, default=default_choice(request.today))
        if not form.is_valid() or not _confirmed(request, batch, form, seen):
            return _detail(request, batch, confirm_form=form)
    return redirect("agency:batch_detail", batch_no=batch_no)


def _confirmed(request: StaffRequest, batch: Batch, form: ConfirmForm, seen: str) -> bool:
    """Keep the choice and begin to load, together; a refusal is put on the form."""
    try:
        with transaction.atomic():
            confirmation_note(
                batch, choice=form.cleaned_data["write_choice"], reason=form.cleaned_data["reason"]
            )
            job_enqueue(
                "batch_load",
                by=request.user,
                at=request.now,
                subject_kind="batch",
                subject_no=batch.batch_no,
                preview_digest=seen,
            )
    except DomainError as error:
        record_refusal(request, error)
        form.add_error(error.field, error.message)
        return False
    return True


@needs(May.READ_BATCHES)
@require_POST
def batch_withdraw_view(request: StaffRequest, batch_no: str) -> HttpResponse:
    """Take an import back before it is loaded."""
    batch_withdraw(_visible(request, batch_no), by=request.user, at=request.now)
    messages.success(request, "已撤回，文件仍保留备查。")
    return redirect("agency:batch_detail", batch_no=batch_no)


@needs(May.RELEASE_BATCHES)
@require_POST
def batch_undo_view(request: StaffRequest, batch_no: str) -> HttpResponse:
    """Remove what an import loaded, while none of it is signed."""
    batch = _visible(request, batch_no)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise DomainError("reason_missing", "请写明撤销整批的原因。")
    removed = batch_undo(batch, by=request.user, at=request.now, reason=form.cleaned_data["reason"])
    messages.success(request, f"已撤销，移出 {removed} 条；批次、文件和经过仍保留。")
    return redirect("agency:batch_detail", batch_no=batch_no)


@needs(May.READ_BATCHES)
@require_GET
def batch_refused(request: StaffRequest, batch_no: str) -> HttpResponseBase:
    """The refused rows as a file: line, column, value, why, and the row as it was."""
    batch = _visible(request, batch_no)
    audit.record(
        "exported",
        by=request.user,
        at=request.now,
        subject_kind="batch",
        subject_no=batch.batch_no,
        region=batch.region,
        what="refused_rows",
    )
    return refused_response(batch)
