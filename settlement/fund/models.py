"""周转金账: accounts, movements between them (each one row with a debit and a credit), adjustments by hand,
and balances read off the bank's paper."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from agency.journal.workflow import Machine
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.policy.insurance import InsuranceType
from settlement.fund.states import ADJUSTMENT_MACHINE, TONES, AdjustmentState
from settlement.notices.models import BankLine

PLATFORM_LABEL, BANK_LABEL = "省平台", "省级账户"


class AccountKind(models.TextChoices):
    REGION_FUND = "region_fund", "统筹区资金"
    PLATFORM = "platform", "清算平台"
    BANK = "bank", "省级银行账户"


class CauseKind(models.TextChoices):
    CLEARING = "clearing", "月度清算签发"
    REOPENING = "reopening", "月度清算重开"
    PAYMENT = "payment", "核销"
    WITHDRAWAL = "withdrawal", "撤回核销"
    ADJUSTMENT = "adjustment", "调账"


class FundAccount(models.Model):
    """账户: of a region and insurance type, of the platform per insurance type, or the province's bank
    account. Made on demand, never deleted; its balance is never stored."""

    code = models.CharField("账户编号", max_length=30, unique=True)
    kind = models.CharField("种类", max_length=12, choices=AccountKind)
    region = models.ForeignKey(
        PoolingRegion, models.PROTECT, null=True, blank=True, verbose_name="统筹区", related_name="+"
    )
    insurance_type = models.CharField("险种", max_length=8, choices=InsuranceType, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "周转金账户"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="region_fund", region__isnull=False, insurance_type__in=InsuranceType.values)
                | Q(kind="platform", region__isnull=True, insurance_type__in=InsuranceType.values)
                | Q(kind="bank", region__isnull=True, insurance_type=""),
                name="fund_account_fits_its_kind",
            ),
            models.UniqueConstraint(
                fields=["region", "insurance_type"],
                condition=Q(kind="region_fund"),
                name="fund_account_of_region_once",
            ),
            models.UniqueConstraint(
                fields=["kind", "insurance_type"],
                condition=~Q(kind="region_fund"),
                name="fund_account_of_province_once",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_bank(self) -> bool:
        return self.kind == AccountKind.BANK

    @property
    def holder(self) -> str:
        """Whose account it is, as people say it."""
        return str(self.region) if self.region is not None else BANK_LABEL if self.is_bank else PLATFORM_LABEL

    @property
    def label(self) -> str:
        """长春 职工, 省平台 居民, 省级账户."""
        return " ".join(part for part in (self.holder, str(self.get_insurance_type_display())) if part)


class FundMovement(models.Model):
    """一笔: `amount_fen` (> 0) from the debit to the credit account. Append-only.

    A region's balance is money that the province holds of it: credit raises it, debit lowers it; the bank's
    goes the other way. `posted_on` is the day of the cause, `at` the moment of writing, `by` who brought the
    cause about. `corrects` names the old movement which this one turns round.
    """

    movement_no = models.CharField("编号", max_length=14, unique=True)
    debit = models.ForeignKey(FundAccount, models.PROTECT, verbose_name="借方", related_name="debits")
    credit = models.ForeignKey(FundAccount, models.PROTECT, verbose_name="贷方", related_name="credits")
    amount_fen = models.BigIntegerField("金额")
    cause_kind = models.CharField("缘由", max_length=12, choices=CauseKind)
    cause_no = models.CharField("缘由编号", max_length=20)
    part = models.CharField("部分", max_length=40)
    posted_on = models.DateField("记账日期")
    at = models.DateTimeField("记账时间")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="经办人", related_name="+")
    note = models.CharField("说明", max_length=200, blank=True)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, verbose_name="冲正的", related_name="corrected_by"
    )

    class Meta:
        verbose_name = verbose_name_plural = "周转金明细"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["cause_kind", "cause_no", "part"], name="fund_movement_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="fund_movement_is_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="fund_movement_between_two"),
            models.CheckConstraint(
                condition=Q(cause_kind__in=CauseKind.values), name="fund_movement_cause_is_known"
            ),
        ]
        indexes = [
            # serve the balance and the statement of one account
            models.Index(fields=["debit", "posted_on"], name="fund_movement_of_debit"),
            models.Index(fields=["credit", "posted_on"], name="fund_movement_of_credit"),
        ]

    def __str__(self) -> str:
        return self.movement_no


class AdjustmentQuerySet(models.QuerySet):
    def visible_to(self, by: User) -> AdjustmentQuerySet:
        """Those that touch an account of the actor's own region; the province sees all."""
        if access.sees_all(by):
            return self
        return self.filter(Q(debit__region=by.region_id) | Q(credit__region=by.region_id))


class FundAdjustment(models.Model):
    """调账: a movement that nothing else causes (an opening balance, interest, a fee), with its reason, by
    two people. `line` is the line of the province's account that it accounts for, where the bank has one;
    `reverses` names an approved adjustment that this one takes back as a whole."""

    machine: ClassVar[Machine] = ADJUSTMENT_MACHINE
    journal_field: ClassVar[str] = "adjustment_no"

    adjustment_no = models.CharField("调账编号", max_length=14, unique=True)
    debit = models.ForeignKey(FundAccount, models.PROTECT, verbose_name="借方", related_name="+")
    credit = models.ForeignKey(FundAccount, models.PROTECT, verbose_name="贷方", related_name="+")
    amount_fen = models.BigIntegerField("金额")
    reason = models.CharField("原因", max_length=200)
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name="冲正的调账", related_name="reversals"
    )
    line = models.ForeignKey(
        BankLine, models.PROTECT, null=True, blank=True, verbose_name="银行流水", related_name="+"
    )
    state = models.CharField("状态", max_length=10, choices=AdjustmentState, default=AdjustmentState.PROPOSED)
    proposed_by = models.ForeignKey(User, models.PROTECT, verbose_name="提出人", related_name="+")
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="审批人", related_name="+"
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)

    objects = AdjustmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "周转金调账"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=AdjustmentState.values), name="fund_adjustment_state_is_known"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="fund_adjustment_is_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="fund_adjustment_between_two"),
            models.CheckConstraint(condition=~Q(reason=""), name="fund_adjustment_has_reason"),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by__isnull=True, decided_at__isnull=True)
                | (
                    ~Q(state="proposed")
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decided_by=F("proposed_by"))
                ),
                name="fund_adjustment_by_second_person",
                violation_error_message="提出人不能自己批准，请由另一位同事办理。",
            ),
            models.UniqueConstraint(
                fields=["reverses"],
                condition=~Q(state="refused"),
                name="fund_adjustment_reversed_once",
                violation_error_message="这笔调账已经冲正，或有一份冲正在等批准。",
            ),
        ]

    def __str__(self) -> str:
        return self.adjustment_no

    @property
    def journal_no(self) -> str:
        return self.adjustment_no

    @property
    def tone(self) -> str:
        return TONES[AdjustmentState(self.state)]


class BankBalance(models.Model):
    """对账单余额: what the bank's paper says of the province's account at the end of a day, typed in. Never
    changed: of several of one day the newest counts."""

    day = models.DateField("日期")
    amount_fen = models.BigIntegerField("余额")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+")
    at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "对账单余额"
        ordering = ["id"]
        indexes = [models.Index(fields=["day"], name="fund_bank_balance_of_day")]

    def __str__(self) -> str:
        return str(self.day)
