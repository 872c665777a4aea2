"""签发之后不可改: triggers that keep a signed month as it was signed, whatever path is taken.

Each guard looks the month's state up: one index read per written row, or one look per statement where cases
come in by the million.
"""

from agency.journal.guards import Guard, guard

SIGNED = (
    "EXISTS (SELECT 1 FROM settlement_clearingperiod AS signed_period "
    "WHERE signed_period.{column} = {{row}}.{key} AND signed_period.state = 'signed')"
)
OF_PERIOD = SIGNED.format(column="period", key="period")
OF_PERIOD_ID = SIGNED.format(column="id", key="period_id")
EVERY = ("INSERT", "UPDATE", "DELETE")


def of_signed(name: str, table: str, what: str, when: str, *, in_bulk: bool = False) -> Guard:
    """Refuse every change of the rows of a signed month."""
    message = f"该期别已签发，{what}不能再改"
    return Guard(name, f"settlement_{table}", message, EVERY, when, in_bulk=in_bulk)


guard(
    Guard(
        "signed_period_guard",
        "settlement_clearingperiod",
        "该期别已签发，不能再改",
        when="{row}.state = 'signed'",
        update_rows=("OLD",),
    ),
    of_signed("signed_record_guard", "settlementrecord", "明细", OF_PERIOD, in_bulk=True),
    of_signed("signed_deduction_guard", "deduction", "扣款", OF_PERIOD),
    of_signed("signed_line_guard", "clearingline", "清算行", OF_PERIOD_ID),
    of_signed("signed_confirmation_guard", "regionconfirmation", "确认", OF_PERIOD_ID),
    of_signed("signed_skip_guard", "checklistskip", "核对例外", OF_PERIOD_ID),
    Guard("sheet_look_guard", "settlement_sheetlook", "看表记录只能增加，不能修改或删除"),
    Guard(
        "signed_look_guard",
        "settlement_sheetlook",
        "该期别已签发，不能再加看表记录",
        ("INSERT",),
        OF_PERIOD_ID,
    ),
    Guard("signed_sheet_guard", "settlement_signedsheet", "签发的表只能增加，不能修改或删除"),
    Guard(
        "signed_sheet_added_guard",
        "settlement_signedsheet",
        "该期别已签发，不能再加表",
        ("INSERT",),
        OF_PERIOD_ID,
    ),
)
