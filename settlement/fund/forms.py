"""Forms of the fund's ledger: a day, a span of days, an adjustment, a balance off the bank's paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms

from agency.errors import REASON_LIMIT
from agency.money import plain_yuan
from agency.organisation.models import PoolingRegion, RegionKind
from agency.policy.insurance import InsuranceType
from agency.tabular.values import to_text
from agency.web.fields import DayField
from settlement.fund.accounts import BANK, PLATFORMS, AccountKey, fund_of
from settlement.fund.adjusting import Said
from settlement.fund.models import BANK_LABEL, PLATFORM_LABEL
from settlement.notices.forms import FenField, Narrowing
from settlement.notices.models import BankDirection, BankLine

LONGEST = 400  # days of one statement


class DayForm(Narrowing):
    """Balances at the end of a day; empty: of all that is posted."""

    on = DayField(label="截至日期", required=False)


class SpanForm(forms.Form):
    """From a day to a day; without them the running month. What was not understood falls back to it."""

    first = DayField(label="从", required=False)
    last = DayField(label="到", required=False)

    def __init__(self, given: Mapping[str, str], *, today: dt.date) -> None:
        said = {name: given[name] for name in ("first", "last") if given.get(name)}
        super().__init__(said or {"first": str(today.replace(day=1)), "last": str(today)})
        self.today = today

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        last = data.get("last") or self.today
        first = data.get("first") or min(last, self.today).replace(day=1)
        if first > last:
            raise forms.ValidationError("起始日期晚于截止日期，请核对。")
        if (last - first).days > LONGEST:
            raise forms.ValidationError(f"一次最多看 {LONGEST} 天，请缩短。")
        return {"first": first, "last": last}

    def span(self) -> tuple[dt.date, dt.date]:
        """First and last day."""
        if self.is_valid():
            return self.cleaned_data["first"], self.cleaned_data["last"]
        return self.today.replace(day=1), self.today


class AdjustmentForm(forms.Form):
    """So much from one account to another, and why."""

    debit = forms.ChoiceField(label="借方", error_messages={"required": "请选借方账户。"})
    credit = forms.ChoiceField(label="贷方", error_messages={"required": "请选贷方账户。"})
    amount_fen = FenField("金额（元）")
    reason = forms.CharField(
        label="原因",
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明原因。"},
        help_text="期初余额、银行利息、手续费等；写明依据的文号或凭证号。",
    )

    line = forms.CharField(
        label="银行流水",
        max_length=14,
        required=False,
        help_text="内部编号，如 L20261100001；银行有这笔流水的要写，它就不再算未核销。",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.keys: dict[str, AccountKey] = {}
        choices = [("", "请选择")]
        for key, label in account_choices():
            name = name_of(key)
            self.keys[name] = key
            choices.append((name, label))
        for field in ("debit", "credit"):
            choice: Any = self.fields[field]
            choice.choices = choices

    def clean_debit(self) -> AccountKey:
        return self.keys[self.cleaned_data["debit"]]

    def clean_credit(self) -> AccountKey:
        return self.keys[self.cleaned_data["credit"]]

    def clean_line(self) -> BankLine | None:
        number = to_text(self.cleaned_data["line"])
        if not number:
            return None
        found = BankLine.objects.filter(line_no=number, region__isnull=True).first()
        if found is None:
            raise forms.ValidationError(f"省级账户没有流水 {number}，请核对编号。")
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        return data if self.errors else {"said": Said(**data)}

    @classmethod
    def of_line(cls, line: BankLine) -> AdjustmentForm:
        """To be filled in for what is left of a bank line; `line` comes with its rest."""
        side = "debit" if line.direction == BankDirection.IN else "credit"
        start = {"line": line.line_no, "amount_fen": plain_yuan(line.rest_fen), side: name_of(BANK)}
        return cls(initial={**start, "reason": line.note})


def name_of(key: AccountKey) -> str:
    """How the form names an account."""
    return "-".join(str(part or "") for part in key)


def account_choices() -> list[tuple[AccountKey, str]]:
    """Every account that could be, whether it is there yet or not."""
    regions = list(PoolingRegion.objects.filter(kind=RegionKind.POOLING))
    kinds = InsuranceType.choices
    return [
        (BANK, BANK_LABEL),
        *((PLATFORMS[kind], f"{PLATFORM_LABEL} {label}") for kind, label in kinds),
        *((fund_of(region.pk, kind), f"{region} {label}") for region in regions for kind, label in kinds),
    ]


class BalanceForm(forms.Form):
    """What the bank's paper says at the end of a day; an overdraft is below nil."""

    day = DayField(label="日期", error_messages={"required": "请填日期。"})
    amount_fen = FenField("对账单余额（元）")
