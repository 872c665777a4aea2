"""Where quotas join shared parts: months' warnings, sheets, the journal's words, who has states."""

from __future__ import annotations

import datetime as dt

from agency.journal.actions import label_actions, label_details
from agency.organisation.models import User
from agency.registry import STATEFUL
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.signing import COMPUTED, SIGNED
from settlement.quotas import families as families  # joins MORE_SHEETS
from settlement.quotas.models import QuotaRound
from settlement.quotas.raising import warnings_raise
from settlement.quotas.use_models import QuotaIncrease

label_actions(
    {
        "quotas_drawn": "拟定周转金额度",
        "quota_changed": "修改拟定的额度",
        "quotas_proposed": "提请批准额度",
        "quotas_approved": "批准周转金额度",
        "quotas_returned": "退回周转金额度",
        "fund_warning_raised": "周转金预警",
        "fund_warning_noted": "处理周转金预警",
        "increase_asked": "申请加急调增",
        "increase_approved": "批准加急调增",
        "increase_refused": "不予批准加急调增",
        "increase_withdrawn": "撤回加急调增",
    }
)
label_details({"level": "等级", "warning": "预警", "note": "处理情况"})


@COMPUTED.register("fund_warnings", order=60)
@SIGNED.register("fund_warnings", order=60)
def month_judged(month: ClearingPeriod, by: User, at: dt.datetime) -> None:
    """What a month owes is set against its quotas whenever it is computed, carried into, or signed."""
    warnings_raise(by=by, at=at)


@STATEFUL.register("quota_round", order=310)
def round_model() -> type:
    return QuotaRound


@STATEFUL.register("quota_increase", order=320)
def increase_model() -> type:
    return QuotaIncrease
