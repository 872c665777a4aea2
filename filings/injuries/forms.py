"""The entry form of an injury statement."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.db.models import TextChoices

from agency.tabular.values import to_text
from filings.filing.forms import DayField
from filings.injuries.models import InjuryStatement, ProxyRole
from filings.injuries.rules import Proxy
from filings.injuries.services import InjuryEntry
from filings.stays.forms import text_field

_TIME = re.compile(r"([0-9]{1,2})[:：时]([0-9]{1,2})分?")


class ClockField(forms.Field):
    """A time of day, typed as 8:30 or 08:30."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=forms.TextInput(attrs={"maxlength": 6, "autocomplete": "off", "placeholder": "如 8:30"}),
            **options,
        )

    def to_python(self, value: Any) -> dt.time | None:
        if not value or isinstance(value, dt.time):
            return value or None
        found = _TIME.fullmatch(to_text(value))
        if found is None or int(found[1]) > 23 or int(found[2]) > 59:
            raise forms.ValidationError("时刻写成 8:30 这样的时和分。")
        return dt.time(int(found[1]), int(found[2]))

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, dt.time) else value


class Signer(TextChoices):
    """谁签字: the patient, or somebody for them."""

    PATIENT = "patient", "患者本人"
    GUARDIAN = ProxyRole.GUARDIAN.value, ProxyRole.GUARDIAN.label
    PROXY = ProxyRole.PROXY.value, ProxyRole.PROXY.label


class InjuryForm(forms.Form):
    """外伤承诺书: when, where and how, and who signs for the patient."""

    use_required_attribute = False

    signer = forms.ChoiceField(
        label="谁签字",
        choices=Signer.choices,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "请选择由谁签字。"},
    )
    injured_on = DayField(label="受伤日期", required=False)
    injured_time = ClockField(label="受伤时刻", required=False)
    place = text_field("受伤地点", 200, required=True)
    course = forms.CharField(
        label="受伤经过",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请写明受伤经过。"},
    )
    proxy_name = text_field("签字人姓名", 50)
    proxy_relation = text_field("与患者关系", 20)
    proxy_phone = text_field("签字人电话", 30, inputmode="tel")
    proxy_cert_no = text_field("签字人证件号码", 30, spellcheck="false")

    def clean(self) -> dict[str, Any]:
        """Where the patient signs, nobody does for them; where somebody does, it is said who."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        signer = said.get("signer")
        if signer == Signer.PATIENT:
            for part in PROXY:
                said[f"proxy_{part}"] = ""
                self.errors.pop(f"proxy_{part}", None)
        elif signer:
            label = Signer(signer).label
            for name, what in (("proxy_name", "姓名"), ("proxy_relation", "与患者的关系")):
                if name not in self.errors and not to_text(said.get(name, "")):
                    self.add_error(name, f"由{label}签字的，请填写{label}{what}。")
        return said

    def entry(self) -> InjuryEntry:
        """What was entered, once the form is valid."""
        said = self.cleaned_data
        text = {name: to_text(said[name]) for name in ("place", *(f"proxy_{part}" for part in PROXY))}
        course = " ".join(to_text(line) for line in said["course"].splitlines() if line.strip())
        return InjuryEntry(
            place=text["place"],
            course=course,
            injured_on=said["injured_on"],
            injured_time=said["injured_time"],
            proxy=Proxy(
                text["proxy_name"],
                text["proxy_relation"],
                text["proxy_phone"],
                text["proxy_cert_no"].replace(" ", "").upper(),
                said["signer"] if said["signer"] in ProxyRole.values and text["proxy_name"] else "",
            ),
        )


PROXY = ("name", "relation", "phone", "cert_no")
FIELDS = ("injured_on", "injured_time", "place", "course", *(f"proxy_{part}" for part in PROXY))


def injury_initial(statement: InjuryStatement, *, is_minor: bool) -> dict[str, Any]:
    """The fields of a statement as it is stored."""
    signer = signer_for(is_minor=is_minor, has_proxy=statement.has_proxy, role=statement.proxy_role)
    return {name: getattr(statement, name) for name in FIELDS} | {"signer": signer}


def signer_for(*, is_minor: bool, has_proxy: bool, role: str = "") -> Signer:
    """Who signs, as far as a record tells it: for a minor whoever signs is the guardian."""
    if not has_proxy:
        return Signer.PATIENT
    if role:
        return Signer(role)
    return Signer.GUARDIAN if is_minor else Signer.PROXY
