"""Re-exports what the slices register in the Django admin."""

from agency.directory import admin as directory_admin
from agency.journal import admin as journal_admin
from agency.organisation import admin as organisation_admin
from agency.policy import admin as policy_admin

__all__ = ["directory_admin", "journal_admin", "organisation_admin", "policy_admin"]
