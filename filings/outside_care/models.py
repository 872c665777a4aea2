"""外院检查治疗或外购药: what an inpatient is sent elsewhere for, form 4."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.lookups import GreaterThan, LessThanOrEqual

from agency.organisation.models import Institution
from filings.outside_care.rules import MILLI, MOST_PRICE_FEN, MOST_QUANTITY_MILLI
from filings.stays.models import RecordOfStay, Stay

# 数量 × 单价 in thousandths of a fen, with half a fen added: what is rounded down to the amount
_TO_ROUND = F("quantity_milli") * F("unit_price_fen") + Value(MILLI // 2)


class OutsideCare(RecordOfStay):
    """住院期间外院检查治疗或定点药店购药单: one slip of one stay [S2]."""

    slip_no = models.CharField("单号", max_length=12, unique=True)
    stay = models.ForeignKey(Stay, models.PROTECT, verbose_name="就医登记", related_name="outside_care")
    department = models.CharField("开单科室", max_length=50, blank=True)
    outside_institution = models.ForeignKey(
        Institution, models.PROTECT, verbose_name="外院或药店", related_name="+"
    )
    doctor = models.CharField("责任医师", max_length=30, blank=True)
    section_head = models.CharField("科主任", max_length=30, blank=True)
    insurance_office = models.CharField("医保办经办人", max_length=30, blank=True)
    prescribed_on = models.DateField("开单日期")
    total_fen = models.BigIntegerField("合计")

    class Meta:
        verbose_name = verbose_name_plural = "外院检查治疗或购药单"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(total_fen__gte=0), name="outside_care_total_not_negative")
        ]
        # serves the lists on the card and on the stay
        indexes = [models.Index(fields=["stay", "-id"], name="outside_care_of_stay")]

    def __str__(self) -> str:
        return self.slip_no


class OutsideCareItem(models.Model):
    """购药单的一行: one item of one version of a slip; a correction writes new lines beside the old ones.

    Quantities are whole thousandths (1.5 is 1500), so that they are exact; the amount is rounded half up.
    """

    slip = models.ForeignKey(OutsideCare, models.PROTECT, verbose_name="单", related_name="items")
    version = models.PositiveIntegerField("版本")
    line_no = models.PositiveSmallIntegerField("行号")
    name = models.CharField("项目或药品名称", max_length=100)
    code = models.CharField("编码", max_length=40, blank=True)
    spec = models.CharField("规格", max_length=60, blank=True)
    quantity_milli = models.BigIntegerField("数量（千分之一）")
    unit_price_fen = models.BigIntegerField("单价")
    amount_fen = models.BigIntegerField("金额")
    reason = models.CharField("理由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "购药单明细"
        ordering = ["slip", "version", "line_no"]
        constraints = [
            models.UniqueConstraint(fields=["slip", "version", "line_no"], name="outside_item_line_once"),
            models.CheckConstraint(condition=~Q(name=""), name="outside_item_has_name"),
            models.CheckConstraint(
                condition=Q(quantity_milli__gt=0, quantity_milli__lte=MOST_QUANTITY_MILLI),
                name="outside_item_quantity_in_bounds",
            ),
            models.CheckConstraint(
                condition=Q(unit_price_fen__gte=0, unit_price_fen__lte=MOST_PRICE_FEN),
                name="outside_item_price_in_bounds",
            ),
            models.CheckConstraint(
                condition=Q(
                    LessThanOrEqual(F("amount_fen") * Value(MILLI), _TO_ROUND),
                    GreaterThan(F("amount_fen") * Value(MILLI) + Value(MILLI), _TO_ROUND),
                ),
                name="outside_item_amount_is_rounded",
                violation_error_message="金额应等于数量乘单价，四舍五入到分。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slip} {self.line_no}"
