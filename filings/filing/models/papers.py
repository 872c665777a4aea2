"""The materials handed in with a filing."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from filings.filing.kinds import GivenAs
from filings.filing.models.filings import Filing
from filings.materials.models import MaterialKind


class FilingMaterial(models.Model):
    """提交材料: one paper on a filing's checklist, and how it was given."""

    filing = models.ForeignKey(Filing, models.PROTECT, verbose_name="备案", related_name="materials")
    material = models.ForeignKey(MaterialKind, models.PROTECT, verbose_name="材料", related_name="+")
    given_as = models.CharField("提交方式", max_length=10, choices=GivenAs, default=GivenAs.ORIGINAL)

    class Meta:
        verbose_name = verbose_name_plural = "提交材料"
        ordering = ["filing", "material"]
        constraints = [
            models.UniqueConstraint(fields=["filing", "material"], name="filing_material_once"),
            models.CheckConstraint(
                condition=Q(given_as__in=GivenAs.values), name="filing_material_given_as_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.material}（{self.get_given_as_display()}）"
