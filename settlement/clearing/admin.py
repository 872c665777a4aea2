"""后台管理: months, lines, signed sheets and comparisons to look at; their sheet to compare by upload."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from import_export.admin import ImportMixin
from import_export.forms import ConfirmImportForm, ImportForm

from agency.money import yuan
from agency.organisation.backends import READ, grant_admin
from agency.organisation.logged_admin import ReadOnlyAdmin
from agency.organisation.models import PoolingRegion, RegionKind, User
from agency.organisation.roles import Level, Role
from settlement.clearing.comparisons import may_compare
from settlement.clearing.models import (
    ClearingLine,
    ClearingPeriod,
    SheetComparison,
    SheetDifference,
    SignedSheet,
)
from settlement.clearing.resources import SheetFile, SheetResource
from settlement.clearing.sheets import SHEETS, SHORT_TITLES
from settlement.clearing.version_models import MonthVersion, Reopening

READERS = {
    (Role.SUPERVISOR, Level.PROVINCE): READ,
    (Role.SUPERVISOR, Level.REGION): READ,
}


@admin.register(ClearingPeriod)
class ClearingPeriodAdmin(ReadOnlyAdmin):
    list_display = ["period", "state", "cases", "receivable_yuan", "computed_at", "signed_at"]
    list_filter = ["state"]
    search_fields = ["period"]

    @admin.display(description="应收合计（元）")
    def receivable_yuan(self, month: ClearingPeriod) -> str:
        return yuan(month.receivable_fen)


@admin.register(ClearingLine)
class ClearingLineAdmin(ReadOnlyAdmin):
    list_display = [
        "period",
        "insured_region",
        "care_region",
        "insurance_type",
        "care_kind",
        "cases",
        "due_yuan",
    ]
    list_select_related = ["period", "insured_region", "care_region"]
    list_filter = ["period", "insurance_type", "care_kind"]
    show_full_result_count = False

    @admin.display(description="应收（应付）金额（元）")
    def due_yuan(self, line: ClearingLine) -> str:
        return yuan(line.due_fen)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """A region's supervisor sees the lines to which the region is a party."""
        rows = super().get_queryset(request)
        user = request.user
        if isinstance(user, User) and user.level != Level.PROVINCE:
            return rows.filter(Q(insured_region=user.region_id) | Q(care_region=user.region_id))
        return rows


@admin.register(SignedSheet)
class SignedSheetAdmin(ReadOnlyAdmin):
    region_path = "region"
    list_display = ["period", "version", "form_no", "region", "digest"]
    list_select_related = ["period", "region"]
    list_filter = ["period", "form_no"]


@admin.register(MonthVersion)
class MonthVersionAdmin(ReadOnlyAdmin):
    list_display = ["period", "version_no", "cause", "by", "at", "records", "digest"]
    list_select_related = ["period", "by"]
    list_filter = ["period", "cause"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """A content is large: it is read for one version, never for a list."""
        return super().get_queryset(request).defer("content")


@admin.register(Reopening)
class ReopeningAdmin(ReadOnlyAdmin):
    list_display = ["reopening_no", "period", "version", "state", "proposed_by", "decided_by", "decided_at"]
    list_select_related = ["period", "proposed_by", "decided_by"]
    list_filter = ["state"]


class SheetImportForm(ImportForm):
    """Their file, and which of our sheets it is to be set beside."""

    form_no = forms.ChoiceField(
        label="表号", choices=[(form, f"表 {form} {SHORT_TITLES[form]}") for form in SHEETS]
    )
    period = forms.CharField(label="期别", max_length=6, help_text="六位年月，如 202610")
    region = forms.ModelChoiceField(
        label="统筹区",
        queryset=PoolingRegion.objects.filter(kind=RegionKind.POOLING),
        required=False,
        help_text="表 9 不填",
    )


class SheetConfirmForm(ConfirmImportForm):
    """The same, carried along to the confirmation."""

    form_no = forms.CharField(widget=forms.HiddenInput)
    period = forms.CharField(widget=forms.HiddenInput)
    region = forms.ModelChoiceField(
        queryset=PoolingRegion.objects.all(), required=False, widget=forms.HiddenInput
    )


class SheetDifferenceInline(admin.TabularInline):
    model = SheetDifference
    extra = 0
    can_delete = False
    fields = ["kind", "line_key", "column", "ours", "theirs", "place"]
    readonly_fields = ["kind", "line_key", "column", "ours", "theirs", "place"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # whoever may see the comparison


@admin.register(SheetComparison)
class SheetComparisonAdmin(ImportMixin, ReadOnlyAdmin):
    """Upload: a preview of the differences first; confirmed, the file and the differences are kept."""

    region_path = "region"
    list_display = ["comparison_no", "period", "form_no", "region", "file_name", "lines", "differences", "at"]
    list_select_related = ["region"]
    list_filter = ["period", "form_no"]
    inlines = [SheetDifferenceInline]
    resource_classes = [SheetResource]
    import_form_class = SheetImportForm
    confirm_form_class = SheetConfirmForm
    formats = [SheetFile]
    skip_admin_log = True  # the comparison itself stands in our log

    def has_import_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and may_compare(request.user)

    def get_confirm_form_initial(self, request: HttpRequest, import_form: Any) -> dict[str, Any]:
        initial = super().get_confirm_form_initial(request, import_form)
        if import_form is not None:
            initial |= {name: import_form.cleaned_data[name] for name in ("form_no", "period", "region")}
        return initial

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs["form"]
        chosen = {name: form.cleaned_data[name] for name in ("form_no", "period", "region")}
        return {**super().get_import_data_kwargs(**kwargs), **chosen}

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        if result.base_errors:
            messages.error(request, str(result.base_errors[0].error))
            return redirect("admin:settlement_sheetcomparison_changelist")
        messages.success(request, f"已比对：{result.comparison.summary}。")
        return redirect("admin:settlement_sheetcomparison_change", result.comparison.pk)


for of_all in (ClearingPeriod, MonthVersion, Reopening):  # sums of all regions
    grant_admin(of_all._meta.label, {(Role.SUPERVISOR, Level.PROVINCE): READ})
for model in (ClearingLine, SignedSheet, SheetComparison):
    grant_admin(model._meta.label, READERS)
