"""后台管理: statements to look at, and the accounts that institutions are paid into."""

from __future__ import annotations

from django.contrib import admin

from agency.interchange.admin import ReferenceAdmin
from agency.interchange.exchange import Exchange
from agency.money import yuan
from agency.organisation.admin import REGION_EDITS
from agency.organisation.backends import READ, grant_admin
from agency.organisation.logged_admin import ReadOnlyAdmin
from agency.organisation.roles import Level, Role
from settlement.statements.models import InstitutionAccount, InstitutionStatement


@admin.register(InstitutionStatement)
class InstitutionStatementAdmin(ReadOnlyAdmin):
    region_path = "care_region"
    list_display = ["statement_no", "institution_name", "state", "payable_yuan", "paid_on", "voucher_no"]
    list_filter = ["period", "state"]
    search_fields = ["statement_no", "institution_code"]
    show_full_result_count = False

    @admin.display(description="应付金额（元）")
    def payable_yuan(self, statement: InstitutionStatement) -> str:
        return yuan(statement.payable_fen)


@admin.register(InstitutionAccount)
class InstitutionAccountAdmin(ReferenceAdmin):
    exchanges = (Exchange(InstitutionAccount, key=("institution", "valid_from")),)
    region_path = "institution__region"
    list_display = ["institution", "account_name", "bank", "account_no", "valid_from", "valid_to"]
    list_select_related = ["institution"]
    search_fields = ["institution__code", "institution__name", "account_no"]
    autocomplete_fields = ["institution"]


grant_admin("settlement.InstitutionAccount", REGION_EDITS)
grant_admin(
    "settlement.InstitutionStatement",
    {(Role.SUPERVISOR, Level.PROVINCE): READ, (Role.SUPERVISOR, Level.REGION): READ},
)
