"""Re-exports what the slices show in the Django admin."""

from filings.exemptions.admin import ExemptionRuleAdmin
from filings.filing.admin import KindTermsAdmin
from filings.materials.admin import MaterialKindAdmin, MaterialRuleAdmin
from filings.scans.admin import ScanAdmin

__all__ = ["ExemptionRuleAdmin", "KindTermsAdmin", "MaterialKindAdmin", "MaterialRuleAdmin", "ScanAdmin"]
