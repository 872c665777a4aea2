"""Where quotas join shared parts: the journal's words and the list of what has states."""

from agency.journal.actions import label_actions
from agency.registry import STATEFUL
from settlement.quotas import families as families  # joins MORE_SHEETS
from settlement.quotas.models import QuotaRound
from settlement.quotas.use_models import QuotaIncrease

label_actions(
    {
        "quotas_drawn": "拟定周转金额度",
        "quota_changed": "修改拟定的额度",
        "quotas_proposed": "提请批准额度",
        "quotas_approved": "批准周转金额度",
        "quotas_returned": "退回周转金额度",
    }
)


@STATEFUL.register("quota_round", order=310)
def round_model() -> type:
    return QuotaRound


@STATEFUL.register("quota_increase", order=320)
def increase_model() -> type:
    return QuotaIncrease
