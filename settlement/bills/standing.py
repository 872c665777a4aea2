"""What the verification page says of a printed form 5: whether the case still stands, and says the same."""

from __future__ import annotations

from agency.journal.models import PrintedForm
from agency.registry import STANDING
from agency.web.parts import Standing
from settlement.bills.form5 import Form5
from settlement.bills.printing import KIND, REVERSED, said_of
from settlement.records.models import SettlementRecord


@STANDING.register("bill")
def standing_of_bill(printed: PrintedForm) -> Standing | None:
    """Settled with this content; reversed; or told otherwise by now (fee classes that came, say)."""
    if printed.subject_kind != KIND or printed.form_no != Form5.FORM_NO:
        return None
    cases = SettlementRecord.objects.delivered().filter(settlement_no=printed.subject_no)
    own = cases.select_related("insured_region", "care_region", "institution")
    record = own.order_by("correction_no").last()
    if record is None:
        return Standing("结算已移出", False)
    said = said_of(record)
    if said.mark == REVERSED:
        return Standing(REVERSED, False)
    holds = said.digest() == printed.digest
    return Standing("已结算" if holds else "打印后内容有变", holds)
