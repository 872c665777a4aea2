"""What the verification page says of a printed statement of account or of a comparison with the bank."""

from __future__ import annotations

import datetime as dt

from agency.journal.models import PrintedForm
from agency.organisation.selectors import system_account
from agency.registry import STANDING
from agency.sheets.digest import digest
from agency.web.parts import Standing
from settlement.fund.comparison import comparison_data, comparison_of
from settlement.fund.sheets import BANK_KIND, STATEMENT_KIND
from settlement.fund.statement import holder_of, statement_data, statement_of

AS_PRINTED, MOVED = "与账上相符", "打印之后账上又有变动，以系统中现在的为准"


@STANDING.register("fund")
def standing_of_statement(printed: PrintedForm) -> Standing | None:
    """Whether the ledger still says the same of those days."""
    if printed.subject_kind not in (STATEMENT_KIND, BANK_KIND):
        return None
    code, _, span = printed.subject_no.rpartition("/")
    first, last = (dt.date.fromisoformat(day) for day in span.split("-"))
    if printed.subject_kind == BANK_KIND:
        data = comparison_data(comparison_of(first, last), last)
    else:
        holder = holder_of(code, system_account())
        if holder is None:
            return Standing("查无此账户", False)
        data = statement_data(statement_of(holder, first, last), last)
    holds = digest(data) == printed.digest
    return Standing(AS_PRINTED if holds else MOVED, holds)
