"""已关账的年度不可改: triggers that hold whatever path is taken; the months it rests on stay signed."""

from agency.journal.guards import Guard, guard

YEAR, LINE, APPLICATION = (f"settlement_{name}" for name in ("yearend", "yearendline", "yearendapplication"))
OF_CLOSED = (
    f"EXISTS (SELECT 1 FROM {YEAR} AS closed_year "
    "WHERE closed_year.id = {row}.year_end_id AND closed_year.state = 'closed')"
)
MONTH_OF_CLOSED = (
    f"{{row}}.state = 'signed' AND EXISTS (SELECT 1 FROM {YEAR} AS closed_year "
    "WHERE closed_year.through >= {row}.period AND closed_year.state = 'closed')"
)
# an approved application goes back while its year, computed anew, says something else
STAYS_APPROVED = (
    "{row}.state = 'approved' AND NOT (NEW.state = 'returned' AND EXISTS "
    f"(SELECT 1 FROM {YEAR} AS own_year "
    "WHERE own_year.id = {row}.year_end_id AND own_year.digest <> {row}.basis_digest))"
)
EVERY = ("INSERT", "UPDATE", "DELETE")

guard(
    Guard(
        "year_end_guard",
        YEAR,
        "该年度已关账，不能再改",
        when="{row}.state = 'closed'",
        update_rows=("OLD",),
    ),
    Guard(
        "year_end_begun_guard",
        YEAR,
        "年度须先计算，再由另一人关账",
        ("INSERT",),
        "{row}.state <> 'open'",
    ),
    Guard("year_end_line_guard", LINE, "该年度已关账，清算行不能再改", EVERY, OF_CLOSED),
    Guard(
        "year_end_month_guard",
        "settlement_clearingperiod",
        "该期别所在年度已关账，不能重开",
        ("UPDATE",),
        MONTH_OF_CLOSED,
        update_rows=("OLD",),
    ),
    Guard("year_end_application_kept_guard", APPLICATION, "年终清算申请不能删除", ("DELETE",)),
    Guard(
        "year_end_application_guard",
        APPLICATION,
        "年终清算申请已批准，不能再改",
        ("UPDATE",),
        STAYS_APPROVED,
        update_rows=("OLD",),
    ),
    Guard(
        "year_end_application_closed_guard",
        APPLICATION,
        "该年度已关账，不能再申请",
        ("INSERT", "UPDATE"),
        OF_CLOSED,
    ),
)
