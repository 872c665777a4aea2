"""Forms of manual reimbursement: the filter of the queue, and why it is closed."""

from __future__ import annotations

from typing import Any

from django import forms

from agency.web.forms import ReasonForm
from filings.reimbursements.selectors import ReimbursementFilter
from filings.reimbursements.states import ReimbursementState

LABELS = {"done": "办结说明", "withdraw": "不再报销的原因", "reopen": "重新列入的原因"}


class QueueFilter(forms.Form):
    """Filters of the queue; what waits is shown first."""

    ALL = "all"

    state = forms.ChoiceField(
        label="状态", choices=[*ReimbursementState.choices, (ALL, "全部状态")], required=False
    )
    mine = forms.BooleanField(label="只看由我承办的", required=False)

    def narrowed(self) -> ReimbursementFilter:
        """The filter; what was not understood does not narrow."""
        self.is_valid()
        state = self.cleaned_data.get("state") or ReimbursementState.WAITING
        return ReimbursementFilter("" if state == self.ALL else state, bool(self.cleaned_data.get("mine")))


def reason_form(act: str, data: Any = None) -> ReasonForm:
    """The note or reason of one act."""
    form = ReasonForm(data, auto_id=f"id_{act}_%s")
    form.use_required_attribute = False
    form.fields["reason"].label = LABELS[act]
    form.fields["reason"].error_messages["required"] = f"请写明{LABELS[act]}。"
    return form
