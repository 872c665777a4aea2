"""Re-exports what the slices show in the Django admin."""

from filings.exemptions.admin import ExemptionRuleAdmin
from filings.filing.admin import KindTermsAdmin
from filings.followups.admin import DishonestyMarkAdmin, FollowUpAdmin
from filings.materials.admin import MaterialKindAdmin, MaterialRuleAdmin
from filings.reimbursements.admin import ReimbursementPaperAdmin
from filings.scans.admin import ScanAdmin

__all__ = [
    "DishonestyMarkAdmin",
    "FollowUpAdmin",
    "ExemptionRuleAdmin",
    "KindTermsAdmin",
    "MaterialKindAdmin",
    "MaterialRuleAdmin",
    "ReimbursementPaperAdmin",
    "ScanAdmin",
]
