"""后台管理: the terms of the kinds."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from agency.interchange.admin import ReferenceAdmin
from agency.interchange.exchange import Exchange
from agency.organisation.admin import PROVINCE_EDITS
from agency.organisation.backends import grant_admin
from filings.filing.models import Filing, KindTerms
from filings.filing.waivers import locks_note


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

    def save_model(self, request: HttpRequest, obj: KindTerms, form: Any, change: Any) -> None:
        """With the locks that follow from the terms."""
        super().save_model(request, obj, form, change)
        locks_note(Filing.objects.all())


grant_admin("filings.KindTerms", PROVINCE_EDITS)
