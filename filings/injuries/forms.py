"""The entry form of an injury statement."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms

from agency.tabular.values import to_text
from filings.filing.forms import DayField
from filings.injuries.models import InjuryStatement
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


class InjuryForm(forms.Form):
    """外伤承诺书: when, where and how, and who signs for the patient."""

    use_required_attribute = False

    injured_on = DayField(label="受伤日期", required=False)
    injured_time = ClockField(label="受伤时刻", required=False)
    place = text_field("受伤地点", 200, required=True)
    course = forms.CharField(
        label="受伤经过",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请写明受伤经过。"},
    )
    proxy_name = text_field("代理人姓名", 50)
    proxy_relation = text_field("与患者关系", 20)
    proxy_phone = text_field("代理人电话", 30, inputmode="tel")
    proxy_cert_no = text_field("代理人证件号码", 30, spellcheck="false")

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
            ),
        )


PROXY = ("name", "relation", "phone", "cert_no")
FIELDS = ("injured_on", "injured_time", "place", "course", *(f"proxy_{part}" for part in PROXY))


def injury_initial(statement: InjuryStatement) -> dict[str, Any]:
    """The fields of a statement as it is stored."""
    return {name: getattr(statement, name) for name in FIELDS}
