"""Forms of stays: whose stay, the stay itself, and the choice of a stay on a form that rests on one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, cast

from django import forms

from agency.directory.fields import InstitutionField
from agency.organisation.models import User
from agency.tabular.values import to_text
from filings.filing.forms import DayField
from filings.filing.models import Filing
from filings.filing.states import FilingState
from filings.people.models import InsuredPerson
from filings.people.selectors import people_visible
from filings.stays.models import Stay
from filings.stays.services import StayEntry

NEW = "new"


class PersonForm(forms.Form):
    """Whose: a certificate number or our own number of a person that the actor may look at."""

    person = forms.CharField(
        label="证件号码或内部编号",
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "idno", "autofocus": True}),
        error_messages={"required": "请刷身份证，或输入证件号码、内部编号。"},
    )
    use_required_attribute = False

    def __init__(self, *args: Any, by: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.by = by

    def clean_person(self) -> InsuredPerson:
        number = to_text(self.cleaned_data["person"]).replace(" ", "").upper()
        rows = people_visible(self.by)
        found = rows.filter(person_no=number).first() or rows.filter(cert_no=number).first()
        if found is None:
            told = "本地没有这个号码的参保人。请核对号码；新参保的请先导入参保登记，或先办备案。"
            raise forms.ValidationError(told)
        return found


def text_field(label: str, length: int, *, required: bool = False, **attrs: Any) -> forms.CharField:
    """A line of text."""
    return forms.CharField(
        label=label,
        max_length=length,
        required=required,
        widget=forms.TextInput(attrs={"autocomplete": "off", **attrs}),
        error_messages={"required": f"请填写{label}。"},
    )


class StayForm(forms.Form):
    """登记就医: one stay."""

    use_required_attribute = False

    institution = InstitutionField(label="医疗机构", on="admitted_on")
    admission_no = text_field("住院号", 40, required=True)
    department = text_field("科室", 50)
    admitted_on = DayField(label="入院日期", error_messages={"required": "请填写入院日期。"})
    discharged_on = DayField(label="出院日期", required=False, help_text="还在住院的不填")
    settled_on = DayField(label="结算日期", required=False, help_text="医院结算或本人垫付的日期")
    filing = forms.ChoiceField(
        label="依据的备案", required=False, error_messages={"invalid_choice": "请从列表中选择备案。"}
    )

    def __init__(self, *args: Any, filings: Sequence[Filing] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.filings = {filing.filing_no: filing for filing in filings}
        field = cast(forms.ChoiceField, self.fields["filing"])
        field.choices = [("", "没有备案" if not filings else "不关联备案"), *map(_filing_option, filings)]

    def clean_admission_no(self) -> str:
        return to_text(self.cleaned_data["admission_no"])

    def clean_department(self) -> str:
        return to_text(self.cleaned_data["department"])

    def entry(self) -> StayEntry:
        """What was entered, once the form is valid."""
        said = dict(self.cleaned_data)
        said["filing"] = self.filings.get(said["filing"])
        return StayEntry(**said)


def _filing_option(filing: Filing) -> tuple[str, str]:
    parts = [filing.filing_no, filing.get_kind_display(), filing.care_place_name, filing.get_state_display()]
    return filing.filing_no, " · ".join(part for part in parts if part)


def filing_initial(filing: Filing | None, filings: Sequence[Filing], on: dt.date) -> dict[str, Any]:
    """The filing that a new stay most likely rests on, with the hospital that it names: the one the page was
    opened from, else the only one in force, else the only one."""
    in_force = [row for row in filings if row.state_on(on) == FilingState.IN_FORCE]
    if filing is None:
        filing = next((rows[0] for rows in (in_force, filings) if len(rows) == 1), None)
    if filing is None:
        return {"filing": ""}
    return {"filing": filing.filing_no, "institution": filing.care_institution}


def stay_initial(stay: Stay) -> dict[str, Any]:
    """The fields of a stay as it is stored."""
    return {
        "institution": stay.institution,
        "admission_no": stay.admission_no,
        "department": stay.department,
        "admitted_on": stay.admitted_on,
        "discharged_on": stay.discharged_on,
        "settled_on": stay.settled_on,
        "filing": stay.filing.filing_no if stay.filing is not None else "",
    }


def stay_option(stay: Stay) -> tuple[str, str]:
    """A stay in a list to choose from."""
    return stay.stay_no, f"{stay.institution} · 住院号 {stay.admission_no} · {stay.admitted_on} 入院"


class StayChoice(forms.Form):
    """哪次就医: one of the person's stays, or a new one whose fields stand on the same page."""

    stay = forms.ChoiceField(
        label="哪次就医",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择是哪次就医。", "invalid_choice": "请从列表中选择一次就医。"},
    )
    use_required_attribute = False

    def __init__(self, *args: Any, stays: Sequence[Stay], may_add: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        self.stays = {stay.stay_no: stay for stay in stays}
        choices = [stay_option(stay) for stay in stays]
        field = cast(forms.ChoiceField, self.fields["stay"])
        field.choices = [*choices, (NEW, "登记一次新的就医")] if may_add else choices

    @property
    def wants_new(self) -> bool:
        return bool(self.cleaned_data.get("stay") == NEW)

    def chosen(self) -> Stay | None:
        """The stay that was chosen; None for a new one."""
        return self.stays.get(self.cleaned_data["stay"])
