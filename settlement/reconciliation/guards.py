"""比对出的不可改: triggers that keep what a run found as it was found, and a signed run as it was signed.

What people make of a difference (owner, due date, verdict) and its likely cause stay free until then.
"""

from agency.journal.guards import Guard, guard

RUN, DIFFERENCE = "settlement_reconciliationrun", "settlement_discrepancy"
PARTS = {"total": "settlement_runtotal", "unread": "settlement_unreadrow"}
FOUND = (
    "run_id", "serial", "difference_no", "kind", "subject", "our_correction_no", "their_line", "times",
    "institution_code", "insured_region_code", "care_region_code", "columns", "ours", "theirs", "amount_fen",
)  # fmt: skip
RESULT = (
    "run_no", "period", "source", "region_id", "scope_region_id", "scope_institution_id", "form_no",
    "file_id", "file_name", "columns", "compared", "all_details", "their_rows", "unread_rows", "our_cases",
    "matched", "differences", "counts", "ours_digest", "result_digest", "created_by_id", "created_at",
    "compared_at",
)  # fmt: skip


def differs(names: tuple[str, ...]) -> str:
    """That a row is changed in one of these columns."""
    return " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in names)


def _of_run(condition: str) -> str:
    """That the run of a row stands in some states."""
    return f"EXISTS (SELECT 1 FROM {RUN} AS own WHERE own.id = {{row}}.run_id AND own.state {condition})"


ENDED = _of_run("IN ('signed', 'voided', 'failed')")
NOT_BEING_COMPARED = _of_run("<> 'comparing'")

guard(
    Guard(
        "reconciliation_result_guard",
        RUN,
        "对账结果是比对得出的，不能改；请作废后重新比对",
        ("UPDATE",),
        f"OLD.state <> 'comparing' AND ({differs(RESULT)})",
        update_rows=("OLD",),
    ),
    Guard(
        "reconciliation_signed_guard",
        RUN,
        "对账已签字，不能再改",
        ("UPDATE",),
        "OLD.state = 'signed'",
        update_rows=("OLD",),
    ),
    Guard("reconciliation_kept_guard", RUN, "对账不能删除", ("DELETE",), "OLD.state <> 'comparing'"),
    Guard(
        "difference_found_guard",
        DIFFERENCE,
        "差异是比对得出的，不能改",
        ("UPDATE",),
        differs(FOUND),
        update_rows=("OLD",),
    ),
    Guard(
        "difference_signed_guard",
        DIFFERENCE,
        "对账已签字，差异不能再改",
        ("UPDATE",),
        _of_run("= 'signed'"),
        update_rows=("OLD",),
    ),
    Guard("difference_kept_guard", DIFFERENCE, "差异不能删除", ("DELETE",), NOT_BEING_COMPARED),
    Guard("difference_added_guard", DIFFERENCE, "对账已结束，不能再加差异", ("INSERT",), ENDED, in_bulk=True),
    *(
        guarded
        for name, table in PARTS.items()
        for guarded in (
            Guard(f"reconciliation_{name}_guard", table, "对账结果是比对得出的，不能改", ("UPDATE",)),
            Guard(
                f"reconciliation_{name}_kept_guard",
                table,
                "对账结果是比对得出的，不能删除",
                ("DELETE",),
                NOT_BEING_COMPARED,
            ),
            Guard(
                f"reconciliation_{name}_added_guard",
                table,
                "对账已结束，不能再加",
                ("INSERT",),
                ENDED,
                in_bulk=True,
            ),
        )
    ),
)
