"""Fields of forms that ask for cases."""

from __future__ import annotations

from django import forms

from agency.organisation.models import PoolingRegion


class RegionChoice(forms.ModelChoiceField):
    """A region by its code in the URL."""

    def __init__(self, label: str) -> None:
        super().__init__(
            PoolingRegion.objects.all(), label=label, required=False, empty_label="全部", to_field_name="code"
        )
