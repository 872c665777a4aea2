"""后台管理: the log and state changes, to be read."""

from django.contrib import admin

from agency.journal.actions import action_label
from agency.journal.models import AuditEntry, PrintedForm, StateChange
from agency.organisation.backends import READ, grant_admin
from agency.organisation.logged_admin import ReadOnlyAdmin
from agency.organisation.roles import Level, Role

READERS = {(Role.SUPERVISOR, Level.PROVINCE): READ, (Role.SUPERVISOR, Level.REGION): READ}
ONLY_PROVINCE = {(Role.SUPERVISOR, Level.PROVINCE): READ}


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    region_path = "region"
    list_display = ["seq", "at", "by", "action_name", "subject_no", "region"]
    list_select_related = ["by", "region"]
    search_fields = ["=subject_no"]
    show_full_result_count = False

    @admin.display(description="操作")
    def action_name(self, entry: AuditEntry) -> str:
        return action_label(entry.action)


@admin.register(StateChange)
class StateChangeAdmin(ReadOnlyAdmin):
    list_display = ["subject_no", "from_state", "to_state", "by", "at", "reason"]
    list_select_related = ["by"]
    search_fields = ["=subject_no"]
    show_full_result_count = False


@admin.register(PrintedForm)
class PrintedFormAdmin(ReadOnlyAdmin):
    list_display = ["code", "form_no", "title", "subject_no", "by", "at"]
    list_select_related = ["by"]
    search_fields = ["=code", "=subject_no"]
    show_full_result_count = False


grant_admin(AuditEntry._meta.label, READERS)
grant_admin(StateChange._meta.label, ONLY_PROVINCE)
grant_admin(PrintedForm._meta.label, ONLY_PROVINCE)
