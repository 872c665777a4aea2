"""导入批次: the kept file and the batch behind every import."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from agency.batches.codes import code_label
from agency.batches.states import BATCH_MACHINE, BatchState, WriteChoice
from agency.journal.workflow import Machine
from agency.masking import mask_id
from agency.organisation.models import PoolingRegion


class KeptFile(models.Model):
    """原件: an uploaded file as it was, kept privately under its SHA-256 digest."""

    digest = models.CharField("摘要", max_length=64, unique=True)
    name = models.CharField("文件名", max_length=200)
    size = models.BigIntegerField("字节数")
    path = models.CharField("存放位置", max_length=200)
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+"
    )
    kept_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = verbose_name_plural = "原件"

    def __str__(self) -> str:
        return self.name


class Batch(models.Model):
    """导入批次: one file, checked (preview) by one person and confirmed by another.

    `preview` is the outcome that was shown; what is loaded must have the same `preview_digest`. `control` has
    the totals that the uploader typed in (see control.py); `write_choice` and `difference_reason` are what
    the second person chose and said when confirming.
    """

    machine: ClassVar[Machine] = BATCH_MACHINE
    journal_field: ClassVar[str] = "batch_no"

    batch_no = models.CharField("批次号", max_length=20, unique=True)
    kind = models.CharField("种类", max_length=20)
    file = models.ForeignKey(KeptFile, models.PROTECT, verbose_name="原件", related_name="batches")
    file_name = models.CharField("文件名", max_length=200)
    options = models.JSONField("选项", default=dict)
    region = models.ForeignKey(
        PoolingRegion,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="统筹区",
        related_name="+",
        help_text="上传人的统筹区；空着表示省级",
    )
    state = models.CharField("状态", max_length=12, choices=BatchState, default=BatchState.UPLOADED)
    encoding = models.CharField("编码", max_length=10, blank=True)
    rows = models.PositiveIntegerField("行数", default=0)
    accepted = models.PositiveIntegerField("接受", default=0)
    unchanged = models.PositiveIntegerField("未变", default=0)
    refused = models.PositiveIntegerField("拒绝", default=0)
    preview = models.JSONField("预览", default=dict)
    preview_digest = models.CharField("预览摘要", max_length=64, blank=True)
    message = models.CharField("说明", max_length=500, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+"
    )
    created_at = models.DateTimeField("上传时间")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="确认人",
        related_name="+",
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    by_command = models.BooleanField("由命令执行", default=False)
    control = models.JSONField("上传人填的控制合计", default=dict, blank=True)
    write_choice = models.CharField(
        "写入方式", max_length=10, choices=WriteChoice, default=WriteChoice.ACCEPTED
    )
    difference_reason = models.CharField("合计有差异仍确认的原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BatchState.values), name="batch_state_is_known"),
            models.CheckConstraint(
                condition=Q(write_choice__in=WriteChoice.values), name="batch_write_choice_is_known"
            ),
            models.CheckConstraint(
                condition=Q(rows=F("accepted") + F("unchanged") + F("refused")),
                name="batch_rows_are_all_accounted_for",
            ),
            models.CheckConstraint(
                condition=Q(by_command=True)
                | Q(confirmed_by__isnull=True)
                | ~Q(confirmed_by=F("created_by")),
                name="batch_confirmed_by_second_person",
                violation_error_message="上传人不能自己确认，请由另一位同事确认。",
            ),
        ]
        indexes = [models.Index(fields=["kind", "-id"], name="batch_newest_of_kind")]

    def __str__(self) -> str:
        return self.batch_no

    @property
    def journal_no(self) -> str:
        return self.batch_no

    @property
    def refused_by_label(self) -> list[tuple[str, int]]:
        """How many rows were refused for what, by Chinese name."""
        return [(code_label(code), count) for code, count in self.preview.get("refused_by_code", {}).items()]


class Refusal(models.Model):
    """拒绝行: one refused row: where it stands, which column and value, and why."""

    batch = models.ForeignKey(Batch, models.CASCADE, verbose_name="批次", related_name="refusals")
    line_no = models.PositiveIntegerField("行号")
    place = models.CharField("位置", max_length=60, blank=True, help_text="工作表与单元格")
    code = models.CharField("代码", max_length=40)
    column = models.CharField("列", max_length=30, blank=True)
    value = models.CharField("值", max_length=100, blank=True)
    message = models.CharField("原因", max_length=300)
    cells = models.JSONField("原行", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "拒绝行"
        ordering = ["batch", "line_no"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "line_no"], name="refusal_one_per_line"),
        ]
        indexes = [
            # serves the queue of what was refused for one reason, newest first
            models.Index(fields=["code", "-id"], name="refusal_of_code"),
            # serves finding every line that stands against the same stored number
            models.Index(
                fields=["value"], name="refusal_conflicting", condition=Q(code="conflicts_with_stored")
            ),
        ]

    def __str__(self) -> str:
        return f"第 {self.line_no} 行 {self.code}"

    @property
    def code_label(self) -> str:
        return code_label(self.code)

    @property
    def shown_value(self) -> str:
        """The value at fault, masked where it looks like an identity number."""
        is_number = self.column.endswith(("证件号码", "certno"))
        return mask_id(self.value) if is_number else self.value
