"""引用: a mark's case and filing exist as long as it does, looked up once per statement on PostgreSQL."""

from agency.journal.references import BulkReferences, references

references(
    BulkReferences(
        "record_filing_reference",
        "settlement_recordfiling",
        {"record_id": "settlement_settlementrecord", "filing_id": "filings_filing"},
    )
)
