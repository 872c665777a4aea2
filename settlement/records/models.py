"""结算明细: settled cases as they came from the platform, and the care types they carry."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from agency.batches.models import Batch
from agency.organisation import access
from agency.organisation.models import Dated, Institution, PoolingRegion, User, dates_in_order
from agency.policy.care import CareKind
from agency.policy.insurance import InsuranceType


class CareType(Dated):
    """医疗类别代码: a platform code and the kind of care it counts as."""

    code = models.CharField("代码", max_length=6)
    name = models.CharField("名称", max_length=40)
    care_kind = models.CharField("医疗类别", max_length=20, choices=CareKind)

    class Meta:
        verbose_name = verbose_name_plural = "医疗类别代码"
        ordering = ["code", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="care_type_one_per_start"),
            models.CheckConstraint(
                condition=Q(care_kind__in=CareKind.values), name="care_type_kind_is_known"
            ),
            dates_in_order("care_type"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class SettlementRecordQuerySet(models.QuerySet):
    def visible_to(self, by: User) -> SettlementRecordQuerySet:
        """Cases to which the actor's region is a party; the province sees all."""
        if access.sees_all(by):
            return self
        return self.filter(Q(insured_region=by.region_id) | Q(care_region=by.region_id))

    def for_period(self, period: str) -> SettlementRecordQuerySet:
        """Cases that belong to a month of clearing."""
        return self.filter(period=period)

    def standing(self) -> SettlementRecordQuerySet:
        """Cases that count as they are: no reversals, nothing that was reversed or corrected since."""
        undoing = SettlementRecord.objects.filter(
            Q(correction_no=0) | Q(correction_no=OuterRef("correction_no") + 1),
            is_reversal=True,
            reverses_no=OuterRef("settlement_no"),
        )
        return self.filter(is_reversal=False).exclude(Exists(undoing.order_by()))

    def delivered(self) -> SettlementRecordQuerySet:
        """What a file may speak of: rows as they came, and the new rows of corrections."""
        return self.filter(Q(correction_no=0) | Q(is_reversal=False))


