"""各版: what a month said at each moment, and the proposals to open a signed month again."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from agency.journal.workflow import Machine
from agency.organisation.models import User
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.states import REOPENING_MACHINE, ReopeningState


class VersionCause(models.TextChoices):
    COMPUTED = "computed", "计算"
    CARRIED = "carried", "挂账变动"
    SIGNED = "signed", "签发"
    REOPENED = "reopened", "重开"


class MonthVersion(models.Model):
    """月份的一版: everything that sheets 9–14 of a month were filled from at one moment; append-only.

    `content` is plain JSON (settlement/clearing/versions.py), `digest` its SHA-256. `signed_version` is how
    many times the month had been signed. `records`, `local_records` and `lines_digest` are the proof of the
    counting: how many cases the lines of this version were added up from, and what they were.
    """

    period = models.ForeignKey(ClearingPeriod, models.PROTECT, verbose_name="清算期", related_name="versions")
    version_no = models.PositiveIntegerField("第几版")
    signed_version = models.PositiveSmallIntegerField("签发次数")
    cause = models.CharField("由来", max_length=10, choices=VersionCause)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="办理人", related_name="+")
    at = models.DateTimeField("时间")
    records = models.PositiveIntegerField("明细数")
    local_records = models.PositiveIntegerField("本地明细数")
    lines_digest = models.CharField("清算行摘要", max_length=64)
    digest = models.CharField("内容摘要", max_length=64)
    content = models.JSONField("内容")

    class Meta:
        verbose_name = verbose_name_plural = "清算的各版"
        ordering = ["period", "-version_no"]
        constraints = [
            models.UniqueConstraint(fields=["period", "version_no"], name="month_version_once"),
            models.CheckConstraint(
                condition=Q(cause__in=VersionCause.values), name="month_version_cause_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} 第 {self.version_no} 版"

    @property
    def is_signed(self) -> bool:
        return self.cause == VersionCause.SIGNED

    @property
    def signed_label(self) -> str:
        """Which signature, as a text."""
        return str(self.signed_version)

    @property
    def label(self) -> str:
        """第 2 版（签发）."""
        return f"第 {self.version_no} 版（{self.get_cause_display()}）"


class Reopening(models.Model):
    """重开: a proposal to open the newest signed month again, by one person; approved by another.

    `version` is which signature it would undo. Decided, it never changes (guards in the database).
    """

    machine: ClassVar[Machine] = REOPENING_MACHINE
    journal_field: ClassVar[str] = "reopening_no"

    reopening_no = models.CharField("重开编号", max_length=16, unique=True)
    period = models.ForeignKey(
        ClearingPeriod, models.PROTECT, verbose_name="清算期", related_name="reopenings"
    )
    version = models.PositiveSmallIntegerField("第几次签发")
    reason = models.CharField("原因", max_length=200)
    state = models.CharField("状态", max_length=10, choices=ReopeningState, default=ReopeningState.PROPOSED)
    proposed_by = models.ForeignKey(User, models.PROTECT, verbose_name="提出人", related_name="+")
    proposed_at = models.DateTimeField("提出时间")
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="审批人", related_name="+"
    )
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "重开"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["period"],
                condition=Q(state=ReopeningState.PROPOSED),
                name="reopening_one_open_per_month",
                violation_error_message="这个月已有一份重开在等批准。",
            ),
            models.UniqueConstraint(
                fields=["period", "version"],
                condition=Q(state=ReopeningState.APPROVED),
                name="reopening_once_per_signature",
                violation_error_message="这一次签发已经重开过。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ReopeningState.values), name="reopening_state_is_known"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="reopening_has_reason"),
            models.CheckConstraint(
                condition=Q(state__in=[ReopeningState.PROPOSED, ReopeningState.WITHDRAWN])
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                name="reopening_decided_by_second_person",
                violation_error_message="提出人不能自己批准，请由另一位同事办理。",
            ),
        ]

    def __str__(self) -> str:
        return self.reopening_no

    @property
    def journal_no(self) -> str:
        return self.reopening_no
