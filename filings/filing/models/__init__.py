"""备案: filings, the terms of their kinds, and the materials handed in."""

from filings.filing.models.filings import Filing
from filings.filing.models.papers import FilingMaterial
from filings.filing.models.querysets import FilingQuerySet
from filings.filing.models.terms import KindTerms

__all__ = ["Filing", "FilingMaterial", "FilingQuerySet", "KindTerms"]
