"""Forms of notices and bank lines: filters, a line typed in, a part of it for a notice, a reason."""

from __future__ import annotations

from typing import Any

from django import forms

from agency.errors import REASON_LIMIT
from agency.money import MoneyError, parse_yuan
from agency.organisation.models import PoolingRegion, RegionKind
from agency.periods import is_period
from agency.tabular.values import to_text
from agency.web.fields import DayField
from agency.web.forms import ReasonForm
from settlement.notices.models import BankDirection, Category, Direction
from settlement.notices.selectors import LINE_STATES, STATES, LineFilter, NoticeFilter
from settlement.notices.services import LineContent

ALL = ("", "全部")


class FenField(forms.CharField):
    """An amount typed in yuan, in fen."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(
            label=label,
            max_length=30,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            error_messages={"required": "请填金额（元）。"},
            **options,
        )

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_yuan(text)
        except MoneyError as error:
            raise forms.ValidationError(error.message) from None


class Narrowing(forms.Form):
    """A filter in the address; what was not understood does not narrow."""

    def given(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def _period(self, name: str) -> str:
        period = to_text(self.cleaned_data[name])
        if period and not is_period(period):
            raise forms.ValidationError("应为六位数字的年月，如 202610。")
        return period


class NoticeFilterForm(Narrowing):
    """What the list of notices is narrowed to; a region's staff see their own alone."""

    period = forms.CharField(label="期别", max_length=10, required=False)
    region = forms.ModelChoiceField(
        PoolingRegion.objects.filter(kind=RegionKind.POOLING),
        label="统筹区",
        required=False,
        empty_label="全部",
        to_field_name="code",
    )
    category = forms.ChoiceField(label="类别", choices=[ALL, *Category.choices], required=False)
    direction = forms.ChoiceField(label="方向", choices=[ALL, *Direction.choices], required=False)
    state = forms.ChoiceField(label="状态", choices=[ALL, *STATES.items()], required=False)

    def __init__(self, *args: Any, sees_all: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not sees_all:
            del self.fields["region"]

    def clean_period(self) -> str:
        return self._period("period")

    def narrowed(self) -> NoticeFilter:
        return NoticeFilter(**self.given())


class LineFilterForm(Narrowing):
    """What the list of bank lines is narrowed to; only the province chooses an account."""

    month = forms.CharField(label="年月", max_length=10, required=False)
    direction = forms.ChoiceField(label="方向", choices=[ALL, *BankDirection.choices], required=False)
    state = forms.ChoiceField(label="核销", choices=[ALL, *LINE_STATES.items()], required=False)
    owner = forms.ChoiceField(label="账户", required=False)
    batch = forms.CharField(label="导入批次", max_length=20, required=False)

    def __init__(self, *args: Any, sees_all: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if sees_all:
            regions = PoolingRegion.objects.filter(kind=RegionKind.POOLING).values_list("code", "name")
            choice: Any = self.fields["owner"]
            choice.choices = [ALL, ("province", "省级账户"), *regions]
        else:
            del self.fields["owner"]

    def clean_month(self) -> str:
        return self._period("month")

    def narrowed(self) -> LineFilter:
        return LineFilter(**self.given())


class LineForm(forms.Form):
    """One line of a statement, typed in."""

    booked_on = DayField(label="日期", error_messages={"required": "请填日期。"})
    reference = forms.CharField(
        label="流水号", max_length=40, error_messages={"required": "请填银行的流水号或回单号。"}
    )
    direction = forms.ChoiceField(label="方向", choices=BankDirection.choices, widget=forms.RadioSelect)
    amount_fen = FenField("金额（元）")
    other_name = forms.CharField(label="对方户名", max_length=100, required=False)
    other_account = forms.CharField(label="对方账号", max_length=40, required=False)
    note = forms.CharField(
        label="摘要", max_length=200, required=False, help_text="写明通知书文号的可以自动核销。"
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        return {name: to_text(value) if isinstance(value, str) else value for name, value in data.items()}

    def clean_amount_fen(self) -> int:
        fen = int(self.cleaned_data["amount_fen"])
        if fen <= 0:
            raise forms.ValidationError("金额应大于 0，收付由方向说明。")
        return fen

    def said(self) -> LineContent:
        return LineContent(**self.cleaned_data)


class PaymentForm(forms.Form):
    """So much of a line for a notice; without an amount as much as fits."""

    notice = forms.CharField(
        label="通知书",
        widget=forms.HiddenInput,
        max_length=20,
        error_messages={"required": "请选一份通知书。"},
    )
    amount = FenField("金额（元）", required=False, help_text="空着：流水剩下的和通知书未付的，取小的。")
    reason = forms.CharField(
        label="原因",
        max_length=REASON_LIMIT,
        required=False,
        help_text="付款方账号不符或没有登记的，必须写明。",
    )


class WithdrawalForm(ReasonForm):
    """Why a payment is taken back."""

    reason = forms.CharField(
        label="撤回原因",
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明撤回核销的原因。"},
    )
