"""医药机构对账: drawings, statements with their lines, and the accounts that institutions are paid into."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from agency.journal.workflow import Machine
from agency.organisation import access
from agency.organisation.models import Dated, Institution, PoolingRegion, User, dates_in_order
from agency.policy.care import CareKind
from agency.policy.insurance import InsuranceType
from settlement.clearing.models import ClearingPeriod
from settlement.statements.states import LIVE, STATEMENT_MACHINE, StatementState

S = StatementState


class StatementDrawing(models.Model):
    """生成: the statements of one region and month were drawn up: when, by whom, on which computing.

    `draw_no` is the newest drawing, of one series for all; `computed_seq` the place in the log of the
    computing it rests on. `version` grows by one each time a signed month is reopened. Final: it was signed.
    """

    period = models.ForeignKey(ClearingPeriod, models.PROTECT, verbose_name="清算期", related_name="drawings")
    care_region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="就医地", related_name="+")
    version = models.PositiveSmallIntegerField("版本", default=1)
    draw_no = models.BigIntegerField("生成序号", default=0)
    computed_seq = models.BigIntegerField("所据计算", default=0)
    is_final = models.BooleanField("定稿", default=False)
    drawn_at = models.DateTimeField("生成时间", null=True, blank=True)
    drawn_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="生成人", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "对账单生成"
        ordering = ["-period", "care_region"]
        constraints = [
            models.UniqueConstraint(fields=["period", "care_region"], name="statement_drawing_once")
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.care_region}"


def _funds_add_up(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(
            fund_total_fen=F("pooling_pay_fen")
            + F("critical_illness_pay_fen")
            + F("large_expense_pay_fen")
            + F("civil_servant_pay_fen")
            + F("enterprise_pay_fen")
            + F("medical_assistance_pay_fen")
            + F("other_pay_fen")
        ),
        name=f"{name}_funds_add_up",
        violation_error_message="基金支付合计应等于七项基金之和。",
    )


def _payable_adds_up(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(payable_fen=F("fund_total_fen") + F("personal_account_pay_fen") - F("deduction_fen")),
        name=f"{name}_payable_adds_up",
        violation_error_message="应付应等于基金支付合计加个人账户减扣款。",
    )


class Figures(models.Model):
    """Counts, and amounts in fen. `cases` is net: +1 per settlement, −1 per reversal."""

    cases = models.IntegerField("人次")
    records = models.PositiveIntegerField("明细数")
    total_fee_fen = models.BigIntegerField("医疗总费用")
    pooling_pay_fen = models.BigIntegerField("统筹基金")
    critical_illness_pay_fen = models.BigIntegerField("大病保险")
    large_expense_pay_fen = models.BigIntegerField("大额医疗费用补助")
    civil_servant_pay_fen = models.BigIntegerField("公务员医疗补助")
    enterprise_pay_fen = models.BigIntegerField("企业补充")
    medical_assistance_pay_fen = models.BigIntegerField("医疗救助")
    other_pay_fen = models.BigIntegerField("其他")
    fund_total_fen = models.BigIntegerField("基金支付合计")
    personal_account_pay_fen = models.BigIntegerField("个人账户")
    deductions = models.PositiveIntegerField("扣款笔数")
    deduction_fen = models.BigIntegerField("扣款")
    payable_fen = models.BigIntegerField("应付金额")

    class Meta:
        abstract = True


class StatementQuerySet(models.QuerySet):
    def visible_to(self, by: User) -> StatementQuerySet:
        """Statements of the actor's own region as the one that treated; the province sees all."""
        return self if access.sees_all(by) else self.filter(care_region=by.region_id)

    def live(self) -> StatementQuerySet:
        """Those that count: not voided."""
        return self.filter(state__in=LIVE)


