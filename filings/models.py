"""Re-exports what the slices define; one migration history for the app."""

from filings.card.models import Note
from filings.filing.models import Filing, FilingMaterial, KindTerms
from filings.materials.models import MaterialKind, MaterialRule
from filings.people.models import Enrolment, InsuredPerson, PersonInitials, SearchKey

__all__ = [
    "Enrolment",
    "Filing",
    "FilingMaterial",
    "InsuredPerson",
    "KindTerms",
    "MaterialKind",
    "MaterialRule",
    "Note",
    "PersonInitials",
    "SearchKey",
]
