"""Form fields that any slice may use."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from agency.tabular.values import to_date, to_text

YEARS = range(2000, 2100)


class DayField(forms.Field):
    """A date, typed as 2026-11-20, 20261120 or 2026/11/20."""

    def __init__(self, attrs: dict[str, Any] | None = None, **options: Any) -> None:
        shape = {"inputmode": "numeric", "maxlength": 10, "autocomplete": "off"}
        super().__init__(widget=forms.TextInput(attrs={**shape, **(attrs or {})}), **options)

    def to_python(self, value: Any) -> dt.date | None:
        if not value or isinstance(value, dt.date):
            return value or None
        try:
            day = to_date(to_text(value))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None
        if day.year not in YEARS:
            raise forms.ValidationError("日期要在 2000 年到 2099 年之间，请核对年份。")
        return day
