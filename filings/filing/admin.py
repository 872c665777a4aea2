"""后台管理: the terms of the kinds."""

from django.contrib import admin

from agency.interchange.admin import ReferenceAdmin
from agency.interchange.exchange import Exchange
from agency.organisation.admin import PROVINCE_EDITS
from agency.organisation.backends import grant_admin
from filings.filing.models import KindTerms


@admin.register(KindTerms)
class KindTermsAdmin(ReferenceAdmin):
    exchanges = (Exchange(KindTerms, key=("kind", "valid_from")),)
    list_display = [
        "kind",
        "term",
        "validity_months",
        "lock_months",
        "offered",
        "needs_review",
        "valid_from",
        "valid_to",
        "source",
    ]
    list_filter = ["kind"]


grant_admin("filings.KindTerms", PROVINCE_EDITS)
