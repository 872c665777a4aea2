"""What the organisation brings to `seed`: regions, area codes, places, agencies, counters, institutions."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from agency.organisation.models import (
    Agency,
    AreaCode,
    CertificateType,
    Counter,
    Institution,
    InstitutionConnection,
    InstitutionQualification,
    Place,
    PoolingRegion,
    RegionPair,
    StaffRole,
    User,
)
from agency.registry import DEMO, SEEDERS
from agency.seeding import Tally, changed_by_staff, day, named, read_rows, yes


def _dates(row: dict[str, str]) -> dict[str, object]:
    return {"valid_from": day(row["valid_from"]), "valid_to": day(row["valid_to"]), "source": row["source"]}


@SEEDERS.register("organisation", order=10)
def seed_organisation(seeds: Path, tally: Tally) -> None:
    """Regions first: everything else names them by code."""
    for row in read_rows(seeds / "regions.csv"):
        tally.upsert(
            PoolingRegion,
            key={"code": row["code"]},
            values={
                "name": row["name"],
                "short_name": row["short_name"],
                "kind": row["kind"],
                "position": int(row["position"]),
                **_dates(row),
            },
        )
    for row in read_rows(seeds / "certificate_types.csv"):
        tally.upsert(CertificateType, key={"code": row["code"]}, values={"name": row["name"]})
    regions = {region.code: region for region in PoolingRegion.objects.all()}
    for row in read_rows(seeds / "area_codes.csv"):
        tally.upsert(
            AreaCode,
            key={"area_code": row["area_code"], "valid_from": day(row["valid_from"])},
            values={
                "name": row["name"],
                "region": regions[row["region_code"]],
                "valid_to": day(row["valid_to"]),
                "source": row["source"],
            },
        )
    for row in read_rows(seeds / "region_pairs.csv"):
        tally.upsert(
            RegionPair,
            key={
                "region_a": regions[row["region_a"]],
                "region_b": regions[row["region_b"]],
                "valid_from": day(row["valid_from"]),
            },
            values={
                "is_cross_region": yes(row["is_cross_region"]),
                "valid_to": day(row["valid_to"]),
                "source": row["source"],
            },
        )
    for row in read_rows(seeds / "cities.csv"):
        ours = row["province_code"] == "220000"
        tally.upsert(
            Place,
            key={"code": row["code"]},
            values={
                "name": row["name"],
                "province": None if ours else regions[row["province_code"]],
                "region": regions[row["code"]] if ours else None,
            },
        )


@SEEDERS.register("agencies", order=20)
def seed_agencies(seeds: Path, tally: Tally) -> None:
    regions = {region.code: region for region in PoolingRegion.objects.all()}
    for row in read_rows(seeds / "agencies.csv"):
        tally.upsert(
            Agency,
            key={"code": row["code"]},
            values={"name": row["name"], "region": named(regions, row["region_code"])},
        )
    agencies = {agency.code: agency for agency in Agency.objects.all()}
    for row in read_rows(seeds / "counters.csv"):
        tally.upsert(
            Counter,
            key={"code": row["code"]},
            values={
                "agency": agencies[row["agency_code"]],
                "name": row["name"],
                "address": row["address"],
                **_dates(row),
            },
        )


@SEEDERS.register("institutions", order=25)
def seed_institutions(seeds: Path, tally: Tally) -> None:
    """The directory; connections and qualifications of an institution that staff changed are theirs."""
    regions = dict(PoolingRegion.objects.values_list("code", "pk"))
    places = dict(Place.objects.values_list("code", "pk"))
    tally.upsert_all(
        Institution,
        (
            (
                {"code": row["code"]},
                {
                    "name": row["name"],
                    "level": row["level"],
                    "region_id": named(regions, row["region_code"]),
                    "place_id": named(places, row["place_code"]),
                    "address": row["address"],
                    "designated_from": day(row["designated_from"]),
                    "designated_to": day(row["designated_to"]),
                    "is_stub": False,
                },
            )
            for row in read_rows(seeds / "institutions.csv")
        ),
    )
    known = dict(Institution.objects.values_list("code", "pk"))
    theirs = changed_by_staff(Institution)
    connections = [
        ({"institution_id": pk, "care_kind": kind, "scope": row["scope"]}, row)
        for row in read_rows(seeds / "institution_connections.csv")
        for kind in row["care_kinds"].split("|")
        if (pk := known[row["institution_code"]]) not in theirs
    ]
    qualifications = [
        ({"institution_id": pk, "qualification": row["qualification"]}, row)
        for row in read_rows(seeds / "institution_qualifications.csv")
        if (pk := known[row["institution_code"]]) not in theirs
    ]
    tally.upsert_all(InstitutionConnection, (_spanned(key, row) for key, row in connections))
    tally.upsert_all(InstitutionQualification, (_spanned(key, row) for key, row in qualifications))


def _spanned(key: dict[str, object], row: dict[str, str]) -> tuple[dict[str, object], dict[str, object]]:
    """A dated row's key with its first day, and the rest."""
    return {**key, "valid_from": day(row["valid_from"])}, {
        "valid_to": day(row["valid_to"]),
        "source": row["source"],
    }


@DEMO.register("staff", order=10)
def demo_staff(seeds: Path, tally: Tally, now: dt.datetime) -> None:
    """Staff of every role, with the passwords of the demo file; an existing account keeps its own."""
    regions = {region.code: region for region in PoolingRegion.objects.all()}
    counters = {counter.code: counter for counter in Counter.objects.all()}
    for row in read_rows(seeds / "demo" / "staff.csv"):
        if User.objects.filter(username=row["username"]).exists():
            tally.same += 1
            continue
        user = User.objects.create_user(
            row["username"],
            row["password"],
            display_name=row["display_name"],
            level=row["level"],
            region=named(regions, row["region_code"]),
            counter=named(counters, row["counter_code"]),
            date_joined=now,
        )
        StaffRole.objects.bulk_create(StaffRole(user=user, role=role) for role in row["roles"].split("|"))
        tally.created += 1
