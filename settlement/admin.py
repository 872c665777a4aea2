"""Re-exports what the slices register in the Django admin."""

from settlement.clearing import admin as clearing_admin
from settlement.fund import admin as fund_admin
from settlement.holding import admin as holding_admin
from settlement.notices import admin as notices_admin
from settlement.quotas import admin as quotas_admin
from settlement.reconciliation import admin as reconciliation_admin
from settlement.records import admin as records_admin
from settlement.statements import admin as statements_admin
from settlement.year_end import admin as year_end_admin

__all__ = [
    "clearing_admin",
    "fund_admin",
    "holding_admin",
    "notices_admin",
    "quotas_admin",
    "reconciliation_admin",
    "records_admin",
    "statements_admin",
    "year_end_admin",
]
