"""The journal: number series, state changes, and the append-only log."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from agency.organisation.models import PoolingRegion


class NumberSeries(models.Model):
    """编号序列: the last number given out in a series; taken with one UPDATE, so never twice."""

    name = models.CharField("序列", max_length=40, unique=True)
    value = models.BigIntegerField("已用到", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "编号序列"

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


class StateChange(models.Model):
    """状态变更: one step of one record: from, to, who, when, why. Written only by `workflow.move`."""

    subject_kind = models.CharField("对象", max_length=20)
    subject_no = models.CharField("编号", max_length=40)
    from_state = models.CharField("原状态", max_length=20, blank=True)
    to_state = models.CharField("新状态", max_length=20)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="经办人", related_name="+")
    at = models.DateTimeField("时间")
    reason = models.CharField("原因", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "状态变更"
        ordering = ["id"]
        # serves the history of one record
        indexes = [models.Index(fields=["subject_kind", "subject_no", "id"], name="state_change_of_subject")]

    def __str__(self) -> str:
        return f"{self.subject_no} {self.from_state}→{self.to_state}"


class AuditEntry(models.Model):
    """日志: one thing that somebody did, saw, printed or was refused; chained by digest, append-only.

    `seq` has no gaps. `digest` covers the content and the digest before it, so that a changed, lost or
    inserted entry is found by `check_books`. No personal data stands in `detail`.
    """

    seq = models.BigIntegerField("序号", unique=True)
    at = models.DateTimeField("时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="操作人",
        related_name="+",
        null=True,
        blank=True,
    )
    action = models.CharField("操作", max_length=40)
    subject_kind = models.CharField("对象", max_length=20, blank=True)
    subject_no = models.CharField("编号", max_length=40, blank=True)
    region = models.ForeignKey(
        PoolingRegion, models.PROTECT, verbose_name="统筹区", related_name="+", null=True, blank=True
    )
    detail = models.JSONField("内容", default=dict)
    previous_digest = models.CharField("前一条摘要", max_length=64)
    digest = models.CharField("摘要", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "日志"
        ordering = ["-seq"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_no", "seq"], name="audit_entry_of_subject"),
            models.Index(fields=["region", "-seq"], name="audit_entry_of_region"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.subject_no}"


class PrintedForm(models.Model):
    """打印记录: one print of one form: which copy, of what content, under which verification code."""

    code = models.CharField("验证码", max_length=14, unique=True)
    form_no = models.CharField("表号", max_length=4)
    title = models.CharField("表名", max_length=100)
    subject_kind = models.CharField("对象", max_length=20)
    subject_no = models.CharField("编号", max_length=40)
    digest = models.CharField("内容摘要", max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="打印人", related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "打印记录"
        ordering = ["-id"]
        constraints = [
            # the same content of the same record keeps its code, so that a reprint gives the same bytes
            models.UniqueConstraint(
                fields=["form_no", "subject_kind", "subject_no", "digest"],
                name="printed_form_one_per_content",
            )
        ]

    def __str__(self) -> str:
        return f"{self.form_no} {self.subject_no} {self.code}"
