"""扫描件不删不换: what was handed in stays, whatever path is taken; only the marks of 撤下 may change."""

from agency.journal.guards import Guard, guard

FIXED = (
    "filing_id",
    "number",
    "material_id",
    "digest",
    "source_digest",
    "came_as",
    "page_count",
    "uploaded_by_id",
    "uploaded_at",
)

guard(
    Guard("scan_guard", "filings_scan", "扫描件只能撤下，不能删除", ("DELETE",)),
    Guard(
        "scan_fixed_guard",
        "filings_scan",
        "扫描件的内容不能修改",
        ("UPDATE",),
        " OR ".join(f"OLD.{column} <> {{row}}.{column}" for column in FIXED),
        update_rows=("NEW",),
    ),
    Guard("scan_page_guard", "filings_scanpage", "扫描件的页不能修改或删除"),
)
