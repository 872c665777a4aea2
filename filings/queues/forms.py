"""The small form that gives filings to somebody else."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from agency.organisation.models import PoolingRegion, User
from filings.queues.selectors import staff_who_may_hold


class HandOverForm(forms.Form):
    """Who will be in charge, and a word to them."""

    to = forms.ChoiceField(
        label="移交给",
        error_messages={"required": "请选择移交给谁。", "invalid_choice": "请从列表中选择一位同事。"},
    )
    note = forms.CharField(label="说明", max_length=100, required=False)

    def __init__(self, data: Any = None, *, region: PoolingRegion, but: User | None = None) -> None:
        super().__init__(data)
        self.use_required_attribute = False
        staff = {user: roles for user, roles in staff_who_may_hold(region).items() if user != but}
        self.people = {user.username: user for user in staff}
        labels = [(user.username, f"{user} · {roles}") for user, roles in staff.items()]
        cast(forms.ChoiceField, self.fields["to"]).choices = [("", "请选择"), *labels]
        self.fields["note"].widget.attrs["autocomplete"] = "off"

    @property
    def chosen(self) -> User:
        return self.people[self.cleaned_data["to"]]
