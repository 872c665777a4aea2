"""What the rule table 免备案规则 brings to `seed`."""

from __future__ import annotations

from pathlib import Path

from agency.organisation.models import PoolingRegion
from agency.registry import SEEDERS
from agency.seeding import Tally, day, named, read_rows
from filings.exemptions.models import ExemptionRule


@SEEDERS.register("exemptions", order=40)
def seed_exemptions(seeds: Path, tally: Tally) -> None:
    """Who needs no filing."""
    regions = {region.code: region for region in PoolingRegion.objects.all()}
    for row in read_rows(seeds / "exemption_rules.csv"):
        tally.upsert(
            ExemptionRule,
            key={
                "rule_set": row["rule_set"],
                "region": named(regions, row["region_code"]),
                "scope": row["scope"],
                "place_level": row["place_level"],
                "care_kind": row["care_kind"],
                "person_group": row["person_group"],
                "valid_from": day(row["valid_from"]),
            },
            values={
                "needs": row["needs"],
                "valid_to": day(row["valid_to"]),
                "source": row["source"],
                "note": row["note"],
            },
        )
