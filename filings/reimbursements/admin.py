"""后台管理: the papers to bring for manual reimbursement."""

from django.contrib import admin

from agency.interchange.admin import ReferenceAdmin
from agency.interchange.exchange import Exchange
from agency.organisation.admin import PROVINCE_EDITS
from agency.organisation.backends import grant_admin
from filings.reimbursements.models import ReimbursementPaper


@admin.register(ReimbursementPaper)
class ReimbursementPaperAdmin(ReferenceAdmin):
    exchanges = (Exchange(ReimbursementPaper, key=("code", "valid_from")),)
    list_display = ["position", "name", "note", "valid_from", "valid_to", "source"]
    list_display_links = ["name"]
    search_fields = ["name", "code"]


grant_admin("filings.ReimbursementPaper", PROVINCE_EDITS)
