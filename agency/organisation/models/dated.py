"""Rows of reference data that count from a day to a day, with their source."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q


class DatedQuerySet(models.QuerySet):
    """Rows with `valid_from`/`valid_to` (both inclusive; `valid_to` empty = open)."""

    def in_force(self, on: dt.date) -> DatedQuerySet:
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)


class Dated(models.Model):
    """A row of reference data with its dates and its source."""

    valid_from = models.DateField("生效日期", default=dt.date(2000, 1, 1))
    valid_to = models.DateField("失效日期", null=True, blank=True, help_text="空着表示一直有效")
    source = models.CharField("依据", max_length=200, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True


def dates_in_order(table: str) -> models.CheckConstraint:
    """The end never lies before the beginning."""
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
        name=f"{table}_dates_in_order",
        violation_error_message="失效日期不能早于生效日期。",
    )
