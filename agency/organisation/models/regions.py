"""Where: pooling regions and other provinces, their area codes, and the places a filing can name."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from agency.organisation.models.dated import Dated, dates_in_order


class RegionKind(models.TextChoices):
    POOLING = "pooling", "本省统筹区"
    OUTSIDE = "outside", "外省"


class PoolingRegion(Dated):
    """统筹区: a party of the clearing: one of Jilin's pooling regions, or another province.

    Another province stands as one party (`kind` outside); its money goes through the provincial platform.
    """

    code = models.CharField("区划代码", max_length=6, unique=True)
    name = models.CharField("名称", max_length=30, unique=True, help_text="印在表上的名称，如 长春市")
    short_name = models.CharField("简称", max_length=30, unique=True)
    kind = models.CharField("类别", max_length=10, choices=RegionKind, default=RegionKind.POOLING)
    position = models.PositiveSmallIntegerField("排序")

    class Meta:
        verbose_name = verbose_name_plural = "统筹区"
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=RegionKind.values), name="pooling_region_kind_is_known"
            ),
            dates_in_order("pooling_region"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_outside(self) -> bool:
        return self.kind == RegionKind.OUTSIDE


class AreaCode(Dated):
    """区划对照: which pooling region an area code belongs to, by date [P]."""

    area_code = models.CharField("区划代码", max_length=6)
    name = models.CharField("名称", max_length=50)
    region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="统筹区", related_name="areas")

    class Meta:
        verbose_name = verbose_name_plural = "区划对照"
        ordering = ["area_code", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["area_code", "valid_from"], name="area_code_one_per_start"),
            dates_in_order("area_code"),
        ]

    def __str__(self) -> str:
        return f"{self.area_code} {self.name}"


class RegionPair(Dated):
    """统筹区对: whether care between two regions that share a city counts as 异地 (default: it does) [P]."""

    region_a = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="统筹区甲", related_name="+")
    region_b = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="统筹区乙", related_name="+")
    is_cross_region = models.BooleanField("算异地就医", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "统筹区对"
        ordering = ["region_a", "region_b", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["region_a", "region_b", "valid_from"], name="region_pair_one_per_start"
            ),
            models.CheckConstraint(condition=~Q(region_a=F("region_b")), name="region_pair_of_two"),
            dates_in_order("region_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.region_a}–{self.region_b}"


class Place(models.Model):
    """就医地: a city (prefecture) that a filing can name, within its province."""

    code = models.CharField("区划代码", max_length=6, unique=True)
    name = models.CharField("名称", max_length=50)
    province = models.ForeignKey(
        PoolingRegion, models.PROTECT, null=True, blank=True, verbose_name="外省", related_name="places"
    )
    region = models.ForeignKey(
        PoolingRegion, models.PROTECT, null=True, blank=True, verbose_name="本省统筹区", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "就医地"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(province__isnull=True, region__isnull=False)
                | Q(province__isnull=False, region__isnull=True),
                name="place_in_one_party",
            )
        ]

    def __str__(self) -> str:
        return self.name
