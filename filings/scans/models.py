"""扫描件: photos and PDFs of the papers of a filing, kept as pictures of their pages."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from filings.filing.models import Filing
from filings.materials.models import MaterialKind
from filings.scans.rules import KINDS, NAME_LENGTH


class ScanQuerySet(models.QuerySet):
    def current(self) -> ScanQuerySet:
        """Those that count: not taken away."""
        return self.filter(withdrawn_at__isnull=True)


class Scan(models.Model):
    """扫描件: one file that proves one paper of a filing; its pages are what is kept of it.

    Never deleted and never replaced: one taken away stays with who, when and why; a better one is added.
    """

    filing = models.ForeignKey(Filing, models.PROTECT, verbose_name="备案", related_name="scans")
    number = models.PositiveSmallIntegerField("序号", help_text="在一份备案里从 1 起，按上传先后")
    material = models.ForeignKey(MaterialKind, models.PROTECT, verbose_name="材料", related_name="+")
    digest = models.CharField("摘要", max_length=64, help_text="各页摘要连起来的 SHA-256")
    source_digest = models.CharField("来件摘要", max_length=64, help_text="来件的 SHA-256；来件本身不留")
    came_as = models.CharField("来件格式", max_length=20, choices=list(KINDS.items()))
    page_count = models.PositiveSmallIntegerField("页数")
    size = models.BigIntegerField("字节数", help_text="各页合计")
    width = models.PositiveIntegerField("首页宽")
    height = models.PositiveIntegerField("首页高")
    file_name = models.CharField("原文件名", max_length=NAME_LENGTH)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+"
    )
    uploaded_at = models.DateTimeField("上传时间")
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="撤下人",
        related_name="+",
    )
    withdrawn_at = models.DateTimeField("撤下时间", null=True, blank=True)
    withdrawn_reason = models.CharField("撤下原因", max_length=500, blank=True)

    objects = ScanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "扫描件"
        ordering = ["filing", "number"]
        constraints = [
            # serves the list of a filing's scans too, in its order
            models.UniqueConstraint(fields=["filing", "number"], name="scan_number_once"),
            models.UniqueConstraint(
                fields=["filing", "material", "digest"],
                condition=Q(withdrawn_at__isnull=True),
                name="scan_same_pages_once",
                violation_error_message="这份材料下已有同样的扫描件。",
            ),
            models.UniqueConstraint(
                fields=["filing", "material", "source_digest"],
                condition=Q(withdrawn_at__isnull=True),
                name="scan_same_file_once",
                violation_error_message="这份材料下已有同一个文件。",
            ),
            models.CheckConstraint(condition=Q(came_as__in=list(KINDS)), name="scan_came_as_known"),
            models.CheckConstraint(
                condition=Q(number__gte=1, page_count__gte=1, size__gte=1, width__gte=1, height__gte=1),
                name="scan_has_pages",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True, withdrawn_reason="")
                | (Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="scan_withdrawn_with_reason",
                violation_error_message="撤下扫描件须写明原因。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.filing} 第 {self.number} 件"

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None


class ScanPage(models.Model):
    """扫描件的一页: a JPEG made from pixels alone, kept under the digest of its bytes."""

    scan = models.ForeignKey(Scan, models.PROTECT, verbose_name="扫描件", related_name="pages")
    number = models.PositiveSmallIntegerField("页")
    digest = models.CharField("摘要", max_length=64)
    size = models.PositiveIntegerField("字节数")
    width = models.PositiveIntegerField("宽")
    height = models.PositiveIntegerField("高")

    class Meta:
        verbose_name = verbose_name_plural = "扫描件的页"
        ordering = ["scan", "number"]
        constraints = [
            models.UniqueConstraint(fields=["scan", "number"], name="scan_page_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, size__gte=1, width__gte=1, height__gte=1),
                name="scan_page_is_a_picture",
            ),
        ]
        # answers whether a kept file belongs to any page
        indexes = [models.Index(fields=["digest"], name="scan_page_by_digest")]

    def __str__(self) -> str:
        return f"{self.scan} 第 {self.number} 页"
