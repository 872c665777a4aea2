"""后台管理: years and applications to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from agency.organisation.backends import READ, grant_admin
from agency.organisation.logged_admin import ReadOnlyAdmin
from agency.organisation.models import User
from agency.organisation.roles import Level, Role
from settlement.year_end.models import YearEnd, YearEndApplication


@admin.register(YearEnd)
class YearEndAdmin(ReadOnlyAdmin):
    list_display = ["year", "state", "monthly_fen", "assessed_fen", "late_through", "closed_at"]
    list_filter = ["state"]


@admin.register(YearEndApplication)
class YearEndApplicationAdmin(ReadOnlyAdmin):
    list_display = ["application_no", "year_end", "region", "state", "applied_at"]
    list_select_related = ["year_end", "region"]
    list_filter = ["state", "year_end"]
    search_fields = ["application_no"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """A region's supervisor sees the own region's."""
        assert isinstance(request.user, User)
        return YearEndApplication.objects.visible_to(request.user)


grant_admin(YearEnd._meta.label, {(Role.SUPERVISOR, Level.PROVINCE): READ})
grant_admin(
    YearEndApplication._meta.label,
    {(Role.SUPERVISOR, Level.PROVINCE): READ, (Role.SUPERVISOR, Level.REGION): READ},
)
