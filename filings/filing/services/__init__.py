"""Writes of filings: draft, submission, review, cancellation. Each is one transaction, logged last."""

from filings.filing.services.change import change_under_way, filing_change_begin, filing_lock_waive
from filings.filing.services.common import has_entered
from filings.filing.services.draft import AlreadySaved, filing_draft_save, filing_submit
from filings.filing.services.proof import material_received
from filings.filing.services.review import (
    filing_approve,
    filing_cancel,
    filing_decline,
    filing_return,
)

__all__ = [
    "AlreadySaved",
    "change_under_way",
    "filing_approve",
    "filing_cancel",
    "filing_change_begin",
    "filing_decline",
    "filing_draft_save",
    "filing_lock_waive",
    "filing_return",
    "filing_submit",
    "has_entered",
    "material_received",
]
