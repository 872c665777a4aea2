"""Forms of deductions: the filter of the list, and why one is taken back."""

from __future__ import annotations

from django import forms

from agency.errors import REASON_LIMIT
from agency.periods import is_period
from agency.tabular.values import to_text
from agency.web.forms import NO_PERIOD
from settlement.deductions.models import DeductionKind
from settlement.deductions.selectors import DeductionFilter
from settlement.records.forms import RegionChoice


class DeductionFilterForm(forms.Form):
    """What the list is narrowed to."""

    period = forms.CharField(label="计入期别", max_length=10, required=False)
    insured_region = RegionChoice("参保地")
    care_region = RegionChoice("就医地")
    institution = forms.CharField(label="医药机构编号", max_length=20, required=False)
    kind = forms.ChoiceField(label="扣款类别", choices=[("", "全部"), *DeductionKind.choices], required=False)
    batch = forms.CharField(label="导入批次", max_length=20, required=False)

    def clean_period(self) -> str:
        period = to_text(self.cleaned_data["period"])
        if period and not is_period(period):
            raise forms.ValidationError(NO_PERIOD)
        return period

    def narrowed(self) -> DeductionFilter:
        """The filter; what was not understood does not narrow."""
        self.is_valid()
        return DeductionFilter(**{name: value for name, value in self.cleaned_data.items() if value})


class WithdrawForm(forms.Form):
    """Why a deduction is taken back."""

    reason = forms.CharField(
        label="撤回原因",
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明撤回扣款的原因。"},
    )
