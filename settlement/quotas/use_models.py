"""周转金使用: warnings that a month's use reached a level, and urgent increases that a red one allows."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from agency.journal.workflow import Machine
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.policy.insurance import InsuranceType
from settlement.clearing.models import ClearingPeriod
from settlement.quotas.models import RegionRows, person
from settlement.quotas.rules import Level
from settlement.quotas.states import INCREASE_MACHINE, INCREASE_TONES, IncreaseState

USED, QUOTA = F("used_fen") * 100, F("quota_fen")
REACHES_YELLOW = Q(GreaterThanOrEqual(USED, F("yellow_percent") * QUOTA))
REACHES_RED = Q(GreaterThanOrEqual(USED, F("red_percent") * QUOTA))
BELOW_RED = Q(LessThan(USED, F("red_percent") * QUOTA))
TONES = {Level.YELLOW: "warn", Level.RED: "bad"}


class FundWarning(models.Model):
    """周转金预警: a region × type reached a level in a month. Raised once, never deleted; somebody notes it.

    Amounts (fen) and percents are those of the moment when it was raised; all stay as they are (guards).
    """

    warning_no = models.CharField("编号", max_length=14, unique=True)
    month = models.ForeignKey(ClearingPeriod, models.PROTECT, verbose_name="期别", related_name="+")
    region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="统筹区", related_name="+")
    insurance_type = models.CharField("险种", max_length=8, choices=InsuranceType)
    level = models.CharField("等级", max_length=6, choices=Level)
    used_fen = models.BigIntegerField("应付金额")
    quota_fen = models.BigIntegerField("额度")
    yellow_percent = models.PositiveSmallIntegerField("黄色预警线")
    red_percent = models.PositiveSmallIntegerField("红色预警线")
    raised_at = models.DateTimeField("预警时间")
    raised_by = person("由谁的办理引起")
    acknowledged_by = person("处理人", empty=True)
    acknowledged_at = models.DateTimeField("处理时间", null=True, blank=True)
    note = models.CharField("处理情况", max_length=200, blank=True)

    objects = RegionRows.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "周转金预警"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["month", "region", "insurance_type", "level"], name="fund_warning_once"
            ),
            models.CheckConstraint(
                condition=Q(insurance_type__in=InsuranceType.values), name="fund_warning_insurance_is_known"
            ),
            models.CheckConstraint(
                condition=Q(used_fen__gt=0, quota_fen__gte=0)
                & ((Q(level=Level.RED) & REACHES_RED) | (Q(level=Level.YELLOW) & REACHES_YELLOW & BELOW_RED)),
                name="fund_warning_level_is_right",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_by__isnull=True, acknowledged_at__isnull=True, note="")
                | (Q(acknowledged_by__isnull=False, acknowledged_at__isnull=False) & ~Q(note="")),
                name="fund_warning_noted_in_full",
            ),
        ]
        # serves the list of what nobody has taken note of
        indexes = [models.Index(fields=["acknowledged_at", "-id"], name="fund_warning_open")]

    def __str__(self) -> str:
        return self.warning_no

    @property
    def is_red(self) -> bool:
        return self.level == Level.RED

    @property
    def is_acknowledged(self) -> bool:
        return self.acknowledged_at is not None

    @property
    def tone(self) -> str:
        return TONES[Level(self.level)]


class IncreaseRows(models.QuerySet):
    def visible_to(self, by: User) -> IncreaseRows:
        """Increases of the actor's own region; the province sees all."""
        return self if access.sees_all(by) else self.filter(warning__region=by.region_id)


class QuotaIncrease(models.Model):
    """加急调增: what a region asks for on a red warning, on top of `current_fen`, the newest quota then.

    Approved by another person it comes into force on `effective_on`, the day of the approval.
    """

    machine: ClassVar[Machine] = INCREASE_MACHINE
    journal_field: ClassVar[str] = "increase_no"

    increase_no = models.CharField("编号", max_length=14, unique=True)
    warning = models.ForeignKey(
        FundWarning, models.PROTECT, verbose_name="所依据的预警", related_name="increases"
    )
    current_fen = models.BigIntegerField("现有额度")
    amount_fen = models.BigIntegerField("调增额")
    reason = models.CharField("申请原因", max_length=200)
    state = models.CharField("状态", max_length=10, choices=IncreaseState, default=IncreaseState.ASKED)
    asked_by = person("申请人")
    asked_at = models.DateTimeField("申请时间")
    decided_by = person("办理人", empty=True)
    decided_at = models.DateTimeField("办理时间", null=True, blank=True)
    effective_on = models.DateField("生效日期", null=True, blank=True)

    objects = IncreaseRows.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "加急调增"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=IncreaseState.values), name="quota_increase_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, current_fen__gte=0), name="quota_increase_raises"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="quota_increase_has_a_reason"),
            models.UniqueConstraint(
                fields=["warning"],
                condition=Q(state__in=[IncreaseState.ASKED, IncreaseState.APPROVED]),
                name="quota_increase_one_per_warning",
                violation_error_message="这条预警已经申请过加急调增。",
            ),
            models.CheckConstraint(
                condition=Q(state=IncreaseState.ASKED, decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state=IncreaseState.ASKED) & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="quota_increase_decided_in_full",
            ),
            models.CheckConstraint(
                condition=Q(state=IncreaseState.APPROVED, effective_on__isnull=False)
                | (~Q(state=IncreaseState.APPROVED) & Q(effective_on__isnull=True)),
                name="quota_increase_effective_when_approved",
            ),
            models.CheckConstraint(
                condition=~Q(state=IncreaseState.APPROVED) | ~Q(decided_by=F("asked_by")),
                name="quota_increase_by_second_person",
                violation_error_message="申请调增的人不能自己批准。",
            ),
        ]

    def __str__(self) -> str:
        return self.increase_no

    @property
    def journal_no(self) -> str:
        return self.increase_no

    @property
    def region(self) -> PoolingRegion:
        return self.warning.region

    @property
    def raised_fen(self) -> int:
        """调增后额度."""
        return self.current_fen + self.amount_fen

    @property
    def is_open(self) -> bool:
        return self.state == IncreaseState.ASKED

    @property
    def tone(self) -> str:
        return INCREASE_TONES[IncreaseState(self.state)]
