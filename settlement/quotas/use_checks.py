"""核对: what reached an edge was warned of, warnings and increases are right, and notices ask for what was
approved."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F

from agency.money import yuan
from agency.organisation.models import PoolingRegion
from agency.policy.insurance import InsuranceType
from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.notices.models import Category, Direction, Notice
from settlement.notices.rules import Figures
from settlement.notices.states import NoticeState
from settlement.quotas import rules
from settlement.quotas.filling import items_of
from settlement.quotas.models import Quota, QuotaRound
from settlement.quotas.noticing import basis_of, increase_basis, increase_owed, owed_of
from settlement.quotas.raising import lacking_warnings
from settlement.quotas.rules import Level
from settlement.quotas.states import IncreaseState, RoundState
from settlement.quotas.use_models import FundWarning, QuotaIncrease

WARNED = "达到预警线的都有预警"
TRUE = "预警与当时的使用率一致"
INCREASES = "加急调增依据红色预警，由第二人批准"
NOTICED = "周转金通知书等于批准的额度"
Asked = tuple[str, str, int]  # period, subject, region


@CHECKS.register(WARNED, order=768)
def edges_are_warned_of(period: str | None) -> Iterator[Broken]:
    """Every computed month × region × type that has reached a level has its warning."""
    regions = PoolingRegion.objects.in_bulk()
    for (month, region, kind), use in lacking_warnings().items():
        if period in (None, month):
            subject = f"{month} {regions[region]} {InsuranceType(kind).label}"
            yield Broken(WARNED, subject, f"使用率 {use.text}，没有{use.level.label}预警")


@CHECKS.register(TRUE, order=769)
def warnings_are_true(period: str | None) -> Iterator[Broken]:
    """Level, amounts and percents of each belong together, and such a quota there was."""
    had: set[tuple[int, str, int]] = set(Quota.objects.values_list("region", "insurance_type", "quota_fen"))
    rows = FundWarning.objects.select_related("region").order_by("pk")
    for row in rows.filter(month__period=period) if period else rows:
        level = rules.level(row.used_fen, row.quota_fen, row.yellow_percent, row.red_percent)
        if Level(row.level) != level:
            told = f"记的是{row.get_level_display()}，按所记的金额应为{level.label}"
            yield Broken(TRUE, f"预警 {row}", told)
        elif (row.region_id, row.insurance_type, row.quota_fen) not in had:
            yield Broken(TRUE, f"预警 {row}", f"{row.region}没有过 {yuan(row.quota_fen)} 的额度")


@CHECKS.register(INCREASES, order=770)
def increases_are_right(period: str | None) -> Iterator[Broken]:
    """Each rests on a red warning; who asked did not approve."""
    rows = QuotaIncrease.objects.select_related("warning").order_by("pk")
    rows = rows.filter(warning__month__period=period) if period else rows
    for row in rows.exclude(warning__level=Level.RED):
        yield Broken(INCREASES, f"加急调增 {row}", f"所依据的预警 {row.warning} 不是红色")
    for row in rows.filter(state=IncreaseState.APPROVED, decided_by=F("asked_by")):
        yield Broken(INCREASES, f"加急调增 {row}", "申请和批准是同一人办的")


@CHECKS.register(NOTICED, order=771)
def notices_are_as_approved(period: str | None) -> Iterator[Broken]:
    """Each region whose quotas come to something has one notice of it; there are no others."""
    issued = {
        (notice.period, notice.subject_no, notice.region_id): notice
        for notice in Notice.objects.filter(category=Category.REVOLVING_FUND, state=NoticeState.ISSUED)
    }
    for key, (name, figures, digest) in _approved().items():
        notice = issued.pop(key, None)
        if notice is None:
            yield Broken(NOTICED, f"{name} {key[0]}", f"应有{_told(figures)}，却没有通知书")
        elif Figures(*(getattr(notice, field) for field in Figures._fields)) != figures:
            told = f"记的是{notice.get_direction_display()} {yuan(notice.total_fen)}，应为{_told(figures)}"
            yield Broken(NOTICED, f"通知书 {notice}", told)
        elif notice.basis_digest != digest:
            yield Broken(NOTICED, f"通知书 {notice}", "依据的不是批准的额度")
    for notice in issued.values():
        yield Broken(NOTICED, f"通知书 {notice}", "没有这样批准的额度")


def _told(figures: Figures) -> str:
    return f"{Direction(figures.direction).label} {yuan(figures.total_fen)}"


def _approved() -> dict[Asked, tuple[str, Figures, str]]:
    """What approved rounds and increases ask for: the party's name, the figures, what they rest on."""
    found: dict[Asked, tuple[str, Figures, str]] = {}
    for drawn in QuotaRound.objects.filter(state=RoundState.APPROVED):
        for party, figures in owed_of(drawn, items_of(drawn)):
            basis = basis_of(drawn)
            found[basis.period, "", party.id] = (party.name, figures, basis.digest)
    rows = QuotaIncrease.objects.filter(state=IncreaseState.APPROVED)
    for increase in rows.select_related("warning__region", "warning__month"):
        basis, (party, figures) = increase_basis(increase), increase_owed(increase)
        found[basis.period, basis.subject_no, party.id] = (party.name, figures, basis.digest)
    return found
