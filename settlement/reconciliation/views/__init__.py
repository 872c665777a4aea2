"""Pages of the reconciliation."""
