"""清算表作为来源: a sheet 9–18 of the other side beside ours, line by line, as a run with its differences.

A line that both have and that differs anywhere is 金额不符; a sum that is not ours, or not that of their own
lines, is named too and weighs nothing, since its lines do. [P]
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction

from agency.batches.services import kept_path
from agency.errors import DomainError, NotAllowed
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from agency.sheets.declare import Column, Value
from agency.sheets.digest import digest
from agency.sheets.filled import SheetData
from settlement.clearing.compare import Apart, Beside, set_beside
from settlement.clearing.comparisons import our_sheet
from settlement.clearing.models import DifferenceKind, SheetComparison
from settlement.clearing.their_sheet import MUST_HAVE, NOT_COMPARED, Difference
from settlement.reconciliation.kinds import DiscrepancyKind, Remedy, SourceKind
from settlement.reconciliation.models import ReconciliationRun, UnreadRow
from settlement.reconciliation.opening import SENTENCE, Found, Outcome, run_open, run_written
from settlement.reconciliation.sheet_rules import line_cause

D = DiscrepancyKind
KINDS = {
    DifferenceKind.ONLY_OURS: D.ONLY_OURS,
    DifferenceKind.ONLY_THEIRS: D.ONLY_THEIRS,
    DifferenceKind.DUPLICATE: D.DUPLICATE,
    DifferenceKind.DIFFERS: D.AMOUNT_DIFFERS,
}


def require_may(by: User, region: PoolingRegion | None) -> None:
    """Who reconciles and may see the sheet: a region's own staff and the province; of all, the province."""
    access.require(by, May.RECONCILE)
    access.require(by, May.READ_CLEARING, region)
    if region is None and not access.sees_all(by):
        raise NotAllowed("全省的清算表只有省级经办机构可以对账。")


@transaction.atomic
def run_of_sheet(
    *,
    form: str,
    period: str,
    region: PoolingRegion | None,
    content: bytes,
    file_name: str,
    by: User,
    at: dt.datetime,
    by_command: bool = False,
) -> ReconciliationRun:
    """对账: their sheet beside ours as it is now; every line that differs is a difference to be judged.

    DomainError (nothing kept) when the file is no such sheet, or ours does not exist.
    """
    require_may(by, region)
    ours = our_sheet(form, period, region, by)
    outcome = outcome_of(ours, set_beside(ours, content, file_name, sort=True))
    run = run_open(
        period=period,
        source=SourceKind.SHEET,
        content=content,
        file_name=file_name,
        by=by,
        at=at,
        form_no=form,
        scope_region=region,
        by_command=by_command,
    )
    return run_written(run, outcome, by=by, at=at)


def run_of_comparison(*, comparison: SheetComparison, by: User, at: dt.datetime) -> ReconciliationRun:
    """The file of a comparison that was made before, beside our sheet as it is now; the comparison stays."""
    try:
        content = kept_path(comparison.file).read_bytes()
    except OSError:
        told = f"比对 {comparison} 的原件找不到了，请重新上传对方的表。"
        raise DomainError("file_missing", told) from None
    where: dict[str, Any] = {"form": comparison.form_no, "period": comparison.period}
    file_name = comparison.file_name
    return run_of_sheet(**where, region=comparison.region, content=content, file_name=file_name, by=by, at=at)


# --- what differs -------------------------------------------------------------------------------------------


def outcome_of(ours: SheetData, beside: Beside) -> Outcome:
    """Both sheets as the outcome of a run: lines, sums, what could not be read."""
    theirs = beside.theirs
    amount = MUST_HAVE.get(ours.sheet.form, "due")
    lines = [_of_line(one, amount) for one in beside.apart]
    sums = list(_of_sums(beside.sums))
    unread = list(_unread(theirs.unreadable))
    of_ours = sum(bool(one.ours) for one in (*lines, *sums))
    alike = beside.alike + len({one.line_no for one in theirs.sums} - {one.line_no for one in beside.sums})
    lacking = "、".join(column.heading for column in theirs.not_compared)
    return Outcome(
        found=[*lines, *sums],
        our_cases=alike + of_ours,
        their_rows=len(theirs.lines) + len(theirs.unread) + len(theirs.sums),
        matched=alike,
        ours_digest=digest(ours),
        compared=[column.heading for column in theirs.columns if column.key not in NOT_COMPARED],
        notes=[f"对方的表没有这些列，没有比对：{lacking}。"] if lacking else [],
        unread=unread,
    )


def _of_line(one: Apart, amount: str) -> Found:
    ours, theirs, kind = one.ours, one.theirs, KINDS[one.kind]
    values = theirs.values if theirs is not None else {}
    cause, told = line_cause(kind, ours or {}, values, amount)
    return Found(
        kind=kind,
        subject=one.name,
        ours=_texts(one.columns, ours or {}),
        theirs=_texts(one.columns, values),
        columns=[column.heading for column in one.differing],
        amount_fen=_fen(ours or {}, amount) - _fen(values, amount),
        their_line=theirs.line_no if theirs is not None else 0,
        times=0 if theirs is None else 2 if one.kind == DifferenceKind.DUPLICATE else 1,
        institution_code=str((ours or values).get("institution_code") or "")[:12],
        cause=cause,
        evidence={SENTENCE: told},
        proposed=Remedy.ASK_THEM,
    )


def _texts(columns: Iterable[Column], values: Any) -> dict[str, str]:
    return {column.heading: column.plain(values[column.key]) for column in columns} if values else {}


def _fen(values: Any, key: str) -> int:
    value: Value = values.get(key)
    return value if isinstance(value, int) else 0


def _of_sums(sums: Iterable[Difference]) -> Iterator[Found]:
    """Each line of sums with the columns that are not ours, or not those of their own lines."""
    by_line: dict[int, list[Difference]] = {}
    for one in sums:
        by_line.setdefault(one.line_no, []).append(one)
    in_any_order = sorted(
        by_line.items(), key=lambda item: [(one.line, one.column, one.theirs) for one in item[1]]
    )
    for line_no, cells in in_any_order:
        yield Found(
            kind=D.AMOUNT_DIFFERS,
            subject=cells[0].line,
            ours={one.column: one.ours for one in cells},
            theirs={one.column: one.theirs for one in cells},
            columns=[one.column for one in cells],
            their_line=line_no,
            times=1,
            evidence={SENTENCE: "合计行：只核对，差额在各行里，不重复计。"},
            proposed=Remedy.NONE,
        )


def _unread(unreadable: Iterable[Difference]) -> Iterator[UnreadRow]:
    """One for each line that could not be read; its first cell stands for it."""
    seen = set()
    for one in unreadable:
        if one.line_no not in seen:
            seen.add(one.line_no)
            code = "bad_number" if one.theirs else "missing_value"
            told = f"第 {one.line_no} 行，{one.column}：{one.ours}"
            said = {"column": one.column[:30], "value": one.theirs[:100], "message": told[:300]}
            yield UnreadRow(line_no=one.line_no, place=one.place[:60], code=code, **said)
