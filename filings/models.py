"""Re-exports what the slices define; one migration history for the app."""

from filings.card.models import Note
from filings.exemptions.models import ExemptionRule
from filings.filing.models import Filing, FilingMaterial, KindTerms
from filings.followups.models import DishonestyMark, FollowUp
from filings.injuries.models import InjuryStatement
from filings.materials.models import MaterialKind, MaterialRule
from filings.outside_care.models import OutsideCare, OutsideCareItem
from filings.people.models import Enrolment, InsuredPerson, PersonInitials, SearchKey
from filings.reimbursements.models import ManualReimbursement, ReimbursementPaper
from filings.scans.models import Scan, ScanPage
from filings.stays.models import Stay

__all__ = [
    "DishonestyMark",
    "Enrolment",
    "ExemptionRule",
    "Filing",
    "FilingMaterial",
    "FollowUp",
    "InjuryStatement",
    "InsuredPerson",
    "KindTerms",
    "ManualReimbursement",
    "MaterialKind",
    "MaterialRule",
    "Note",
    "OutsideCare",
    "OutsideCareItem",
    "PersonInitials",
    "ReimbursementPaper",
    "Scan",
    "ScanPage",
    "SearchKey",
    "Stay",
]
