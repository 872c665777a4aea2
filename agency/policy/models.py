"""Policy as data: dated parameters with their source, and overrides of the holiday calendar."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from agency.organisation.models import Dated, PoolingRegion, dates_in_order


class ValueType(models.TextChoices):
    INT = "int", "整数"
    DECIMAL = "decimal", "小数"
    TEXT = "text", "文字"
    BOOL = "bool", "是/否"


VALUE_PATTERNS = {
    ValueType.INT: (r"-?[0-9]{1,9}", "6"),
    ValueType.DECIMAL: (r"-?[0-9]{1,9}(\.[0-9]{1,6})?", "2 或 0.5"),
    ValueType.TEXT: (r".{1,200}", "文字"),
    ValueType.BOOL: (r"true|false", "true 或 false"),
}


class Parameter(Dated):
    """政策参数: one policy value, for all regions or one, from a day on, with its source."""

    key = models.CharField("参数", max_length=80)
    region = models.ForeignKey(
        PoolingRegion,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="统筹区",
        related_name="+",
        help_text="空着表示全省",
    )
    value = models.CharField("值", max_length=200)
    value_type = models.CharField("类型", max_length=8, choices=ValueType)
    unit = models.CharField("单位", max_length=20, blank=True)
    label = models.CharField("说明", max_length=120)
    note = models.CharField("备注", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "政策参数"
        ordering = ["key", "region", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "region", "valid_from"], name="parameter_one_per_region_and_start"
            ),
            models.UniqueConstraint(
                fields=["key", "valid_from"],
                condition=Q(region__isnull=True),
                name="parameter_one_per_start",
            ),
            models.CheckConstraint(condition=Q(value_type__in=ValueType.values), name="parameter_type_known"),
            dates_in_order("parameter"),
        ]

    def __str__(self) -> str:
        return f"{self.label}：{self.value}{self.unit}"

    def clean(self) -> None:
        """The value is of the type that the row says."""
        pattern, example = VALUE_PATTERNS[ValueType(self.value_type or ValueType.TEXT)]
        if not re.fullmatch(pattern, self.value):
            raise ValidationError(
                {"value": f"这个参数是{self.get_value_type_display()}，应写成如 {example}。"}
            )


class DayKind(models.TextChoices):
    REST = "rest", "休息"
    WORK = "work", "上班"


class Holiday(models.Model):
    """节假日调整: a day that differs from the published calendar, or a year not in it yet."""

    date = models.DateField("日期", unique=True)
    kind = models.CharField("类型", max_length=4, choices=DayKind)
    name = models.CharField("名称", max_length=40)
    source = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "节假日调整"
        ordering = ["date"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DayKind.values), name="holiday_kind_is_known")
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.get_kind_display()} {self.name}"
