"""Agencies and their counters."""

from __future__ import annotations

from django.db import models

from agency.organisation.models.dated import Dated, dates_in_order
from agency.organisation.models.regions import PoolingRegion


class Agency(models.Model):
    """经办机构: the provincial agency or a pooling region's."""

    code = models.CharField("编码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=60)
    region = models.ForeignKey(
        PoolingRegion,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="统筹区",
        related_name="agencies",
        help_text="空着表示省级经办机构",
    )

    class Meta:
        verbose_name = verbose_name_plural = "经办机构"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Counter(Dated):
    """窗口: a service hall where filings are taken in."""

    code = models.CharField("编码", max_length=20, unique=True)
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="经办机构", related_name="counters")
    name = models.CharField("名称", max_length=60)
    address = models.CharField("地址", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "窗口"
        ordering = ["code"]
        constraints = [dates_in_order("counter")]

    def __str__(self) -> str:
        return self.name
