"""What the list of cases is narrowed to; nothing personal, for it stands in the URL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models

from agency.money import MoneyError, parse_yuan
from agency.organisation.models import PoolingRegion
from agency.periods import is_period
from agency.policy.care import CareKind
from agency.policy.insurance import InsuranceType
from agency.tabular.values import to_text
from agency.web.forms import NO_PERIOD
from settlement.matching.models import FilingMark
from settlement.records.forms import RegionChoice


class CaseState(models.TextChoices):
    """状态: what became of a case."""

    STANDING = "standing", "正常"
    REVERSED = "reversed", "已冲正"
    REVERSAL = "reversal", "退费"
    CORRECTED = "corrected", "更正"
    LATE = "late", "顺延"
    LOCAL = "local", "本地（不清算）"


@dataclass(frozen=True)
class CaseFilter:
    """What a list of cases is narrowed to; empty means all. Amounts are fen of 医疗费总额."""

    period: str = ""
    insured_region: PoolingRegion | None = None
    care_region: PoolingRegion | None = None
    institution: str = ""
    care_kind: str = ""
    insurance_type: str = ""
    state: str = ""
    mark: str = ""
    least: int | None = None
    most: int | None = None
    batch: str = ""
    person: str = ""  # our number of a person, for those who may see the person
    same_as: str = ""  # a settlement number: all cases of its person

    @property
    def is_empty(self) -> bool:
        return self == CaseFilter()


class AmountField(forms.Field):
    """An amount in yuan, as fen."""

    def __init__(self, label: str) -> None:
        shape = {"inputmode": "decimal", "maxlength": 18, "autocomplete": "off"}
        super().__init__(label=label, required=False, widget=forms.TextInput(attrs=shape))

    def to_python(self, value: Any) -> int | None:
        text = to_text(value or "")
        if not text:
            return None
        try:
            return parse_yuan(text)
        except MoneyError as error:
            raise forms.ValidationError(error.message) from None


def _choice(label: str, choices: type[models.TextChoices]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", "全部"), *choices.choices], required=False)


class CaseFilterForm(forms.Form):
    """The filter of the list. What no index narrows is asked within one month, batch, institution or person:
    else a rare amount would be looked for among all cases there ever were."""

    period = forms.CharField(label="期别", max_length=10, required=False)
    insured_region = RegionChoice("参保地")
    care_region = RegionChoice("就医地")
    insurance_type = _choice("险种", InsuranceType)
    care_kind = _choice("医疗类别", CareKind)
    institution = forms.CharField(label="医药机构编号", max_length=20, required=False)
    state = _choice("状态", CaseState)
    mark = _choice("备案核对", FilingMark)
    least = AmountField("总额从（元）")
    most = AmountField("总额到（元）")
    batch = forms.CharField(label="导入批次", max_length=20, required=False)
    person = forms.CharField(label="参保人内部编号", max_length=12, required=False)
    same_as = forms.CharField(label="与这笔结算同一人", max_length=40, required=False)

    def clean_period(self) -> str:
        period = to_text(self.cleaned_data["period"])
        if period and not is_period(period):
            raise forms.ValidationError(NO_PERIOD)
        return period

    def clean(self) -> dict[str, Any]:
        given = {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
        within = {"period", "institution", "batch", "person", "same_as"} & given.keys()
        sparse = {"state", "least", "most"} & given.keys()
        if sparse and not within and "period" not in self.errors:
            names = "、".join(str(self.fields[name].label) for name in self.fields if name in sparse)
            self.add_error("period", f"按{names}筛选时，请同时填期别、医药机构或批次。")
        least, most = given.get("least"), given.get("most")
        if least is not None and most is not None and least > most:
            self.add_error("most", "上限小于下限，请核对。")
        return self.cleaned_data

    def narrowed(self) -> CaseFilter:
        """The filter; what was not understood does not narrow."""
        self.is_valid()
        kept = {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
        if {"period", "most"} & self.errors.keys():
            kept = {name: value for name, value in kept.items() if name not in ("state", "least", "most")}
        return CaseFilter(**kept)
