"""Re-exports what the slices show in the Django admin."""

from filings.filing.admin import KindTermsAdmin
from filings.followups.admin import DishonestyMarkAdmin, FollowUpAdmin
from filings.materials.admin import MaterialKindAdmin, MaterialRuleAdmin

__all__ = ["DishonestyMarkAdmin", "FollowUpAdmin", "KindTermsAdmin", "MaterialKindAdmin", "MaterialRuleAdmin"]
