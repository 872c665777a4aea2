"""更正: the same settlement number with other content, settled by a reversing pair in the open month."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from agency.batches.models import Batch
from agency.journal.workflow import Machine
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from settlement.corrections.states import CORRECTION_MACHINE, CorrectionState
from settlement.records.models import SettlementRecord


class CorrectionQuerySet(models.QuerySet):
    def visible_to(self, by: User) -> CorrectionQuerySet:
        """Corrections of cases to which the actor's region is a party; the province sees all."""
        if access.sees_all(by):
            return self
        return self.filter(Q(insured_region=by.region_id) | Q(care_region=by.region_id))


class Correction(models.Model):
    """更正: a proposal to replace what is stored under a number by what a file says, and what became of it.

    `corrects_no` and `seen_digest` are the correction number and the digest of the stored record that the
    proposal was made against; `content` is the row of the file as one line of texts (settlement/records/
    content.py), empty when that cannot be read any more. The regions are those of the stored record.
    `reversal` and `record` are the pair. `leaves_stored` (提请不予更正): what is stored
    shall stay, which also settles the conflict, by two people.
    """

    machine: ClassVar[Machine] = CORRECTION_MACHINE
    journal_field: ClassVar[str] = "proposal_no"

    proposal_no = models.CharField("更正编号", max_length=12, unique=True)
    settlement_no = models.CharField("结算编号", max_length=40)
    corrects_no = models.PositiveSmallIntegerField("被更正的序号", default=0)
    seen_digest = models.CharField("提出时的内容摘要", max_length=32)
    content = models.TextField("文件中的内容", blank=True)
    leaves_stored = models.BooleanField("提请不予更正", default=False)
    institution_name = models.CharField("定点医药机构名称", max_length=100, blank=True)
    insured_region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="参保地", related_name="+")
    care_region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="就医地", related_name="+")
    batch = models.ForeignKey(Batch, models.PROTECT, verbose_name="导入批次", related_name="+")
    line_no = models.PositiveIntegerField("行号")
    reason = models.CharField("更正原因", max_length=200)
    state = models.CharField("状态", max_length=12, choices=CorrectionState, default=CorrectionState.PROPOSED)
    proposed_by = models.ForeignKey(User, models.PROTECT, verbose_name="提出人", related_name="+")
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="审批人", related_name="+"
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    reversal = models.OneToOneField(
        SettlementRecord,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="冲正原记录的一笔",
        related_name="reversing_correction",
    )
    record = models.OneToOneField(
        SettlementRecord,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="更正后的一笔",
        related_name="correction",
    )

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "更正"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["settlement_no"],
                condition=Q(state=CorrectionState.PROPOSED),
                name="correction_one_open_per_number",
                violation_error_message="这笔结算已有一份更正在等审批。",
            ),
            models.UniqueConstraint(
                fields=["settlement_no", "corrects_no"],
                condition=Q(state=CorrectionState.APPROVED),
                name="correction_once_per_record",
                violation_error_message="这一条记录已经更正过。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=CorrectionState.values), name="correction_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state=CorrectionState.APPROVED, reversal__isnull=False, record__isnull=False)
                | (~Q(state=CorrectionState.APPROVED) & Q(reversal__isnull=True, record__isnull=True)),
                name="correction_approved_with_its_pair",
            ),
            models.CheckConstraint(
                condition=Q(leaves_stored=False) & ~Q(content="")
                | (Q(leaves_stored=True) & ~Q(state=CorrectionState.APPROVED)),
                name="correction_says_what_shall_be",
                violation_error_message="提请不予更正的不能批准更正。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[CorrectionState.PROPOSED, CorrectionState.WITHDRAWN])
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="correction_decided_by_second_person",
                violation_error_message="提出人不能自己审批，请由另一位同事审批。",
            ),
        ]

    def __str__(self) -> str:
        return self.proposal_no

    @property
    def title(self) -> str:
        """What it asks for, before the number of the case."""
        return "不予更正结算" if self.leaves_stored else "更正结算"

    @property
    def journal_no(self) -> str:
        return self.proposal_no


class ConflictLine(models.Model):
    """冲突行: a refused line of a file that a correction settles: its own, and others of the same content."""

    correction = models.ForeignKey(
        Correction, models.PROTECT, verbose_name="更正", related_name="conflict_lines"
    )
    batch = models.ForeignKey(Batch, models.PROTECT, verbose_name="导入批次", related_name="+")
    line_no = models.PositiveIntegerField("行号")

    class Meta:
        verbose_name = verbose_name_plural = "冲突行"
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "line_no", "correction"], name="conflict_line_once_per_correction"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch} 第 {self.line_no} 行"
