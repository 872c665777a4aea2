"""What policy brings to `seed`: dated parameters and holiday overrides."""

from __future__ import annotations

from pathlib import Path

from agency.organisation.models import PoolingRegion
from agency.policy.models import Holiday, Parameter
from agency.registry import SEEDERS
from agency.seeding import Tally, day, named, read_rows


@SEEDERS.register("policy", order=30)
def seed_policy(seeds: Path, tally: Tally) -> None:
    regions = {region.code: region for region in PoolingRegion.objects.all()}
    for row in read_rows(seeds / "parameters.csv"):
        tally.upsert(
            Parameter,
            key={
                "key": row["key"],
                "region": named(regions, row["region_code"]),
                "valid_from": day(row["valid_from"]),
            },
            values={
                "value": row["value"],
                "value_type": row["value_type"],
                "unit": row["unit"],
                "label": row["label"],
                "source": row["source"],
                "valid_to": day(row["valid_to"]),
                "note": row["note"],
            },
        )
    for row in read_rows(seeds / "holidays.csv"):
        tally.upsert(
            Holiday,
            key={"date": day(row["date"])},
            values={"kind": row["kind"], "name": row["name"], "source": row["source"]},
        )
