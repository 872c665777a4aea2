"""检索词的维护: who is enrolled in a region, or filed there, is found there, whatever code wrote the row."""

from __future__ import annotations

from agency.journal.guards import Upkeep, upkeep

# {{fresh}} stays for the trigger: the rows that were written
KEYS = """
INSERT INTO filings_searchkey (region_id, person_id, text)
SELECT fresh.{region}, person.id, person.name
  FROM {{fresh}} AS fresh JOIN filings_insuredperson AS person ON person.id = fresh.person_id WHERE {when}
UNION ALL SELECT fresh.{region}, person.id, person.cert_no
  FROM {{fresh}} AS fresh JOIN filings_insuredperson AS person ON person.id = fresh.person_id WHERE {when}
UNION ALL SELECT fresh.{region}, initials.person_id, initials.letters
  FROM {{fresh}} AS fresh JOIN filings_personinitials AS initials ON initials.person_id = fresh.person_id
  WHERE {when}
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
        KEYS.format(region="insured_region_id", when="fresh.submitted_at IS NOT NULL"),
    ),
)
