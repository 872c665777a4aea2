"""Forms of the follow-ups: filters of the list, what was received, what was found, a draw."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any, cast

from django import forms

from agency.organisation.models import PoolingRegion, RegionKind, User
from agency.organisation.roles import Role
from agency.periods import is_period, period_of
from agency.tabular.values import to_text
from filings.filing.kinds import GivenAs
from filings.followups.models import FollowUp
from filings.followups.selectors import papers_text, receivable
from filings.followups.services.settling import REASON_LENGTH
from filings.followups.services.spot_checks import MOST_DRAWN
from filings.followups.states import FollowUpKind
from filings.materials.selectors import material_names


class FollowUpFilter(forms.Form):
    """Filters of the list; nothing in them tells who the insured person is."""

    kind = forms.ChoiceField(label="种类", choices=[("", "全部种类"), *FollowUpKind.choices], required=False)
    clerk = forms.ChoiceField(label="经办人", required=False)

    def __init__(self, *args: Any, by: User, **options: Any) -> None:
        super().__init__(*args, **options)
        rows = User.objects.filter(staff_roles__role=Role.INTAKE).order_by("username")
        if by.region_id is not None:
            rows = rows.filter(region=by.region_id)
        clerk = cast(forms.ChoiceField, self.fields["clerk"])
        clerk.choices = [("", "全部经办人"), *rows.values_list("username", "display_name")]


class ReceivedForm(forms.Form):
    """收到证明: which paper, and whether the original or a copy."""

    papers = forms.ChoiceField(label="收到的材料", error_messages={"required": "请选择收到的是哪一种材料。"})
    how = forms.ChoiceField(label="提交方式", choices=[(GivenAs.ORIGINAL, "原件"), (GivenAs.COPY, "复印件")])
    use_required_attribute = False

    def __init__(self, row: FollowUp, data: Any = None) -> None:
        super().__init__(data, auto_id=f"id_{row.follow_up_no}_%s")
        names = material_names()
        ways = [("+".join(codes), papers_text(codes, names)) for codes in receivable(row)]
        cast(forms.ChoiceField, self.fields["papers"]).choices = [("", "请选择"), *ways]


class NoteForm(forms.Form):
    """What was found, or why; `label` says which."""

    reason = forms.CharField(max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 3}))
    use_required_attribute = False

    def __init__(self, act: str, label: str, data: Any = None, *, required: bool = True) -> None:
        super().__init__(data, auto_id=f"id_{act}_%s")
        self.fields["reason"].label = label
        self.fields["reason"].required = required
        self.fields["reason"].error_messages["required"] = "请写明原因。"


class DrawForm(forms.Form):
    """随机抽查: how many of which month's promises, and the seed of the lot."""

    period = forms.CharField(label="承诺月份", max_length=6, help_text="六位年月，如 202611")
    count = forms.IntegerField(
        label="抽几份",
        min_value=1,
        max_value=MOST_DRAWN,
        error_messages={"invalid": "份数请填数字。", "required": "请填写抽几份。"},
    )
    seed = forms.CharField(
        label="抽样种子",
        max_length=40,
        required=False,
        help_text="空着由系统随机给出；同一种子抽出同样的备案，可以复核",
    )
    region = forms.ChoiceField(label="统筹区", error_messages={"required": "请选择统筹区。"})
    use_required_attribute = False

    def __init__(self, *args: Any, by: User, on: dt.date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["period"].initial, self.fields["count"].initial = period_of(on), 5
        if by.region_id is not None:
            del self.fields["region"]
        else:
            rows = PoolingRegion.objects.filter(kind=RegionKind.POOLING).values_list("code", "name")
            cast(forms.ChoiceField, self.fields["region"]).choices = [("", "请选择"), *rows]

    def clean_period(self) -> str:
        period = to_text(self.cleaned_data["period"])
        if not is_period(period):
            raise forms.ValidationError("月份应为六位数字，如 202611。")
        return period

    def clean_seed(self) -> str:
        return to_text(self.cleaned_data["seed"]) or secrets.token_hex(4)
