"""已用的不改写, on the pages of the admin: a row that has begun is overwritten only with a reason, which is
logged with what stood there before; as a rule it gets an end, and another row follows it [P]."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.db.models import Model
from django.http import HttpRequest

from agency.interchange import rules
from agency.interchange.exchange import WORDING, Exchange

WHY = "mended_why"
FREE = WORDING | {"valid_to"}
LONGEST = 200


class InUseForm(forms.ModelForm):
    """The form of a dated row, with the reason that is asked for when it rewrites what has begun."""

    exchange: ClassVar[Exchange]
    today: ClassVar[dt.date]

    mended_why = forms.CharField(
        label="更正原因",
        max_length=LONGEST,
        required=False,
        help_text="只在改写已经在用的一行时填写；原来的内容会一起记入日志。规定有变化的，请填失效日期并另加一行。",
    )

    def rewritten(self) -> list[str]:
        """The changed fields that a row which has begun should keep."""
        begins = self.initial.get(self.exchange.day)
        if self.instance.pk is None or begins is None or begins > self.today:
            return []
        changed = [name for name in self.changed_data if name != WHY]
        names = rules.rewritten(begins, self.today, changed, FREE)
        ends = self.initial.get("valid_to"), self.cleaned_data.get("valid_to")
        if "valid_to" in changed and rules.ends_in_the_past(*ends, self.today):
            names.append("valid_to")
        return names

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        names = self.rewritten()
        if names and not data.get(WHY):
            titles = [str(self.fields[name].label) for name in names]
            self.add_error(WHY, rules.reason_wanted(self.initial[self.exchange.day], titles))
        return data

    def mended(self) -> dict[str, Any]:
        """For the log: why, and what stood there; nothing when nothing in use was rewritten."""
        names = self.rewritten()
        if not names:
            return {}
        before = {name: str(self.initial.get(name)) for name in names}
        return {"reason": self.cleaned_data[WHY], "before": before}


def in_use_form(
    base: type[forms.ModelForm], exchange: Exchange, request: HttpRequest
) -> type[forms.ModelForm]:
    """The form of an admin page, asking for a reason."""
    today = request.today  # type: ignore[attr-defined]
    return type("InUse" + base.__name__, (InUseForm, base), {"exchange": exchange, "today": today})


def has_begun(exchange: Exchange, row: Model | None, request: HttpRequest) -> bool:
    """Whether a stored row of the table counts already."""
    today: dt.date = request.today  # type: ignore[attr-defined]
    return bool(exchange.day) and row is not None and getattr(row, exchange.day) <= today
