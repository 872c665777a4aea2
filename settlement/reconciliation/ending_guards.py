"""了结的记录: triggers that keep what was proposed and what was approved, whatever path is taken; only the
difference of a signed comparison that was carried forward, and that no later one names, can have one."""

from agency.journal.guards import Guard, guard
from settlement.reconciliation.guards import DIFFERENCE, RUN, differs

ENDING = "settlement_carriedending"
PROPOSED = (
    "ending_no", "discrepancy_id", "remedy", "note", "written_off_fen", "proposed_by_id", "proposed_at",
)  # fmt: skip
APPROVED = ("approved_by_id", "approved_at")
CARRIED = (
    f"EXISTS (SELECT 1 FROM {DIFFERENCE} AS own JOIN {RUN} AS signed ON signed.id = own.run_id "
    "WHERE own.id = NEW.discrepancy_id AND own.state = 'settled' AND own.remedy = 'carry' "
    "AND signed.state = 'signed')"
)
PAIRED = f"EXISTS (SELECT 1 FROM {DIFFERENCE} AS later WHERE later.pair_id = NEW.discrepancy_id)"
A_STEP = (
    "OLD.state = 'proposed' AND NEW.state IN ('approved', 'returned') "
    f"OR OLD.state = 'approved' AND NEW.state = 'undone' AND NOT ({differs(APPROVED)})"
)

guard(
    Guard("carried_ending_kept_guard", ENDING, "了结的记录不能删除", ("DELETE",)),
    Guard(
        "carried_ending_proposed_guard",
        ENDING,
        "了结须先提出，只用于已签字的对账里转下月、还没有对上的差异",
        ("INSERT",),
        f"NEW.state <> 'proposed' OR NOT {CARRIED} OR {PAIRED}",
    ),
    Guard(
        "carried_ending_decided_guard",
        ENDING,
        "了结的提出内容和已办结的记录不能再改",
        ("UPDATE",),
        f"{differs(PROPOSED)} OR NOT ({A_STEP})",
        update_rows=("OLD",),
    ),
)
