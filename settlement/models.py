"""Re-exports what the slices define; one migration history for the app."""

from settlement.clearing import guards as guards
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
from settlement.records.models import CareType, SettlementRecord

__all__ = [
    "CareType",
    "ClearingLine",
    "ClearingPeriod",
    "ConflictLine",
    "Correction",
    "Deduction",
    "RegionConfirmation",
    "SettlementRecord",
    "SheetComparison",
    "SheetDifference",
    "SignedSheet",
]
