"""手工录入: one case typed in or reversed, or one deduction, goes the way of a file of one line.

It is kept, previewed and released like any other, so that everything leads to file, digest and line, and the
checks are those of a file, in the same words.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db import transaction

from agency.batches.kinds import CheckRequest, Outcome
from agency.batches.models import Batch
from agency.batches.services import batch_check, batch_create, batch_kind, file_keep
from agency.batches.states import BatchState
from agency.errors import DomainError
from agency.masking import mask_id
from agency.money import plain_yuan
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.deductions import parse as deductions
from settlement.deductions.batches import KIND as DEDUCTIONS
from settlement.records.batches import KIND as CASES
from settlement.records.columns import CERT_NO, NAMES, REVERSAL_FLAG, REVERSES_NO, SETTLED_AT, SETTLEMENT_NO
from settlement.records.export import exported_rows
from settlement.records.models import SettlementRecord
from settlement.records.reference import AccountInside
from settlement.records.rules import AMOUNT_NAMES

ADDED, REVERSED, DEDUCTED = "add", "reverse", "deduct"
LABELS = {ADDED: "手工录入", REVERSED: "手工冲正", DEDUCTED: "手工录入扣款"}
Values = Mapping[str, str]  # column name → text, as it would stand in a file


def case_submit(*, by: User, at: dt.datetime, values: Values, how: str, reason: str) -> Batch:
    """One case, or its reversal (`how`); `reason` says why it comes by hand."""
    name = f"{LABELS[how]}-{values[NAMES[SETTLEMENT_NO]]}.csv"
    options = {"by_hand": how, "label": LABELS[how], "reason": reason, "shown": _shown(NAMES, values)}
    return _row_submit(CASES, file_of(NAMES, values), name, by=by, at=at, options=options)


def deduction_submit(*, by: User, at: dt.datetime, values: Values) -> Batch:
    """One deduction; its own 原因 says why."""
    names = deductions.NAMES
    of = values.get(names[deductions.SETTLEMENT_NO]) or values.get(names[deductions.INSTITUTION])
    options = {"by_hand": DEDUCTED, "label": LABELS[DEDUCTED], "shown": _shown(names, values)}
    name = f"{LABELS[DEDUCTED]}-{of}.csv"
    return _row_submit(DEDUCTIONS, file_of(names, values), name, by=by, at=at, options=options)


def _row_submit(
    kind: str, content: bytes, name: str, *, by: User, at: dt.datetime, options: dict[str, Any]
) -> Batch:
    """Keep one typed row as a file and preview it; a second person releases it like any other file.

    DomainError with the code and sentence of the import (`field` is the column at fault) when the row would
    be refused; `unchanged` when it is stored already, `waiting` when the same row waits for release. Nothing
    is kept then.
    """
    access.require(by, May.LOAD_CASES)
    _require_acceptable(_checked(kind, content, name, by))
    waiting = Batch.objects.filter(kind=kind, state=BatchState.PREVIEWED)
    known = waiting.filter(file__digest=hashlib.sha256(content).hexdigest()).first()
    if known is not None:
        raise DomainError(
            "waiting", f"同样的一笔已由{known.created_by}录入（批次 {known}），在等另一位同事确认。"
        )
    kept = file_keep(io.BytesIO(content), name=name, by=by, at=at)
    with transaction.atomic():
        batch = batch_create(kind=kind, kept=kept, file_name=name, by=by, at=at, options=options)
        batch_check(batch, by=by, at=at)
    return batch


def file_of(names: Sequence[str], values: Values) -> bytes:
    """The row as a CSV file with every column of its import."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerow([values.get(name, "") for name in names])
    return text.getvalue().encode("utf-8-sig")


def _checked(kind: str, content: bytes, name: str, by: User) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "row.csv"
        path.write_bytes(content)
        return batch_kind(kind).check(CheckRequest(path=path, file_name=name, by=by))


def _require_acceptable(outcome: Outcome) -> None:
    for refused in outcome.refused:
        sentence = refused.message.removeprefix(f"第 {refused.line_no} 行，")
        raise DomainError(refused.code, sentence, field=refused.column)
    if outcome.unchanged:
        raise DomainError("unchanged", "库中已有完全相同的一笔，不必再录。", field=NAMES[SETTLEMENT_NO])


def _shown(names: Sequence[str], values: Values) -> list[list[str]]:
    """What was typed, for the second person; the identity number masked."""
    shown = {**values, NAMES[CERT_NO]: mask_id(values.get(NAMES[CERT_NO], ""))}
    return [[name, shown[name]] for name in names if shown.get(name)]


def reversal_values(record: SettlementRecord, *, number: str, settled_at: str) -> dict[str, str]:
    """The row that reverses a case: its columns as they would be delivered, every amount negated.

    DomainError `outdated` when it is no longer what holds: corrected or removed since it was read.
    """
    own = SettlementRecord.objects.filter(pk=record.pk)
    _, cells = next(exported_rows(own, masked=False, inside=AccountInside()), (0, None))
    if cells is None:
        told = f"结算 {record} 刚有变化：已更正，或所在的批次已撤销。请刷新后看现在的内容，再办冲正。"
        raise DomainError("outdated", told)
    values = {name: _text(name, value) for name, value in zip(NAMES, cells, strict=True)}
    return {
        **values,
        NAMES[SETTLEMENT_NO]: number,
        NAMES[SETTLED_AT]: settled_at,
        NAMES[REVERSAL_FLAG]: "1",
        NAMES[REVERSES_NO]: record.settlement_no,
    }


def _text(name: str, value: object) -> str:
    if value is None:
        return ""
    if name in AMOUNT_NAMES:
        assert isinstance(value, int)
        return plain_yuan(-value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "seconds")
    return str(value)
