"""手工报销的核对: what must hold of the queue and the stays in it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F
from django.utils import timezone

from agency.registry import CHECKS
from agency.web.parts import Broken
from filings.reimbursements.models import ManualReimbursement
from filings.reimbursements.selectors import WITH_NAMES
from filings.reimbursements.states import ReimbursementState
from filings.stays.selectors import judged

SAME_REGION = "手工报销与就医登记同一参保地"
NOT_DIRECT = "手工报销的就医不能直接结算"
CHUNK = 500


@CHECKS.register(SAME_REGION, order=121)
def region_is_of_the_stay(period: str | None) -> Iterator[Broken]:
    """A stay is reimbursed by the region that took it in."""
    rows = ManualReimbursement.objects.exclude(insured_region=F("stay__insured_region")).order_by("pk")
    for number in rows.values_list("reimbursement_no", flat=True):
        yield Broken(SAME_REGION, number, "参保地与就医登记的不同")


@CHECKS.register(NOT_DIRECT, order=122)
def no_direct_settlement_beside(period: str | None) -> Iterator[Broken]:
    """What waits to be reimbursed by hand, or was, cannot be settled directly by its dates [S2]."""
    rows = ManualReimbursement.objects.exclude(state=ReimbursementState.WITHDRAWN)
    found = list(rows.select_related(*WITH_NAMES).order_by("pk"))
    for start in range(0, len(found), CHUNK):
        part = found[start : start + CHUNK]
        for row, judgement in zip(
            part, judged((row.stay for row in part), timezone.localdate()), strict=True
        ):
            if not judgement.verdict.is_manual:
                yield Broken(NOT_DIRECT, row.reimbursement_no, judgement.verdict.sentence)
