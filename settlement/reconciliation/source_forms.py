"""Forms of the small sources: a clearing sheet, totals, a bank statement, and the columns of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from agency.organisation.models import Institution, PoolingRegion, RegionKind, User
from agency.periods import is_period
from agency.tabular.values import to_text
from agency.web.forms import NO_PERIOD
from settlement.clearing.families import is_of_province
from settlement.clearing.sheets import SHEETS, SHORT_TITLES
from settlement.reconciliation.kinds import DETAILS, SourceKind
from settlement.reconciliation.models import ColumnMapping
from settlement.reconciliation.saved_mappings import NAME_LENGTH
from settlement.reconciliation.selectors import mappings_usable

S = SourceKind
YEARLY = {"16": "年终清算表", "17": "年终收款清算表", "18": "年终付款清算表"}


def _period(text: str, *, yearly: bool = False) -> str:
    """A month as typed, or a year where the sheet is of one."""
    period = to_text(text)
    is_year = len(period) == 4 and period.isascii() and period.isdigit() and period.startswith("2")
    if yearly and not is_year:
        raise forms.ValidationError("年终的表写四位年度，如 2026。")
    if not yearly and not is_period(period):
        raise forms.ValidationError(NO_PERIOD)
    return period


class SourceForm(forms.Form):
    """A month and a file."""

    period = forms.CharField(
        label="期别",
        max_length=6,
        error_messages={"required": "请写期别，如 202610。", "max_length": NO_PERIOD},
    )
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


class MappedSourceForm(SourceForm):
    """A file whose columns are agreed to in a second step; `digest`: of the file kept in the first one."""

    source_kind = SourceKind.BANK
    digest = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    mapping = forms.ModelChoiceField(
        label="列对照",
        queryset=ColumnMapping.objects.none(),
        required=False,
        empty_label="（按列名认）",
        help_text="以前保存的；下一步还可以改。",
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mapping"].queryset = mappings_usable(by).filter(source=self.source_kind)  # type: ignore[attr-defined]
        if self.data.get("digest"):
            self.fields["file"].required = False


class BankSourceForm(MappedSourceForm):
    """The statement of a month."""

    field_order = ("period", "mapping", "file")


class ScopedSourceForm(MappedSourceForm):
    """A settlement month, of all or of one region or institution."""

    scope_region = forms.ModelChoiceField(
        label="只对统筹区",
        queryset=PoolingRegion.objects.filter(kind=RegionKind.POOLING),
        required=False,
        empty_label="（全部）",
    )
    scope_institution = forms.CharField(
        label="只对医药机构", max_length=12, required=False, help_text="编号，空着是全部"
    )

    def clean_scope_institution(self) -> Institution | None:
        code = to_text(self.cleaned_data["scope_institution"]).upper()
        found = Institution.objects.filter(code=code).first() if code else None
        if code and found is None:
            raise forms.ValidationError(f"没有编号为 {code} 的医药机构。")
        return found


class DetailsSourceForm(ScopedSourceForm):
    """A file of cases: whose it is, and whether cases of groups whose totals agree are compared as well."""

    source = forms.ChoiceField(
        label="来源",
        choices=[(kind.value, kind.label) for kind in (S.PLATFORM, S.REGION, S.HOSPITAL)],
    )
    all_details = forms.BooleanField(
        label="合计相符的也逐笔比对",
        required=False,
        help_text="不选：先看合计，只逐笔比对合计不符的组；比对后也可以改为全部",
    )
    field_order = (
        "period", "source", "scope_region", "scope_institution", "mapping", "all_details", "file",
    )  # fmt: skip

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        usable = mappings_usable(by).filter(source__in=DETAILS)
        self.fields["mapping"].queryset = usable  # type: ignore[attr-defined]


class TotalsSourceForm(ScopedSourceForm):
    """The totals of a settlement month."""

    source_kind = SourceKind.TOTALS
    without_refunds = forms.BooleanField(label="对方的合计不含退费", required=False)
    field_order = ("period", "scope_region", "scope_institution", "mapping", "without_refunds", "file")


class ColumnsForm(forms.Form):
    """Which heading of the file is which of our columns, with a value of each to tell them apart."""

    name = forms.CharField(
        label="把这个列对照存为",
        max_length=NAME_LENGTH,
        required=False,
        help_text="填了名称的，下次同样的文件可以直接选用。",
    )

    def __init__(self, *args: Any, names: Sequence[str], samples: Mapping[str, str], **kwargs: Any) -> None:
        """`samples`: each heading of the file with what stands under it first."""
        super().__init__(*args, **kwargs)
        self.names = {f"column{at}": name for at, name in enumerate(names)}
        headings = [(heading, _told(heading, sample)) for heading, sample in samples.items()]
        choices = [("", "（文件里没有）"), *headings]
        for key, name in self.names.items():
            self.fields[key] = forms.ChoiceField(label=name, choices=choices, required=False)
        self.order_fields([*self.names, "name"])

    @staticmethod
    def initial_of(names: Sequence[str], columns: Mapping[str, str]) -> dict[str, str]:
        """What is chosen at first: a mapping that was proposed or saved."""
        return {f"column{at}": columns[name] for at, name in enumerate(names) if name in columns}

    def columns(self) -> dict[str, str]:
        """The mapping that was agreed to."""
        given = self.cleaned_data
        return {name: given[key] for key, name in self.names.items() if given.get(key)}


def _told(heading: str, sample: str) -> str:
    shown = sample if len(sample) <= 20 else f"{sample[:20]}…"
    return f"{heading}（如 {shown}）" if shown else heading
