"""金额的摆法: the amounts of one case in blocks, each with the sum that it has to give."""

from __future__ import annotations

from dataclasses import dataclass

from settlement.records.models import SettlementRecord


@dataclass(frozen=True)
class Block:
    """Rows that add up to `total`; `notes` stand below and are not added."""

    title: str
    rows: list[tuple[str, int]]
    total: tuple[str, int]
    notes: list[tuple[str, int]]

    @property
    def adds_up(self) -> bool:
        return sum(fen for _, fen in self.rows) == self.total[1]


LABELS = {field.name: str(field.verbose_name) for field in SettlementRecord._meta.fields}

PARTS = ("full_self_pay_fen", "over_limit_self_pay_fen", "prior_self_pay_fen", "in_scope_fen")
FUNDS = (
    "pooling_pay_fen",
    "critical_illness_pay_fen",
    "large_expense_pay_fen",
    "civil_servant_pay_fen",
    "enterprise_pay_fen",
    "medical_assistance_pay_fen",
    "other_pay_fen",
)
PAYERS = ("fund_total_fen", "personal_account_pay_fen", "cash_pay_fen", "hospital_pay_fen")


def _line(record: SettlementRecord, name: str) -> tuple[str, int]:
    return LABELS[name], getattr(record, name)


def blocks_of(record: SettlementRecord) -> list[Block]:
    """Fee, funds and payers of a case, as on the page."""
    total, fund = _line(record, "total_fee_fen"), _line(record, "fund_total_fen")
    return [
        Block("费用构成", [_line(record, n) for n in PARTS], total, [_line(record, "deductible_fen")]),
        Block("基金支付", [_line(record, n) for n in FUNDS], fund, []),
        Block("谁付的", [_line(record, n) for n in PAYERS], total, []),
    ]
