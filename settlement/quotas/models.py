"""周转金额度: yearly rounds with the months they rest on, and the quotas that approvals put in force."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from agency.journal.workflow import Machine
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.periods import period_label
from agency.policy.insurance import InsuranceType
from settlement.quotas.states import EDITABLE, ROUND_MACHINE, TONES, RoundState


def person(label: str, *, empty: bool = False) -> models.ForeignKey:
    """Who did it; `empty` while nobody has."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=empty,
        blank=empty,
        verbose_name=label,
        related_name="+",
    )


class RegionRows(models.QuerySet):
    def visible_to(self, by: User) -> RegionRows:
        """Rows of the actor's own region; the province sees all."""
        return self if access.sees_all(by) else self.filter(region=by.region_id)


class QuotaRound(models.Model):
    """额度核定: one year's quotas. `left_out` are base months that were not signed (periods, by commas).

    `digest` is that of form 6-1 as it was proposed; `names` keeps agency, regions and people as printed.
    """

    machine: ClassVar[Machine] = ROUND_MACHINE
    journal_field: ClassVar[str] = "year"

    year = models.PositiveSmallIntegerField("年度", unique=True)
    base_months = models.CharField("基数月份", max_length=83)
    left_out = models.CharField("未签发的基数月份", max_length=83, blank=True)
    factor_text = models.CharField("倍数", max_length=12)
    effective_on = models.DateField("生效日期")
    state = models.CharField("状态", max_length=10, choices=RoundState, default=RoundState.DRAFT)
    digest = models.CharField("内容摘要", max_length=64, blank=True, default="")
    names = models.JSONField("当时名称", default=dict)
    drawn_by = person("拟定人")
    drawn_at = models.DateTimeField("拟定时间")
    proposed_by = person("提请人", empty=True)
    proposed_at = models.DateTimeField("提请时间", null=True, blank=True)
    approved_by = person("批准人", empty=True)
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "额度核定"
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=RoundState.values), name="quota_round_state_is_known"
            ),
            models.CheckConstraint(condition=~Q(factor_text=""), name="quota_round_factor_is_given"),
            models.CheckConstraint(
                condition=Q(state=RoundState.APPROVED, approved_by__isnull=False, approved_at__isnull=False)
                | (~Q(state=RoundState.APPROVED) & Q(approved_by__isnull=True, approved_at__isnull=True)),
                name="quota_round_approved_in_full",
            ),
            models.CheckConstraint(
                condition=Q(state=RoundState.DRAFT) | Q(proposed_by__isnull=False, proposed_at__isnull=False),
                name="quota_round_proposed_in_full",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[RoundState.DRAFT, RoundState.RETURNED]) | ~Q(digest=""),
                name="quota_round_proposed_with_digest",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (~Q(approved_by=F("proposed_by")) & ~Q(approved_by=F("drawn_by"))),
                name="quota_round_by_second_person",
                violation_error_message="拟定或提请额度的人不能自己批准。",
            ),
        ]

    @property
    def factor(self) -> Decimal:
        """倍数: as the parameter stood, so many times the average."""
        return Decimal(self.factor_text)

    def __str__(self) -> str:
        return f"{self.year}"

    @property
    def journal_no(self) -> str:
        return f"{self.year}"

    @property
    def label(self) -> str:
        return f"{self.year}年度"

    @property
    def months(self) -> list[str]:
        """The base months that it rests on, oldest first."""
        return self.base_months.split(",")

    @property
    def lacking(self) -> str:
        """The base months that were not signed, as people say them; empty for none."""
        return "、".join(period_label(month) for month in self.left_out.split(",") if month)

    @property
    def is_approved(self) -> bool:
        return self.state == RoundState.APPROVED

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def tone(self) -> str:
        return TONES[RoundState(self.state)]


