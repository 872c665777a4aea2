"""备案下的直接结算次数: what filings ask of settled cases (see filings/eligibility/counting.py)."""

from __future__ import annotations

from django.db.models import Q

from filings.eligibility.counting import SETTLED_COUNT, CountedSpan
from settlement.records.models import SettlementRecord


@SETTLED_COUNT.register("records")
def net_settlements(span: CountedSpan) -> int:
    """Settlements that stand: a reversed one does not, whenever the reversal came; of a corrected one what
    holds now. A stay counts from its admission, other care from its settlement [P]."""
    days = (span.begins_on, span.ends_on)
    settled = SettlementRecord.objects.standing().filter(
        Q(admitted_on__range=days) | Q(admitted_on__isnull=True, settled_at__date__range=days),
        cert_no=span.cert_no,
        cert_type=span.cert_type,
        insured_region_id=span.insured_region_id,
        care_region_id__in=span.care_region_ids,
        care_area_code__startswith=span.area_prefix,
    )
    return settled.count()
