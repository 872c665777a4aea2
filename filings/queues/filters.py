"""Filters of the ledger of filings."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from agency.organisation.models import PoolingRegion
from agency.web.fields import DayField
from filings.filing.kinds import FilingKind
from filings.filing.states import FilingState


class ListFilter(forms.Form):
    """Filters of the list; nothing in them tells who somebody is, so they may stand in the URL."""

    SIDES = [("insured", "本地参保人"), ("care", "来本地就医")]

    side = forms.ChoiceField(label="方向", choices=SIDES, required=False)
    state = forms.ChoiceField(label="状态", choices=[("", "全部状态"), *FilingState.choices], required=False)
    kind = forms.ChoiceField(
        label="备案类型", choices=[("", "全部类型"), *FilingKind.choices], required=False
    )
    care = forms.ChoiceField(label="就医地", required=False)
    since = DayField(label="受理日期从", required=False, attrs={"placeholder": "如 2026-11-01"})
    until = DayField(label="到", required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        regions = PoolingRegion.objects.values_list("code", "name")
        care = cast(forms.ChoiceField, self.fields["care"])
        care.choices = [("", "全部就医地"), *regions]
