"""Where the fund's ledger joins: signature and reopening of a month, payments, the journal's words."""

from __future__ import annotations

from agency.journal.actions import label_actions, label_details
from agency.registry import STATEFUL
from settlement.clearing.signing import REOPENED, SIGNED
from settlement.fund.models import FundAdjustment
from settlement.fund.of_months import month_follow
from settlement.fund.of_payments import payments_post
from settlement.notices.paying import PAID

label_actions(
    {
        "fund_posted": "补记周转金账",
        "fund_adjustment_proposed": "提出周转金调账",
        "fund_adjustment_approved": "批准周转金调账",
        "fund_adjustment_refused": "不予批准周转金调账",
        "bank_balance_entered": "登记对账单余额",
    }
)
label_details({"movements": "笔数"})

# Before whatever logs (statements 40, notices 50): payments hold the ledger's series while they wait to log.
SIGNED.register("fund", order=30)(month_follow)
REOPENED.register("fund", order=30)(month_follow)
PAID.register("fund", order=50)(payments_post)


@STATEFUL.register("fund_adjustment", order=330)
def adjustment_model() -> type:
    return FundAdjustment
