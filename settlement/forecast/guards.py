"""A signed month's days stay as they were signed."""

from agency.journal.guards import Guard, guard
from settlement.clearing.guards import SIGNED

guard(
    Guard(
        "use_by_day_guard",
        "settlement_usebyday",
        "该期别已签发，逐日应付不能再改",
        ("UPDATE", "DELETE"),
        SIGNED.format(column="id", key="month_id"),
        update_rows=("OLD",),
    )
)
