"""能否结算的提问: who, where, when and for what. Shape only; the rules judge."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms

from agency.directory.fields import InstitutionField
from agency.errors import DomainError
from agency.organisation import access
from agency.organisation.models import CertificateType, User
from agency.policy.care import CareKind
from filings.eligibility.selectors import Question
from filings.filing.forms import DayField
from filings.people.models import InsuredPerson
from filings.people.rules import read_certificate
from filings.people.selectors import people_visible

UNKNOWN_HERE = (
    "这里查不到这个人：本统筹区没有其参保登记，也没有受理过其备案。请核对号码；在外地参保的，请向参保地查询。"
)
UNKNOWN_ANYWHERE = "参保登记里没有这个人，请核对号码。"


def unknown_to(by: User) -> str:
    """What is said of a person whom `by` may not see, whoever insures them."""
    return UNKNOWN_ANYWHERE if access.sees_all(by) else UNKNOWN_HERE


def person_numbered(by: User, person_no: str) -> InsuredPerson | None:
    """The person of one of our numbers, as far as `by` may see them."""
    return people_visible(by).filter(person_no=person_no).first() if person_no else None


class EligibilityForm(forms.Form):
    """One question. The person is known by our number (hidden), or by the certificate that was shown."""

    use_required_attribute = False

    person = forms.CharField(label="参保人", required=False, widget=forms.HiddenInput)
    cert_type = forms.ChoiceField(label="证件类型", initial="01", required=False)
    cert_no = forms.CharField(
        label="证件号码",
        max_length=30,
        error_messages={"required": "请刷身份证，或输入证件号码。"},
        widget=forms.TextInput(
            attrs={"class": "idno", "data-id-number": "", "spellcheck": "false", "autocomplete": "off"}
        ),
    )
    institution = InstitutionField(label="医药机构", on="on")
    care_kind = forms.ChoiceField(
        label="就医类别",
        choices=[("", "请选择"), *CareKind.choices],
        error_messages={"required": "请选择就医类别。", "invalid_choice": "请从列表中选择就医类别。"},
    )
    on = DayField(label="哪一天", required=False, help_text="空着就是今天，过去和将来都可以查")
    student = forms.BooleanField(label="在校学生（看过学生证或在校证明）", required=False)
    emergency = forms.BooleanField(label="急诊抢救", required=False)

    def __init__(self, *args: Any, by: User, today: dt.date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.by, self.today = by, today
        self.known: InsuredPerson | None = None
        types = cast(forms.ChoiceField, self.fields["cert_type"])
        types.choices = list(CertificateType.objects.values_list("code", "name"))
        self.fields["cert_no"].widget.attrs["data-id-type"] = self["cert_type"].id_for_label
        opened_for = (self.data if self.is_bound else self.initial).get("person", "")
        self.fields["cert_no"].required = not opened_for
        if not self.is_bound and "institution" not in self.initial:
            first = "institution" if opened_for else "cert_no"
            self.fields[first].widget.attrs["autofocus"] = True

    def clean_on(self) -> dt.date:
        return self.cleaned_data["on"] or self.today

    def clean(self) -> dict[str, Any]:
        self._find_person()
        return self.cleaned_data

    def _find_person(self) -> None:
        """A number that was typed goes before the person whom the page was opened for."""
        typed = self.cleaned_data.get("cert_no", "")
        if typed:
            self._by_certificate(self.cleaned_data.get("cert_type") or "01", typed)
            return
        self.known = person_numbered(self.by, self.cleaned_data.get("person", ""))
        if self.known is None and "cert_no" not in self.errors:
            self.add_error("cert_no", unknown_to(self.by))

    def _by_certificate(self, cert_type: str, typed: str) -> None:
        try:
            number = read_certificate(cert_type, typed, self.today).number
        except DomainError as error:
            self.add_error("cert_no", error.message)
            return
        self.known = people_visible(self.by).filter(cert_type=cert_type, cert_no=number).first()
        if self.known is None:
            self.add_error("cert_no", unknown_to(self.by))

    def question(self) -> Question:
        """What was asked; only of a valid form."""
        asked = self.cleaned_data
        assert self.known is not None
        return Question(
            by=self.by,
            person=self.known,
            institution=asked["institution"],
            on=asked["on"],
            care_kind=CareKind(asked["care_kind"]),
            student=asked["student"],
            emergency=asked["emergency"],
        )


def initial_of(question: Question) -> dict[str, Any]:
    """The fields of a question that was asked, to ask another one."""
    return {
        "person": question.person.person_no,
        "institution": question.institution,
        "care_kind": question.care_kind.value,
        "on": question.on,
        "student": question.student,
        "emergency": question.emergency,
    }
