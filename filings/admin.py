"""Re-exports what the slices show in the Django admin."""

from filings.filing.admin import KindTermsAdmin
from filings.materials.admin import MaterialKindAdmin, MaterialRuleAdmin
from filings.reimbursements.admin import ReimbursementPaperAdmin

__all__ = ["KindTermsAdmin", "MaterialKindAdmin", "MaterialRuleAdmin", "ReimbursementPaperAdmin"]
