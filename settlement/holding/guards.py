"""挂账不可改: triggers that keep held cases of signed months, and decisions of them, as they were signed."""

from agency.journal.guards import Guard, guard

SIGNED = (
    "EXISTS (SELECT 1 FROM settlement_clearingperiod AS signed_period "
    "WHERE signed_period.period = {row}.{column} AND signed_period.state = 'signed')"
)
HELD_FROM = SIGNED.format(row="{row}", column="held_from")
DECIDED = SIGNED.format(row="{row}", column="decided_period")
KEY = (
    *("held_no", "settlement_no", "correction_no", "insured_region_id", "care_region_id", "insurance_type"),
    *("care_kind", "held_from", "region_id", "by_id"),
)
_REKEYED = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in KEY)
_OTHER_RECORD = "COALESCE(NEW.record_id, 0) <> COALESCE(OLD.record_id, 0)"
_TAKEN_BACK = "NEW.state = 'withdrawn' AND OLD.state <> 'withdrawn'"
TABLE = "settlement_heldcase"

guard(
    Guard("held_case_guard", TABLE, "挂账只能撤回，不能删除", ("DELETE",)),
    Guard("held_case_added_guard", TABLE, "该期别已签发，不能再挂账", ("INSERT",), HELD_FROM),
    Guard(
        "held_case_signed_guard",
        TABLE,
        "挂账期别已签发，不能再改或撤回",
        ("UPDATE",),
        f"{HELD_FROM} AND ({_REKEYED} OR {_OTHER_RECORD} OR ({_TAKEN_BACK}))",
    ),
    Guard(
        "held_case_decided_guard",
        TABLE,
        "裁定计入的期别已签发，不能再改，也不能计入已签发的期别",
        ("INSERT", "UPDATE"),
        DECIDED,
    ),
    Guard("held_note_guard", "settlement_heldnote", "挂账说明只能增加，不能修改或删除"),
)
