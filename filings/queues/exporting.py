"""Lists of filings as files: what is listed, with masked numbers; each export stands in the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.http import HttpResponse

from agency.masking import mask_id
from agency.organisation.models import PoolingRegion
from agency.tabular.write import TableColumn
from agency.web.exporting import exported
from agency.web.request import StaffRequest
from filings.filing.models import Filing
from filings.filing.services.charge import holder_of
from filings.filing.shown import state_label
from filings.queues.shown import due_day

COLUMNS = [
    TableColumn("备案编号", width=14),
    TableColumn("姓名", width=12),
    TableColumn("证件号码", width=22),
    TableColumn("参保地", width=10),
    TableColumn("险种", width=8),
    TableColumn("备案类型", width=18),
    TableColumn("就医地", width=22),
    TableColumn("生效日期", "date", 12),
    TableColumn("截止日期", "date", 12),
    TableColumn("受理日期", "date", 12),
    TableColumn("渠道", width=16),
    TableColumn("经办人", width=10),
    TableColumn("复核人", width=10),
    TableColumn("状态", width=10),
]
QUEUE_COLUMNS = [
    *COLUMNS,
    TableColumn("承办人", width=10),
    TableColumn("期限", "date", 12),
    TableColumn("绿色通道", width=10),
]
Cells = Callable[[Filing, dt.date], list[Any]]


def ledger_cells(filing: Filing, on: dt.date) -> list[Any]:
    """A row of the ledger under COLUMNS."""
    return [
        filing.filing_no,
        filing.person.name,
        mask_id(filing.person.cert_no),
        str(filing.insured_region),
        filing.get_insurance_type_display(),
        filing.get_kind_display(),
        filing.care_place_name,
        None if filing.never_valid else filing.begins_on,
        None if filing.never_valid else filing.ends_on,
        filing.received_on,
        filing.get_channel_display(),
        str(filing.taken_in_by),
        str(filing.reviewed_by or ""),
        state_label(filing, on),
    ]


def queue_cells(filing: Filing, on: dt.date) -> list[Any]:
    """A row of a queue under QUEUE_COLUMNS."""
    own = [str(holder_of(filing)), due_day(filing), "是" if filing.green_channel else ""]
    return [*ledger_cells(filing, on), *own]


def export(
    request: StaffRequest,
    rows: Iterable[Filing],
    *,
    kind: str,
    title: str,
    columns: Sequence[TableColumn],
    cells: Cells,
    what: str,
    filters: dict[str, str],
) -> HttpResponse:
    """The file as an answer; `what` and `filters` tell the log what was taken out."""
    regions = PoolingRegion.objects.in_bulk()

    def told(filing: Filing) -> list[Any]:
        filing.insured_region = regions[filing.insured_region_id]
        return cells(filing, request.today)

    return exported(
        request,
        map(told, rows),
        kind=kind,
        title=title,
        columns=columns,
        subject_kind=Filing.machine.kind,
        what=what,
        filters=filters,
    )
