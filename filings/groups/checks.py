"""导入备案的核对: what must hold of every batch of filings."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q

from agency.batches.models import Batch
from agency.batches.states import BatchState
from agency.registry import CHECKS
from agency.web.parts import Broken
from filings.filing.models import Filing
from filings.filing.states import CAME_INTO_FORCE

WHOLE = "导入的备案批次齐全"


@CHECKS.register(WHOLE, order=106)
def batches_are_whole(period: str | None) -> Iterator[Broken]:
    """A loaded batch has as many filings as it accepted; of an undone one none is valid any more; no other
    batch has any."""
    counts = {
        batch: (rows, standing)
        for batch, rows, standing in Filing.objects.filter(batch__isnull=False)
        .order_by()
        .values_list("batch")
        .annotate(rows=Count("pk"), standing=Count("pk", filter=Q(state__in=CAME_INTO_FORCE)))
    }
    ours = Batch.objects.filter(Q(kind="filings") | Q(pk__in=list(counts))).order_by("pk")
    for batch in ours.only("pk", "batch_no", "state", "accepted"):
        rows, standing = counts.get(batch.pk, (0, 0))
        kept = batch.state in (BatchState.LOADED, BatchState.UNDONE)
        if rows != (batch.accepted if kept else 0):
            yield Broken(
                WHOLE, batch.batch_no, f"应有 {batch.accepted if kept else 0} 份备案，实有 {rows} 份"
            )
        elif standing and batch.state == BatchState.UNDONE:
            yield Broken(WHOLE, batch.batch_no, f"整批已撤销，却还有 {standing} 份备案有效")
