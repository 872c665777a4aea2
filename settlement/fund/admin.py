"""后台管理: accounts, movements, adjustments and balances off the bank's paper, to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from agency.money import yuan
from agency.organisation import access
from agency.organisation.backends import READ, grant_admin
from agency.organisation.logged_admin import ReadOnlyAdmin
from agency.organisation.models import User
from agency.organisation.roles import Level, Role
from settlement.fund.models import BankBalance, FundAccount, FundAdjustment, FundMovement


@admin.register(FundAccount)
class FundAccountAdmin(ReadOnlyAdmin):
    region_path = "region"
    list_display = ["code", "kind", "region", "insurance_type"]
    list_select_related = ["region"]
    list_filter = ["kind"]
    search_fields = ["code"]


class BetweenAccountsAdmin(ReadOnlyAdmin):
    """Rows between two accounts; a region's supervisor sees those that touch the own one."""

    list_select_related = ["debit", "credit"]

    @admin.display(description="金额（元）")
    def amount_yuan(self, row: FundMovement | FundAdjustment) -> str:
        return yuan(row.amount_fen)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        user = request.user
        assert isinstance(user, User)
        if access.sees_all(user):
            return rows
        return rows.filter(Q(debit__region=user.region_id) | Q(credit__region=user.region_id))


@admin.register(FundMovement)
class FundMovementAdmin(BetweenAccountsAdmin):
    list_display = ["movement_no", "posted_on", "debit", "credit", "amount_yuan", "cause_kind", "cause_no"]
    list_filter = ["cause_kind"]
    search_fields = ["movement_no", "cause_no"]
    date_hierarchy = "posted_on"


@admin.register(FundAdjustment)
class FundAdjustmentAdmin(BetweenAccountsAdmin):
    list_display = ["adjustment_no", "debit", "credit", "amount_yuan", "state", "proposed_by", "decided_by"]
    list_filter = ["state"]
    search_fields = ["adjustment_no"]


@admin.register(BankBalance)
class BankBalanceAdmin(ReadOnlyAdmin):
    list_display = ["day", "amount_yuan", "by", "at"]
    list_select_related = ["by"]

    @admin.display(description="余额（元）")
    def amount_yuan(self, row: BankBalance) -> str:
        return yuan(row.amount_fen)


LOOKS = {(Role.SUPERVISOR, Level.PROVINCE): READ, (Role.SUPERVISOR, Level.REGION): READ}
for model in (FundAccount, FundMovement, FundAdjustment):
    grant_admin(model._meta.label, LOOKS)
grant_admin(BankBalance._meta.label, {(Role.SUPERVISOR, Level.PROVINCE): READ})
