"""Forms of one case: every column of the import as a field; what it means is judged as a row of a file."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from agency.policy.insurance import InsuranceType
from settlement.records import columns as c

LONGEST = 200
NOT_FILLED = "没有填，请补上。"
# What is asked for, in the order of the form; a reversal has its own form.
GROUPS = (
    (
        "人和参保",
        (
            c.SETTLEMENT_NO, c.PERSON_NAME, c.CERT_TYPE, c.CERT_NO, c.INSURANCE_TYPE, c.INSURED_AREA,
            c.PERSON_NO,
        ),
    ),
    (
        "就医和结算",
        (
            c.CARE_AREA, c.INSTITUTION, c.INSTITUTION_NAME, c.CARE_TYPE, c.ADMITTED, c.DISCHARGED,
            c.SETTLED_AT, c.MEDICAL_RECORD, c.DIAGNOSIS,
        ),
    ),
    ("费用构成", (c.FIRST_AMOUNT, 11, 12, 13, 14, 16)),
    ("基金支付", (15, *range(17, 24))),
    ("个人和医院支付", (24, 25, 26)),
)  # fmt: skip
HINTS = {
    c.CERT_TYPE: "01 居民身份证",
    c.INSURED_AREA: "六位区划代码",
    c.CARE_AREA: "六位区划代码",
    c.INSTITUTION: "H 或 P 加 11 位数字",
    c.CARE_TYPE: "代码，如 21 普通住院",
    c.SETTLED_AT: "如 2026-10-09 10:30:00",
}


def field_name(column: int) -> str:
    """The name of a column's field: the platform's, where it has one."""
    return c.COLUMNS[column].platform or f"column_{column}"


BY_TITLE = {c.NAMES[column]: field_name(column) for _, group in GROUPS for column in group}


def _field(column: int) -> forms.Field:
    title, required = c.NAMES[column], column <= c.LAST_REQUIRED
    errors = {"required": NOT_FILLED, "max_length": f"太长，请写在 {LONGEST} 个字以内。"}
    if column == c.INSURANCE_TYPE:
        choices = [("", "请选择"), *((label, label) for label in InsuranceType.labels)]
        return forms.ChoiceField(label=title, choices=choices, error_messages={"required": NOT_FILLED})
    attrs: dict[str, Any] = {"autocomplete": "off"}
    if c.FIRST_AMOUNT <= column <= c.LAST_AMOUNT:
        attrs["inputmode"] = "decimal"
    if column == c.CERT_NO:
        attrs |= {"data-id-number": "", "data-id-type": f"id_{field_name(c.CERT_TYPE)}"}
    return forms.CharField(
        label=title,
        required=required,
        max_length=LONGEST,
        help_text=HINTS.get(column, ""),
        widget=forms.TextInput(attrs=attrs),
        error_messages=errors,
    )


class ReasonField(forms.CharField):
    """Why a case comes by hand."""

    def __init__(self, label: str) -> None:
        super().__init__(
            label=label,
            max_length=LONGEST,
            widget=forms.Textarea(attrs={"rows": 2}),
            error_messages={"required": "请写明原因。", "max_length": f"原因请写在 {LONGEST} 个字以内。"},
        )


class CaseForm(forms.Form):
    """One case as it would stand in a file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for _, group in GROUPS:
            for column in group:
                self.fields[field_name(column)] = _field(column)
        self.fields["reason"] = ReasonField("为什么手工录入")

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields by their headings, for the page."""
        return [(title, [self[field_name(column)] for column in group]) for title, group in GROUPS]

    def values(self) -> dict[str, str]:
        """What was typed, by column."""
        typed = {title: self.cleaned_data[name] for title, name in BY_TITLE.items()}
        return {**typed, c.NAMES[c.REVERSAL_FLAG]: "0"}

    def field_of(self, title: str | None) -> str | None:
        """The field of a column, for an error beside it; None when the form does not ask for it."""
        return BY_TITLE.get(title or "")


class ReverseForm(forms.Form):
    """The reversal of one case: all that is not the case's own."""

    number = forms.CharField(
        label="退费的结算编号", max_length=40, help_text="平台给的编号；没有的用建议的。",
        error_messages={"required": NOT_FILLED},
    )  # fmt: skip
    settled_at = forms.CharField(
        label="退费时间",
        max_length=30,
        help_text="如 2026-10-09 10:30:00",
        error_messages={"required": NOT_FILLED},
    )
    reason = ReasonField("为什么冲正")

    def field_of(self, title: str | None) -> str | None:
        """The field of a column, for an error beside it; None when the form does not ask for it."""
        fields = {c.NAMES[c.SETTLEMENT_NO]: "number", c.NAMES[c.SETTLED_AT]: "settled_at"}
        return fields.get(title or "")


def suggested(settlement_no: str, now: dt.datetime) -> dict[str, str]:
    """What the form of a reversal begins with."""
    return {"number": f"{settlement_no}-T"[:40], "settled_at": f"{now:%Y-%m-%d %H:%M:%S}"}
