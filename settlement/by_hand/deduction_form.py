"""The form of one deduction: every column of the import as a field; it is judged as a row of a file."""

from __future__ import annotations

from typing import Any

from django import forms

from agency.policy.care import CareKind
from agency.policy.insurance import InsuranceType
from settlement.deductions import parse as p
from settlement.deductions.models import DeductionKind
from settlement.records.forms import RegionChoice

# The field of each column, in the order of the form.
OF_CASE = {"settlement_no": p.SETTLEMENT_NO}
OF_GROUP = {
    "insured_region": p.INSURED_AREA,
    "care_region": p.CARE_AREA,
    "insurance_type": p.INSURANCE_TYPE,
    "care_kind": p.CARE_TYPE,
    "institution": p.INSTITUTION,
}
OF_ITEM = {
    "period": p.PERIOD,
    "kind": p.KIND,
    "amount": p.AMOUNT,
    "external_no": p.EXTERNAL_NO,
    "reason": p.REASON,
}
COLUMNS = {**OF_CASE, **OF_GROUP, **OF_ITEM}
BY_TITLE = {p.NAMES[column]: name for name, column in COLUMNS.items()}
REQUIRED = {"required": "没有填，请补上。"}


def _choice(label: str, labels: list[str], *, required: bool = False) -> forms.ChoiceField:
    choices = [("", "请选择"), *((text, text) for text in labels)]
    return forms.ChoiceField(label=label, choices=choices, required=required, error_messages=REQUIRED)


def _text(label: str, limit: int, hint: str = "", *, required: bool = False, **attrs: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=limit,
        required=required,
        help_text=hint,
        widget=forms.TextInput(attrs={"autocomplete": "off", **attrs}),
        error_messages={**REQUIRED, "max_length": f"太长，请写在 {limit} 个字以内。"},
    )


class DeductionForm(forms.Form):
    """One deduction as it would stand in a file: of one case, or of a group of them."""

    settlement_no = _text("结算编号", 40, "从一笔结算中扣的写编号；不是一笔的空着")
    insured_region = RegionChoice("参保地")
    care_region = RegionChoice("就医地")
    insurance_type = _choice("险种", list(map(str, InsuranceType.labels)))
    care_kind = _choice("医疗类别", list(map(str, CareKind.labels)))
    institution = _text("定点医药机构编号", 20, "H 或 P 加 11 位数字")
    period = _text("期别", 6, "如 202610", required=True, inputmode="numeric")
    kind = _choice("扣款类别", list(map(str, DeductionKind.labels)), required=True)
    amount = _text("金额（元）", 30, "正数，从应付中扣除", required=True, inputmode="decimal")
    external_no = _text("扣款编号", p.LIMITS[p.EXTERNAL_NO], "文书上有编号的照写")
    reason = forms.CharField(
        label="原因",
        max_length=p.LIMITS[p.REASON],
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": "请写明扣款的原因。",
            "max_length": f"原因请写在 {p.LIMITS[p.REASON]} 个字以内。",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("insured_region", "care_region"):
            region: Any = self.fields[name]
            region.empty_label = "请选择"

    def clean(self) -> dict[str, Any]:
        """Of one case or of a group, not of both: nothing is typed that the import would not look at."""
        given = self.cleaned_data
        both = [str(self.fields[name].label) for name in OF_GROUP if given.get(name)]
        if given.get("settlement_no") and both:
            told = f"写了结算编号，就按那一笔扣，请去掉：{'、'.join(both)}；不是一笔的，请去掉结算编号。"
            self.add_error("settlement_no", told)
        return given

    def group_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in OF_GROUP]

    def item_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in OF_ITEM if name != "reason"]

    def values(self) -> dict[str, str]:
        """What was typed, by column; a region by its code."""
        typed = {name: self.cleaned_data[name] or "" for name in COLUMNS}
        return {
            p.NAMES[column]: str(getattr(typed[name], "code", typed[name]))
            for name, column in COLUMNS.items()
        }

    def field_of(self, title: str | None) -> str | None:
        """The field of a column, for an error beside it."""
        return BY_TITLE.get(title or "")
