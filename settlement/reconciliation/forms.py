"""Forms of reconciliation: what lists are narrowed to, a verdict, an owner with a day, reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django import forms

from agency.errors import REASON_LIMIT
from agency.organisation.models import PoolingRegion, User
from agency.tabular.values import to_text
from agency.web.fields import DayField
from agency.web.forms import PeriodForm, ReasonForm
from settlement.matching.models import FilingMark
from settlement.reconciliation.assigning import who_may_own
from settlement.reconciliation.judging import NOTE_LIMIT
from settlement.reconciliation.kinds import Cause, DiscrepancyKind, Remedy, SourceKind
from settlement.reconciliation.listing import NO_OWNER, SORTS, VIEWS, DifferenceFilter
from settlement.reconciliation.states import DiscrepancyState, RunState
from settlement.reconciliation.telling import subject_title
from settlement.records.forms import RegionChoice

ALL = ("", "全部")
NUMBER_LENGTH = 200
# what no difference of such a source has, so that nothing can be narrowed by it
NEVER_SAID: dict[str, set[str]] = {
    SourceKind.TOTALS: {"mark"},
    SourceKind.SHEET: {"mark", "region"},
    SourceKind.BANK: {"mark", "region", "institution", "cause"},
}


def typed_in(form: forms.Form) -> str:
    """What somebody wrote into a form of which nothing came, so that it is not lost."""
    return str(form.data.get("note") or form.data.get("reason") or "")


def _choice(label: str, choices: Sequence[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[ALL, *choices], required=False)


def _text(label: str, length: int) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=False)


def _note(rows: int, *, required: bool = True) -> forms.CharField:
    """What a verdict rests on, or what was found out so far."""
    return forms.CharField(
        label="说明",
        max_length=NOTE_LIMIT,
        required=required,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={
            "required": "请写明结论的依据。",
            "max_length": f"说明请写在 {NOTE_LIMIT} 个字以内。",
        },
    )


class RunFilterForm(PeriodForm):
    """What the list of comparisons is narrowed to."""

    source = _choice("来源", SourceKind.choices)
    state = _choice("状态", RunState.choices)
    region = RegionChoice("统筹区")
    institution = _text("医药机构编号", 12)

    def clean_institution(self) -> str:
        return to_text(self.cleaned_data["institution"]).upper()

    def given(self) -> dict[str, Any]:
        """What was filled in and understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class DifferenceFilterForm(PeriodForm):
    """What a list of differences is narrowed to; of one run, or a view of the work list."""

    view = forms.ChoiceField(choices=[ALL, *VIEWS.items()], required=False, widget=forms.HiddenInput)
    run = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)
    state = _choice("状态", DiscrepancyState.choices)
    kind = _choice("类别", DiscrepancyKind.choices)
    cause = _choice("疑因", Cause.choices)
    remedy = _choice("结论", Remedy.choices)
    owner = _choice("负责人", [])
    region = RegionChoice("统筹区（任一方）")
    institution = _text("医药机构编号", 12)
    source = _choice("来源", SourceKind.choices)
    number = _text("结算编号等", NUMBER_LENGTH)
    mark = _choice("我方备案核对", FilingMark.choices)
    sort = forms.ChoiceField(label="排序", choices=list(SORTS.items()), required=False)

    def __init__(self, by: User, data: Mapping[str, Any], source: str = "") -> None:
        """`source`: whose differences are listed, where all are of one."""
        super().__init__(data)
        self.of_source = source
        if source:
            self.fields["number"].label = subject_title(source)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ChoiceField)
        owner.choices = partial(_owners, by)  # asked only where the field is shown or filled in

    def clean_institution(self) -> str:
        return to_text(self.cleaned_data["institution"]).upper()

    def clean_number(self) -> str:
        return to_text(self.cleaned_data["number"])

    def narrowed(self) -> DifferenceFilter:
        """The filter; what was not understood does not narrow."""
        self.is_valid()
        return DifferenceFilter(**{name: value for name, value in self.cleaned_data.items() if value})

    @property
    def shown(self) -> list[forms.BoundField]:
        """The fields that the list shows: what belongs to runs only across them, the state of one run."""
        hidden = {"period", "source"} if self.data.get("run") else {"state", "remedy"}
        hidden |= NEVER_SAID.get(self.of_source, set())
        return [field for field in self.visible_fields() if field.name not in hidden]


def _owners(by: User) -> list[tuple[str, str]]:
    people = who_may_own(by.region, everywhere=by.region is None)
    return [ALL, (NO_OWNER, "没人负责"), *((one.username, str(one)) for one in people)]


class RemedyForm(forms.Form):
    """One of some remedies, and what that rests on."""

    remedy = forms.ChoiceField(
        label="处理", widget=forms.RadioSelect, error_messages={"required": "请选一种处理。"}
    )
    note = _note(rows=3)

    def __init__(self, remedies: Sequence[Remedy], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        remedy = self.fields["remedy"]
        assert isinstance(remedy, forms.ChoiceField)
        remedy.choices = [(one.value, one.label) for one in remedies]


class VerdictForm(RemedyForm):
    """What is to be done with a difference, and why; the other half where it belongs to another one."""

    other = forms.CharField(label="另一条差异", max_length=24, required=False)
    field_order = ("remedy", "other", "note")

    def clean_other(self) -> str:
        return to_text(self.cleaned_data["other"]).upper()

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said.get("remedy") == Remedy.PAIR and not said.get("other"):
            self.add_error("other", "请选出与它对应的另一条，或填另一条的差异编号。")
        return said


class EndingForm(RemedyForm):
    """How what was carried forward ended, and what that rests on."""


class AssignForm(forms.Form):
    """Who looks into it, and until when; both may be empty."""

    owner = forms.ModelChoiceField(
        User.objects.none(), label="负责人", required=False, to_field_name="username", empty_label="（没有）"
    )
    due_on = DayField(label="期限", required=False)

    def __init__(self, region: PoolingRegion | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = who_may_own(region)


class NoteForm(forms.Form):
    """What was found out so far."""

    note = _note(rows=3, required=False)


class PairsForm(forms.Form):
    """Why each of many belongs to the one that its evidence names."""

    note = _note(rows=2)


class DifferenceReasonForm(ReasonForm):
    """Why a verdict is returned or undone, or a comparison given up."""

    reason = forms.CharField(
        label="原因",
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": "请写明原因。",
            "max_length": f"原因请写在 {REASON_LIMIT} 个字以内。",
        },
    )


def _ending_no() -> forms.CharField:
    """Which ending was seen."""
    return forms.CharField(
        max_length=16, widget=forms.HiddenInput, error_messages={"required": "请在差异的页面里办理。"}
    )


class EndingSeenForm(forms.Form):
    """The ending that was seen when it was approved."""

    ending_no = _ending_no()


class EndingReasonForm(DifferenceReasonForm):
    """Why an ending is returned or undone."""

    ending_no = _ending_no()