class QuotaItem(models.Model):
    """核定明细: one region × type of a round. `changed_fen` is what comes into force: the quota, or another
    amount with its reason."""

    round = models.ForeignKey(QuotaRound, models.PROTECT, verbose_name="额度核定", related_name="items")
    region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="统筹区", related_name="+")
    insurance_type = models.CharField("险种", max_length=8, choices=InsuranceType)
    average_fen = models.BigIntegerField("核定基数")
    quota_fen = models.BigIntegerField("核定额度")
    current_fen = models.BigIntegerField("现有额度")
    changed_fen = models.BigIntegerField("调整后额度")
    reason = models.CharField("调整原因", max_length=200, blank=True)

    objects = RegionRows.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "核定明细"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "region", "insurance_type"], name="quota_item_once"),
            models.CheckConstraint(
                condition=Q(insurance_type__in=InsuranceType.values), name="quota_item_insurance_is_known"
            ),
            models.CheckConstraint(
                condition=Q(average_fen__gte=0, quota_fen__gte=0, current_fen__gte=0, changed_fen__gte=0),
                name="quota_item_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(changed_fen=F("quota_fen")) | ~Q(reason=""),
                name="quota_item_changed_with_reason",
                violation_error_message="调整后额度与核定额度不同时，请写明原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round} {self.region} {self.get_insurance_type_display()}"

    @property
    def adjustment_fen(self) -> int:
        """调整额: 核定额度 less 现有额度, also where another amount comes into force."""
        return self.quota_fen - self.current_fen

    @property
    def is_changed(self) -> bool:
        """Whether another amount than the arithmetic gives comes into force."""
        return self.changed_fen != self.quota_fen

    @property
    def difference_fen(self) -> int:
        """What comes into force less what there is: paid in, or, below nil, back."""
        return self.changed_fen - self.current_fen

    @property
    def receivable_fen(self) -> int:
        """应收（补缴）: what the province receives of the region."""
        return max(0, self.difference_fen)

    @property
    def payable_fen(self) -> int:
        """应付（退回）: what the province gives the region back."""
        return max(0, -self.difference_fen)


class QuotaBase(models.Model):
    """核定基数: what a region owed as 参保地 in one signed base month."""

    item = models.ForeignKey(QuotaItem, models.CASCADE, verbose_name="核定明细", related_name="bases")
    period = models.CharField("期别", max_length=6)
    cases = models.IntegerField("清算人次")
    amount_fen = models.BigIntegerField("清算金额")

    class Meta:
        verbose_name = verbose_name_plural = "核定基数"
        ordering = ["period"]
        constraints = [models.UniqueConstraint(fields=["item", "period"], name="quota_base_once")]

    def __str__(self) -> str:
        return f"{self.item} {self.period}"


class Quota(models.Model):
    """额度: what is in force for a region × type from a day on, until the next one. Append-only, never before
    the day of an earlier one; written by nothing but an approval, of a round or of an increase (guards)."""

    item = models.OneToOneField(
        QuotaItem, models.PROTECT, null=True, blank=True, verbose_name="核定明细", related_name="quota"
    )
    increase = models.OneToOneField(
        "QuotaIncrease", models.PROTECT, null=True, blank=True, verbose_name="加急调增", related_name="quota"
    )
    region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="统筹区", related_name="+")
    insurance_type = models.CharField("险种", max_length=8, choices=InsuranceType)
    quota_fen = models.BigIntegerField("额度")
    effective_from = models.DateField("生效日期")
    approved_by = person("批准人")
    approved_at = models.DateTimeField("批准时间")

    objects = RegionRows.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "周转金额度"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(insurance_type__in=InsuranceType.values), name="quota_insurance_is_known"
            ),
            models.CheckConstraint(condition=Q(quota_fen__gte=0), name="quota_not_negative"),
            models.CheckConstraint(
                condition=Q(item__isnull=False, increase__isnull=True)
                | Q(item__isnull=True, increase__isnull=False),
                name="quota_has_one_source",
            ),
        ]
        indexes = [
            # serves the quota in force on a day
            models.Index(fields=["region", "insurance_type", "effective_from"], name="quota_in_force"),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.get_insurance_type_display()} {self.effective_from}"
