"""The field that names an institution, by code or by name."""

from __future__ import annotations

from typing import Any

from django import forms

from agency.organisation.institutions import institution_by_code
from agency.organisation.models import Institution
from agency.tabular.values import to_text

SHOWN = 5


class InstitutionText(forms.CharField):
    """A text that leads to one institution: its code, its whole name, or a part that only one name has."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 120)
        options.setdefault(
            "widget",
            forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        )
        super().__init__(**options)

    def clean(self, value: Any) -> Institution | None:
        text = to_text(super().clean(value) or "")
        if not text:
            return None
        known = institution_by_code(text.split(" ")[0])
        if known is not None:
            return known
        rows = Institution.objects.filter(name=text).select_related("region")[:2]
        found = list(rows) or list(
            Institution.objects.filter(name__contains=text).select_related("region")[: SHOWN + 1]
        )
        if len(found) == 1:
            return found[0]
        if not found:
            told = f"没有找到“{text}”。请输入机构编码或完整名称；目录里没有的，请主管先在后台管理登记。"
            raise forms.ValidationError(told)
        rest = "……" if len(found) > SHOWN else ""
        names = "、".join(f"{row.code} {row.name}" for row in found[:SHOWN])
        raise forms.ValidationError(f"“{text}”不止一家：{names}{rest}。请输入编码。")


def written(institution: Institution | None) -> str:
    """How an institution stands in the field: code and name."""
    return f"{institution.code} {institution.name}".strip() if institution is not None else ""
