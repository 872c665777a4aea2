"""Forms of settled cases: the filter of the list; nothing personal, for it would stand in the URL."""

from __future__ import annotations

from django import forms

from agency.organisation.models import PoolingRegion
from agency.periods import is_period
from agency.policy.care import CareKind
from agency.policy.insurance import InsuranceType
from agency.tabular.values import to_text
from settlement.records.selectors import RecordFilter


class RegionChoice(forms.ModelChoiceField):
    """A region by its code in the URL."""

    def __init__(self, label: str) -> None:
        super().__init__(
            PoolingRegion.objects.all(), label=label, required=False, empty_label="全部", to_field_name="code"
        )


class RecordFilterForm(forms.Form):
    """What the list is narrowed to."""

    period = forms.CharField(label="期别", max_length=10, required=False)
    insured_region = RegionChoice("参保地")
    care_region = RegionChoice("就医地")
    institution = forms.CharField(label="医药机构编号", max_length=20, required=False)
    care_kind = forms.ChoiceField(label="医疗类别", choices=[("", "全部"), *CareKind.choices], required=False)
    insurance_type = forms.ChoiceField(
        label="险种", choices=[("", "全部"), *InsuranceType.choices], required=False
    )
    batch = forms.CharField(label="导入批次", max_length=20, required=False)
    person = forms.CharField(label="参保人内部编号", max_length=12, required=False)

    def clean_period(self) -> str:
        period = to_text(self.cleaned_data["period"])
        if period and not is_period(period):
            raise forms.ValidationError("期别应为六位数字，如 202610。")
        return period

    def narrowed(self) -> RecordFilter:
        """The filter; what was not understood does not narrow."""
        self.is_valid()
        return RecordFilter(**{name: value for name, value in self.cleaned_data.items() if value})
