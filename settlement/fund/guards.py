"""周转金账只增不改; a correction turns round the whole movement that it names."""

from agency.journal.guards import Guard, guard

MOVEMENT, ACCOUNT = "settlement_fundmovement", "settlement_fundaccount"
UNLIKE = (
    f"{{row}}.corrects_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {MOVEMENT} AS was "
    "WHERE was.id = {row}.corrects_id AND was.corrects_id IS NULL AND was.debit_id = {row}.credit_id "
    "AND was.credit_id = {row}.debit_id AND was.amount_fen = {row}.amount_fen)"
)

guard(
    Guard("fund_account_guard", ACCOUNT, "周转金账户不能修改或删除"),
    Guard("fund_movement_guard", MOVEMENT, "周转金明细只能增加或冲正，不能修改或删除"),
    Guard("fund_correction_guard", MOVEMENT, "冲正与原明细不相抵", ("INSERT",), UNLIKE),
)
