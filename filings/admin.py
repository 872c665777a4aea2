"""Re-exports what the slices show in the Django admin."""

from filings.exemptions.admin import ExemptionRuleAdmin
from filings.filing.admin import KindTermsAdmin
from filings.materials.admin import MaterialKindAdmin, MaterialRuleAdmin

__all__ = ["ExemptionRuleAdmin", "KindTermsAdmin", "MaterialKindAdmin", "MaterialRuleAdmin"]
