"""The mark on a case's page."""

from __future__ import annotations

from agency.organisation.models import User
from agency.web.parts import CardSection
from filings.materials.sources import source_names
from settlement.matching.selectors import behind, mark_of
from settlement.records.models import SettlementRecord
from settlement.records.sections import RECORD_SECTIONS


@RECORD_SECTIONS.register("matching", order=10)
def on_case(user: User, record: SettlementRecord) -> CardSection:
    """Which filing stands behind the case, and why; or why none is looked for."""
    mark = mark_of(record)
    found = behind(user, record, mark) if mark is not None else None
    context = {
        "found": found,
        "record": record,
        "sources": "、".join(source_names(found.sources)) if found is not None else "",
    }
    return CardSection("备案核对", "settlement/matching/_behind.html", context, aside=True)
