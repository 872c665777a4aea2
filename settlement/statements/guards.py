"""定稿和结清的不可改: triggers that keep a final statement's figures, and a paid statement, as they are."""

from agency.journal.guards import Guard, guard
from settlement.statements.rules import FIGURES

STATEMENT, LINE = "settlement_institutionstatement", "settlement_statementline"
KEYS = ("statement_no", "period_id", "care_region_id", "institution_id", "version", "is_final")
CONFIRMED = ("agency_by_id", "institution_by_id", "institution_on", "institution_contact")


def _differs(names: tuple[str, ...]) -> str:
    return " OR ".join(f"NEW.{name} <> OLD.{name}" for name in names)


OF_FINAL = (
    f"EXISTS (SELECT 1 FROM {STATEMENT} AS final WHERE final.is_final "
    "AND final.period_id = {row}.period_id AND final.care_region_id = {row}.care_region_id "
    "AND final.institution_id = {row}.institution_id AND final.version = {row}.version)"
)

guard(
    Guard(
        "statement_final_guard",
        STATEMENT,
        "对账单已定稿，数额不能再改",
        ("UPDATE",),
        f"OLD.is_final AND ({_differs((*KEYS, *FIGURES))})",
        update_rows=("OLD",),
    ),
    Guard(
        "statement_paid_guard",
        STATEMENT,
        "对账单已结清，不能再改；须先撤销付款",
        ("UPDATE",),
        f"OLD.state = 'paid' AND (NEW.state <> 'agreed' OR {_differs(CONFIRMED)})",
        update_rows=("OLD",),
    ),
    Guard(
        "statement_voided_guard",
        STATEMENT,
        "对账单已作废，不能再改",
        ("UPDATE",),
        "OLD.state = 'voided'",
        update_rows=("OLD",),
    ),
    Guard("statement_kept_guard", STATEMENT, "对账单已定稿，不能删除", ("DELETE",), "{row}.is_final"),
    Guard(
        "statement_line_guard",
        LINE,
        "对账单已定稿，分项不能再改",
        ("INSERT", "UPDATE", "DELETE"),
        OF_FINAL,
        in_bulk=True,
    ),
)
