"""后台管理: follow-ups and marks, to be read."""

from django.contrib import admin

from agency.organisation.backends import READ, grant_admin
from agency.organisation.logged_admin import ReadOnlyAdmin
from agency.organisation.roles import Level, Role
from filings.followups.models import DishonestyMark, FollowUp

READERS = {(Role.SUPERVISOR, Level.PROVINCE): READ, (Role.SUPERVISOR, Level.REGION): READ}


@admin.register(FollowUp)
class FollowUpAdmin(ReadOnlyAdmin):
    region_path = "region"
    list_display = ["follow_up_no", "filing", "kind", "group_label", "due_on", "state", "settled_by"]
    list_select_related = ["filing", "settled_by"]
    list_filter = ["kind", "state"]
    search_fields = ["=follow_up_no", "=filing__filing_no"]
    show_full_result_count = False


@admin.register(DishonestyMark)
class DishonestyMarkAdmin(ReadOnlyAdmin):
    region_path = "region"
    list_display = ["filing", "region", "no_promise_until", "by", "at", "lifted_by", "lifted_at"]
    list_select_related = ["filing", "region", "by", "lifted_by"]
    search_fields = ["=filing__filing_no"]
    show_full_result_count = False


grant_admin("filings.FollowUp", READERS)
grant_admin("filings.DishonestyMark", READERS)
