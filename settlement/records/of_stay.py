"""一次就医的直接结算: the settled cases of a stay that was written down, for manual reimbursement."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from agency.registry import CHECKS
from agency.web.parts import Broken
from filings.reimbursements.models import ManualReimbursement
from filings.reimbursements.states import ReimbursementState
from filings.stays.models import Stay
from filings.stays.settled import DIRECT_SETTLEMENT
from settlement.records.models import SettlementRecord

BESIDE = "手工报销旁没有直接结算"


@DIRECT_SETTLEMENT.register("records")
def settlement_of(stay: Stay) -> str:
    """The first case of this stay that stands, a reversed one does not: the person's, of the same insured
    region and institution, admitted on the same day or under the same admission number; a case without an
    admission by the day of its settlement [P]."""
    same = Q(admitted_on=stay.admitted_on) | Q(medical_record_no=stay.admission_no)
    if stay.settled_on is not None:
        same |= Q(admitted_on__isnull=True, settled_at__date=stay.settled_on)
    cases = SettlementRecord.objects.standing().filter(
        same,
        cert_no=stay.person.cert_no,
        cert_type=stay.person.cert_type,
        insured_region=stay.insured_region_id,
        institution=stay.institution_id,
    )
    return cases.order_by("settlement_no").values_list("settlement_no", flat=True).first() or ""


@CHECKS.register(BESIDE, order=123)
def nothing_paid_twice(period: str | None) -> Iterator[Broken]:
    """What waits to be reimbursed by hand, or was, was not settled directly [S0, S2]."""
    rows = ManualReimbursement.objects.exclude(state=ReimbursementState.WITHDRAWN).order_by("pk")
    with_cases = SettlementRecord.objects.filter(is_reversal=False).order_by().values("cert_no")
    rows = rows.filter(stay__person__cert_no__in=with_cases)
    for row in rows.select_related("stay__person").iterator():
        number = settlement_of(row.stay)
        if number:
            yield Broken(BESIDE, row.reimbursement_no, f"{row.stay} 已直接结算（结算编号 {number}）")
