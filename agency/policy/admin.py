"""后台管理: parameters and holiday overrides."""

from django.contrib import admin

from agency.interchange.admin import ReferenceAdmin
from agency.interchange.exchange import Exchange
from agency.organisation.backends import EDIT, READ, grant_admin
from agency.organisation.roles import Level, Role
from agency.policy.models import Holiday, Parameter

PARAMETERS = {
    (Role.SUPERVISOR, Level.PROVINCE): EDIT,
    (Role.SYSTEM, Level.PROVINCE): EDIT,
    (Role.SUPERVISOR, Level.REGION): READ,
}


@admin.register(Parameter)
class ParameterAdmin(ReferenceAdmin):
    exchanges = (Exchange(Parameter, key=("key", "region", "valid_from")),)
    list_display = ["label", "value", "unit", "region", "valid_from", "valid_to", "source", "key"]
    list_select_related = ["region"]
    search_fields = ["key", "label"]
    list_filter = ["region", "source"]


@admin.register(Holiday)
class HolidayAdmin(ReferenceAdmin):
    exchanges = (Exchange(Holiday, key=("date",), begins="date"),)
    list_display = ["date", "kind", "name", "source"]
    date_hierarchy = "date"


grant_admin(Parameter._meta.label, PARAMETERS)
grant_admin(Holiday._meta.label, PARAMETERS)
