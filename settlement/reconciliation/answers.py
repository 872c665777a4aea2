"""对方答复: a sheet that came back is taken whole or not at all; what both agree on goes on from there."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction

from agency.batches.services import file_keep
from agency.errors import DomainError
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.tabular.read import Table, open_table
from agency.tabular.values import to_text
from settlement.reconciliation import sent as s
from settlement.reconciliation.answer_rows import Said, answers_read, places_in
from settlement.reconciliation.kinds import Remedy
from settlement.reconciliation.locks import hold_all_of, hold_run
from settlement.reconciliation.models import (
    DifferenceSheet,
    Discrepancy,
    ReconciliationRun,
    Stance,
    TheirAnswer,
)
from settlement.reconciliation.sent import sent_sheet
from settlement.reconciliation.sides import (
    agreed_judge,
    agreed_remedy,
    agreed_settle,
    log,
    may_approve,
    require_open,
)
from settlement.reconciliation.signing import require_own
from settlement.reconciliation.states import DiscrepancyState


@dataclass(frozen=True)
class Answered:
    """What a file of answers did. `unchanged`: answers of this very file that were there already."""

    sheet: DifferenceSheet
    agreed: int = 0
    disagreed: int = 0
    unanswered: int = 0
    unchanged: int = 0
    judged: int = 0
    settled: int = 0

    @property
    def told(self) -> str:
        """What came in, in a sentence."""
        counts = {"同意": self.agreed, "不同意": self.disagreed, "未答复": self.unanswered}
        counts["以前导入过"] = self.unchanged
        told = "，".join(f"{label} {count} 条" for label, count in counts.items() if count)
        settled = f"；双方一致办结 {self.settled} 条" if self.settled else ""
        judged = f"；按对方同意提出结论 {self.judged} 条，待另一位同事批准" if self.judged else ""
        return f"核对表 {self.sheet}：{told or '没有答复'}{settled}{judged}。"


@transaction.atomic
def answers_import(
    *, stream: BinaryIO, file_name: str, by: User, at: dt.datetime, run: ReconciliationRun | None = None
) -> Answered:
    """导入答复: of a sheet (of `run`) that came back. What both agree on goes on as `sides.py` says.

    Errors: NotAllowed, TableError, `no_such_sheet`, `run_closed`, `changed_since_sent`, and all rows that are
    refused, at once; nothing is kept then.
    """
    access.require(by, May.RECONCILE)
    content = stream.read(settings.UPLOAD_MAX_BYTES + 1)
    table = open_table(content, filename=file_name, expected=(*s.FIXED, *s.ANSWERS))
    sheet = _sheet_of(table, file_name, by, run)
    held = hold_run(sheet.run)
    require_own(held, by, May.RECONCILE)
    require_open(held)
    hold_all_of(held)
    answers, unanswered = answers_read(table, sent_sheet(sheet))
    new = _keep(sheet, answers, content, file_name, by=by, at=at)
    judged, settled = _close(held, sheet, new, by=by, at=at)
    done = Answered(
        sheet,
        agreed=sum(said.stance == Stance.AGREES for said in new),
        disagreed=sum(said.stance == Stance.DISAGREES for said in new),
        unanswered=unanswered,
        unchanged=len(answers) - len(new),
        judged=judged,
        settled=settled,
    )
    log("answers_imported", held, by=by, at=at, **_counts(done))
    return done


def _counts(done: Answered) -> dict[str, Any]:
    return {**vars(done), "sheet": done.sheet.sheet_no}


def _sheet_of(table: Table, file_name: str, by: User, run: ReconciliationRun | None) -> DifferenceSheet:
    """The sheet that the first row names; of another run or region there is none."""
    places = places_in(table)
    missing = [name for name in (s.SHEET_NO, s.KEY, s.CHECK, s.STANCE) if name not in places]
    if missing:
        told = f"“{file_name}”不是差异核对表：缺少列{'、'.join(missing)}。请用导出的核对表填写答复。"
        raise DomainError("no_such_sheet", told, field="file")
    named = next((to_text(row.cells[places[s.SHEET_NO]]) for row in table.rows()), "")
    visible = ReconciliationRun.objects.visible_to(by)
    rows = DifferenceSheet.objects.filter(run__in=visible).select_related("run", "file")
    if run is not None:
        rows = rows.filter(run=run)
    sheet = rows.filter(sheet_no=named).first()
    if sheet is None:
        told = f"没有核对表“{named}”，或不是这次对账发出的。请核对文件。"
        raise DomainError("no_such_sheet", told, field="file")
    return sheet


# --- kept, and what follows ---------------------------------------------------------------------------------


def _keep(
    sheet: DifferenceSheet, answers: list[Said], content: bytes, file_name: str, *, by: User, at: dt.datetime
) -> list[Said]:
    """Write what this file had not said before; returns it."""
    kept = file_keep(io.BytesIO(content), name=file_name, by=by, at=at)
    known = set(TheirAnswer.objects.filter(file=kept).values_list("discrepancy_id", flat=True))
    new = [said for said in answers if said.row.difference.pk not in known]
    TheirAnswer.objects.bulk_create(
        [
            TheirAnswer(
                sheet=sheet,
                discrepancy=said.row.difference,
                file=kept,
                line_no=said.line_no,
                stance=said.stance,
                amount_fen=said.amount_fen,
                reason=said.reason,
                by=by,
                at=at,
            )
            for said in new
        ],
        batch_size=500,
    )
    return new


def _close(
    run: ReconciliationRun, sheet: DifferenceSheet, new: list[Said], *, by: User, at: dt.datetime
) -> tuple[int, int]:
    """Open differences that they agree to are judged so; judged ones are settled, where `by` may."""
    judged = agreed_judge(list(_to_judge(new)), f"对方同意（核对表 {sheet}）", by=by, at=at)
    settled = agreed_settle(run, by=by, at=at) if may_approve(run, by) else 0
    return judged, settled


def _to_judge(new: list[Said]) -> Iterator[tuple[Discrepancy, Remedy]]:
    for said in new:
        row = said.row.difference
        if said.stance == Stance.AGREES and row.state == DiscrepancyState.OPEN:
            yield row, agreed_remedy(said.row.remedy)
