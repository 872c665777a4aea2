"""逐日应付: how a signed month came about, day by day, so that forecasts need not read its cases again."""

from __future__ import annotations

from django.db import models

from settlement.clearing.models import ClearingPeriod


class UseByDay(models.Model):
    """逐日应付: one signed month by day of settlement, for the pooling regions as 参保地.

    `sums`: "region id/insurance type" → what had accrued before the first day, after it, … after the last, in
    fen; the last is the month's 应付. It follows from the month's cases and goes with the signature.
    """

    month = models.OneToOneField(ClearingPeriod, models.PROTECT, verbose_name="清算期", related_name="+")
    sums = models.JSONField("逐日累计", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "逐日应付"
        ordering = ["month"]

    def __str__(self) -> str:
        return f"{self.month} 逐日应付"
