"""What is supposed: another quota, payments that come late. In the address, so that it can be kept."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms

from agency.policy.insurance import InsuranceType
from settlement.notices.forms import FenField

LATE_AT_MOST = 366
NAMES = ("quota", "delay")
WHOLE = f"请填整天数，0 到 {LATE_AT_MOST}。"


class WhatIfForm(forms.Form):
    """Both may be empty: then nothing is supposed."""

    quota = FenField("额度改为（元）", required=False, help_text="空着：现有额度")
    delay = forms.IntegerField(
        label="付款推迟（天）",
        required=False,
        min_value=0,
        max_value=LATE_AT_MOST,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 3, "autocomplete": "off"}),
        error_messages={"invalid": WHOLE, "min_value": WHOLE, "max_value": WHOLE},
        help_text="空着：不计未付的；0：都按期付",
    )

    def __init__(self, given: Mapping[str, str]) -> None:
        said = {name: given[name] for name in NAMES if given.get(name)}
        super().__init__(said or None)

    def clean_quota(self) -> int | None:
        fen = self.cleaned_data["quota"]
        if fen is not None and fen < 0:
            raise forms.ValidationError("额度不能小于 0。")
        return int(fen) if fen is not None else None

    def supposed(self) -> tuple[int | None, int | None]:
        """The quota in fen and the days; None where nothing is supposed or understood."""
        if not self.is_valid():
            return None, None
        return self.cleaned_data["quota"], self.cleaned_data["delay"]


def insurance_type_in(given: Mapping[str, str]) -> str:
    """职工 or 居民, whichever is asked for; 职工 else."""
    asked = given.get("type", "")
    return asked if asked in InsuranceType.values else InsuranceType.values[0]
