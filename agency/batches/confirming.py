"""确认: what the second person decides beside yes: all rows or only the good ones; why in spite of gaps."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from agency.batches.control import Compared, Totals, compared
from agency.batches.kinds import BatchKind
from agency.batches.models import Batch
from agency.batches.states import BatchState, WriteChoice
from agency.errors import DomainError
from agency.journal import audit
from agency.organisation.models import User
from agency.policy.selectors import parameter_in_force
from agency.registry import BATCH_KINDS

WRITE_CHOICE = "batches.write_choice"
REASON_LIMIT = 200


def figures_compared(batch: Batch) -> list[Compared]:
    """The totals that were typed in, and those that the file carries, beside ours."""
    kind: BatchKind = BATCH_KINDS[batch.kind]()
    return compared(kind.control, batch.preview, batch.control)


def default_choice(on: dt.date) -> str:
    """What is chosen unless the second person chooses otherwise: a dated parameter [P]."""
    value = parameter_in_force(WRITE_CHOICE, on).value
    if value not in WriteChoice.values:
        raise DomainError(
            "parameter_unreadable", f"政策参数“写入方式”的值“{value}”应为 {' 或 '.join(WriteChoice.values)}。"
        )
    return value


@transaction.atomic
def control_enter(batch: Batch, *, by: User, at: dt.datetime, totals: Totals) -> None:
    """Keep the totals that the uploader typed in, while the batch is not confirmed; none: take them away.

    DomainError for anybody else: who confirms compares, and does not type what would fit.
    """
    if by.pk != batch.created_by_id:
        raise DomainError("not_uploader", "控制合计由上传人填写；确认人只核对。")
    stated = {group: dict(values) for group, values in totals.items() if values}
    open_states = (BatchState.UPLOADED, BatchState.PREVIEWED)
    rows = Batch.objects.filter(pk=batch.pk, state__in=open_states)
    if rows.update(control=stated, difference_reason="") != 1:
        raise DomainError("not_waiting", f"{batch} 已不在待确认，控制合计不能再改。")
    batch.control = stated
    audit.record(
        "control_entered", by=by, at=at, subject_kind="batch", subject_no=batch.batch_no, region=batch.region
    )


def confirmation_note(batch: Batch, *, choice: str, reason: str) -> None:
    """Keep what the second person chose, before the load is begun. DomainError: nothing is to be loaded."""
    batch.write_choice, batch.difference_reason = choice, " ".join(reason.split())
    require_confirmable(batch)
    rows = Batch.objects.filter(pk=batch.pk, state=BatchState.PREVIEWED)
    if rows.update(write_choice=choice, difference_reason=batch.difference_reason) != 1:
        raise DomainError("not_waiting", f"{batch} 已不在待确认，没有写入任何内容。")


def require_confirmable(batch: Batch) -> None:
    """全部接受才写入 refuses a batch with refused rows; a gap in the totals asks for a reason.

    A command's batch has no second person who could choose; it tells the gap and leaves with exit code 2.
    """
    if batch.by_command:
        return
    if batch.write_choice not in WriteChoice.values:
        raise DomainError("no_choice", "请选择写入方式。", field="write_choice")
    if batch.write_choice == WriteChoice.ALL and batch.refused:
        raise DomainError(
            "not_all_accepted",
            f"有 {batch.refused} 行被拒绝，按“{WriteChoice.ALL.label}”没有写入任何内容。"
            f"请改好文件重新上传，或选“{WriteChoice.ACCEPTED.label}”。",
            field="write_choice",
        )
    if len(batch.difference_reason) > REASON_LIMIT:
        raise DomainError("reason_too_long", f"原因请写在 {REASON_LIMIT} 个字以内。", field="reason")
    if not batch.difference_reason and any(row.differs for row in figures_compared(batch)):
        raise DomainError(
            "difference_unexplained", "控制合计有差异，确认须写明原因；说不清的请退回核对。", field="reason"
        )
