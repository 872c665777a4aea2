"""额度只由批准产生: triggers that let in only what an approved round says, and keep it."""

from agency.journal.guards import Guard, guard

OF_APPROVED = (
    "EXISTS (SELECT 1 FROM settlement_quotaround AS own WHERE own.id = {row}.round_id "
    "AND own.state = 'approved')"
)
BASE_OF_APPROVED = (
    "EXISTS (SELECT 1 FROM settlement_quotaitem AS of_item JOIN settlement_quotaround AS own "
    "ON own.id = of_item.round_id WHERE of_item.id = {row}.item_id AND own.state = 'approved')"
)
NOT_AS_APPROVED = (
    "NOT EXISTS (SELECT 1 FROM settlement_quotaitem AS of_item JOIN settlement_quotaround AS own "
    "ON own.id = of_item.round_id WHERE of_item.id = NEW.item_id AND own.state = 'approved' "
    "AND of_item.region_id = NEW.region_id AND of_item.insurance_type = NEW.insurance_type "
    "AND of_item.changed_fen = NEW.quota_fen AND own.effective_on = NEW.effective_from "
    "AND own.approved_by_id = NEW.approved_by_id)"
)
EVERY = ("INSERT", "UPDATE", "DELETE")

guard(
    Guard("quota_guard", "settlement_quota", "额度只能由新的核定代替，不能修改或删除"),
    Guard(
        "quota_added_guard",
        "settlement_quota",
        "额度只由批准的核定产生",
        ("INSERT",),
        NOT_AS_APPROVED,
    ),
    Guard(
        "quota_round_guard",
        "settlement_quotaround",
        "额度核定已批准，不能再改",
        ("UPDATE", "DELETE"),
        "OLD.state = 'approved'",
    ),
    Guard(
        "quota_round_step_guard",
        "settlement_quotaround",
        "只有待批的额度核定可以批准",
        ("UPDATE",),
        "NEW.state = 'approved' AND OLD.state NOT IN ('proposed', 'approved')",
    ),
    Guard(
        "quota_round_added_guard",
        "settlement_quotaround",
        "额度核定从拟定开始",
        ("INSERT",),
        "NEW.state <> 'draft'",
    ),
    Guard("quota_item_guard", "settlement_quotaitem", "额度核定已批准，明细不能再改", EVERY, OF_APPROVED),
    Guard(
        "quota_base_guard", "settlement_quotabase", "额度核定已批准，基数不能再改", EVERY, BASE_OF_APPROVED
    ),
)
