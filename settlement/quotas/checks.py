"""核对: every quota is what its approved round says, and every round follows from its months."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, Q

from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.quotas import rules
from settlement.quotas.models import Quota, QuotaItem
from settlement.quotas.states import RoundState

AS_APPROVED = "额度等于批准的核定"
ADDS_UP = "额度核定可由基数算出"


@CHECKS.register(AS_APPROVED, order=760)
def quotas_are_as_approved(period: str | None) -> Iterator[Broken]:
    """Each item of an approved round has its quota, and no quota differs from its item or has none."""
    right = Quota.objects.filter(
        item__round__state=RoundState.APPROVED,
        region=F("item__region"),
        insurance_type=F("item__insurance_type"),
        quota_fen=F("item__changed_fen"),
        effective_from=F("item__round__effective_on"),
        approved_by=F("item__round__approved_by"),
    )
    for quota in Quota.objects.exclude(pk__in=right.values("pk")).select_related("region"):
        yield Broken(AS_APPROVED, f"额度 {quota}", "与批准的核定不同")
    lacking = QuotaItem.objects.filter(round__state=RoundState.APPROVED).exclude(pk__in=right.values("item"))
    for item in lacking.select_related("round", "region"):
        yield Broken(AS_APPROVED, f"额度核定 {item}", "已批准，但没有这样的额度")


@CHECKS.register(ADDS_UP, order=761)
def rounds_add_up(period: str | None) -> Iterator[Broken]:
    """Average and quota of each item follow from its months and the factor."""
    rows = QuotaItem.objects.filter(Q(bases__isnull=False)).distinct()
    for item in rows.select_related("round", "region").prefetch_related("bases"):
        average = rules.average([base.amount_fen for base in item.bases.all()])
        if (item.average_fen, item.quota_fen) != (average, rules.quota(average, item.round.factor)):
            yield Broken(ADDS_UP, f"额度核定 {item}", "核定基数或核定额度与基数月份算出的不同")
    for item in QuotaItem.objects.filter(bases__isnull=True).select_related("round", "region"):
        yield Broken(ADDS_UP, f"额度核定 {item}", "没有基数月份")