class SettlementRecord(models.Model):
    """结算明细: one settled case (or its reversal). Amounts are fen; a reversal's are negative.

    `settlement_month` is the month of the settlement time; `period` the month in which it is cleared: the
    same, or the earliest unsigned one after it. `correction_no` is 0 for what came from the platform. A
    correction is a pair under the same settlement number: the reversal of the record numbered k has k + 1,
    the new one k + 2; neither belongs to a batch, their correction names file and line. `content_digest`
    covers every delivered column after normalising (the institution's name aside), the regions and kind of
    care read from them, and the correction number.
    """

    settlement_no = models.CharField("结算编号", max_length=40)
    correction_no = models.PositiveSmallIntegerField("更正序号", default=0)
    # foreign keys without an index of their own: each stands first in one of Meta.indexes
    batch = models.ForeignKey(
        Batch,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="导入批次",
        related_name="+",
        db_index=False,
    )
    line_no = models.PositiveIntegerField("行号", default=0)
    period = models.CharField("清算期别", max_length=6)
    settlement_month = models.CharField("结算月份", max_length=6)

    person_no = models.CharField("人员编号", max_length=30, blank=True)
    cert_type = models.CharField("证件类型", max_length=2)
    cert_no = models.CharField("证件号码", max_length=30)
    person_name = models.CharField("姓名", max_length=50)
    insurance_type = models.CharField("险种", max_length=8, choices=InsuranceType)
    insured_area_code = models.CharField("参保地区划", max_length=6)
    care_area_code = models.CharField("就医地区划", max_length=6)
    insured_region = models.ForeignKey(
        PoolingRegion, models.PROTECT, verbose_name="参保地", related_name="+", db_index=False
    )
    care_region = models.ForeignKey(
        PoolingRegion, models.PROTECT, verbose_name="就医地", related_name="+", db_index=False
    )
    institution = models.ForeignKey(
        Institution, models.PROTECT, verbose_name="定点医药机构", related_name="records", db_index=False
    )
    care_type_code = models.CharField("医疗类别代码", max_length=6)
    care_kind = models.CharField("医疗类别", max_length=20, choices=CareKind)
    admitted_on = models.DateField("入院日期", null=True, blank=True)
    discharged_on = models.DateField("出院日期", null=True, blank=True)
    settled_at = models.DateTimeField("结算时间")
    medical_record_no = models.CharField("病案号", max_length=40, blank=True)
    diagnosis = models.CharField("诊断", max_length=200, blank=True)

    total_fee_fen = models.BigIntegerField("医疗费总额")
    full_self_pay_fen = models.BigIntegerField("全自费")
    over_limit_self_pay_fen = models.BigIntegerField("超限价自费")
    prior_self_pay_fen = models.BigIntegerField("先行自付")
    in_scope_fen = models.BigIntegerField("符合政策范围")
    deductible_fen = models.BigIntegerField("实际起付线", default=0)
    pooling_pay_fen = models.BigIntegerField("统筹基金", default=0)
    critical_illness_pay_fen = models.BigIntegerField("居民大病保险", default=0)
    large_expense_pay_fen = models.BigIntegerField("职工大额补助", default=0)
    civil_servant_pay_fen = models.BigIntegerField("公务员补助", default=0)
    enterprise_pay_fen = models.BigIntegerField("企业补充", default=0)
    medical_assistance_pay_fen = models.BigIntegerField("医疗救助", default=0)
    other_pay_fen = models.BigIntegerField("其他基金", default=0)
    fund_total_fen = models.BigIntegerField("基金支付总额")
    personal_account_pay_fen = models.BigIntegerField("个人账户", default=0)
    cash_pay_fen = models.BigIntegerField("个人现金", default=0)
    hospital_pay_fen = models.BigIntegerField("医院负担", default=0)

    is_reversal = models.BooleanField("退费", default=False)
    reverses_no = models.CharField("原结算编号", max_length=40, blank=True)
    content_digest = models.CharField("内容摘要", max_length=32)

    objects = SettlementRecordQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结算明细"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["settlement_no", "correction_no"],
                name="record_number_once",
                violation_error_message="这个结算编号已经有了。",
            ),
            models.UniqueConstraint(
                fields=["reverses_no", "correction_no"],
                condition=Q(is_reversal=True),
                name="record_reversed_once",
                violation_error_message="原结算已经冲正过。",
            ),
            models.CheckConstraint(
                condition=Q(
                    total_fee_fen=F("full_self_pay_fen")
                    + F("over_limit_self_pay_fen")
                    + F("prior_self_pay_fen")
                    + F("in_scope_fen")
                ),
                name="record_parts_equal_total",
                violation_error_message="医疗费总额应等于全自费、超限价自费、先行自付、符合政策范围之和。",
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
                name="record_funds_equal_fund_total",
                violation_error_message="基金支付总额应等于七项基金之和。",
            ),
            models.CheckConstraint(
                condition=Q(
                    total_fee_fen=F("fund_total_fen")
                    + F("personal_account_pay_fen")
                    + F("cash_pay_fen")
                    + F("hospital_pay_fen")
                ),
                name="record_payers_equal_total",
                violation_error_message="医疗费总额应等于基金、个人账户、现金与医院负担之和。",
            ),
            models.CheckConstraint(
                condition=Q(is_reversal=False, reverses_no="", total_fee_fen__gte=0)
                | (Q(is_reversal=True, total_fee_fen__lte=0) & ~Q(reverses_no="")),
                name="record_reversal_is_negative_and_named",
                violation_error_message="退费记录的金额应为负，并写明原结算编号。",
            ),
            models.CheckConstraint(
                condition=Q(insurance_type__in=InsuranceType.values), name="record_insurance_is_known"
            ),
            models.CheckConstraint(
                condition=Q(care_kind__in=CareKind.values), name="record_care_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(period__gte=F("settlement_month")), name="record_cleared_not_before_its_month"
            ),
        ]
        indexes = [
            # serve collecting a month, and the lists, newest month first: all, each side of a region, and of
            # an institution what it treated for a place or from one (records/paging.py)
            models.Index(fields=["period", "id"], name="record_by_period"),
            models.Index(fields=["insured_region", "period", "id"], name="record_of_insured"),
            models.Index(fields=["care_region", "period", "id"], name="record_of_care"),
            models.Index(
                fields=["institution", "care_region", "period", "id"], name="record_of_institution_care"
            ),
            models.Index(
                fields=["institution", "insured_region", "period", "id"], name="record_of_institution_from"
            ),
            # serves undoing a batch, and finding which line a record came from
            models.Index(fields=["batch", "line_no"], name="record_of_batch"),
            # serves a person's card, and the list of one person
            models.Index(fields=["cert_no", "-id"], name="record_of_person"),
            # serves proving that every corrected record has its correction
            models.Index(
                fields=["correction_no"], name="record_corrections", condition=Q(correction_no__gt=0)
            ),
            # serves finding what was put off because its month was signed: few rows
            models.Index(
                fields=["period", "settlement_month"],
                condition=Q(period__gt=F("settlement_month")),
                name="record_put_off",
            ),
            # serves the search by a whole name
            models.Index(fields=["person_name", "-id"], name="record_of_name"),
        ]

    def __str__(self) -> str:
        return self.settlement_no

    @property
    def subject_no(self) -> str:
        """How one version of a number is named where the log asks for it: S1, or S1@2 once corrected."""
        return f"{self.settlement_no}@{self.correction_no}" if self.correction_no else self.settlement_no
