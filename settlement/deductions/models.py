"""扣款: deductions from what is due to the care side, by case or by group."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from agency.batches.models import Batch
from agency.organisation import access
from agency.organisation.models import Institution, PoolingRegion, User
from agency.policy.care import CareKind
from agency.policy.insurance import InsuranceType
from settlement.records.models import SettlementRecord


class DeductionKind(models.TextChoices):
    AUDIT_DISALLOWANCE = "audit_disallowance", "审核扣款"
    RECOUPMENT = "recoupment", "稽核追回"
    CONTRACT_PENALTY = "contract_penalty", "协议违约"
    QUALITY_RETENTION = "quality_retention", "质量保证金"
    OTHER = "other", "其他"


class DeductionQuerySet(models.QuerySet):
    def visible_to(self, by: User) -> DeductionQuerySet:
        """Deductions to which the actor's region is a party; the province sees all."""
        if access.sees_all(by):
            return self
        return self.filter(Q(insured_region=by.region_id) | Q(care_region=by.region_id))


class Deduction(models.Model):
    """扣款: one deduction. `stated_period` is its own 期别; `period` the month in which it counts: the same,
    or the earliest unsigned one after it. It lowers what is due in the row of its case."""

    deduction_no = models.CharField("内部编号", max_length=12, unique=True)
    external_no = models.CharField("扣款编号", max_length=40, blank=True)
    batch = models.ForeignKey(
        Batch, models.PROTECT, null=True, blank=True, verbose_name="导入批次", related_name="+"
    )
    line_no = models.PositiveIntegerField("行号", default=0)
    stated_period = models.CharField("期别", max_length=6)
    period = models.CharField("计入期别", max_length=6)
    record = models.ForeignKey(
        SettlementRecord,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="结算明细",
        related_name="deductions",
    )
    insured_region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="参保地", related_name="+")
    care_region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="就医地", related_name="+")
    insurance_type = models.CharField("险种", max_length=8, choices=InsuranceType)
    care_kind = models.CharField("医疗类别", max_length=20, choices=CareKind)
    institution = models.ForeignKey(
        Institution, models.PROTECT, verbose_name="定点医药机构", related_name="+"
    )
    kind = models.CharField("扣款类别", max_length=20, choices=DeductionKind)
    reason = models.CharField("原因", max_length=200)
    amount_fen = models.BigIntegerField("金额")
    withdraws = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, verbose_name="撤回的扣款", related_name="withdrawn_by"
    )
    content_digest = models.CharField("内容摘要", max_length=32)

    objects = DeductionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "扣款"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["content_digest"],
                name="deduction_content_once",
                violation_error_message="同样的扣款已经有了。",
            ),
            models.UniqueConstraint(
                fields=["external_no"], condition=~Q(external_no=""), name="deduction_external_no_once"
            ),
            models.CheckConstraint(
                condition=Q(withdraws__isnull=True, amount_fen__gt=0)
                | Q(withdraws__isnull=False, amount_fen__lt=0),
                name="deduction_sign_fits",
                violation_error_message="扣款金额应为正；撤回扣款应为负并指明原扣款。",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=DeductionKind.values), name="deduction_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(period__gte=F("stated_period")), name="deduction_counts_not_before_its_period"
            ),
        ]
        indexes = [
            models.Index(fields=["period", "-id"], name="deduction_of_period"),
            models.Index(
                fields=["period", "stated_period"],
                condition=Q(period__gt=F("stated_period")),
                name="deduction_put_off",
            ),
        ]

    def __str__(self) -> str:
        return self.deduction_no
