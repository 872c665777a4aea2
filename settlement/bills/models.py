"""费用分类: the fourteen fee classes of one case, where they were delivered; form 5 is filled from them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from agency.batches.models import Batch
from settlement.records.models import SettlementRecord


class FeeClass(models.TextChoices):
    """收费项目类别, by the codes of the national settlement list (med_chrgitm) [NHSA]."""

    BED = "01", "床位费"
    CONSULTATION = "02", "诊察费"
    EXAMINATION = "03", "检查费"
    LABORATORY = "04", "化验费"
    TREATMENT = "05", "治疗费"
    OPERATION = "06", "手术费"
    NURSING = "07", "护理费"
    MATERIAL = "08", "卫生材料费"
    WESTERN_MEDICINE = "09", "西药费"
    HERBAL_SLICES = "10", "中药饮片费"
    CHINESE_PATENT_MEDICINE = "11", "中成药费"
    GENERAL_CARE = "12", "一般诊疗费"
    REGISTRATION = "13", "挂号费"
    OTHER = "14", "其他费"


class FeeLine(models.Model):
    """费用分类明细: one class of one case. Amounts are fen; a reversal's are negative."""

    record = models.ForeignKey(
        SettlementRecord,
        models.PROTECT,
        verbose_name="结算明细",
        related_name="fee_lines",
        db_index=False,
    )
    fee_class = models.CharField("收费项目类别", max_length=2, choices=FeeClass)
    amount_fen = models.BigIntegerField("金额")
    class_a_fen = models.BigIntegerField("甲类", default=0)
    class_b_fen = models.BigIntegerField("乙类", default=0)
    self_pay_fen = models.BigIntegerField("自费", default=0)
    other_fen = models.BigIntegerField("其他", default=0)
    batch = models.ForeignKey(Batch, models.PROTECT, verbose_name="导入批次", related_name="+")
    line_no = models.PositiveIntegerField("行号")

    class Meta:
        verbose_name = verbose_name_plural = "费用分类"
        ordering = ["record", "fee_class"]
        constraints = [
            models.UniqueConstraint(
                fields=["record", "fee_class"],
                name="fee_line_once",
                violation_error_message="这笔结算的这一类费用已经有了。",
            ),
            models.CheckConstraint(
                condition=Q(fee_class__in=FeeClass.values), name="fee_line_class_is_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    amount_fen=F("class_a_fen") + F("class_b_fen") + F("self_pay_fen") + F("other_fen")
                ),
                name="fee_line_parts_equal_amount",
                violation_error_message="金额应等于甲类、乙类、自费、其他之和。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.get_fee_class_display()}"
