"""周转金账只增不改: triggers that hold whatever path is taken.

A correction turns round the whole movement that it names; an adjustment is decided once, as it was proposed,
and nothing but an approved one lets a movement of its kind in; nor does any come in without its cause.
"""

from agency.journal.guards import Guard, guard

MOVEMENT, ACCOUNT, ADJUSTMENT, BALANCE = (
    f"settlement_{name}" for name in ("fundmovement", "fundaccount", "fundadjustment", "bankbalance")
)
UNLIKE = (
    f"{{row}}.corrects_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {MOVEMENT} AS was "
    "WHERE was.id = {row}.corrects_id AND was.corrects_id IS NULL AND was.debit_id = {row}.credit_id "
    "AND was.credit_id = {row}.debit_id AND was.amount_fen = {row}.amount_fen)"
)
NOT_APPROVED = (
    f"{{row}}.cause_kind = 'adjustment' AND NOT EXISTS (SELECT 1 FROM {ADJUSTMENT} AS its "
    "WHERE its.adjustment_no = {row}.cause_no AND its.state = 'approved' AND its.debit_id = {row}.debit_id "
    "AND its.credit_id = {row}.credit_id AND its.amount_fen = {row}.amount_fen)"
)
WITHOUT_CAUSE = (
    "({row}.cause_kind IN ('payment', 'withdrawal') AND NOT EXISTS (SELECT 1 FROM settlement_payment AS its "
    "WHERE its.payment_no = {row}.cause_no AND (its.withdraws_id IS NULL) = ({row}.cause_kind = 'payment'))) "
    "OR ({row}.cause_kind IN ('clearing', 'reopening') AND NOT EXISTS (SELECT 1 FROM "
    "settlement_clearingperiod AS its WHERE its.period = SUBSTR({row}.cause_no, 1, 6)))"
)
AS_PROPOSED = ("id", "adjustment_no", "debit_id", "credit_id", "amount_fen", "reason", "proposed_by_id")
DECIDED_OTHERWISE = " OR ".join(
    [
        "OLD.state <> 'proposed'",
        *(f"OLD.{name} <> NEW.{name}" for name in AS_PROPOSED),
        *(f"COALESCE(OLD.{name}, 0) <> COALESCE(NEW.{name}, 0)" for name in ("reverses_id", "line_id")),
    ]
)
REVERSES_UNLIKE = (
    f"{{row}}.reverses_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {ADJUSTMENT} AS was "
    "WHERE was.id = {row}.reverses_id AND was.state = 'approved' AND was.reverses_id IS NULL "
    "AND was.debit_id = {row}.credit_id AND was.credit_id = {row}.debit_id "
    "AND was.amount_fen = {row}.amount_fen)"
)
LINE, PAYMENT = "settlement_bankline", "settlement_payment"
USED = (
    f"(SELECT COALESCE(SUM(own.amount_fen), 0) FROM {PAYMENT} AS own WHERE own.line_id = NEW.line_id) + "
    "(SELECT COALESCE(SUM(its.amount_fen * (CASE WHEN its.reverses_id IS NULL THEN 1 ELSE -1 END)), 0) "
    f"FROM {ADJUSTMENT} AS its WHERE its.line_id = NEW.line_id AND its.state = 'approved')"
)
WHOLE = f"(SELECT amount_fen FROM {LINE} WHERE id = NEW.line_id)"
PAID_TWICE = (
    f"EXISTS (SELECT 1 FROM {ADJUSTMENT} AS own WHERE own.line_id = NEW.line_id) "
    f"AND {USED} + NEW.amount_fen > {WHOLE}"
)
OVER_LINE = (
    "NEW.line_id IS NOT NULL AND NEW.reverses_id IS NULL AND NEW.state = 'approved' "
    f"AND {USED} + NEW.amount_fen > {WHOLE}"
)
UNFIT = (
    "NEW.line_id IS NOT NULL AND NEW.reverses_id IS NULL AND NOT EXISTS (SELECT 1 FROM "
    f"{LINE} AS line, {ACCOUNT} AS bank WHERE line.id = NEW.line_id AND line.region_id IS NULL "
    "AND bank.kind = 'bank' AND bank.id = CASE WHEN line.direction = 'in' THEN NEW.debit_id "
    "ELSE NEW.credit_id END)"
)

guard(
    Guard("fund_account_guard", ACCOUNT, "周转金账户不能修改或删除"),
    Guard("fund_movement_guard", MOVEMENT, "周转金明细只能增加或冲正，不能修改或删除"),
    Guard("fund_correction_guard", MOVEMENT, "冲正与原明细不相抵", ("INSERT",), UNLIKE),
    Guard("fund_cause_guard", MOVEMENT, "没有缘由的不能记账", ("INSERT",), WITHOUT_CAUSE),
    Guard("fund_adjusted_guard", MOVEMENT, "调账须经第二人批准才能记账", ("INSERT",), NOT_APPROVED),
    Guard(
        "fund_adjustment_guard", ADJUSTMENT, "调账只能照提出的内容办理一次", ("UPDATE",), DECIDED_OTHERWISE
    ),
    Guard("fund_adjustment_kept_guard", ADJUSTMENT, "调账不能删除", ("DELETE",)),
    Guard(
        "fund_adjustment_begun_guard",
        ADJUSTMENT,
        "调账从待批准开始",
        ("INSERT",),
        "{row}.state <> 'proposed'",
    ),
    Guard(
        "fund_adjustment_reversal_guard",
        ADJUSTMENT,
        "冲正的调账与原调账不相抵",
        ("INSERT", "UPDATE"),
        REVERSES_UNLIKE,
    ),
    Guard("fund_adjustment_line_guard", ADJUSTMENT, "流水的方向与调账不符", ("INSERT",), UNFIT),
    Guard("fund_adjustment_within_guard", ADJUSTMENT, "调账超过流水余下的金额", ("UPDATE",), OVER_LINE),
    Guard("fund_payment_guard", PAYMENT, "流水已由调账记账，不能再核销", ("INSERT",), PAID_TWICE),
    Guard("bank_balance_guard", BALANCE, "登记的对账单余额不能修改或删除，登记错的再登记一次"),
)
