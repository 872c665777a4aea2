"""Forms of held-over cases: the filters, a reason, an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from agency.errors import REASON_LIMIT
from agency.organisation import access
from agency.organisation.models import User
from agency.web.forms import PeriodForm, ReasonForm
from settlement.holding.models import Answer
from settlement.holding.selectors import OURS, THEIRS, HeldFilter
from settlement.holding.services import TEXT_LIMIT
from settlement.holding.states import HeldState
from settlement.records.forms import RegionChoice


class HeldFilterForm(PeriodForm):
    """What the list is narrowed to; the province stands on neither side."""

    counterpart = RegionChoice("对方")
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *HeldState.choices], required=False)
    side = forms.ChoiceField(
        label="提出方", choices=[("", "全部"), (OURS, "我方提出"), (THEIRS, "对方提出")], required=False
    )

    def __init__(self, by: User, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.fields["period"].label = "挂账期别"
        if access.sees_all(by):
            del self.fields["side"]
            self.fields["counterpart"].label = "一方"

    def narrowed(self) -> HeldFilter:
        """The filter; what was not understood does not narrow."""
        self.is_valid()
        return HeldFilter(**{name: value for name, value in self.cleaned_data.items() if value})


class HeldReasonForm(ReasonForm):
    """Why a case is disputed, decided or taken back."""

    reason = forms.CharField(
        label="原因",
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "请写明原因。",
            "max_length": f"原因请写在 {REASON_LIMIT} 个字以内。",
        },
    )


class AnswerForm(forms.Form):
    """What a party says; whether it agrees only the other party."""

    answer = forms.ChoiceField(
        label="答复",
        choices=Answer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选“同意”或“不同意”。"},
    )
    text = forms.CharField(
        label="说明",
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请填写说明。", "max_length": f"说明请写在 {TEXT_LIMIT} 个字以内。"},
    )

    def __init__(self, *args: object, answers: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if not answers:
            del self.fields["answer"]
