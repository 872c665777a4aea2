"""Filters of the directory, and what a pick field asks."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms
from django.urls import reverse_lazy

from agency.directory.rules import LEVELS, STANDING_LABELS, Sort, Standing
from agency.directory.selectors import Wanted
from agency.organisation.models import ConnectionScope, PoolingRegion, Qualification
from agency.organisation.places import cities, provinces
from agency.policy.care import CareKind
from agency.web.fields import DayField

EVERYTHING = "all"
# A new province brings its cities; everything else waits for the button.
READS_CITIES = {
    "hx-get": reverse_lazy("agency:institution_list"),
    "hx-trigger": "change",
    "hx-target": "#city",
    "hx-swap": "outerHTML",
}


class DirectoryFilter(forms.Form):
    """Filters of the list; they stand in the URL, for nothing in them is about a person."""

    SORTS = [("", "医院和药店"), (Sort.HOSPITAL.value, "医院"), (Sort.PHARMACY.value, "药店")]
    STANDINGS = [
        ("", "当日是定点"),
        (Standing.ENDED.value, STANDING_LABELS[Standing.ENDED]),
        (Standing.STUB.value, STANDING_LABELS[Standing.STUB]),
        (EVERYTHING, "全部"),
    ]

    province = forms.ChoiceField(label="省", required=False, widget=forms.Select(attrs=READS_CITIES))
    city = forms.CharField(label="市", required=False, max_length=6, widget=forms.Select)
    care = forms.ChoiceField(label="医疗类别", required=False, choices=[("", "不限"), *CareKind.choices])
    scope = forms.ChoiceField(label="联网", required=False, choices=[("", "不限"), *ConnectionScope.choices])
    sort = forms.ChoiceField(label="机构", required=False, choices=SORTS)
    level = forms.ChoiceField(label="等级", required=False, choices=[("", "全部等级"), *LEVELS])
    name = forms.CharField(
        label="名称或编码",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "名称中的几个字，或编码开头"}),
    )
    qualification = forms.ChoiceField(
        label="资格", required=False, choices=[("", "不限"), *Qualification.choices]
    )
    standing = forms.ChoiceField(label="状态", required=False, choices=STANDINGS)
    on = DayField(label="以哪天为准", required=False, attrs={"placeholder": "今天"})

    def __init__(self, *args: Any, today: dt.date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        cast(forms.ChoiceField, self.fields["province"]).choices = [("", "全国"), *provinces(today)]
        chosen = str(self.data.get("province", ""))
        self.cities = cities(chosen, on=today) if chosen else []
        empty = "全省" if self.cities else "不分市" if chosen else "先选择省"
        cast(forms.Select, self.fields["city"].widget).choices = [("", empty), *self.cities]
        if not self.cities:
            self.fields["city"].widget.attrs["disabled"] = True

    def clean_city(self) -> str:
        """A city of the chosen province; one left over from another province does not narrow."""
        city = self.cleaned_data["city"]
        return city if city in dict(self.cities) else ""

    @property
    def is_filtered(self) -> bool:
        return not self.is_valid() or any(self.cleaned_data.values())

    def wanted(self) -> Wanted:
        """What a valid form looks for."""
        said = self.cleaned_data
        standing = said["standing"] or Standing.DESIGNATED.value
        return Wanted(
            on=said["on"] or self.today,
            province=said["province"],
            city=said["city"],
            care=said["care"],
            scope=said["scope"],
            sort=said["sort"],
            level=said["level"],
            qualification=said["qualification"],
            standing="" if standing == EVERYTHING else standing,
            name=said["name"],
        )


class PickForm(forms.Form):
    """What a pick field sends while somebody types. What cannot be read does not narrow."""

    term = forms.CharField(required=False, max_length=60)
    listbox = forms.SlugField(required=False, max_length=60)
    province = forms.RegexField(r"^[0-9]{6}$", required=False)
    city = forms.RegexField(r"^[0-9]{6}$", required=False)
    insured = forms.RegexField(r"^[0-9]{6}$", required=False)
    on = DayField(required=False)

    def said(self, name: str) -> Any:
        self.is_valid()
        return self.cleaned_data.get(name) or ""

    def referring_for(self) -> PoolingRegion | None:
        """The region whose insured are referred; None where care is picked."""
        code = self.said("insured")
        return PoolingRegion.objects.filter(code=code).first() if code else None
