"""Re-exports what the slices define; one migration history for the app."""

from filings.exemptions.models import ExemptionRule
from filings.filing.models import Filing, FilingMaterial, KindTerms
from filings.materials.models import MaterialKind, MaterialRule
from filings.people.models import Enrolment, InsuredPerson, PersonInitials
from filings.scans.models import Scan, ScanPage

__all__ = [
    "Enrolment",
    "ExemptionRule",
    "Filing",
    "FilingMaterial",
    "InsuredPerson",
    "KindTerms",
    "MaterialKind",
    "MaterialRule",
    "PersonInitials",
    "Scan",
    "ScanPage",
]
