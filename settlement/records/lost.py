"""缺失与重复: which record of a batch is gone, or stands twice, told from the kept file."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Max

from agency.batches.models import Batch
from agency.batches.services import kept_path
from agency.errors import DomainError
from agency.tabular.read import open_table
from agency.tabular.values import as_shown
from settlement.records.columns import SETTLEMENT_NO, SPELLINGS, read_header
from settlement.records.models import SettlementRecord
from settlement.records.selectors import chunks, stored_digests


def first_lost(batch: Batch) -> str:
    """The settlement number of the first row that was loaded and is gone; empty when the file is gone too."""
    try:
        for block in chunks(list(_taken(batch))):
            known = stored_digests(block)
            for number in block:
                if number not in known:
                    return number
    except (DomainError, OSError):
        return ""
    return ""


def _taken(batch: Batch) -> Iterator[str]:
    """Numbers of the rows that were not refused, in file order."""
    refused = set(batch.refusals.values_list("line_no", flat=True))
    table = open_table(kept_path(batch.file), filename=batch.file_name, expected=SPELLINGS)
    layout = read_header(table.header)
    for row in table.rows():
        if row.line_no not in refused:
            yield as_shown(layout.pick(row)[SETTLEMENT_NO])


def first_doubled(batch: Batch) -> str:
    """The settlement number of the record that shares its line with another one; empty when none does."""
    rows = SettlementRecord.objects.filter(batch=batch)
    twice = rows.order_by().values("line_no").annotate(n=Count("pk"), last=Max("pk")).filter(n__gt=1)
    first = twice.order_by("line_no").values_list("last", flat=True).first()
    return rows.get(pk=first).settlement_no if first is not None else ""
