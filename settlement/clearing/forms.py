"""Forms of the clearing: which papers to bind, and into what."""

from __future__ import annotations

from typing import Any

from django import forms

from settlement.clearing.bundling import FORMATS
from settlement.clearing.rules import Party


class BundleForm(forms.Form):
    """打包: whose papers, as one PDF or as files."""

    region_code = forms.ChoiceField(label="哪些表", required=False)
    format = forms.ChoiceField(label="装成", choices=list(FORMATS.items()))

    def __init__(self, regions: list[Party], *args: Any, sees_all: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        whole = [("", "全省：表 9 和各统筹区表 10 至 14")] if sees_all else []
        own = [(party.code, f"{party.name}：表 10 至 14、往来表") for party in regions]
        field = self.fields["region_code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*whole, *own]
        field.required = not sees_all
