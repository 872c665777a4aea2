"""签发之后不可改: triggers that keep a signed month as it was signed, whatever path is taken.

The one way back is a reopening that a second person approved: the newest signed month goes to `computed`.

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
OF_NEXT_SIGNATURE = (
    "EXISTS (SELECT 1 FROM settlement_clearingperiod AS own "
    "WHERE own.id = {row}.period_id AND own.version + 1 = {row}.version)"
)
EVERY = ("INSERT", "UPDATE", "DELETE")


def of_signed(name: str, table: str, what: str, when: str, *, in_bulk: bool = False) -> Guard:
    """Refuse every change of the rows of a signed month."""
    message = f"该期别已签发，{what}不能再改"
    return Guard(name, f"settlement_{table}", message, EVERY, when, in_bulk=in_bulk)


LATER_SIGNED = (
    "EXISTS (SELECT 1 FROM settlement_clearingperiod AS later "
    "WHERE later.period > {period} AND later.state = 'signed')"
)
APPROVED = (
    "EXISTS (SELECT 1 FROM settlement_reopening AS approved "
    "WHERE approved.period_id = OLD.id AND approved.version = OLD.version AND approved.state = 'approved')"
)
REOPENED = (
    "NEW.state = 'computed' AND NEW.id = OLD.id AND NEW.period = OLD.period AND NEW.version = OLD.version "
    f"AND {APPROVED} AND NOT {LATER_SIGNED.format(period='OLD.period')}"
)
# whatever is done to a proposal: who made it, for what, stays; a decision stays too
NOT_THE_DECISION = (
    "OLD.state <> 'proposed' OR NEW.reopening_no <> OLD.reopening_no OR NEW.period_id <> OLD.period_id "
    "OR NEW.version <> OLD.version OR NEW.reason <> OLD.reason OR NEW.proposed_by_id <> OLD.proposed_by_id "
    "OR NEW.proposed_at <> OLD.proposed_at"
)
NOT_THE_NEWEST = (
    "NEW.state = 'approved' AND NOT EXISTS (SELECT 1 FROM settlement_clearingperiod AS own "
    "WHERE own.id = NEW.period_id AND own.state = 'signed' AND own.version = NEW.version "
    f"AND NOT {LATER_SIGNED.format(period='own.period')})"
)

guard(
    Guard(
        "signed_period_guard",
        "settlement_clearingperiod",
        "该期别已签发，不能再改",
        ("DELETE",),
        "OLD.state = 'signed' OR OLD.version > 0",
    ),
    Guard(
        "signed_period_kept_guard",
        "settlement_clearingperiod",
        "该期别已签发，不能再改；须由两人办理重开",
        ("UPDATE",),
        f"OLD.state = 'signed' AND NOT ({REOPENED})",
        update_rows=("OLD",),
    ),
    Guard(
        "signed_version_guard",
        "settlement_clearingperiod",
        "签发次数只随签发增加",
        ("UPDATE",),
        "NEW.version <> OLD.version "
        "+ CASE WHEN OLD.state <> 'signed' AND NEW.state = 'signed' THEN 1 ELSE 0 END",
        update_rows=("OLD",),
    ),
    Guard("month_version_guard", "settlement_monthversion", "清算的各版只能增加，不能修改或删除"),
    Guard(
        "month_version_added_guard",
        "settlement_monthversion",
        "该期别已签发，不能再加一版",
        ("INSERT",),
        OF_PERIOD_ID,
    ),
    Guard("reopening_guard", "settlement_reopening", "重开的记录不能删除", ("DELETE",)),
    Guard(
        "reopening_proposed_guard",
        "settlement_reopening",
        "重开须先提出，再由另一人办理",
        ("INSERT",),
        "NEW.state <> 'proposed'",
    ),
    Guard(
        "reopening_decided_guard",
        "settlement_reopening",
        "重开的提出内容和已办结的记录不能再改",
        ("UPDATE",),
        NOT_THE_DECISION,
        update_rows=("OLD",),
    ),
    Guard(
        "reopening_newest_guard",
        "settlement_reopening",
        "只能批准重开最近签发的一个月份",
        ("UPDATE",),
        NOT_THE_NEWEST,
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
        "签发的表只在签发时增加",
        ("INSERT",),
        f"{OF_PERIOD_ID} OR NOT {OF_NEXT_SIGNATURE}",
    ),
)
