"""收付款通知书、银行流水、核销: what is to be paid, what the bank says, and which pays for which."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from agency.batches.models import Batch
from agency.journal.workflow import Machine
from agency.organisation import access
from agency.organisation.models import Dated, PoolingRegion, User, dates_in_order
from agency.periods import period_label
from settlement.notices.states import NOTICE_MACHINE, NoticeState


class Category(models.TextChoices):
    REVOLVING_FUND = "revolving_fund", "周转金"
    MONTHLY = "monthly", "月度清算"
    YEAR_END = "year_end", "年终清算"


class Direction(models.TextChoices):
    RECEIPT = "receipt", "收款"
    PAYMENT = "payment", "付款"


class BankDirection(models.TextChoices):
    IN = "in", "收"
    OUT = "out", "付"


class Basis(models.TextChoices):
    NUMBER = "number", "摘要写明文号"
    AMOUNT = "amount", "账号和金额相符"
    HAND = "hand", "人工核销"


class BankAccount(Dated):
    """收付款账户: the account of a region, or of the province (no region), from a day on.

    The newest one in force stands on notices; every one in force tells whose a bank line is.
    """

    region = models.ForeignKey(
        PoolingRegion,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="统筹区",
        related_name="+",
        help_text="空着表示省级",
    )
    holder = models.CharField("户名", max_length=100)
    bank = models.CharField("开户行", max_length=100)
    account_no = models.CharField(
        "账号",
        max_length=40,
        validators=[RegexValidator(r"^[0-9A-Za-z-]{5,40}$", "账号应为 5 到 40 位数字（或字母、短横）。")],
    )

    class Meta:
        verbose_name = verbose_name_plural = "收付款账户"
        ordering = ["region__position", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["region", "valid_from"], name="bank_account_one_per_start"),
            models.UniqueConstraint(
                fields=["valid_from"],
                condition=Q(region__isnull=True),
                name="bank_account_of_province_one_per_start",
            ),
            models.UniqueConstraint(fields=["account_no", "valid_from"], name="bank_account_no_of_one"),
            dates_in_order("bank_account"),
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.account_no}"


# 所依据: the sheets that a notice of a category rests on
SHEETS = {
    Category.REVOLVING_FUND: "表 6-1、表 6-2",
    Category.MONTHLY: "表 9、表 10、表 11",
    Category.YEAR_END: "表 16、表 17、表 18",
}

# what of a category rests on no yearly sheet, but on a paper of its own with a number
SUBJECTS = {Category.REVOLVING_FUND: "加急调增"}


def period_text(period: str) -> str:
    """期别 of a notice: 2026年10月, or 2026年 where it is of a year."""
    return f"{period}年" if len(period) == 4 else period_label(period)


class NoticeQuerySet(models.QuerySet):
    def visible_to(self, by: User) -> NoticeQuerySet:
        """Notices to the actor's own region; the province sees all."""
        return self if access.sees_all(by) else self.filter(region=by.region_id)


class Notice(models.Model):
    """通知书: form 7 (the region receives) or form 8 (the region pays), as it was issued; never changed.

    Amounts in fen: `receivable_fen` and `payable_fen` are those of sheet 9, `total_fen` their difference, as
    a positive amount in the notice's direction; one of the insurance types may go the other way (below 0).
    Names and the account (empty where none was) are those of the day. `version`: which signing it rests on;
    `subject_no`: the number of what it rests on, where one region may have several in one period.
    """

    machine: ClassVar[Machine] = NOTICE_MACHINE
    journal_field: ClassVar[str] = "notice_no"

    notice_no = models.CharField("文号", max_length=40, unique=True)
    year = models.PositiveSmallIntegerField("年度")
    serial = models.PositiveIntegerField("序号")
    category = models.CharField("类别", max_length=16, choices=Category)
    period = models.CharField("期别", max_length=6)
    version = models.PositiveSmallIntegerField("签发版次", default=1)
    subject_no = models.CharField("所依据的编号", max_length=20, blank=True, default="")
    region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="统筹区", related_name="+")
    region_name = models.CharField("统筹区名称", max_length=30)
    unit_name = models.CharField("收（付）款单位", max_length=100)
    direction = models.CharField("方向", max_length=8, choices=Direction)
    receivable_fen = models.BigIntegerField("应收")
    payable_fen = models.BigIntegerField("应付")
    employee_fen = models.BigIntegerField("职工")
    resident_fen = models.BigIntegerField("居民")
    total_fen = models.BigIntegerField("合计")
    basis_digest = models.CharField("所依据的签发摘要", max_length=64)
    holder = models.CharField("户名", max_length=100)
    bank = models.CharField("开户行", max_length=100)
    account_no = models.CharField("账号", max_length=40)
    submit_by = models.DateField("报送财政截止日期")
    pay_by = models.DateField("收付款截止日期")
    issuer = models.CharField("签发单位", max_length=100)
    issued_at = models.DateTimeField("签发时间")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="签发人", related_name="+"
    )
    content_digest = models.CharField("内容摘要", max_length=32)
    state = models.CharField("状态", max_length=8, choices=NoticeState, default=NoticeState.ISSUED)
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)

    # annotated by `selectors.with_payments`
    paid_fen: int
    told_fen: int
    paid_on: dt.date | None

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "收付款通知书"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["year", "serial"], name="notice_number_once"),
            models.UniqueConstraint(
                fields=["category", "period", "region", "subject_no"],
                condition=Q(state=NoticeState.ISSUED),
                name="notice_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(category__in=Category.values, direction__in=Direction.values),
                name="notice_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(total_fen__gt=0, total_fen=F("employee_fen") + F("resident_fen")),
                name="notice_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(direction=Direction.RECEIPT, total_fen=F("receivable_fen") - F("payable_fen"))
                | Q(direction=Direction.PAYMENT, total_fen=F("payable_fen") - F("receivable_fen")),
                name="notice_total_is_the_net",
            ),
            models.CheckConstraint(condition=Q(pay_by__gte=F("submit_by")), name="notice_days_in_order"),
            models.CheckConstraint(
                condition=Q(state=NoticeState.ISSUED, voided_at__isnull=True)
                | Q(state=NoticeState.VOIDED, voided_at__isnull=False),
                name="notice_voided_with_its_moment",
            ),
        ]
        # serves the list of one month, and that of one region
        indexes = [
            models.Index(fields=["period", "-id"], name="notice_of_period"),
            models.Index(fields=["region", "-id"], name="notice_of_region"),
        ]

    def __str__(self) -> str:
        return self.notice_no

    @property
    def journal_no(self) -> str:
        return self.notice_no

    @property
    def is_voided(self) -> bool:
        return self.state == NoticeState.VOIDED

    @property
    def period_text(self) -> str:
        return period_text(self.period)

    @property
    def is_monthly(self) -> bool:
        return self.category == Category.MONTHLY

    @property
    def sheets_text(self) -> str:
        """所依据: the sheets that it rests on, or what was approved beside them, by its number."""
        category = Category(self.category)
        if self.subject_no and category in SUBJECTS:
            return f"{SUBJECTS[category]} {self.subject_no}"
        sheets = SHEETS[category]
        return f"{sheets}，{self.subject_no}" if self.subject_no else sheets

    @property
    def form_no(self) -> str:
        return "7" if self.direction == Direction.RECEIPT else "8"

    @property
    def key(self) -> str:
        """The number as it stands in addresses: 2026-12."""
        return f"{self.year}-{self.serial}"


