"""年终清算: a year, its lines as they were computed, and the regions' applications (form 15)."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from agency.journal.workflow import Machine
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.policy.care import CareKind
from agency.policy.insurance import InsuranceType
from settlement.clearing.rules import FUNDS
from settlement.year_end.states import (
    APPLICATION_MACHINE,
    EDITABLE,
    TONES,
    YEAR_MACHINE,
    YEAR_TONES,
    ApplicationState,
    YearState,
)


def _person(label: str, *, empty: bool = True) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=label,
        related_name="+",
        null=empty,
        blank=empty,
    )


class YearEnd(models.Model):
    """年度: computed as often as needed, then closed by a second person; closed it never changes (guards).

    `late_through` is the last month of the next year whose cases of this year are counted here ("" : none);
    `through` the last month that the figures rest on. `names` keeps parties, agency and people as printed.
    """

    machine: ClassVar[Machine] = YEAR_MACHINE
    journal_field: ClassVar[str] = "year"

    year = models.CharField("年度", max_length=4, unique=True)
    state = models.CharField("状态", max_length=10, choices=YearState, default=YearState.OPEN)
    late_through = models.CharField("迟到费用计至", max_length=6, blank=True)
    through = models.CharField("所依据的最后期别", max_length=6, blank=True)
    monthly_fen = models.BigIntegerField("月度合计", default=0)
    assessed_fen = models.BigIntegerField("年终核定", default=0)
    digest = models.CharField("内容摘要", max_length=64, blank=True)
    names = models.JSONField("当时名称", default=dict)
    computed_at = models.DateTimeField("计算时间", null=True, blank=True)
    computed_by = _person("计算人")
    closed_at = models.DateTimeField("关账时间", null=True, blank=True)
    closed_by = _person("关账人")

    class Meta:
        verbose_name = verbose_name_plural = "年终清算"
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=YearState.values), name="year_end_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=YearState.OPEN)
                | (Q(computed_at__isnull=False, computed_by__isnull=False) & ~Q(digest="") & ~Q(through="")),
                name="year_end_computed_in_full",
            ),
            models.CheckConstraint(
                condition=(~Q(state=YearState.CLOSED) & Q(closed_at__isnull=True, closed_by__isnull=True))
                | Q(state=YearState.CLOSED, closed_at__isnull=False, closed_by__isnull=False),
                name="year_end_closed_in_full",
            ),
        ]

    def __str__(self) -> str:
        return self.year

    @property
    def journal_no(self) -> str:
        return self.year

    @property
    def label(self) -> str:
        return f"{self.year}年"

    @property
    def is_closed(self) -> bool:
        return self.state == YearState.CLOSED

    @property
    def tone(self) -> str:
        return YEAR_TONES[YearState(self.state)]


class YearEndLine(models.Model):
    """年终清算行: insured × care region × insurance type × kind of care; `due_fen` is what is assessed."""

    year_end = models.ForeignKey(YearEnd, models.PROTECT, verbose_name="年度", related_name="lines")
    insured_region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="参保地", related_name="+")
    care_region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="就医地", related_name="+")
    insurance_type = models.CharField("险种", max_length=8, choices=InsuranceType)
    care_kind = models.CharField("医疗类别", max_length=20, choices=CareKind)
    cases = models.IntegerField("人次")
    records = models.IntegerField("明细数")
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
    deduction_fen = models.BigIntegerField("扣款")
    carried_in_fen = models.BigIntegerField("挂账转入")
    carried_out_fen = models.BigIntegerField("挂账转出")
    due_fen = models.BigIntegerField("年终核定")
    monthly_fen = models.BigIntegerField("月度合计")
    received_fen = models.BigIntegerField("已收")
    paid_fen = models.BigIntegerField("已付")

    class Meta:
        verbose_name = verbose_name_plural = "年终清算行"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["year_end", "insured_region", "care_region", "insurance_type", "care_kind"],
                name="year_end_line_once",
            ),
            models.CheckConstraint(
                condition=~Q(insured_region=F("care_region")), name="year_end_line_of_two_parties"
            ),
            models.CheckConstraint(
                condition=Q(
                    due_fen=F("fund_total_fen")
                    + F("personal_account_pay_fen")
                    - F("deduction_fen")
                    + F("carried_in_fen")
                    - F("carried_out_fen")
                ),
                name="year_end_line_due_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(fund_total_fen=sum((F(name) for name in FUNDS[1:]), F(FUNDS[0]))),
                name="year_end_line_funds_add_up",
            ),
            models.CheckConstraint(
                condition=Q(insurance_type__in=InsuranceType.values, care_kind__in=CareKind.values),
                name="year_end_line_kinds_are_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year_end} {self.insured_region}→{self.care_region}"


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, by: User) -> ApplicationQuerySet:
        """The own region's; the province sees all that were handed in, and its drafts."""
        return self if access.sees_all(by) else self.filter(region=by.region_id)


class YearEndApplication(models.Model):
    """年终清算申请 (form 15): a region applies with its figures; the province reviews, another approves.

    Figures in fen are those of the year when it was handed in, `basis_digest` the year's.
    """

    machine: ClassVar[Machine] = APPLICATION_MACHINE
    journal_field: ClassVar[str] = "application_no"

    application_no = models.CharField("申请编号", max_length=16, unique=True)
    year_end = models.ForeignKey(YearEnd, models.PROTECT, verbose_name="年度", related_name="applications")
    region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="统筹区", related_name="+")
    region_name = models.CharField("统筹区名称", max_length=30)
    unit_name = models.CharField("申请单位", max_length=100)
    receivable_fen = models.BigIntegerField("全年应收")
    payable_fen = models.BigIntegerField("全年应付")
    received_fen = models.BigIntegerField("已收")
    paid_fen = models.BigIntegerField("已付")
    deducted_in_fen = models.BigIntegerField("应收侧扣款")
    deducted_out_fen = models.BigIntegerField("应付侧扣款")
    basis_digest = models.CharField("所依据的年度摘要", max_length=64)
    reason = models.CharField("申请事由", max_length=500)
    contact = models.CharField("联系人", max_length=50)
    phone = models.CharField("电话", max_length=30)
    state = models.CharField("状态", max_length=10, choices=ApplicationState, default=ApplicationState.DRAFT)
    drafted_by = _person("填写人", empty=False)
    drafted_at = models.DateTimeField("填写时间")
    applied_by = _person("申请人")
    applied_at = models.DateTimeField("申请时间", null=True, blank=True)
    reviewed_by = _person("审核人")
    reviewed_at = models.DateTimeField("审核时间", null=True, blank=True)
    review_note = models.CharField("审核意见", max_length=200, blank=True)
    approved_by = _person("批准人")
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    approval_note = models.CharField("批准意见", max_length=200, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年终清算申请"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["year_end", "region"],
                name="year_end_application_once",
                violation_error_message="本区这一年已有申请。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ApplicationState.values), name="year_end_application_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*EDITABLE, ApplicationState.APPLIED])
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="year_end_application_reviewed_in_full",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApplicationState.APPROVED)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="year_end_application_approved_in_full",
            ),
        ]

    def __str__(self) -> str:
        return self.application_no

    @property
    def journal_no(self) -> str:
        return self.application_no

    @property
    def open_fen(self) -> int:
        """未结: what is still to receive less what is still to pay."""
        return self.receivable_fen - self.received_fen - (self.payable_fen - self.paid_fen)

    @property
    def is_editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def tone(self) -> str:
        return TONES[ApplicationState(self.state)]
