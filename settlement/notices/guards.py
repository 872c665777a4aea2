"""通知、流水、核销不可改: triggers that hold whatever path is taken.

A payment is judged as it is written: within its line, within its notice on the line's side (the province's
account, or a region's own), in a direction that fits, never for a voided notice.
"""

from agency.journal.guards import Guard, guard
from settlement.notices.content import NOTICE_OF_SUBJECT

TABLE = {name: f"settlement_{name}" for name in ("notice", "bankline", "payment")}
FIXED = [*NOTICE_OF_SUBJECT, "content_digest"]
SUM = f"SELECT COALESCE(SUM(own.amount_fen), 0) FROM {TABLE['payment']} AS own"
STANDING = f"({SUM} WHERE own.notice_id = NEW.id)"
NOTICE_CHANGED = " OR ".join(
    [
        "OLD.state = 'voided'",
        "NEW.state <> 'voided'",
        *(f"OLD.{name} <> NEW.{name}" for name in ["id", *FIXED]),
        f"{STANDING} <> 0",
    ]
)

LINE = f"(SELECT {{column}} FROM {TABLE['bankline']} WHERE id = {{{{row}}}}.line_id)"
USED = f"({SUM} WHERE own.line_id = {{row}}.line_id)"
OVER_LINE = f"{USED} + {{row}}.amount_fen > {LINE.format(column='amount_fen')}"
PAID = (
    f"({SUM} JOIN {TABLE['bankline']} AS its ON its.id = own.line_id "
    "WHERE own.notice_id = {row}.notice_id AND (its.region_id IS NULL) = "
    f"({LINE.format(column='region_id')} IS NULL))"
)
OVER_NOTICE = (
    f"{PAID} + {{row}}.amount_fen > (SELECT total_fen FROM {TABLE['notice']} WHERE id = {{row}}.notice_id)"
)
UNFIT = (
    f"NOT EXISTS (SELECT 1 FROM {TABLE['notice']} AS its, {TABLE['bankline']} AS line "
    "WHERE its.id = {row}.notice_id AND line.id = {row}.line_id AND its.state = 'issued' AND ("
    "(line.region_id IS NULL AND (its.direction = 'payment') = (line.direction = 'in')) OR "
    "(line.region_id = its.region_id AND (its.direction = 'receipt') = (line.direction = 'in'))))"
)
UNLIKE = (
    f"{{row}}.withdraws_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {TABLE['payment']} AS was "
    "WHERE was.id = {row}.withdraws_id AND was.line_id = {row}.line_id AND was.withdraws_id IS NULL "
    "AND was.notice_id = {row}.notice_id AND was.amount_fen = -{row}.amount_fen)"
)
HAS_PAYMENTS = f"EXISTS (SELECT 1 FROM {TABLE['payment']} AS own WHERE own.line_id = {{row}}.id)"

guard(
    Guard(
        "notice_guard",
        TABLE["notice"],
        "通知书签发后不能修改，只能在没有付款时作废",
        ("UPDATE",),
        NOTICE_CHANGED,
    ),
    Guard("notice_kept_guard", TABLE["notice"], "通知书不能删除", ("DELETE",)),
    Guard("bank_line_guard", TABLE["bankline"], "银行流水不能修改", ("UPDATE",)),
    Guard("bank_line_kept_guard", TABLE["bankline"], "银行流水已有核销，不能删除", ("DELETE",), HAS_PAYMENTS),
    Guard("payment_guard", TABLE["payment"], "核销只能增加或撤回，不能修改或删除"),
    Guard("payment_line_guard", TABLE["payment"], "核销超过流水金额", ("INSERT",), OVER_LINE),
    Guard("payment_notice_guard", TABLE["payment"], "核销超过通知书金额", ("INSERT",), OVER_NOTICE),
    Guard("payment_fits_guard", TABLE["payment"], "流水与通知书方向不符，或通知书已作废", ("INSERT",), UNFIT),
    Guard("payment_withdrawal_guard", TABLE["payment"], "撤回与原核销不相抵", ("INSERT",), UNLIKE),
)
