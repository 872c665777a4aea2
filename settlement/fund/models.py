"""周转金账: accounts, and movements between them, each one row with a debit and a credit."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from agency.organisation.models import PoolingRegion
from agency.policy.insurance import InsuranceType


class AccountKind(models.TextChoices):
    REGION_FUND = "region_fund", "统筹区资金"
    PLATFORM = "platform", "清算平台"
    BANK = "bank", "省级银行账户"


class CauseKind(models.TextChoices):
    CLEARING = "clearing", "月度清算签发"
    REOPENING = "reopening", "月度清算重开"
    PAYMENT = "payment", "核销"
    WITHDRAWAL = "withdrawal", "撤回核销"


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
        ]

    def __str__(self) -> str:
        return self.code


class FundMovement(models.Model):
    """一笔: `amount_fen` (> 0) from the debit to the credit account. Append-only.

    A region's balance is money that the province holds of it: credit raises it, debit lowers it. `corrects`
    names the old movement which this one turns round.
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
