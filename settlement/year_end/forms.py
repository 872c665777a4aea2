"""Forms of the year: an application, and a note or a reason."""

from __future__ import annotations

from django import forms

from agency.errors import REASON_LIMIT

NOTE_LIMIT = 200


class ApplicationForm(forms.Form):
    """What a region writes on form 15; the figures come from the year."""

    reason = forms.CharField(
        label="申请事由",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明申请事由。"},
    )
    contact = forms.CharField(label="联系人", max_length=50, error_messages={"required": "请写联系人。"})
    phone = forms.CharField(label="电话", max_length=30, error_messages={"required": "请写电话。"})


class NoteForm(forms.Form):
    """意见: may be empty."""

    note = forms.CharField(
        label="意见", max_length=NOTE_LIMIT, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReturnForm(forms.Form):
    """Why an application goes back."""

    reason = forms.CharField(
        label="退回原因",
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明退回的原因。"},
    )


class SeenForm(forms.Form):
    """Which figures the person looked at who closes."""

    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
