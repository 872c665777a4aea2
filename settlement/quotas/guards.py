"""额度只由批准产生: triggers that let in only what an approved round or increase says, and keep it; a warning
stays as it was raised."""

from agency.journal.guards import Guard, guard

QUOTA, ROUND, ITEM, BASE = (f"settlement_quota{name}" for name in ("", "round", "item", "base"))
WARNING, INCREASE = "settlement_fundwarning", "settlement_quotaincrease"
OF_APPROVED = (
    f"EXISTS (SELECT 1 FROM {ROUND} AS own WHERE own.id = {{row}}.round_id AND own.state = 'approved')"
)
BASE_OF_APPROVED = (
    f"EXISTS (SELECT 1 FROM {ITEM} AS of_item JOIN {ROUND} AS own ON own.id = of_item.round_id "
    "WHERE of_item.id = {row}.item_id AND own.state = 'approved')"
)
AS_ROUND = (
    f"EXISTS (SELECT 1 FROM {ITEM} AS of_item JOIN {ROUND} AS own ON own.id = of_item.round_id "
    "WHERE of_item.id = NEW.item_id AND own.state = 'approved' AND of_item.region_id = NEW.region_id "
    "AND of_item.insurance_type = NEW.insurance_type AND of_item.changed_fen = NEW.quota_fen "
    "AND own.effective_on = NEW.effective_from AND own.approved_by_id = NEW.approved_by_id)"
)
AS_INCREASE = (
    f"EXISTS (SELECT 1 FROM {INCREASE} AS own JOIN {WARNING} AS red ON red.id = own.warning_id "
    "WHERE own.id = NEW.increase_id AND own.state = 'approved' AND red.region_id = NEW.region_id "
    "AND red.insurance_type = NEW.insurance_type AND own.current_fen + own.amount_fen = NEW.quota_fen "
    "AND own.effective_on = NEW.effective_from AND own.decided_by_id = NEW.approved_by_id)"
)
BEFORE_ANOTHER = (
    f"EXISTS (SELECT 1 FROM {QUOTA} AS later WHERE later.region_id = NEW.region_id "
    "AND later.insurance_type = NEW.insurance_type AND later.effective_from > NEW.effective_from)"
)
NOT_RED = f"NOT EXISTS (SELECT 1 FROM {WARNING} AS red WHERE red.id = NEW.warning_id AND red.level = 'red')"
EVERY = ("INSERT", "UPDATE", "DELETE")
FACTS_OF_WARNING = (
    *("id", "warning_no", "month_id", "region_id", "insurance_type", "level", "used_fen", "quota_fen"),
    *("yellow_percent", "red_percent", "raised_at", "raised_by_id"),
)
FACTS_OF_INCREASE = (
    *("id", "increase_no", "warning_id", "current_fen", "amount_fen", "reason", "asked_by_id", "asked_at"),
)


def changed(names: tuple[str, ...]) -> str:
    """That one of these columns is another than before."""
    return " OR ".join(f"OLD.{name} <> NEW.{name}" for name in names)


guard(
    Guard("quota_guard", QUOTA, "额度只能由新的核定代替，不能修改或删除"),
    Guard(
        "quota_added_guard",
        QUOTA,
        "额度只由批准的核定产生",
        ("INSERT",),
        f"NOT ({AS_ROUND} OR {AS_INCREASE})",
    ),
    Guard("quota_order_guard", QUOTA, "已有更晚生效的额度", ("INSERT",), BEFORE_ANOTHER),
    Guard(
        "quota_round_guard", ROUND, "额度核定已批准，不能再改", ("UPDATE", "DELETE"), "OLD.state = 'approved'"
    ),
    Guard(
        "quota_round_step_guard",
        ROUND,
        "只有待批的额度核定可以批准",
        ("UPDATE",),
        "NEW.state = 'approved' AND OLD.state NOT IN ('proposed', 'approved')",
    ),
    Guard("quota_round_added_guard", ROUND, "额度核定从拟定开始", ("INSERT",), "NEW.state <> 'draft'"),
    Guard("quota_item_guard", ITEM, "额度核定已批准，明细不能再改", EVERY, OF_APPROVED),
    Guard("quota_base_guard", BASE, "额度核定已批准，基数不能再改", EVERY, BASE_OF_APPROVED),
    Guard("fund_warning_kept_guard", WARNING, "预警不能删除", ("DELETE",)),
    Guard(
        "fund_warning_guard",
        WARNING,
        "预警只能由人记下处理情况一次",
        ("UPDATE",),
        f"OLD.acknowledged_at IS NOT NULL OR NEW.acknowledged_at IS NULL OR {changed(FACTS_OF_WARNING)}",
    ),
    Guard("quota_increase_kept_guard", INCREASE, "加急调增不能删除", ("DELETE",)),
    Guard(
        "quota_increase_added_guard",
        INCREASE,
        "加急调增从申请开始，只凭红色预警",
        ("INSERT",),
        f"NEW.state <> 'asked' OR {NOT_RED}",
    ),
    Guard(
        "quota_increase_guard",
        INCREASE,
        "加急调增已办理，或申请的内容不能改",
        ("UPDATE",),
        f"OLD.state <> 'asked' OR {changed(FACTS_OF_INCREASE)}",
    ),
)
