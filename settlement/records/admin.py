"""后台管理: care type codes and the kinds of care they count as."""

from django.contrib import admin

from agency.interchange.admin import ReferenceAdmin
from agency.interchange.exchange import Exchange
from agency.organisation.admin import PROVINCE_EDITS
from agency.organisation.backends import grant_admin
from settlement.records.models import CareType


@admin.register(CareType)
class CareTypeAdmin(ReferenceAdmin):
    exchanges = (Exchange(CareType, key=("code", "valid_from")),)
    list_display = ["code", "name", "care_kind", "valid_from", "valid_to", "source"]
    list_filter = ["care_kind"]
    search_fields = ["code", "name"]


grant_admin("settlement.CareType", PROVINCE_EDITS)
