"""核对: every quota is what its approved round or increase says, and every round follows from its months."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F

from agency.money import yuan
from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.quotas import use_checks as use_checks  # joins CHECKS
from settlement.quotas.filling import item_faults, items_of, round_digest
from settlement.quotas.models import Quota, QuotaItem, QuotaRound
from settlement.quotas.states import IncreaseState, RoundState
from settlement.quotas.use_models import QuotaIncrease

AS_APPROVED = "额度等于批准的核定"
ADDS_UP = "额度核定可由基数算出"
FOLLOWS = "额度前后衔接"


@CHECKS.register(AS_APPROVED, order=765)
def quotas_are_as_approved(period: str | None) -> Iterator[Broken]:
    """What is approved has its quota, and no quota differs from what it rests on, or rests on nothing."""
    by_round = Quota.objects.filter(
        item__round__state=RoundState.APPROVED,
        region=F("item__region"),
        insurance_type=F("item__insurance_type"),
        quota_fen=F("item__changed_fen"),
        effective_from=F("item__round__effective_on"),
        approved_by=F("item__round__approved_by"),
    )
    by_increase = Quota.objects.filter(
        increase__state=IncreaseState.APPROVED,
        region=F("increase__warning__region"),
        insurance_type=F("increase__warning__insurance_type"),
        quota_fen=F("increase__current_fen") + F("increase__amount_fen"),
        effective_from=F("increase__effective_on"),
        approved_by=F("increase__decided_by"),
    )
    wrong = Quota.objects.exclude(pk__in=by_round.values("pk")).exclude(pk__in=by_increase.values("pk"))
    for quota in wrong.select_related("region"):
        yield Broken(AS_APPROVED, f"额度 {quota}", "与批准的核定不同")
    lacking = QuotaItem.objects.filter(round__state=RoundState.APPROVED)
    for item in lacking.exclude(pk__in=by_round.values("item")).select_related("round", "region"):
        yield Broken(AS_APPROVED, f"额度核定 {item}", "已批准，但没有这样的额度")
    asked = QuotaIncrease.objects.filter(state=IncreaseState.APPROVED)
    for increase in asked.exclude(pk__in=by_increase.values("increase")):
        yield Broken(AS_APPROVED, f"加急调增 {increase}", "已批准，但没有这样的额度")


@CHECKS.register(ADDS_UP, order=766)
def rounds_add_up(period: str | None) -> Iterator[Broken]:
    """Average and quota of each item follow from its months and the factor; what was proposed stands."""
    for drawn in QuotaRound.objects.order_by("year"):
        items = items_of(drawn)
        for item in filter(item_faults, items):
            yield Broken(ADDS_UP, f"额度核定 {item}", "核定基数或核定额度与基数月份算出的不同")
        if drawn.digest and drawn.digest != round_digest(drawn):
            yield Broken(ADDS_UP, f"额度核定 {drawn}", "表 6-1 与提请批准时的摘要不符")


@CHECKS.register(FOLLOWS, order=767)
def quotas_follow_each_other(period: str | None) -> Iterator[Broken]:
    """Each quota begins where the one before it stood: 现有额度 of what it rests on, nil for the first."""
    before: dict[tuple[int, str], int] = {}
    rows = Quota.objects.select_related("region", "item", "increase").order_by("effective_from", "pk")
    for quota in rows:
        key = (quota.region_id, quota.insurance_type)
        source = quota.item or quota.increase
        stood = before.get(key, 0)
        if source is not None and source.current_fen != stood:
            told = f"现有额度记为 {yuan(source.current_fen)}，之前的额度是 {yuan(stood)}"
            yield Broken(FOLLOWS, f"额度 {quota}", told)
        before[key] = quota.quota_fen
