"""Re-exports what the slices define; one migration history for the app."""

from settlement.bills.models import FeeLine
from settlement.clearing import guards as guards
from settlement.clearing.consents import ChecklistSkip, SheetLook
from settlement.clearing.models import (
    ClearingLine,
    ClearingPeriod,
    RegionConfirmation,
    SheetComparison,
    SheetDifference,
    SignedSheet,
)
from settlement.corrections.models import ConflictLine, Correction
from settlement.deductions.models import Deduction
from settlement.matching.models import RecordFiling
from settlement.records.models import CareType, SettlementRecord

__all__ = [
    "CareType",
    "ChecklistSkip",
    "ClearingLine",
    "ClearingPeriod",
    "ConflictLine",
    "Correction",
    "Deduction",
    "FeeLine",
    "RecordFiling",
    "RegionConfirmation",
    "SettlementRecord",
    "SheetComparison",
    "SheetDifference",
    "SheetLook",
    "SignedSheet",
]
