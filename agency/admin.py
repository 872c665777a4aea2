"""Re-exports what the slices register in the Django admin."""

from django.contrib import admin
from django_tasks_db.models import DBTaskResult
from axes.models import AccessAttempt, AccessFailureLog, AccessLog

from agency.journal import admin as journal_admin
from agency.organisation import admin as organisation_admin
from agency.policy import admin as policy_admin

__all__ = ["journal_admin", "organisation_admin", "policy_admin"]

# What packages register for themselves is for operators with a shell, not for supervisors.
for model in (DBTaskResult, AccessAttempt, AccessFailureLog, AccessLog):
    if admin.site.is_registered(model):
        admin.site.unregister(model)
