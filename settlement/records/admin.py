"""后台管理: care type codes and the kinds of care they count as."""

from django.contrib import admin

from agency.organisation.admin import PROVINCE_EDITS, LoggedAdmin
from agency.organisation.backends import grant_admin
from settlement.records.models import CareType


@admin.register(CareType)
class CareTypeAdmin(LoggedAdmin):
    list_display = ["code", "name", "care_kind", "valid_from", "valid_to", "source"]
    list_filter = ["care_kind"]
    search_fields = ["code", "name"]


grant_admin("settlement.CareType", PROVINCE_EDITS)
