"""导出: a list as a file: CSV or XLSX as an answer, standing in the log with what was taken out."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from agency.journal import audit
from agency.tabular.write import TableColumn, write_csv, write_xlsx
from agency.web.request import StaffRequest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = ("csv", "xlsx")


def exported(
    request: StaffRequest,
    lines: Iterable[Sequence[Any]],
    *,
    kind: str,
    title: str,
    columns: Sequence[TableColumn],
    subject_kind: str,
    what: str,
    filters: Mapping[str, Any],
    file_stem: str = "",
    **told: Any,
) -> HttpResponse:
    """The lines as a file of `kind` (one of KINDS), named for `file_stem` (default: `what`) and the moment.

    `title` names the sheet of a workbook; `subject_kind`, `what`, `filters` and what else is `told` say in
    the log what was taken out.
    """
    buffer = io.BytesIO()
    if kind == "xlsx":
        count = write_xlsx(buffer, title, list(columns), lines, at=request.now)
    else:
        count = write_csv(buffer, list(columns), lines)
    audit.record(
        "exported",
        by=request.user,
        at=request.now,
        subject_kind=subject_kind,
        region=request.user.region,
        what=what,
        format=kind,
        rows=count,
        filters=dict(filters),
        **told,
    )
    content_type = XLSX if kind == "xlsx" else "text/csv; charset=utf-8"
    response = HttpResponse(buffer.getvalue(), content_type=content_type)
    name = f"{file_stem or what}-{timezone.localtime(request.now):%Y%m%d-%H%M}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
