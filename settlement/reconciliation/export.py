"""差异导出: the differences of a run as a file, one line each, by settlement number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import BinaryIO

from django.db import transaction

from agency.journal import audit
from agency.masking import mask_id
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.tabular.write import TableColumn, Value, write_csv, write_xlsx
from settlement.reconciliation.fields import TOTAL_FEE
from settlement.reconciliation.kinds import Cause, DiscrepancyKind, Remedy
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.selectors import differences_of
from settlement.records import columns as c

COLUMNS = [
    TableColumn("结算编号", width=24),
    TableColumn("类别"),
    TableColumn("不符的列", width=30),
    TableColumn("我方", width=30),
    TableColumn("对方", width=30),
    TableColumn("疑因", width=20),
    TableColumn("建议处理"),
]
CERT_NO = c.NAMES[c.CERT_NO]
BETWEEN = "；"
_KINDS, _CAUSES, _REMEDIES = (
    {choice.value: str(choice.label) for choice in choices} for choices in (DiscrepancyKind, Cause, Remedy)
)


def exported_rows(run: ReconciliationRun, *, masked: bool) -> Iterator[list[Value]]:
    """Number, class, the columns that differ and what each side says in them, likely cause and proposed
    action. Where no column differs 医疗费总额 tells what it is about. `masked` hides identity numbers."""
    rows = differences_of(run).values_list(
        "subject", "kind", "columns", "ours", "theirs", "cause", "proposed"
    )
    for number, kind, columns, ours, theirs, cause, proposed in rows.iterator(chunk_size=2000):
        yield [
            number,
            _KINDS[kind],
            BETWEEN.join(columns),
            _said(ours, columns, masked),
            _said(theirs, columns, masked),
            _CAUSES.get(cause, ""),
            _REMEDIES.get(proposed, ""),
        ]


def _said(side: dict[str, str], columns: list[str], masked: bool) -> str:
    """What a side says in these columns, in their order."""
    if not columns:
        total = side.get(TOTAL_FEE.name, "")
        return f"{TOTAL_FEE.name} {total}" if total else ""
    told = (_shown(name, side.get(name, ""), masked) for name in columns)
    return BETWEEN.join(told)


def _shown(name: str, text: str, masked: bool) -> str:
    return mask_id(text) if masked and name == CERT_NO else text


@transaction.atomic
def differences_export(
    run: ReconciliationRun, target: BinaryIO, *, kind: str, by: User, at: dt.datetime
) -> int:
    """Write the differences as `csv` (UTF-8 with BOM) or `xlsx`; how many. The log keeps who took them."""
    access.require(by, May.READ_RECONCILIATION, run.region)
    masked = not access.allowed(by, May.UNMASK)
    rows = exported_rows(run, masked=masked)
    if kind == "csv":
        count = write_csv(target, COLUMNS, rows)
    else:
        at_least = run.compared_at or run.created_at
        count = write_xlsx(target, "对账差异", COLUMNS, rows, at=at_least, most_rows=run.differences)
    audit.record(
        "differences_exported",
        by=by,
        at=at,
        subject_kind=run.machine.kind,
        subject_no=run.run_no,
        region=run.region,
        rows=count,
        format=kind,
        whole_numbers=not masked,
    )
    return count
