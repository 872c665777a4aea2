"""The form of a note."""

from __future__ import annotations

from django import forms

from filings.card.models import LONGEST


class NoteForm(forms.Form):
    """Shape only; the service judges what it says."""

    use_required_attribute = False

    text = forms.CharField(
        label="写一条备注",
        required=False,
        help_text=f"最多 {LONGEST} 个字；写下后不能改，写错了就再写一条。",
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST}),
    )
