"""签发之后不可改: triggers that keep a signed month as it was signed, whatever path is taken.

Each guard looks the month's state up, so that it costs one index read per written row.
"""

from agency.journal.guards import Guard, guard

SIGNED = (
    "EXISTS (SELECT 1 FROM settlement_clearingperiod AS signed_period "
    "WHERE signed_period.{column} = {{row}}.{key} AND signed_period.state = 'signed')"
)
OF_PERIOD = SIGNED.format(column="period", key="period")
OF_PERIOD_ID = SIGNED.format(column="id", key="period_id")
EVERY = ("INSERT", "UPDATE", "DELETE")

guard(
    Guard(
        "signed_period_guard",
        "settlement_clearingperiod",
        "该期别已签发，不能再改",
        when="{row}.state = 'signed'",
        update_rows=("OLD",),
    ),
    Guard("signed_record_guard", "settlement_settlementrecord", "该期别已签发，明细不能再改", EVERY, OF_PERIOD),
    Guard("signed_deduction_guard", "settlement_deduction", "该期别已签发，扣款不能再改", EVERY, OF_PERIOD),
    Guard("signed_line_guard", "settlement_clearingline", "该期别已签发，清算行不能再改", EVERY, OF_PERIOD_ID),
    Guard("signed_sheet_guard", "settlement_signedsheet", "签发的表只能增加，不能修改或删除"),
)
