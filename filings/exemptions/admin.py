"""后台管理: the rules of who needs no filing."""

from django.contrib import admin

from agency.interchange.admin import ReferenceAdmin
from agency.interchange.exchange import Exchange
from agency.organisation.admin import PROVINCE_EDITS
from agency.organisation.backends import grant_admin
from filings.exemptions.models import ExemptionRule


@admin.register(ExemptionRule)
class ExemptionRuleAdmin(ReferenceAdmin):
    exchanges = (
        Exchange(
            ExemptionRule,
            key=("rule_set", "region", "scope", "place_level", "care_kind", "person_group", "valid_from"),
        ),
    )
    list_display = [
        "__str__",
        "rule_set",
        "region",
        "scope",
        "place_level",
        "care_kind",
        "person_group",
        "needs",
        "valid_from",
        "valid_to",
        "source",
    ]
    list_select_related = ["region"]
    list_filter = ["rule_set", "scope", "needs"]
    search_fields = ["note", "source"]


grant_admin("filings.ExemptionRule", PROVINCE_EDITS)
