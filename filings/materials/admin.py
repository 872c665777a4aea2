"""后台管理: kinds of paper and the rules that ask for them."""

from django.contrib import admin

from agency.interchange.admin import ReferenceAdmin
from agency.interchange.exchange import Exchange
from agency.organisation.admin import PROVINCE_EDITS
from agency.organisation.backends import grant_admin
from filings.filing.kinds import FilingKind
from filings.materials.models import MaterialKind, MaterialRule


@admin.register(MaterialKind)
class MaterialKindAdmin(ReferenceAdmin):
    exchanges = (Exchange(MaterialKind, key=("code",)),)
    list_display = ["code", "name", "is_identity", "note"]
    search_fields = ["code", "name"]


@admin.register(MaterialRule)
class MaterialRuleAdmin(ReferenceAdmin):
    exchanges = (
        Exchange(
            MaterialRule,
            key=("rule_set", "filing_kind", "scope", "region", "group_no", "valid_from"),
        ),
    )
    list_display = [
        "kind_label",
        "rule_set",
        "scope",
        "region",
        "group_no",
        "group_label",
        "commitment_allowed",
        "deferral_allowed",
        "valid_from",
        "valid_to",
        "source",
    ]
    list_select_related = ["region"]
    list_filter = ["rule_set", "filing_kind", "scope"]
    search_fields = ["filing_kind", "group_label", "alternatives"]

    @admin.display(description="备案类型", ordering="filing_kind")
    def kind_label(self, rule: MaterialRule) -> str:
        known = rule.filing_kind in FilingKind.values
        return str(FilingKind(rule.filing_kind).label) if known else rule.filing_kind


grant_admin("filings.MaterialKind", PROVINCE_EDITS)
grant_admin("filings.MaterialRule", PROVINCE_EDITS)
