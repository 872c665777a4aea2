"""引用: what a case names exists as long as the case does, looked up once per statement on PostgreSQL."""

from agency.journal.references import BulkReferences, references

references(
    BulkReferences(
        "record_reference",
        "settlement_settlementrecord",
        {
            "batch_id": "agency_batch",
            "institution_id": "agency_institution",
            "insured_region_id": "agency_poolingregion",
            "care_region_id": "agency_poolingregion",
        },
    )
)
