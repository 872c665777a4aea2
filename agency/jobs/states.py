"""The life of a background job."""

from django.db import models

from agency.journal.workflow import Machine, Step


class JobState(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "未完成"


S = JobState

JOB_MACHINE = Machine(
    kind="job",
    states=JobState,
    first=S.QUEUED,
    transitions={
        (S.QUEUED, S.RUNNING): Step("开始"),
        (S.RUNNING, S.QUEUED): Step("中断后重新排队"),
        (S.RUNNING, S.DONE): Step("完成"),
        (S.RUNNING, S.FAILED): Step("失败", reason_required=True),
    },
    terminal=frozenset({S.DONE, S.FAILED}),
)
