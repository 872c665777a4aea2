"""后台管理: accounts of the regions and the province; notices, bank lines and payments are only looked at."""

from __future__ import annotations

from django.contrib import admin

from agency.interchange.admin import ReferenceAdmin
from agency.interchange.exchange import Exchange
from agency.money import yuan
from agency.organisation.admin import PROVINCE_EDITS
from agency.organisation.backends import READ, grant_admin
from agency.organisation.logged_admin import ReadOnlyAdmin
from agency.organisation.roles import Level, Role
from settlement.notices.models import BankAccount, BankLine, Notice, Payment


@admin.register(BankAccount)
class BankAccountAdmin(ReferenceAdmin):
    exchanges = (Exchange(BankAccount, key=("region", "valid_from")),)
    list_display = ["holder", "region", "bank", "account_no", "valid_from", "valid_to", "source"]
    list_select_related = ["region"]
    search_fields = ["holder", "account_no"]


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    region_path = "region"
    list_display = ["notice_no", "period", "region", "direction", "total_yuan", "pay_by", "state"]
    list_select_related = ["region"]
    list_filter = ["period", "direction", "state"]
    search_fields = ["notice_no"]

    @admin.display(description="合计（元）")
    def total_yuan(self, notice: Notice) -> str:
        return yuan(notice.total_fen)


@admin.register(BankLine)
class BankLineAdmin(ReadOnlyAdmin):
    region_path = "region"
    list_display = ["line_no", "region", "booked_on", "reference", "direction", "amount_yuan", "other_name"]
    list_select_related = ["region"]
    list_filter = ["direction"]
    search_fields = ["line_no", "reference"]

    @admin.display(description="金额（元）")
    def amount_yuan(self, line: BankLine) -> str:
        return yuan(line.amount_fen)


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    region_path = "line__region"
    list_display = ["payment_no", "line", "notice", "amount_yuan", "basis", "by", "at"]
    list_select_related = ["line", "notice", "by"]
    list_filter = ["basis"]

    @admin.display(description="金额（元）")
    def amount_yuan(self, payment: Payment) -> str:
        return yuan(payment.amount_fen)


LOOKS = {(Role.SUPERVISOR, Level.PROVINCE): READ, (Role.SUPERVISOR, Level.REGION): READ}
grant_admin(BankAccount._meta.label, PROVINCE_EDITS)
for model in (Notice, BankLine, Payment):
    grant_admin(model._meta.label, LOOKS)
