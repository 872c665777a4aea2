"""后台管理: kinds of paper and the rules that ask for them."""

from django.contrib import admin

from agency.organisation.admin import PROVINCE_EDITS, LoggedAdmin
from agency.organisation.backends import grant_admin
from filings.materials.models import MaterialKind, MaterialRule


@admin.register(MaterialKind)
class MaterialKindAdmin(LoggedAdmin):
    list_display = ["code", "name", "is_identity", "note"]
    search_fields = ["code", "name"]


@admin.register(MaterialRule)
class MaterialRuleAdmin(LoggedAdmin):
    list_display = [
        "filing_kind",
        "rule_set",
        "scope",
        "region",
        "group_no",
        "group_label",
        "commitment_allowed",
        "valid_from",
        "valid_to",
        "source",
    ]
    list_select_related = ["region"]
    list_filter = ["rule_set", "filing_kind", "scope"]
    search_fields = ["filing_kind", "group_label", "alternatives"]


grant_admin("filings.MaterialKind", PROVINCE_EDITS)
grant_admin("filings.MaterialRule", PROVINCE_EDITS)
