"""The one-page entry form of a filing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.urls import reverse_lazy

from agency.directory.fields import InstitutionField
from agency.errors import DomainError
from agency.organisation.models import CertificateType, PoolingRegion
from agency.policy.care import CareKind
from agency.policy.insurance import InsuranceType
from agency.tabular.values import to_text
from agency.web.fields import DayField
from filings.filing import places
from filings.filing.agents import AGENT_PAPERS
from filings.filing.entry import (
    AGENT_FIELDS,
    INSTITUTION_FIELDS,
    SHOWN_FIELDS,
    FilingEntry,
    entry_from,
)
from filings.filing.judging import original_serves
from filings.filing.kinds import Channel, FilingKind, GivenAs
from filings.filing.referrals import MOST_SETTLEMENTS, OUT_OF_SPAN, REFERRAL
from filings.filing.validity import Terms
from filings.materials.rules import COMMITMENT, COMMITMENT_LETTER, Group, serving
from filings.materials.selectors import material_names
from filings.people.rules import place_letters, read_certificate

CHOOSE = ("", "请选择")
REFERRAL_FIELDS = ("referring_institution", "diagnosis", "referred_on", "settlements_allowed")
SEPARATOR = "+"
WAYS_KEPT = {GivenAs.COPY.value: "复印件已收，纸质留存", GivenAs.ORIGINAL.value: "已核验原件"}
HANDED_IN = (GivenAs.ORIGINAL, GivenAs.COPY)


class NeededToSubmit:
    """Marked as needed, though a draft may leave it empty: the rules ask for it on submission."""

    def validate(self, value: Any) -> None:
        if value not in self.empty_values:  # type: ignore[attr-defined]
            super().validate(value)  # type: ignore[misc]


class NeededText(NeededToSubmit, forms.CharField):
    """A line of text."""


class NeededChoice(NeededToSubmit, forms.ChoiceField):
    """One of several."""

    default_error_messages = {"invalid_choice": "请从列表中选择一项。"}


class NeededDay(NeededToSubmit, DayField):
    """A date that a draft may leave empty."""


class NeededInstitution(NeededToSubmit, InstitutionField):
    """An institution that a draft may leave empty."""


class KindSelect(forms.RadioSelect):
    """The kinds as cards, each with how long it is valid."""

    def __init__(self, notes: dict[str, str], **options: Any) -> None:
        self.notes = notes
        super().__init__(**options)

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        return {**option, "note": self.notes.get(str(value), "")}


def term_note(kind: str, terms: Terms) -> str:
    """长期有效, or how many months; of an emergency that it counts as filed [N22]."""
    note = f"{terms.validity_months} 个月" if terms.validity_months else "长期有效"
    return note if kind != FilingKind.EMERGENCY else f"视同已备案，{note}"


def _text(
    label: str, length: int, *, needed: bool = False, attrs: dict[str, Any] | None = None
) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", **(attrs or {})})
    made = NeededText if needed else forms.CharField
    return made(label=label, max_length=length, required=needed, widget=widget)


# What asks the server for fragments. Posts carry the form around them, so no personal data is in a URL.
READS_PERSON = {
    "hx-post": reverse_lazy("filings:person_lookup"),
    "hx-trigger": "change",
    "hx-target": "#person",
    "hx-swap": "outerHTML",
}
IN_TURN = "#filing-form:queue last"  # the answer to an older choice never overwrites a newer one
READS_PLACES = {
    "hx-post": reverse_lazy("filings:places"),
    "hx-trigger": "change",
    "hx-target": "#city",
    "hx-swap": "outerHTML",
    "hx-sync": IN_TURN,
}
# Kind and begin decide much, but not the city: only what becomes another is put in, by the server's word.
READS_RULES = {**READS_PLACES, "hx-swap": "none"}
# Of the checklist only badges and count are put in, so that no select is taken away from under the hand.
READS_CHECKLIST = {
    "hx-post": reverse_lazy("filings:places"),
    "hx-trigger": "change",
    "hx-swap": "none",
    "hx-sync": IN_TURN,
}


# Typed initials that several places share choose none of them: static/js/letters.js shows them with numbers.
BY_LETTERS = {"data-letters": ""}


def _by_letters(row: tuple[str, str]) -> tuple[str, str]:
    """A place behind its initials (SD 山东省): letters typed in the list lead to it."""
    code, name = row
    return code, f"{place_letters(_short(name))} {name}"


def _short(name: str) -> str:
    """内蒙古自治区 → 内蒙古, 香港特别行政区 → 香港: nobody types the rest."""
    return re.sub(r"((壮族|回族|维吾尔)?自治区|特别行政区|（.*）)$", "", name)


class FilingForm(forms.Form):
    """新办备案: everything of one filing on one page. Shape only; the rules judge what it says."""

    use_required_attribute = False

    cert_type = forms.ChoiceField(label="证件类型", initial="01", widget=forms.Select(attrs=READS_PERSON))
    cert_no = _text(
        "证件号码",
        30,
        needed=True,
        attrs={**READS_PERSON, "class": "idno", "data-id-number": "", "spellcheck": "false"},
    )
    name = _text("姓名", 50, needed=True)
    insurance_type = NeededChoice(label="险种", widget=forms.Select(attrs=READS_PERSON))
    phone = _text("联系电话", 20, needed=True, attrs={"inputmode": "tel"})
    kind = NeededChoice(label="备案类型")
    province = NeededChoice(label="省", widget=forms.Select(attrs={**READS_PLACES, **BY_LETTERS}))
    city = NeededChoice(label="市", widget=forms.Select(attrs=BY_LETTERS))
    begins_on = NeededDay(label="生效日期", attrs=READS_RULES)
    address = _text("异地居住地址", 200)
    care_kind = forms.ChoiceField(label="就医类别", required=False)
    care_institution = InstitutionField(
        label="就诊医院", required=False, province="province", city="city", on="begins_on"
    )
    referring_institution = NeededInstitution(label="转出医院")
    diagnosis = _text("诊断", 200, needed=True)
    referred_on = NeededDay(label="转诊日期")
    settlements_allowed = forms.IntegerField(
        label="可直接结算次数",
        required=False,
        min_value=1,
        max_value=MOST_SETTLEMENTS,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 2, "autocomplete": "off"}),
        error_messages={
            "invalid": "次数填整数，不限次数就空着。",
            "min_value": OUT_OF_SPAN,
            "max_value": OUT_OF_SPAN,
        },
    )
    green_channel = forms.BooleanField(label="绿色通道（优先办理）", required=False)
    agent_name = _text("代办人姓名", 50)
    agent_cert_no = _text("代办人证件号码", 30, attrs={"class": "idno"})
    agent_phone = _text("代办人电话", 20, attrs={"inputmode": "tel"})
    agent_relation = _text("与参保人关系", 20)
    agent_proxy_paper = forms.ChoiceField(label="代办人身份证件", required=False)
    agent_own_paper = forms.ChoiceField(label="参保人身份证件", required=False)

    def __init__(
        self,
        *args: Any,
        on: dt.date,
        region: PoolingRegion,
        kinds: Sequence[tuple[FilingKind, Terms]],
        groups: Sequence[Group] = (),
        province: str = "",
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.groups = groups
        self.other_nos: list[str] = []  # filings that an error names
        self._offer("cert_type", list(CertificateType.objects.values_list("code", "name")))
        self.fields["cert_no"].widget.attrs["data-id-type"] = self["cert_type"].id_for_label
        self._offer("insurance_type", [CHOOSE, *InsuranceType.choices])
        self._offer("care_kind", [("", "不限"), *CareKind.choices])
        self.fields["kind"].widget = KindSelect(
            {kind: term_note(kind, terms) for kind, terms in kinds}, attrs=READS_RULES
        )
        self._offer("kind", [(kind.value, str(kind.label)) for kind, _ in kinds])
        self._offer("province", [CHOOSE, *(_by_letters(row) for row in places.provinces(on))])
        self._set_cities(province, on)
        cast(InstitutionField, self.fields["referring_institution"]).refers(region)
        self.names = material_names()
        ways = [way for way in WAYS_KEPT.items() if way[0] == GivenAs.COPY or original_serves(region, on)]
        for name in AGENT_PAPERS:
            self._offer(name, [("", "还没有留"), *ways])
        for group in groups:
            self._add_group(group)

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    def _set_cities(self, province: str, on: dt.date) -> None:
        found = places.cities(province, on=on) if province else []
        if province and not found:
            self._offer("city", [("", "备案到省级即可")])
            self.fields["city"].disabled = True
        else:
            self._offer(
                "city", [("", "请选择" if province else "先选择省"), *(_by_letters(row) for row in found)]
            )

    def _add_group(self, group: Group) -> None:
        """One group: which paper, and how it was given."""
        options = [(SEPARATOR.join(codes), self._papers(codes)) for codes in group.alternatives]
        parts = [code for codes in group.alternatives if len(codes) > 1 for code in codes]
        options += [(code, f"只有{self._papers((code,))}（不齐）") for code in dict.fromkeys(parts)]
        if group.commitment_allowed:
            options.append((COMMITMENT_LETTER, "个人承诺书（代替证明）"))
        self.fields[f"material_{group.no}"] = NeededChoice(
            label=group.label,
            choices=[("", "还没有交"), *options],
            widget=forms.Select(attrs=READS_CHECKLIST | {"hx-select-oob": self._badges()}),
        )
        ways = [GivenAs.ORIGINAL, GivenAs.COPY, *([GivenAs.DEFERRED] if group.deferral_allowed else [])]
        self.fields[f"given_{group.no}"] = forms.ChoiceField(
            label="提交方式",
            choices=[(way.value, way.label) for way in ways],
            required=False,
            widget=forms.Select(attrs=READS_CHECKLIST | {"hx-select-oob": self._badges()}),
        )

    def _badges(self) -> str:
        return ",".join(["#served", *(f"#badge_{group.no}" for group in self.groups)])

    def _papers(self, codes: Sequence[str]) -> str:
        return "和".join(self.names.get(code, code) for code in codes)

    def clean_cert_no(self) -> str:
        cert_type, number = self.cleaned_data.get("cert_type", ""), self.cleaned_data["cert_no"]
        if not number:
            raise forms.ValidationError("请输入证件号码，或刷身份证。")
        try:
            return read_certificate(cert_type, number).number
        except DomainError as error:
            raise forms.ValidationError(error.message) from None

    def clean_name(self) -> str:
        name = to_text(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError("请填写姓名，与证件一致。")
        return name

    def _said(self, field: str) -> str:
        return to_text(str(self.cleaned_data.get(field) or ""))

    def clean(self) -> dict[str, Any]:
        """What belongs to another kind is neither judged nor kept."""
        said = super().clean() or self.cleaned_data
        if said.get("kind") != REFERRAL:
            for name in REFERRAL_FIELDS:
                said[name] = None
                self.errors.pop(name, None)
        return said

    def entry(self, stored: FilingEntry | None = None) -> FilingEntry:
        """What was entered, as far as it has a shape; what the form does not show stays as stored."""
        said: dict[str, Any] = {name: self._said(name) for name in (*SHOWN_FIELDS, *AGENT_FIELDS)}
        for name in ("begins_on", "referred_on", "settlements_allowed"):
            said[name] = self.cleaned_data.get(name)
        for name in INSTITUTION_FIELDS:
            institution = self.cleaned_data.get(name)
            said[name] = institution.code if institution is not None else ""
        said["green_channel"] = bool(self.cleaned_data.get("green_channel"))
        said["agent_cert_no"] = said["agent_cert_no"].upper()
        materials, channel = self._materials(), Channel.COUNTER.value
        if stored is not None:
            materials = papers_not_shown(self.groups, stored.materials) | materials
            channel = stored.channel
        if any(said[name] for name in AGENT_FIELDS):  # without an agent there is nothing to keep of one
            materials |= self._agent_papers()
        return entry_from(said, materials=materials, channel=channel)

    def _materials(self) -> dict[str, str]:
        given: dict[str, str] = {}
        for group in self.groups:
            papers = self.cleaned_data.get(f"material_{group.no}") or ""
            how = self.cleaned_data.get(f"given_{group.no}") or GivenAs.ORIGINAL.value
            for code in papers.split(SEPARATOR) if papers else ():
                given[code] = GivenAs.ORIGINAL.value if code == COMMITMENT_LETTER else how
        return given

    def _agent_papers(self) -> dict[str, str]:
        kept = {code: self.cleaned_data.get(name) for name, code in AGENT_PAPERS.items()}
        return {code: how for code, how in kept.items() if how}


def _papers_shown(group: Group, given: Mapping[str, str]) -> tuple[str, ...]:
    """The papers among those handed in that the group's field stands for."""
    return serving(group, given) or tuple(code for code in given if code in group.codes)[:1]


def papers_not_shown(groups: Sequence[Group], given: Mapping[str, str]) -> dict[str, str]:
    """The papers handed in that no field of the checklist stands for: a second voucher, or one more proof.

    What was only promised for a group that is asked for no longer is promised no longer.
    """
    seen = {code for group in groups for code in _papers_shown(group, given)} | set(AGENT_PAPERS.values())
    held = {code: how for code, how in given.items() if how in HANDED_IN and code != COMMITMENT_LETTER}
    return {code: how for code, how in held.items() if code not in seen}


def material_initial(groups: Sequence[Group], given: Mapping[str, str]) -> dict[str, str]:
    """What the checklist shows for papers already handed in."""
    initial = {name: given[code] for name, code in AGENT_PAPERS.items() if code in given}
    for group in groups:
        papers = _papers_shown(group, given)
        if not papers:
            continue
        how = given.get(papers[0], GivenAs.ORIGINAL.value)
        if how == COMMITMENT:
            papers, how = (COMMITMENT_LETTER,), GivenAs.ORIGINAL.value
        initial[f"material_{group.no}"] = SEPARATOR.join(papers)
        initial[f"given_{group.no}"] = how
    return initial
