"""Filters of the ledger and of the queues."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django import forms

from agency.merging import Merged
from agency.organisation.models import PoolingRegion, User
from agency.web.fields import DayField
from filings.filing.kinds import Channel, FilingKind
from filings.filing.states import FilingState
from filings.queues.paging import SORTS
from filings.queues.selectors import held_by, queue

ANY_KIND = [("", "全部类型"), *FilingKind.choices]


def _places() -> list[tuple[str, str]]:
    return [("", "全部就医地"), *PoolingRegion.objects.values_list("code", "name")]


class ListFilter(forms.Form):
    """Filters of the ledger; nothing in them tells who somebody is, so they may stand in the URL."""

    SIDES = [("insured", "本地参保人"), ("care", "来本地就医")]

    side = forms.ChoiceField(label="方向", choices=SIDES, required=False)
    state = forms.ChoiceField(label="状态", choices=[("", "全部状态"), *FilingState.choices], required=False)
    kind = forms.ChoiceField(label="备案类型", choices=ANY_KIND, required=False)
    care = forms.ChoiceField(label="就医地", required=False)
    since = DayField(label="受理日期从", required=False, attrs={"placeholder": "如 2026-11-01"})
    until = DayField(label="到", required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        cast(forms.ChoiceField, self.fields["care"]).choices = _places()


class QueueFilter(forms.Form):
    """Filters and order of a queue. Whoever is in charge is named by the login name."""

    SORT_LABELS = [("due", "期限"), ("received", "受理日期"), ("name", "姓名")]

    kind = forms.ChoiceField(label="备案类型", choices=ANY_KIND, required=False)
    care = forms.ChoiceField(label="就医地", required=False)
    clerk = forms.CharField(label="承办人", max_length=50, required=False)
    channel = forms.ChoiceField(label="渠道", choices=[("", "全部渠道"), *Channel.choices], required=False)
    until = DayField(label="期限不晚于", required=False, attrs={"placeholder": "如 2026-11-30"})
    sort = forms.ChoiceField(label="排列", choices=SORT_LABELS, required=False)
    green = forms.BooleanField(label="只看绿色通道", required=False)

    def __init__(self, data: Any, *, by: User) -> None:
        super().__init__(data)
        cast(forms.ChoiceField, self.fields["care"]).choices = _places()
        if by.region_id is not None:
            self.fields["clerk"] = forms.ChoiceField(
                label="承办人", choices=[("", "所有人"), *_staff(by)], required=False
            )
        else:
            self.fields["clerk"].widget.attrs |= {"placeholder": "登录名", "autocomplete": "off"}

    @property
    def order(self) -> tuple[str, ...]:
        return SORTS[(self.cleaned_data["sort"] if self.is_valid() else "") or "due"]

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the order was asked for."""
        return any(self[name].value() for name in self.fields if name != "sort")


def listed(name: str, form: QueueFilter, *, by: User, on: dt.date) -> Merged:
    """The rows of a queue that its filters leave, in the order asked for; a filter that cannot be read leaves
    nothing."""
    rows = queue(name, by, on).order_by(*form.order)
    if not form.is_valid():
        return rows.none()
    wanted = form.cleaned_data
    if wanted["kind"]:
        rows = rows.filter(kind=wanted["kind"])
    if wanted["care"]:
        rows = rows.filter(care_region__code=wanted["care"])
    if wanted["channel"]:
        rows = rows.filter(channel=wanted["channel"])
    if wanted["green"]:
        rows = rows.filter(green_channel=True)
    if wanted["until"]:
        rows = rows.filter(due_on__lte=wanted["until"])
    if wanted["clerk"]:
        holder = User.objects.filter(username=wanted["clerk"]).first()
        rows = rows.filter(held_by(holder)) if holder is not None else rows.none()
    return rows


def _staff(by: User) -> list[tuple[str, str]]:
    """Everybody of the region, also who is not there any more: their filings are looked for too."""
    rows = User.objects.filter(region=by.region_id, is_system_account=False)
    return [
        (user.username, str(user) if user.is_active else f"{user}（已停用）")
        for user in rows.order_by("-is_active", "username")
    ]
