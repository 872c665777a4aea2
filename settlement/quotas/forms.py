"""Forms of quotas: a year to draw up, another amount, a note, an urgent increase, a reason."""

from __future__ import annotations

from django import forms

from agency.errors import REASON_LIMIT
from agency.web.fields import DayField
from agency.web.forms import ReasonForm
from settlement.notices.forms import FenField


class DrawForm(forms.Form):
    """拟定: which year, and from when on."""

    year = forms.IntegerField(
        label="年度",
        min_value=2001,
        max_value=2999,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4, "autocomplete": "off"}),
        error_messages={
            "required": "请填年度，如 2027。",
            "invalid": "请填四位年份，如 2027。",
            "min_value": "请填四位年份，如 2027。",
            "max_value": "请填四位年份，如 2027。",
        },
    )
    effective_on = DayField(label="生效日期", required=False, help_text="空着为该年 1 月 1 日")


class SeenForm(forms.Form):
    """Which figures the person looked at who approves."""

    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)


class ChangeForm(ReasonForm):
    """Another amount than the arithmetic gives."""

    changed_fen = FenField("调整后额度（元）")
    field_order = ("changed_fen", "reason")


class IncreaseForm(ReasonForm):
    """加急调增: so much more, and why."""

    amount_fen = FenField("调增额（元）", help_text="加在现有额度之上")
    field_order = ("amount_fen", "reason")


class NoteForm(forms.Form):
    """What was done about a warning."""

    note = forms.CharField(
        label="处理情况",
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明处理情况。"},
    )
