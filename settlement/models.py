"""Re-exports what the slices define; one migration history for the app."""

from settlement.bills.models import FeeLine
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
from settlement.matching.models import RecordFiling
from settlement.notices.models import BankAccount, BankLine, Notice, Payment
from settlement.records.models import CareType, SettlementRecord

__all__ = [
    "BankAccount",
    "BankLine",
    "CareType",
    "ClearingLine",
    "ClearingPeriod",
    "ConflictLine",
    "Correction",
    "Deduction",
    "FeeLine",
    "Notice",
    "Payment",
    "RecordFiling",
    "RegionConfirmation",
    "SettlementRecord",
    "SheetComparison",
    "SheetDifference",
    "SignedSheet",
]
