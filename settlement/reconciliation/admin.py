"""后台管理: comparisons, differences, endings, answers, mappings to look at; only the program writes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from agency.money import yuan
from agency.organisation.backends import READ, grant_admin
from agency.organisation.logged_admin import ReadOnlyAdmin
from agency.organisation.roles import Level, Role
from settlement.reconciliation.ending_models import CarriedEnding
from settlement.reconciliation.models import ColumnMapping, DifferenceSheet, Discrepancy, ReconciliationRun


@admin.register(ReconciliationRun)
class ReconciliationRunAdmin(ReadOnlyAdmin):
    region_path = "region"
    list_display = ["run_no", "period", "source", "region", "state", "our_cases", "their_rows", "differences"]
    list_select_related = ["region"]
    list_filter = ["state", "source", "period"]
    search_fields = ["run_no", "file_name"]
    exclude = ["report"]
    show_full_result_count = False


@admin.register(Discrepancy)
class DiscrepancyAdmin(ReadOnlyAdmin):
    """What either side has is looked at in the program, where identity numbers are masked."""

    region_path = "run__region"
    list_display = ["difference_no", "kind", "subject", "amount_yuan", "cause", "state", "remedy", "owner"]
    list_select_related = ["owner"]
    list_filter = ["state", "kind", "cause", "remedy"]
    search_fields = ["difference_no", "=subject"]
    exclude = ["ours", "theirs", "evidence"]
    raw_id_fields = ["run", "pair"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("ours", "theirs", "evidence")

    @admin.display(description="差额（元）")
    def amount_yuan(self, row: Discrepancy) -> str:
        return yuan(row.amount_fen)


@admin.register(CarriedEnding)
class CarriedEndingAdmin(ReadOnlyAdmin):
    region_path = "discrepancy__run__region"
    list_display = ["ending_no", "discrepancy", "remedy", "state", "proposed_by", "approved_by"]
    list_select_related = ["discrepancy", "proposed_by", "approved_by"]
    list_filter = ["state", "remedy"]
    search_fields = ["ending_no", "=discrepancy__difference_no"]
    raw_id_fields = ["discrepancy"]


@admin.register(ColumnMapping)
class ColumnMappingAdmin(ReadOnlyAdmin):
    region_path = "region"
    list_display = ["name", "source", "region", "is_retired", "by", "at"]
    list_select_related = ["region", "by"]
    list_filter = ["source", "is_retired"]
    search_fields = ["name"]


@admin.register(DifferenceSheet)
class DifferenceSheetAdmin(ReadOnlyAdmin):
    region_path = "run__region"
    list_display = ["sheet_no", "run", "rows", "by", "at"]
    list_select_related = ["run", "by"]
    search_fields = ["sheet_no"]


LOOKS = {(Role.SUPERVISOR, Level.PROVINCE): READ, (Role.SUPERVISOR, Level.REGION): READ}
for model in (ReconciliationRun, Discrepancy, CarriedEnding, ColumnMapping, DifferenceSheet):
    grant_admin(model._meta.label, LOOKS)
