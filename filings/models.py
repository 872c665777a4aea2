"""Re-exports what the slices define; one migration history for the app."""

from filings.filing.models import Filing, FilingMaterial, KindTerms
from filings.followups.models import DishonestyMark, FollowUp
from filings.materials.models import MaterialKind, MaterialRule
from filings.people.models import Enrolment, InsuredPerson, PersonInitials

__all__ = [
    "DishonestyMark",
    "Enrolment",
    "Filing",
    "FilingMaterial",
    "FollowUp",
    "InsuredPerson",
    "KindTerms",
    "MaterialKind",
    "MaterialRule",
    "PersonInitials",
]
