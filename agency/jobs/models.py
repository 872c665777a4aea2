"""后台任务: long work, with progress, a lease and a heartbeat."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from agency.jobs.states import JOB_MACHINE, JobState
from agency.journal.workflow import Machine


class Job(models.Model):
    """后台任务: one piece of work done by a worker. A worker holds it by a lease that it renews;
    a lease that ran out means that the worker died, and the work is taken up again."""

    machine: ClassVar[Machine] = JOB_MACHINE
    journal_field: ClassVar[str] = "job_no"

    job_no = models.CharField("任务号", max_length=20, unique=True)
    kind = models.CharField("种类", max_length=30)
    subject_kind = models.CharField("对象", max_length=20, blank=True)
    subject_no = models.CharField("编号", max_length=40, blank=True)
    options = models.JSONField("选项", default=dict)
    state = models.CharField("状态", max_length=10, choices=JobState, default=JobState.QUEUED)
    done = models.BigIntegerField("已完成", default=0)
    total = models.BigIntegerField("总数", default=0)
    message = models.CharField("说明", max_length=500, blank=True)
    result = models.JSONField("结果", default=dict)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="发起人", related_name="+"
    )
    created_at = models.DateTimeField("发起时间")
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    heartbeat_at = models.DateTimeField("最近心跳", null=True, blank=True)
    lease_until = models.DateTimeField("租约到", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_is_known")
        ]
        indexes = [models.Index(fields=["subject_kind", "subject_no", "-id"], name="job_of_subject")]

    def __str__(self) -> str:
        return self.job_no

    @property
    def per_second(self) -> int:
        """How many a second since the start; 0 while that is not known."""
        if self.started_at is None or self.heartbeat_at is None:
            return 0
        seconds = int((self.heartbeat_at - self.started_at).total_seconds())
        return self.done // seconds if seconds > 0 else 0

    @property
    def journal_no(self) -> str:
        return self.job_no
