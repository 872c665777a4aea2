"""Re-exports what the slices register in the Django admin."""

from settlement.clearing import admin as clearing_admin

__all__ = ["clearing_admin"]
