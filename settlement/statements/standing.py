"""What the verification page says of a printed statement: how far it has come."""

from __future__ import annotations

from agency.journal.models import PrintedForm
from agency.registry import STANDING
from agency.web.parts import Standing
from settlement.statements.models import InstitutionStatement
from settlement.statements.sheets import LIST_KIND
from settlement.statements.states import StatementState


@STANDING.register("statement")
def standing_of_statement(printed: PrintedForm) -> Standing | None:
    """In force once both confirmed; a list is only a picture of its moment."""
    if printed.subject_kind == LIST_KIND:
        return Standing("打印时的清单，以系统中现在的为准", False)
    if printed.subject_kind != InstitutionStatement.machine.kind:
        return None
    statement = InstitutionStatement.objects.filter(statement_no=printed.subject_no).first()
    if statement is None:
        return Standing("对账单已不存在（重新生成后没有明细）", False)
    is_agreed = statement.state in (StatementState.AGREED, StatementState.PAID)
    return Standing(statement.get_state_display(), is_agreed)
