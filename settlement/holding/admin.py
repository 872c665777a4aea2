"""后台管理: held-over cases and their notes to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from agency.organisation.backends import READ, grant_admin
from agency.organisation.logged_admin import ReadOnlyAdmin
from agency.organisation.models import User
from agency.organisation.roles import Level, Role
from settlement.holding.models import HeldCase, HeldNote


class HeldNoteInline(admin.TabularInline):
    model = HeldNote
    extra = 0
    can_delete = False
    fields = ["region", "answer", "text", "by", "at"]
    readonly_fields = ["region", "answer", "text", "by", "at"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # whoever may see the held case


@admin.register(HeldCase)
class HeldCaseAdmin(ReadOnlyAdmin):
    list_display = [
        "held_no",
        "held_from",
        "settlement_no",
        "insured_region",
        "care_region",
        "region",
        "state",
    ]
    list_select_related = ["insured_region", "care_region", "region"]
    list_filter = ["state", "held_from"]
    search_fields = ["held_no", "settlement_no"]
    inlines = [HeldNoteInline]
    raw_id_fields = ["record"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """A region's supervisor sees what the region is a party to."""
        assert isinstance(request.user, User)
        return HeldCase.objects.visible_to(request.user)


grant_admin(
    HeldCase._meta.label, {(Role.SUPERVISOR, Level.PROVINCE): READ, (Role.SUPERVISOR, Level.REGION): READ}
)
