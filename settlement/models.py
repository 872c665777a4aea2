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
from settlement.clearing.version_models import MonthVersion, Reopening
from settlement.corrections.models import ConflictLine, Correction
from settlement.deductions.models import Deduction
from settlement.forecast import guards as forecast_guards
from settlement.forecast.models import UseByDay
from settlement.fund import guards as fund_guards
from settlement.fund.models import BankBalance, FundAccount, FundAdjustment, FundMovement
from settlement.holding.models import HeldCase, HeldNote
from settlement.matching.models import RecordFiling
from settlement.notices.models import BankAccount, BankLine, Notice, Payment
from settlement.quotas import guards as quota_guards
from settlement.quotas.models import Quota, QuotaBase, QuotaItem, QuotaRound
from settlement.quotas.use_models import FundWarning, QuotaIncrease
from settlement.reconciliation import answer_guards as answer_guards
from settlement.reconciliation import ending_guards as ending_guards
from settlement.reconciliation.ending_models import CarriedEnding
from settlement.reconciliation.models import (
    ColumnMapping,
    DifferenceSheet,
    Discrepancy,
    ReconciliationRun,
    RunTotal,
    TheirAnswer,
    UnreadRow,
)
from settlement.records.models import CareType, SettlementRecord
from settlement.statements import guards as statement_guards
from settlement.statements.models import (
    InstitutionAccount,
    InstitutionStatement,
    StatementDrawing,
    StatementLine,
)
from settlement.year_end import guards as year_end_guards
from settlement.year_end.models import YearEnd, YearEndApplication, YearEndLine

__all__ = [
    "BankAccount",
    "BankBalance",
    "BankLine",
    "CareType",
    "CarriedEnding",
    "ChecklistSkip",
    "ClearingLine",
    "ClearingPeriod",
    "ConflictLine",
    "Correction",
    "ColumnMapping",
    "Deduction",
    "DifferenceSheet",
    "Discrepancy",
    "FeeLine",
    "FundAccount",
    "FundAdjustment",
    "FundMovement",
    "FundWarning",
    "MonthVersion",
    "HeldCase",
    "HeldNote",
    "InstitutionAccount",
    "InstitutionStatement",
    "Notice",
    "Payment",
    "Quota",
    "QuotaBase",
    "QuotaIncrease",
    "QuotaItem",
    "QuotaRound",
    "ReconciliationRun",
    "RecordFiling",
    "RegionConfirmation",
    "Reopening",
    "RunTotal",
    "SettlementRecord",
    "SheetComparison",
    "SheetDifference",
    "SheetLook",
    "SignedSheet",
    "StatementDrawing",
    "StatementLine",
    "TheirAnswer",
    "UnreadRow",
    "UseByDay",
    "YearEnd",
    "YearEndApplication",
    "YearEndLine",
    "forecast_guards",
    "fund_guards",
    "quota_guards",
    "statement_guards",
    "year_end_guards",
]
