"""月度清算: the month, its lines, the regions' confirmations, the signed sheets, and their sheets."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from agency.batches.models import KeptFile
from agency.journal.workflow import Machine
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.policy.care import CareKind
from agency.policy.insurance import InsuranceType
from settlement.clearing.states import PERIOD_MACHINE, PeriodState


class ClearingPeriod(models.Model):
    """清算期: one month. Signed (`version` times), it changes only by an approved reopening (guards).

    `names` keeps what is printed beside the figures as it was then: the agency, the parties in the order of
    the sheets, the institutions deducted from, who computed and who signed. A region or hospital that is
    renamed later leaves the sheets of past months as they are.
    """

    machine: ClassVar[Machine] = PERIOD_MACHINE
    journal_field: ClassVar[str] = "period"

    period = models.CharField("期别", max_length=6, unique=True)
    state = models.CharField("状态", max_length=10, choices=PeriodState, default=PeriodState.OPEN)
    computed_at = models.DateTimeField("计算时间", null=True, blank=True)
    computed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="计算人",
        related_name="+",
    )
    cases = models.PositiveIntegerField("明细数", default=0)
    local_cases = models.PositiveIntegerField("本地明细数", default=0)
    receivable_fen = models.BigIntegerField("应收合计", default=0)
    payable_fen = models.BigIntegerField("应付合计", default=0)
    lines_digest = models.CharField("清算行摘要", max_length=64, blank=True)
    names = models.JSONField("当时名称", default=dict)
    signed_at = models.DateTimeField("签发时间", null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="签发人",
        related_name="+",
    )
    digest = models.CharField("签发摘要", max_length=64, blank=True)
    version = models.PositiveSmallIntegerField("签发次数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "清算期"
        ordering = ["-period"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=PeriodState.values), name="clearing_period_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(receivable_fen=F("payable_fen")), name="clearing_receivable_equals_payable"
            ),
            models.CheckConstraint(
                condition=~Q(state=PeriodState.SIGNED) | (Q(signed_at__isnull=False) & ~Q(digest="")),
                name="clearing_signed_has_digest",
            ),
        ]

    def __str__(self) -> str:
        return self.period

    @property
    def journal_no(self) -> str:
        return self.period

    @property
    def is_signed(self) -> bool:
        return self.state == PeriodState.SIGNED


class ClearingLine(models.Model):
    """清算行: insured region × care region × insurance type × kind of care of one month.

    It is a row of sheet 10 of the care region and, mirrored, of sheet 11 of the insured region.
    `cases` counts +1 for a settlement and −1 for a reversal; `records` counts the records behind it.
    """

    period = models.ForeignKey(ClearingPeriod, models.PROTECT, verbose_name="清算期", related_name="lines")
    insured_region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="参保地", related_name="+")
    care_region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="就医地", related_name="+")
    insurance_type = models.CharField("险种", max_length=8, choices=InsuranceType)
    care_kind = models.CharField("医疗类别", max_length=20, choices=CareKind)
    cases = models.IntegerField("人次")
    records = models.PositiveIntegerField("明细数")
    total_fee_fen = models.BigIntegerField("医疗总费用")
    in_scope_fen = models.BigIntegerField("政策范围内费用")
    pooling_pay_fen = models.BigIntegerField("统筹基金")
    critical_illness_pay_fen = models.BigIntegerField("大病保险")
    large_expense_pay_fen = models.BigIntegerField("大额医疗费用补助")
    civil_servant_pay_fen = models.BigIntegerField("公务员医疗补助")
    enterprise_pay_fen = models.BigIntegerField("企业补充")
    medical_assistance_pay_fen = models.BigIntegerField("医疗救助")
    other_pay_fen = models.BigIntegerField("其他")
    fund_total_fen = models.BigIntegerField("基金支付合计")
    personal_account_pay_fen = models.BigIntegerField("个人账户")
    deduction_fen = models.BigIntegerField("扣款", default=0)
    carried_in_fen = models.BigIntegerField("上期挂账转入", default=0)
    carried_out_fen = models.BigIntegerField("本期挂账转出", default=0)
    due_fen = models.BigIntegerField("应收（应付）金额")

    class Meta:
        verbose_name = verbose_name_plural = "清算行"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "insured_region", "care_region", "insurance_type", "care_kind"],
                name="clearing_line_once",
            ),
            models.CheckConstraint(
                condition=~Q(insured_region=F("care_region")), name="clearing_line_of_two_parties"
            ),
            models.CheckConstraint(
                condition=Q(
                    due_fen=F("fund_total_fen")
                    + F("personal_account_pay_fen")
                    - F("deduction_fen")
                    + F("carried_in_fen")
                    - F("carried_out_fen")
                ),
                name="clearing_line_due_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(
                    fund_total_fen=F("pooling_pay_fen")
                    + F("critical_illness_pay_fen")
                    + F("large_expense_pay_fen")
                    + F("civil_servant_pay_fen")
                    + F("enterprise_pay_fen")
                    + F("medical_assistance_pay_fen")
                    + F("other_pay_fen")
                ),
                name="clearing_line_funds_add_up",
            ),
            models.CheckConstraint(
                condition=Q(insurance_type__in=InsuranceType.values), name="clearing_line_insurance_is_known"
            ),
            models.CheckConstraint(
                condition=Q(care_kind__in=CareKind.values), name="clearing_line_care_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.insured_region}→{self.care_region}"


class RegionConfirmation(models.Model):
    """统筹区确认: a region's yes to its sheets, bound to the digest that was shown; void once recomputed.

    `content` are the rows that were confirmed (settlement/clearing/confirming.py), so that a region whose
    figures changed sees what did; `looked` the sheets that whoever confirmed had looked at. One that the
    region took back itself is void with who and why.
    """

    period = models.ForeignKey(
        ClearingPeriod, models.PROTECT, verbose_name="清算期", related_name="confirmations"
    )
    region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="统筹区", related_name="+")
    digest = models.CharField("所见摘要", max_length=64)
    content = models.JSONField("所见内容", default=dict)
    looked = models.JSONField("看过的表", default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="确认人", related_name="+")
    at = models.DateTimeField("确认时间")
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="撤回人",
        related_name="+",
    )
    void_reason = models.CharField("撤回原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "统筹区确认"
        ordering = ["period", "region"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "region"],
                condition=Q(voided_at__isnull=True),
                name="region_confirmation_once",
            ),
            models.CheckConstraint(
                condition=Q(voided_by__isnull=True, void_reason="")
                | (Q(voided_by__isnull=False, voided_at__isnull=False) & ~Q(void_reason="")),
                name="region_confirmation_taken_back_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.region}"


class SignedSheet(models.Model):
    """签发的表: the digest of every sheet at each signature (`version`: which one); append-only."""

    period = models.ForeignKey(
        ClearingPeriod, models.PROTECT, verbose_name="清算期", related_name="signed_sheets"
    )
    form_no = models.CharField("表号", max_length=4)
    region = models.ForeignKey(
        PoolingRegion, models.PROTECT, null=True, blank=True, verbose_name="统筹区", related_name="+"
    )
    digest = models.CharField("内容摘要", max_length=64)
    version = models.PositiveSmallIntegerField("第几次签发", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "签发的表"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "version", "form_no", "region"], name="signed_sheet_once"
            ),
            models.UniqueConstraint(
                fields=["period", "version", "form_no"],
                condition=Q(region__isnull=True),
                name="signed_sheet_of_province_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} 表{self.form_no}"


class SheetComparisonQuerySet(models.QuerySet):
    def visible_to(self, by: User) -> SheetComparisonQuerySet:
        """Comparisons of the actor's own region; the province sees all."""
        return self if access.sees_all(by) else self.filter(region=by.region_id)


