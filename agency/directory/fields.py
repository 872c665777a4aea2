"""选择机构: a form field whose value is an institution, by code, by name or picked from what is offered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from agency.directory.rules import read_code
from agency.directory.selectors import (
    ALIKE_AT_MOST,
    SAME_NAME_AT_MOST,
    institutions_alike,
    institutions_meant,
)
from agency.directory.shown import place_of
from agency.organisation.institutions import institution_by_code
from agency.organisation.models import Institution, PoolingRegion
from agency.tabular.values import to_text

TEXT_LENGTH = 100
SIBLINGS = ("pick_province", "pick_city", "pick_on")  # name other fields of the same form


@dataclass(frozen=True)
class Typed:
    """What came from the browser: the text, and the code of the option picked (empty when none was)."""

    text: str = ""
    code: str = ""


class InstitutionWidget(forms.Widget):
    """A text box with a list of suggestions below it (ARIA combobox) and a hidden code beside it.

    Without script it is a text box. `<name>` holds the text, `<name>_code` the code of what was picked.
    """

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.asks: dict[str, str] = {}  # what the suggestions are narrowed by

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Typed:
        return Typed(str(data.get(name) or ""), str(data.get(f"{name}_code") or ""))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data

    def id_for_label(self, id_: str) -> str:
        return id_

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        typed = _as_typed(value)
        final = self.build_attrs(self.attrs, attrs)
        listbox = f"{final.get('id', name)}_list"
        asks = {"pick": name, "pick_listbox": listbox, **self._asked_in(name)}
        sent = [name, *asks, *(asks[key] for key in SIBLINGS if key in asks)]
        context = {
            "name": name,
            "typed": typed,
            "attrs": final,
            "listbox": listbox,
            "url": reverse("agency:institution_pick"),
            "asks": json.dumps(asks),
            "sent": ",".join(dict.fromkeys(sent)),
        }
        return SafeString(render_to_string("agency/directory/_pick_field.html", context))

    def _asked_in(self, name: str) -> dict[str, str]:
        """The siblings under the names that they have in a form with a prefix (`stay-institution`)."""
        prefix = name[: name.rfind("-") + 1]
        return {key: f"{prefix}{said}" if key in SIBLINGS else said for key, said in self.asks.items()}


class InstitutionField(forms.Field):
    """One institution or None. For a form of any slice:

        care_institution = InstitutionField(
            label="就医机构", required=False, province="province", city="city", on="begins_on"
        )
        referring_institution = InstitutionField(label="转出医院", required=False)

        def __init__(self, …):  # a referral: who may refer the insured of this region
            self.fields["referring_institution"].refers(region)

    and in the template, like any field,
    `{% include "components/_field.html" with field=form.care_institution %}`.

    `province`, `city` and `on` name the fields of the same form whose values narrow what is offered; `refers`
    offers instead, wherever they lie, those whose referral counts for the insured of a region. An initial
    value is an Institution. The field answers *who is meant*: a whole code, an exact name, or the option
    picked; it refuses a text that means none or several with a sentence. Whether that institution is
    designated, connected or may refer is for the rules of the form's service to judge
    (`agency.organisation.institutions`): what is offered is narrowed, what is taken is not.
    """

    widget = InstitutionWidget
    default_error_messages = {"required": "请填写机构，输入名称或编码。"}

    def __init__(self, *, province: str = "", city: str = "", on: str = "", **options: Any) -> None:
        super().__init__(**options)
        named = {"pick_province": province, "pick_city": city, "pick_on": on}
        self._asks({key: name for key, name in named.items() if name})

    def refers(self, insured_region: PoolingRegion) -> None:
        """Offer those whose referral counts for the insured of this region."""
        self._asks({"pick_insured": insured_region.code})

    def _asks(self, more: dict[str, str]) -> None:
        widget = cast(InstitutionWidget, self.widget)
        widget.asks = {**widget.asks, **more}

    def to_python(self, value: Any) -> Institution | None:
        if value is None or isinstance(value, Institution):
            return value
        text = to_text(value.text)
        if not text:
            return None
        if len(text) > TEXT_LENGTH:
            raise forms.ValidationError(f"最多 {TEXT_LENGTH} 个字，请只填机构名称或编码。")
        return _picked(text, value.code) or _meant(text)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """By who is meant, however it was typed."""
        try:
            return initial != self.to_python(data)
        except forms.ValidationError:
            return True


def _as_typed(value: Any) -> Typed:
    if isinstance(value, Institution):
        return Typed(str(value), value.code)
    return value if isinstance(value, Typed) else Typed()


def _picked(text: str, code: str) -> Institution | None:
    """The option picked, as long as the text is still its own: who types on after picking means another."""
    found = institution_by_code(code) if read_code(code) else None
    return found if found is not None and text in (str(found), found.code) else None


def _meant(text: str) -> Institution:
    """The one that a text means, else a sentence that helps on."""
    found = institutions_meant(text)
    if len(found) == 1:
        return found[0]
    if found:
        many = f"{SAME_NAME_AT_MOST} 家以上" if len(found) == SAME_NAME_AT_MOST else f"{len(found)} 家"
        raise forms.ValidationError(f"有 {many}叫“{text}”，请从列表选，或改填编码：{_listed(found)}。")
    alike = institutions_alike(text)
    if alike:
        raise forms.ValidationError(
            f"没有叫“{text}”的机构，请从列表选，或填全名称或编码；名称相近的有：{_listed(alike)}。"
        )
    raise forms.ValidationError(f"名录里没有“{text}”，请核对名称或编码，或从列表选。")


def _listed(rows: list[Institution]) -> str:
    told = [f"{row.code} {row}（{place_of(row) or '所在地未登记'}）" for row in rows[:ALIKE_AT_MOST]]
    return "、".join(told) + (" 等" if len(rows) > ALIKE_AT_MOST else "")
