"""The filter of the queue."""

from __future__ import annotations

from typing import Any

from django import forms

from agency.web.forms import PeriodForm
from settlement.matching.models import TO_LOOK_AT
from settlement.matching.selectors import MarkFilter
from settlement.records.forms import RegionChoice


class MarkFilterForm(PeriodForm):
    """What the queue is narrowed to; a region is chosen by the province only."""

    period = forms.CharField(label="期别", max_length=10, required=False)
    mark = forms.ChoiceField(
        label="核对结果",
        choices=[("", "全部待看"), *((mark.value, mark.label) for mark in TO_LOOK_AT)],
        required=False,
    )
    side = forms.ChoiceField(label="哪一边", choices=[("", "参保地"), ("care", "就医地")], required=False)
    institution = forms.CharField(label="医药机构编号", max_length=20, required=False)

    def __init__(self, data: Any, *, chooses_region: bool) -> None:
        super().__init__(data)
        if chooses_region:
            self.fields["region"] = RegionChoice("统筹区")

    def narrowed(self) -> MarkFilter:
        """The filter; what was not understood does not narrow."""
        self.is_valid()
        return MarkFilter(**{name: value for name, value in self.cleaned_data.items() if value})
