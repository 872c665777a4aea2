"""Forms of the small sources: a clearing sheet, totals, a bank statement."""

from __future__ import annotations

from typing import Any

from django import forms

from agency.organisation.models import PoolingRegion, RegionKind
from agency.periods import is_period
from agency.tabular.values import to_text
from settlement.clearing.families import is_of_province
from settlement.clearing.sheets import SHEETS, SHORT_TITLES

YEARLY = {"16": "年终清算表", "17": "年终收款清算表", "18": "年终付款清算表"}


def _period(text: str, *, yearly: bool = False) -> str:
    """A month as typed, or a year where the sheet is of one."""
    period = to_text(text)
    is_year = len(period) == 4 and period.isascii() and period.isdigit() and period.startswith("2")
    if yearly and not is_year:
        raise forms.ValidationError("年终的表写四位年度，如 2026。")
    if not yearly and not is_period(period):
        raise forms.ValidationError("期别应为六位数字，如 202610。")
    return period


class SourceForm(forms.Form):
    """A month and a file."""

    period = forms.CharField(label="期别", max_length=6, error_messages={"required": "请写期别，如 202610。"})
    file = forms.FileField(
        label="文件", error_messages={"required": "请选择对方的文件。", "empty": "文件是空的，请重新选择。"}
    )

    def clean_period(self) -> str:
        return _period(self.cleaned_data["period"])


class SheetSourceForm(SourceForm):
    """A sheet of the other side: which one, of what period, of which region."""

    form_no = forms.ChoiceField(label="表", choices=[])
    region = forms.ModelChoiceField(
        label="统筹区",
        queryset=PoolingRegion.objects.none(),
        required=False,
        empty_label="（全省的表不选）",
    )
    field_order = ("form_no", "period", "region", "file")

    def __init__(self, *args: Any, own: PoolingRegion | None, **kwargs: Any) -> None:
        """`own`: the region of whoever reconciles; None for the province, which has all of them."""
        super().__init__(*args, **kwargs)
        self.own = own
        forms_listed = [form for form in (*SHEETS, *YEARLY) if own is None or not is_of_province(form)]
        self.fields["form_no"].choices = [(form, _title(form)) for form in forms_listed]  # type: ignore[attr-defined]
        if own is not None:
            del self.fields["region"]
        else:
            regions = PoolingRegion.objects.filter(kind=RegionKind.POOLING)
            self.fields["region"].queryset = regions  # type: ignore[attr-defined]

    def clean_period(self) -> str:
        return _period(self.cleaned_data["period"], yearly=self.cleaned_data.get("form_no") in YEARLY)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        form, region = given.get("form_no", ""), given.get("region", self.own)
        if form and self.own is None and is_of_province(form) == (region is not None):
            told = f"表 {form} 是全省的表，不选统筹区。" if region else f"表 {form} 要选统筹区。"
            self.add_error("region", told)
        given["region"] = region
        return given


def _title(form: str) -> str:
    return f"表 {form} {SHORT_TITLES.get(form) or YEARLY[form]}"
