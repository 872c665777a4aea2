"""后台管理: scans as rows, to be read; the pictures are looked at on the filing's page only."""

from django.contrib import admin

from agency.journal.admin import READERS
from agency.organisation.backends import grant_admin
from agency.organisation.logged_admin import ReadOnlyAdmin
from filings.scans.models import Scan


@admin.register(Scan)
class ScanAdmin(ReadOnlyAdmin):
    region_path = "filing__insured_region"
    list_display = [
        "filing",
        "number",
        "material",
        "came_as",
        "page_count",
        "uploaded_by",
        "uploaded_at",
        "withdrawn_at",
    ]
    list_select_related = ["filing", "material", "uploaded_by"]
    search_fields = ["=filing__filing_no"]
    show_full_result_count = False


grant_admin("filings.Scan", READERS)