class SheetComparison(models.Model):
    """清算表比对: a sheet that the other side sent, set beside ours line by line."""

    comparison_no = models.CharField("比对编号", max_length=20, unique=True)
    form_no = models.CharField("表号", max_length=4)
    period = models.CharField("期别", max_length=6)
    region = models.ForeignKey(
        PoolingRegion, models.PROTECT, null=True, blank=True, verbose_name="统筹区", related_name="+"
    )
    file = models.ForeignKey(KeptFile, models.PROTECT, verbose_name="原件", related_name="+")
    file_name = models.CharField("文件名", max_length=200)
    our_digest = models.CharField("我方摘要", max_length=64)
    lines = models.PositiveIntegerField("行数")
    differences = models.PositiveIntegerField("差异数")
    not_compared = models.JSONField("未比对的列", default=list)
    lacks_figures = models.BooleanField("缺金额或人次列", default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="比对人", related_name="+")
    at = models.DateTimeField("比对时间")

    objects = SheetComparisonQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "清算表比对"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.comparison_no

    @property
    def is_same(self) -> bool:
        """Whether every column was compared and none differs."""
        return not self.differences and not self.not_compared

    @property
    def summary(self) -> str:
        """What was found, in a sentence."""
        found = f"{self.differences} 处不同" if self.differences else "没有不同"
        if not self.not_compared:
            return found
        return (
            f"{'' if self.differences else '比对过的列'}{found}；未比对的列：{'、'.join(self.not_compared)}"
        )


class DifferenceKind(models.TextChoices):
    ONLY_OURS = "only_ours", "我有他无"
    ONLY_THEIRS = "only_theirs", "他有我无"
    DUPLICATE = "duplicate", "重复"
    DIFFERS = "differs", "内容不符"
    UNREADABLE = "unreadable", "读不出"


class SheetDifference(models.Model):
    """比对差异: one line, or one cell of one line, that differs between their sheet and ours."""

    comparison = models.ForeignKey(SheetComparison, models.CASCADE, verbose_name="比对", related_name="rows")
    kind = models.CharField("类别", max_length=12, choices=DifferenceKind)
    line_key = models.CharField("行", max_length=200)
    column = models.CharField("列", max_length=40, blank=True)
    ours = models.CharField("我方", max_length=200, blank=True)
    theirs = models.CharField("对方", max_length=200, blank=True)
    place = models.CharField("位置", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "比对差异"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=DifferenceKind.values), name="sheet_difference_kind_is_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.line_key} {self.column}"
