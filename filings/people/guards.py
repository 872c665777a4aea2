"""检索词的维护: who is enrolled in a region, or filed there, is found there, whatever code wrote the row."""

from __future__ import annotations

from agency.journal.guards import Upkeep, upkeep

# {{rows}} and {{new}} stay for the trigger: the rows that were written, and one of them
KEYS = """
INSERT INTO filings_searchkey (region_id, person_id, text)
SELECT {{new}}.{region}, person.id, person.name FROM {{rows}} filings_insuredperson AS person
  WHERE person.id = {{new}}.person_id AND {when}
UNION ALL SELECT {{new}}.{region}, person.id, person.cert_no FROM {{rows}} filings_insuredperson AS person
  WHERE person.id = {{new}}.person_id AND {when}
UNION ALL SELECT {{new}}.{region}, word.person_id, word.letters FROM {{rows}} filings_personinitials AS word
  WHERE word.person_id = {{new}}.person_id AND {when}
ON CONFLICT DO NOTHING"""

upkeep(
    Upkeep(
        "enrolment_search_keys",
        "filings_enrolment",
        ("person_id", "region_id"),
        KEYS.format(region="region_id", when="1 = 1"),
    ),
    Upkeep(
        "filing_search_keys",
        "filings_filing",
        ("person_id", "insured_region_id", "submitted_at"),
        KEYS.format(region="insured_region_id", when="{new}.submitted_at IS NOT NULL"),
    ),
)
