"""缺失与重复: which deduction of a batch is gone, stands twice or elsewhere, told from the kept file."""

from __future__ import annotations

from django.db.models import Count

from agency.batches.kinds import CheckRequest
from agency.batches.models import Batch
from agency.batches.services import kept_path
from agency.errors import DomainError
from agency.money import yuan
from settlement.deductions.batches import Accepted, check_deductions
from settlement.deductions.models import Deduction


def _checked_again(batch: Batch) -> Accepted | None:
    """The kept file judged once more: what it would load now is what is gone. None when it is gone too."""
    path = kept_path(batch.file)
    try:
        outcome = check_deductions(CheckRequest(path=path, file_name=batch.file_name, by=batch.created_by))
    except (DomainError, OSError):
        return None
    accepted: Accepted = outcome.payload
    return accepted


def first_lost(batch: Batch) -> tuple[str, str]:
    """Which deduction is gone, and what it was; a lost one has no number, so its line names it."""
    again = _checked_again(batch)
    row = next(iter(again.rows), None) if again is not None else None
    if row is None:
        return "", ""
    named = row.external_no or f"批次 {batch} 第 {row.row.line_no} 行"
    return f"扣款 {named}", f"第 {row.row.line_no} 行“{row.reason}”{yuan(row.amount_fen)} 元不见了"


def first_doubled(batch: Batch) -> str:
    """The deduction that shares its line with another one; empty when none does."""
    rows = Deduction.objects.filter(batch=batch)
    lines = rows.order_by().values("line_no").annotate(n=Count("pk")).filter(n__gt=1)
    twice = rows.filter(line_no__in=lines.values("line_no")).order_by("line_no", "-pk").first()
    return f"扣款 {twice}" if twice is not None else ""


def first_misplaced(batch: Batch) -> str:
    """The first deduction whose line is not that of its row in the file; empty when all fit."""
    again = _checked_again(batch)
    stored = Deduction.objects.filter(batch=batch).order_by("pk")
    for number, digest, line in stored.values_list("deduction_no", "content_digest", "line_no"):
        if again is not None and again.lines.get(digest, line) != line:
            return f"扣款 {number}"
    return ""
