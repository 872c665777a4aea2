"""一路的凭据: what people put down on the way to a signature: which sheets were looked at, which lines of the
checklist may be passed over."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from agency.journal.workflow import Machine
from agency.organisation.models import PoolingRegion, User
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.states import OPEN_SKIPS, SKIP_MACHINE, SkipState


class SheetLook(models.Model):
    """看过的表: somebody of a region looked at one of its sheets, as it was then; append-only."""

    period = models.ForeignKey(ClearingPeriod, models.PROTECT, verbose_name="清算期", related_name="looks")
    region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="统筹区", related_name="+")
    form_no = models.CharField("表号", max_length=4)
    digest = models.CharField("所见摘要", max_length=64)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="看表人", related_name="+")
    at = models.DateTimeField("看表时间")

    class Meta:
        verbose_name = verbose_name_plural = "看过的表"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "region", "form_no", "digest", "by"], name="sheet_look_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.region} 表{self.form_no}"


class ChecklistSkip(models.Model):
    """核对例外: a line of a month's checklist that may stay open at the signature.

    Proposed by one person of the province with a reason, approved by another; `seen_digest` is what was seen
    then, so that it speaks of no other fact. `key` is that of the line (settlement/clearing/checklist.py).
    """

    machine: ClassVar[Machine] = SKIP_MACHINE
    journal_field: ClassVar[str] = "skip_no"

    skip_no = models.CharField("例外编号", max_length=16, unique=True)
    period = models.ForeignKey(ClearingPeriod, models.PROTECT, verbose_name="清算期", related_name="skips")
    key = models.CharField("核对项", max_length=60)
    title = models.CharField("核对内容", max_length=200)
    seen_digest = models.CharField("所见摘要", max_length=64)
    reason = models.CharField("原因", max_length=200)
    state = models.CharField("状态", max_length=10, choices=SkipState, default=SkipState.PROPOSED)
    proposed_by = models.ForeignKey(User, models.PROTECT, verbose_name="提出人", related_name="+")
    proposed_at = models.DateTimeField("提出时间")
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="批准人", related_name="+"
    )
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "核对例外"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "key"],
                condition=Q(state__in=OPEN_SKIPS),
                name="checklist_skip_one_open",
                violation_error_message="这一项已有一个例外。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=SkipState.values), name="checklist_skip_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="checklist_skip_by_two_people",
                violation_error_message="提出人不能自己批准，请由另一位同事批准。",
            ),
            models.CheckConstraint(
                condition=~Q(state=SkipState.APPROVED)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="checklist_skip_approved_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="checklist_skip_has_reason"),
        ]

    def __str__(self) -> str:
        return self.skip_no

    @property
    def journal_no(self) -> str:
        return self.skip_no

    @property
    def is_approved(self) -> bool:
        return self.state == SkipState.APPROVED
