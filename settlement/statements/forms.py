"""Forms of statements: the filter, the institution's answer, a reason, a payment."""

from __future__ import annotations

from typing import Any

from django import forms

from agency.organisation.models import PoolingRegion
from agency.tabular.values import to_text
from agency.web.fields import DayField
from agency.web.forms import ReasonForm
from settlement.statements.models import InstitutionStatement
from settlement.statements.selectors import StatementFilter, regions_of
from settlement.statements.states import StatementState

FILTERS = [
    ("", "全部有效"),
    ("waiting", "未经双方确认"),
    ("owing", "待追回"),
    *StatementState.choices,
]


class StatementFilterForm(forms.Form):
    """What the list is narrowed to: one month, and what else."""

    period = forms.ChoiceField(label="期别", required=False)
    region = forms.ModelChoiceField(
        PoolingRegion.objects.none(), label="就医地", required=False, empty_label="全部", to_field_name="code"
    )
    state = forms.ChoiceField(label="状态", choices=FILTERS, required=False)
    institution = forms.CharField(label="医药机构编号或名称", max_length=40, required=False)

    def __init__(self, data: Any, *, by: Any, months: list[str]) -> None:
        super().__init__(data)
        self.months = months
        self.fields["period"].choices = [(month, month) for month in months]  # type: ignore[attr-defined]
        self.fields["region"].queryset = regions_of(by)  # type: ignore[attr-defined]
        if by.region_id is not None:
            del self.fields["region"]

    def clean_institution(self) -> str:
        return to_text(self.cleaned_data["institution"])

    def narrowed(self) -> StatementFilter:
        """The filter; what was not understood does not narrow. Without a month: the newest one."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return StatementFilter(**{"period": self.months[0] if self.months else "", **given})


class AnswerForm(forms.Form):
    """What the institution said: who, when; why it disagrees."""

    institution_contact = forms.CharField(
        label="机构联系人", max_length=50, error_messages={"required": "请填机构联系人的姓名。"}
    )
    institution_on = DayField(label="答复日期", error_messages={"required": "请填机构答复的日期。"})
    answer = forms.ChoiceField(
        label="机构的答复",
        choices=[("", "请选择"), ("agree", "同意"), ("dispute", "不同意")],
        error_messages={"required": "请选同意或不同意。"},
    )
    dispute_reason = forms.CharField(
        label="不同意的原因", max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        disputes = self.cleaned_data.get("answer") == "dispute"
        reason = (self.cleaned_data.get("dispute_reason") or "").strip()
        if disputes and not reason and "dispute_reason" not in self.errors:
            self.add_error("dispute_reason", "不同意须写明原因。")
        if not disputes and reason:
            self.add_error("dispute_reason", "写了不同意的原因，却没有选“不同意”。")
        return self.cleaned_data

    def said(self) -> dict[str, Any]:
        """The answer as the service takes it; no reason: the institution agrees."""
        given = self.cleaned_data
        return {
            "contact": given["institution_contact"],
            "answered_on": given["institution_on"],
            "dispute_reason": given["dispute_reason"].strip(),
        }


class SendAgainForm(ReasonForm):
    """What was answered to the institution, or why its answer is taken back."""

    reason = forms.CharField(
        label="说明",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明怎样答复机构的，或为什么重新发出。"},
    )

    def said(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class PaymentForm(forms.Form):
    """When and under which voucher."""

    paid_on = DayField(label="付款日期", error_messages={"required": "请填付款日期。"})
    voucher_no = forms.CharField(label="凭证号", max_length=40, error_messages={"required": "请填凭证号。"})


def chosen(data: Any) -> list[str]:
    """The numbers ticked on a list."""
    longest = InstitutionStatement._meta.get_field("statement_no").max_length or 0
    return [number for number in data.getlist("chosen") if 0 < len(number) <= longest]
