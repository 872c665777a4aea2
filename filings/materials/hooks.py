"""What the material rules bring to `seed`."""

from __future__ import annotations

from pathlib import Path

from agency.organisation.models import PoolingRegion
from agency.registry import SEEDERS
from agency.seeding import Tally, day, read_rows, yes
from filings.materials.models import MaterialKind, MaterialRule


@SEEDERS.register("materials", order=40)
def seed_materials(seeds: Path, tally: Tally) -> None:
    """Kinds of paper, and the groups that ask for them."""
    for row in read_rows(seeds / "material_kinds.csv"):
        tally.upsert(
            MaterialKind,
            key={"code": row["code"]},
            values={"name": row["name"], "is_identity": yes(row["is_identity"]), "note": row["note"]},
        )
    regions = {region.code: region for region in PoolingRegion.objects.all()}
    for row in read_rows(seeds / "material_rules.csv"):
        tally.upsert(
            MaterialRule,
            key={
                "rule_set": row["rule_set"],
                "filing_kind": row["filing_kind"],
                "scope": row["scope"],
                "region": regions.get(row["region_code"]),
                "group_no": int(row["group_no"]),
                "valid_from": day(row["valid_from"]),
            },
            values={
                "group_label": row["group_label"],
                "alternatives": row["alternatives"],
                "commitment_allowed": yes(row["commitment_allowed"]),
                "deferral_allowed": yes(row["deferral_allowed"]),
                "valid_to": day(row["valid_to"]),
                "source": row["source"],
                "note": row["note"],
            },
        )
