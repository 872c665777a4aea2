"""缺失与重复: which record of a batch is gone, or stands twice, told from the kept file."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Max, Sum

from agency.batches.models import Batch
from agency.batches.services import kept_path
from agency.errors import DomainError
from agency.journal.models import AuditEntry
from agency.tabular.values import as_shown
from settlement.records.columns import SETTLEMENT_NO, read_header
from settlement.records.layouts import open_cases
from settlement.records.models import SettlementRecord
from settlement.records.selectors import chunks, stored_digests


def first_lost(batch: Batch) -> str:
    """The settlement number of the first row that was loaded and is gone; empty when the file is gone too."""
    try:
        for block in chunks(number for number, _ in _taken(batch)):
            known = stored_digests(block)
            for number in block:
                if number not in known:
                    return number
    except (DomainError, OSError):
        return ""
    return ""


def first_misplaced(batch: Batch) -> str:
    """The settlement number of the first record whose line is not that of its row; empty when all fit.

    The file is read only when the sum of the lines is not what the preview said.
    """
    rows = SettlementRecord.objects.filter(batch=batch)
    if (rows.aggregate(n=Sum("line_no"))["n"] or 0) == batch.preview.get("line_sum"):
        return ""
    lines = dict(rows.values_list("settlement_no", "line_no"))
    try:
        return next((number for number, line in _taken(batch) if lines.get(number, line) != line), "")
    except (DomainError, OSError):
        return ""


def _taken(batch: Batch) -> Iterator[tuple[str, int]]:
    """Numbers and lines of the rows that were not refused, in file order."""
    refused = set(batch.refusals.values_list("line_no", flat=True))
    refused.update(batch.preview.get("carried_lines", ()))  # the file's totals rows are no cases
    table = open_cases(kept_path(batch.file), batch.file_name)
    layout = read_header(table.header)
    for row in table.rows():
        if row.line_no not in refused:
            yield as_shown(layout.pick(row)[SETTLEMENT_NO]), row.line_no


def left_after_undo(batch: Batch) -> int:
    """How many rows an undone batch must still have: those that were signed, as the log says."""
    undone = AuditEntry.objects.filter(subject_kind="batch", subject_no=batch.batch_no, action="batch_undone")
    detail = undone.order_by("-seq").values_list("detail", flat=True).first() or {}
    return batch.accepted - int(detail.get("removed", 0))


def first_doubled(batch: Batch) -> str:
    """The settlement number of the record that shares its line with another one; empty when none does."""
    rows = SettlementRecord.objects.filter(batch=batch)
    twice = rows.order_by().values("line_no").annotate(n=Count("pk"), last=Max("pk")).filter(n__gt=1)
    first = twice.order_by("line_no").values_list("last", flat=True).first()
    return rows.get(pk=first).settlement_no if first is not None else ""