class InstitutionStatement(Figures):
    """对账单: what a care region owes one of its institutions for the cases of a month.

    Payable below nil is what the region recovers from the institution. `changed_in` is the drawing that last
    changed a figure, `seen_in` the one that last found anything behind it. Names are those of the drawing.
    """

    machine: ClassVar[Machine] = STATEMENT_MACHINE
    journal_field: ClassVar[str] = "statement_no"

    statement_no = models.CharField("对账单编号", max_length=40, unique=True)
    period = models.ForeignKey(
        ClearingPeriod, models.PROTECT, verbose_name="清算期", related_name="statements", db_index=False
    )
    care_region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="就医地", related_name="+")
    institution = models.ForeignKey(
        Institution, models.PROTECT, verbose_name="定点医药机构", related_name="statements"
    )
    version = models.PositiveSmallIntegerField("版本")
    institution_code = models.CharField("医药机构编号", max_length=12)
    institution_name = models.CharField("医药机构名称", max_length=100, blank=True)
    state = models.CharField("状态", max_length=10, choices=StatementState, default=StatementState.DRAWN)
    is_final = models.BooleanField("定稿")
    changed_in = models.BigIntegerField("数额变动于", editable=False)
    seen_in = models.BigIntegerField("最近生成", editable=False)
    agency_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="经办确认人", related_name="+"
    )
    agency_at = models.DateTimeField("经办确认时间", null=True, blank=True)
    institution_contact = models.CharField("机构联系人", max_length=50, blank=True)
    institution_on = models.DateField("机构答复日期", null=True, blank=True)
    institution_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="答复记录人", related_name="+"
    )
    institution_at = models.DateTimeField("答复记录时间", null=True, blank=True)
    dispute_reason = models.CharField("不同意的原因", max_length=200, blank=True)
    paid_on = models.DateField("结清日期", null=True, blank=True)
    voucher_no = models.CharField("凭证号", max_length=40, blank=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "医药机构对账单"
        ordering = ["statement_no"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "care_region", "institution", "version"], name="statement_once_per_version"
            ),
            models.CheckConstraint(
                condition=Q(state__in=StatementState.values), name="statement_state_is_known"
            ),
            _funds_add_up("statement"),
            _payable_adds_up("statement"),
            models.CheckConstraint(
                condition=~Q(state__in=[S.SENT, S.DISPUTED, S.AGREED, S.PAID])
                | Q(agency_by__isnull=False, agency_at__isnull=False),
                name="statement_sent_by_agency",
                violation_error_message="机构答复之前须有经办确认。",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[S.DRAWN, S.SENT], institution_by__isnull=True, institution_on__isnull=True
                )
                | (
                    Q(state__in=[S.DISPUTED, S.AGREED, S.PAID])
                    & Q(institution_by__isnull=False, institution_on__isnull=False)
                    & ~Q(institution_contact="")
                )
                | Q(state=S.VOIDED),
                name="statement_answered_by_institution",
                violation_error_message="机构的答复须有联系人、日期和记录人。",
            ),
            models.CheckConstraint(
                condition=Q(state=S.DISPUTED) & ~Q(dispute_reason="")
                | Q(state=S.VOIDED)
                | ~Q(state=S.DISPUTED) & Q(dispute_reason=""),
                name="statement_disputed_with_reason",
                violation_error_message="机构不同意须写明原因。",
            ),
            models.CheckConstraint(
                condition=Q(institution_by__isnull=True) | ~Q(institution_by=F("agency_by")),
                name="statement_answer_by_second_person",
                violation_error_message="确认人不能自己记录机构的答复，请由另一位同事记录。",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=S.PAID, is_final=True, paid_on__isnull=False)
                    & ~Q(voucher_no="")
                    & ~Q(payable_fen=0)
                )
                | (~Q(state=S.PAID) & Q(paid_on__isnull=True, voucher_no="")),
                name="statement_paid_with_voucher",
                violation_error_message="结清须有日期和凭证号，且对账单已定稿、金额不为零。",
            ),
        ]
        indexes = [
            # serve the list of a month: of all regions, and of one
            models.Index(fields=["period", "statement_no"], name="statement_of_month"),
            models.Index(fields=["care_region", "period", "statement_no"], name="statement_of_region"),
            # serves what waits for a region, on every home page
            models.Index(
                fields=["care_region", "period", "state"],
                condition=~Q(state__in=[S.PAID, S.VOIDED]),
                name="statement_waiting",
            ),
            # serves what is to be recovered, over the months
            models.Index(
                fields=["care_region", "institution"],
                condition=Q(payable_fen__lt=0, is_final=True) & ~Q(state__in=[S.PAID, S.VOIDED]),
                name="statement_to_recover",
            ),
        ]

    def __str__(self) -> str:
        return self.statement_no

    @property
    def journal_no(self) -> str:
        return self.statement_no

    @property
    def institution_label(self) -> str:
        return self.institution_name or self.institution_code

    @property
    def is_recovery(self) -> bool:
        """Whether the institution owes the region."""
        return self.payable_fen < 0


class StatementLine(Figures):
    """对账单分项: one kind of care of one insurance; of the statement of the same keys and version."""

    period = models.ForeignKey(
        ClearingPeriod, models.PROTECT, verbose_name="清算期", related_name="+", db_index=False
    )
    care_region = models.ForeignKey(
        PoolingRegion, models.PROTECT, verbose_name="就医地", related_name="+", db_index=False
    )
    institution = models.ForeignKey(
        Institution, models.PROTECT, verbose_name="定点医药机构", related_name="+", db_index=False
    )
    version = models.PositiveSmallIntegerField("版本")
    insurance_type = models.CharField("险种", max_length=8, choices=InsuranceType)
    care_kind = models.CharField("医疗类别", max_length=20, choices=CareKind)
    draw_no = models.BigIntegerField("生成序号")

    class Meta:
        verbose_name = verbose_name_plural = "对账单分项"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    *("period", "care_region", "institution", "version"),
                    *("insurance_type", "care_kind", "draw_no"),
                ],
                name="statement_line_once",
            ),
            _funds_add_up("statement_line"),
            _payable_adds_up("statement_line"),
            models.CheckConstraint(
                condition=Q(insurance_type__in=InsuranceType.values), name="statement_line_insurance_is_known"
            ),
            models.CheckConstraint(
                condition=Q(care_kind__in=CareKind.values), name="statement_line_care_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_insurance_type_display()} {self.get_care_kind_display()}"


class InstitutionAccount(Dated):
    """医药机构收款账户: where an institution is paid, from a day on."""

    institution = models.ForeignKey(
        Institution, models.PROTECT, verbose_name="定点医药机构", related_name="accounts"
    )
    account_name = models.CharField("户名", max_length=100)
    bank = models.CharField("开户行", max_length=100)
    account_no = models.CharField("账号", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "医药机构收款账户"
        ordering = ["institution", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "valid_from"], name="institution_account_one_per_start"
            ),
            dates_in_order("institution_account"),
        ]

    def __str__(self) -> str:
        return f"{self.account_name} {self.account_no}"
