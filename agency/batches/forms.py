"""Forms of imports: the control totals of the uploader, the choices of the second person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from agency.batches.confirming import REASON_LIMIT
from agency.batches.control import Control, ControlColumn, Totals
from agency.batches.states import WriteChoice
from agency.money import MoneyError, parse_yuan
from agency.tabular.values import to_text

LARGEST = 10**9


class FigureField(forms.CharField):
    """A count, or an amount in yuan that becomes fen; empty: not stated."""

    def __init__(self, column: ControlColumn, group: str) -> None:
        self.column = column
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": 30})
        super().__init__(label=f"{group} {column.label}", required=False, max_length=30, widget=widget)

    def clean(self, value: Any) -> int | None:
        text = to_text(super().clean(value))
        if not text:
            return None
        try:
            amount = parse_yuan(text)
        except MoneyError as error:
            raise forms.ValidationError(error.message) from None
        if self.column.is_money:
            return amount
        if amount % 100 or not 0 <= amount // 100 < LARGEST:
            raise forms.ValidationError("应为整数，如 1200。")
        return amount // 100


class ControlForm(forms.Form):
    """A field for each figure of each group."""

    def __init__(
        self, control: Control, preview: Mapping[str, Any], typed: Totals, posted: QueryDict | None = None
    ) -> None:
        self.control, self.finer = control, control.finer_groups(preview)
        groups = [*control.groups, *self.finer]
        initial = {
            f"{group}__{column.key}": column.shown(typed[group][column.key])
            for group, _ in groups
            for column in control.columns
            if column.key in typed.get(group, {})
        }
        super().__init__(posted, initial=initial)
        for group, label in groups:
            for column in control.columns:
                self.fields[f"{group}__{column.key}"] = FigureField(column, label)

    def rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields as a table: a row for each group."""
        return self._rows(self.control.groups)

    def finer_rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The same of the finer groups."""
        return self._rows(self.finer)

    def finer_filled(self) -> bool:
        """Whether something stands in a finer group, typed or refused."""
        return any(field.value() or field.errors for _, fields in self.finer_rows() for field in fields)

    def _rows(self, groups: Sequence[tuple[str, str]]) -> list[tuple[str, list[forms.BoundField]]]:
        columns = self.control.columns
        return [(label, [self[f"{group}__{c.key}"] for c in columns]) for group, label in groups]

    def totals(self) -> dict[str, dict[str, int]]:
        """What was typed in."""
        found: dict[str, dict[str, int]] = {}
        for name, value in self.cleaned_data.items():
            group, _, key = name.partition("__")
            if value is not None:
                found.setdefault(group, {})[key] = value
        return found


class ConfirmForm(forms.Form):
    """What the second person decides; `default` is the choice of the dated parameter."""

    write_choice = forms.ChoiceField(
        label="写入方式", choices=WriteChoice.choices, required=False, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label="合计有差异仍确认的原因",
        max_length=REASON_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, posted: QueryDict | None = None, *, default: str) -> None:
        super().__init__(posted, initial={"write_choice": default})
        self.default = default

    def clean_write_choice(self) -> str:
        return self.cleaned_data["write_choice"] or self.default
