"""Writes of filings: draft, submission, review, cancellation. Each is one transaction, logged last."""

from filings.filing.services.draft import AlreadySaved, filing_draft_save, filing_submit
from filings.filing.services.review import (
    filing_approve,
    filing_cancel,
    filing_decline,
    filing_return,
    has_entered,
)

__all__ = [
    "AlreadySaved",
    "filing_approve",
    "filing_cancel",
    "filing_decline",
    "filing_draft_save",
    "filing_return",
    "filing_submit",
    "has_entered",
]
