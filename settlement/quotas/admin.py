"""后台管理: rounds, quotas, warnings and increases to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from agency.organisation.backends import READ, grant_admin
from agency.organisation.logged_admin import ReadOnlyAdmin
from agency.organisation.models import User
from agency.organisation.roles import Level, Role
from settlement.quotas.models import Quota, QuotaItem, QuotaRound
from settlement.quotas.states import RoundState
from settlement.quotas.use_models import FundWarning, QuotaIncrease

SUPERVISORS = {(Role.SUPERVISOR, Level.PROVINCE): READ, (Role.SUPERVISOR, Level.REGION): READ}


class OwnRegionAdmin(ReadOnlyAdmin):
    """A region's supervisor sees the own region's rows."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        assert isinstance(request.user, User)
        return self.model._default_manager.visible_to(request.user)


@admin.register(QuotaRound)
class QuotaRoundAdmin(ReadOnlyAdmin):
    list_display = ["year", "state", "base_months", "factor_text", "effective_on", "approved_by"]
    list_select_related = ["approved_by"]
    list_filter = ["state"]


@admin.register(QuotaItem)
class QuotaItemAdmin(OwnRegionAdmin):
    list_display = ["round", "region", "insurance_type", "average_fen", "quota_fen", "changed_fen", "reason"]
    list_select_related = ["round", "region"]
    list_filter = ["insurance_type", "round"]
    search_fields = ["region__name", "region__code"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """As on the pages: a region's supervisor sees what is approved."""
        assert isinstance(request.user, User)
        rows = super().get_queryset(request)
        is_province = request.user.level == Level.PROVINCE
        return rows if is_province else rows.filter(round__state=RoundState.APPROVED)


@admin.register(Quota)
class QuotaAdmin(OwnRegionAdmin):
    list_display = ["region", "insurance_type", "quota_fen", "effective_from", "approved_by", "approved_at"]
    list_select_related = ["region", "approved_by"]
    list_filter = ["insurance_type"]
    search_fields = ["region__name", "region__code"]


@admin.register(FundWarning)
class FundWarningAdmin(OwnRegionAdmin):
    list_display = ["warning_no", "month", "region", "insurance_type", "level", "used_fen", "quota_fen"]
    list_select_related = ["month", "region"]
    list_filter = ["level", "insurance_type"]
    search_fields = ["warning_no", "region__name"]


@admin.register(QuotaIncrease)
class QuotaIncreaseAdmin(OwnRegionAdmin):
    list_display = ["increase_no", "warning", "current_fen", "amount_fen", "state", "asked_by", "decided_by"]
    list_select_related = ["warning", "asked_by", "decided_by"]
    list_filter = ["state"]
    search_fields = ["increase_no"]


grant_admin(QuotaRound._meta.label, {(Role.SUPERVISOR, Level.PROVINCE): READ})
for _model in (QuotaItem, Quota, FundWarning, QuotaIncrease):
    grant_admin(_model._meta.label, SUPERVISORS)
