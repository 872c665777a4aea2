"""Forms of corrections: the filters, the reason."""

from __future__ import annotations

from django import forms

from agency.errors import REASON_LIMIT
from agency.tabular.values import to_text
from agency.web.forms import ReasonForm
from settlement.corrections.selectors import CorrectionFilter
from settlement.corrections.states import CorrectionState


class ConflictFilterForm(forms.Form):
    """What the queue of conflicts is narrowed to."""

    settlement_no = forms.CharField(label="结算编号", max_length=40, required=False)
    batch = forms.CharField(label="导入批次", max_length=20, required=False)

    def clean_settlement_no(self) -> str:
        return to_text(self.cleaned_data["settlement_no"])

    def clean_batch(self) -> str:
        return to_text(self.cleaned_data["batch"]).upper()

    def given(self) -> dict[str, str]:
        """What was filled in and understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class CorrectionFilterForm(ConflictFilterForm):
    """What the list of corrections is narrowed to."""

    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *CorrectionState.choices], required=False)
    field_order = ("state", "settlement_no", "batch")

    def narrowed(self) -> CorrectionFilter:
        return CorrectionFilter(**self.given())


class CorrectionReasonForm(ReasonForm):
    """Why a case is corrected, or why not."""

    reason = forms.CharField(
        label="原因",
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": "请写明原因。",
            "max_length": f"原因请写在 {REASON_LIMIT} 个字以内。",
        },
    )