class BankLineQuerySet(models.QuerySet):
    def visible_to(self, by: User) -> BankLineQuerySet:
        """Lines of the account of the actor's own region; the province sees all accounts."""
        return self if access.sees_all(by) else self.filter(region=by.region_id)


class BankLine(models.Model):
    """银行流水: one line of a bank statement, of the province's account (no region) or of a region's.

    The same day and 流水号 of one account is the same line. `amount_fen` is positive; `direction` says
    whether the account received or paid it.
    """

    line_no = models.CharField("内部编号", max_length=14, unique=True)
    region = models.ForeignKey(
        PoolingRegion,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="账户所属",
        related_name="+",
        help_text="空着表示省级账户",
    )
    booked_on = models.DateField("日期")
    reference = models.CharField("流水号", max_length=40)
    direction = models.CharField("方向", max_length=4, choices=BankDirection)
    amount_fen = models.BigIntegerField("金额")
    other_name = models.CharField("对方户名", max_length=100, blank=True)
    other_account = models.CharField("对方账号", max_length=40, blank=True)
    note = models.CharField("摘要", max_length=200, blank=True)
    batch = models.ForeignKey(
        Batch, models.PROTECT, null=True, blank=True, verbose_name="导入批次", related_name="+"
    )
    row_no = models.PositiveIntegerField("行号", default=0)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+"
    )
    entered_at = models.DateTimeField("登记时间")
    content_digest = models.CharField("内容摘要", max_length=32)

    # annotated by `selectors.with_rest`
    used_fen: int
    rest_fen: int

    objects = BankLineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "银行流水"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "booked_on", "reference"], name="bank_line_of_region_once"
            ),
            models.UniqueConstraint(
                fields=["booked_on", "reference"],
                condition=Q(region__isnull=True),
                name="bank_line_of_province_once",
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="bank_line_amount_is_positive"),
            models.CheckConstraint(
                condition=Q(direction__in=BankDirection.values) & ~Q(reference=""),
                name="bank_line_is_a_line",
            ),
        ]

    def __str__(self) -> str:
        return self.line_no

    @property
    def account_label(self) -> str:
        return str(self.region) if self.region is not None else "省级账户"


class Payment(models.Model):
    """核销: a part of a bank line that pays for a notice. Append-only; a withdrawal is a negative row.

    Payments from lines of the province's account make a notice paid; those from a region's own account stand
    beside them, for comparison [P].
    """

    payment_no = models.CharField("核销编号", max_length=14, unique=True)
    line = models.ForeignKey(BankLine, models.PROTECT, verbose_name="银行流水", related_name="payments")
    notice = models.ForeignKey(Notice, models.PROTECT, verbose_name="通知书", related_name="payments")
    amount_fen = models.BigIntegerField("金额")
    basis = models.CharField("依据", max_length=8, choices=Basis)
    reason = models.CharField("原因", max_length=200, blank=True)
    withdraws = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, verbose_name="撤回的核销", related_name="withdrawn_by"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="经办人", related_name="+")
    at = models.DateTimeField("时间")
    content_digest = models.CharField("内容摘要", max_length=32)

    class Meta:
        verbose_name = verbose_name_plural = "核销"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdraws__isnull=True, amount_fen__gt=0)
                | (Q(withdraws__isnull=False, amount_fen__lt=0) & ~Q(reason="")),
                name="payment_sign_fits",
            ),
            models.CheckConstraint(condition=Q(basis__in=Basis.values), name="payment_basis_is_known"),
        ]

    def __str__(self) -> str:
        return self.payment_no
