"""Reads of policy values by day and region."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from agency.errors import DomainError
from agency.organisation.models import PoolingRegion
from agency.policy.models import Parameter, ValueType

T = TypeVar("T", int, Decimal)


def parameter_in_force(key: str, on: dt.date, region: PoolingRegion | None = None) -> Parameter:
    """The row in force, with its source: the region's own before the province's, the newest start first."""
    rows = list(Parameter.objects.in_force(on).filter(key=key).order_by("-valid_from"))
    own = [row for row in rows if region is not None and row.region_id == region.pk]
    common = [row for row in rows if row.region_id is None]
    for row in own + common:
        return row
    raise DomainError(
        "parameter_missing", f"政策参数 {key} 在 {on} 没有设定，请主管在后台管理中补上。", key=key
    )


def _read(row: Parameter, kind: Callable[[str], T]) -> T:
    try:
        return kind(row.value)
    except (ValueError, ArithmeticError) as error:
        raise DomainError(
            "parameter_unreadable",
            f"政策参数“{row.label}”的值“{row.value}”不是{row.get_value_type_display()}，请主管更正。",
            key=row.key,
        ) from error


def _holds(row: Parameter, day: dt.date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)


def int_parameter(key: str, on: dt.date, region: PoolingRegion | None = None) -> int:
    """A whole number in force on a day; DomainError when none is set."""
    return _read(parameter_in_force(key, on, region), int)


def int_parameter_by_day(key: str) -> Callable[[dt.date], int]:
    """The common value of a parameter by day, read once for many days; DomainError where none is set."""
    rows = list(Parameter.objects.filter(key=key, region__isnull=True).order_by("-valid_from"))

    def on(day: dt.date) -> int:
        for row in rows:
            if _holds(row, day):
                return _read(row, int)
        return int_parameter(key, day)  # none: its own refusal

    return on


def decimal_parameter(key: str, on: dt.date, region: PoolingRegion | None = None) -> Decimal:
    """A decimal in force on a day; DomainError when none is set."""
    return _read(parameter_in_force(key, on, region), Decimal)


def bool_parameter(key: str, on: dt.date, region: PoolingRegion | None = None) -> bool:
    """A yes/no in force on a day; DomainError when none is set."""
    return read_bool(parameter_in_force(key, on, region).value)


def read_bool(text: str) -> bool:
    """true/是/1 are yes, everything else is no."""
    return text.strip().lower() in {"true", "1", "yes", "是"}


def regions_where_by_day(key: str) -> Callable[[dt.date], set[int]]:
    """Ids of the regions for which a yes/no parameter is yes on a day (own row before the common one), read
    once for many days."""
    rows = list(Parameter.objects.filter(key=key, value_type=ValueType.BOOL).order_by("valid_from"))
    everyone = list(PoolingRegion.objects.values_list("pk", flat=True))

    def on(day: dt.date) -> set[int]:
        said = {row.region_id: read_bool(row.value) for row in rows if _holds(row, day)}
        return {pk for pk in everyone if said.get(pk, said.get(None, False))}

    return on
