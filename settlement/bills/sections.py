"""Form 5 and the fee classes on a case's page."""

from __future__ import annotations

from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.web.parts import CardSection
from filings.stays.prints import prints_of
from settlement.bills.batches import FIELDS
from settlement.bills.models import FeeLine
from settlement.bills.printing import IN_HOSPITAL, KIND, said_of
from settlement.records.models import SettlementRecord
from settlement.records.sections import RECORD_SECTIONS


@RECORD_SECTIONS.register("fees", order=20)
def fees(user: User, record: SettlementRecord) -> CardSection | None:
    """The fee classes that were delivered; nothing where none were."""
    lines = list(FeeLine.objects.filter(record=record).select_related("batch"))
    if not lines:
        return None
    total = {name: sum(getattr(line, name) for line in lines) for name in FIELDS}
    context = {"lines": lines, "total": total, "batch": lines[0].batch}
    return CardSection("费用分类", "settlement/bills/_fees.html", context)


@RECORD_SECTIONS.register("form5", order=30)
def form5(user: User, record: SettlementRecord) -> CardSection | None:
    """Where form 5 is printed, for care in hospital, and when it was."""
    if record.care_kind not in IN_HOSPITAL or not access.allowed(user, May.PRINT_BILLS):
        return None
    history = prints_of(KIND, record.settlement_no, said_of(record).digest())
    context = {"record": record, "history": [row for row in history if row["is_print"]]}
    return CardSection("住院结算单（表 5）", "settlement/bills/_form5.html", context, aside=True)
