"""One way of setting their file beside ours, in a process of its own: `reconcile_ways WAY FILE` prints
seconds, what was found by class, the most memory it took (kB), and the seconds of the parts of ours, as JSON.

Every way starts from the database and the file, finds the same classes, and writes every difference with both
sides into a table.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.memory import most_memory

OWNER = ("cert_no", "person_name", "insurance_type", "insured_area_code", "care_area_code", "care_type_code",
         "institution_code")  # fmt: skip
AMOUNTS = (
    "total_fee_fen", "full_self_pay_fen", "over_limit_self_pay_fen", "prior_self_pay_fen", "in_scope_fen",
    "deductible_fen", "pooling_pay_fen", "critical_illness_pay_fen", "large_expense_pay_fen",
    "civil_servant_pay_fen", "enterprise_pay_fen", "medical_assistance_pay_fen", "other_pay_fen",
    "fund_total_fen", "personal_account_pay_fen", "cash_pay_fen",
)  # fmt: skip
THEIRS = (
    "settlement_no", "person_no", "cert_type", "cert_no", "person_name", "insurance_type",
    "insured_area_code", "care_area_code", "institution_code", "institution_name", "care_type_code",
    "admitted_on", "discharged_on", "settled_at", *AMOUNTS, "reversal_flag", "reverses_no",
)  # fmt: skip
TEXTS = ("settlement_no", *OWNER, "month", "reversal_flag")
OURS = f"""SELECT r.settlement_no, r.cert_no, r.person_name,
    CASE r.insurance_type WHEN 'employee' THEN '310' ELSE '390' END AS insurance_type, r.insured_area_code,
    r.care_area_code, r.care_type_code, i.code AS institution_code, '2026-10' AS month,
    CASE WHEN r.is_reversal THEN '1' ELSE '0' END AS reversal_flag,
    {", ".join(f"r.{name}" for name in AMOUNTS)}
    FROM settlement_settlementrecord AS r JOIN agency_institution AS i ON i.id = r.institution_id
    WHERE r.settlement_month = '202610'"""
PARTS = ("theirs_stage", "places_stage", "totals_write", "found_stage", "differences_write")
PEERS = ("pandas", "datacompy", "polars")
KEEPING = "keeping the upload"  # a part of the whole
SPENT: dict[str, float] = {}  # seconds of each part of ours
CLASSES = ("重复", "我有他无", "他有我无", "冲正状态不符", "归属不符", "期别不符", "金额不符")


def kept(path: Path) -> Any:
    """Keep the file, as an upload does; the run that is to compare it."""
    from django.utils import timezone

    from agency.organisation.selectors import system_account
    from settlement.reconciliation.services import run_create

    by, at = system_account(), timezone.now()
    with path.open("rb") as stream:
        return run_create(period="202610", source="platform", file=stream, file_name=path.name, by=by, at=at)


def ours(run: Any) -> dict[str, Any]:
    """The program as far as the others go, from a file that lies on the disk. It looks for no causes: their
    part in the end of the transaction could not be told apart."""
    from settlement.reconciliation import details

    for name in PARTS:
        setattr(details, name, _timed(name, getattr(details, name)))
    details.doctor.diagnose = lambda run: None
    return _compared(run)


def whole(path: Path) -> dict[str, Any]:
    """The program, as the command does: the file kept, compared, causes looked for."""
    return _compared(_timed(KEEPING, kept)(path))


def _compared(run: Any) -> dict[str, Any]:
    from settlement.reconciliation.kinds import DiscrepancyKind
    from settlement.reconciliation.services import run_compare

    run_compare(run, by=run.created_by, at=run.created_at)
    return {str(DiscrepancyKind(kind).label): count for kind, count in run.counts.items()}


def _timed(name: str, part: Callable[..., Any]) -> Callable[..., Any]:
    """The part itself, its seconds noted."""

    def timed(*args: Any, **options: Any) -> Any:
        began = time.perf_counter()
        try:
            return part(*args, **options)
        finally:
            SPENT[name] = time.perf_counter() - began

    return timed


def by_hand(path: Path) -> dict[str, Any]:
    """PostgreSQL by hand: COPY and three joins, and nothing but what the others do."""
    from django.db import connection, transaction

    their, found = f"theirs_{os.getpid()}", f"differences_{os.getpid()}"
    kinds = zip(CLASSES[3:], (("reversal_flag",), OWNER, ("month",), AMOUNTS), strict=True)
    cases = " ".join(f"WHEN {_apart(names)} THEN '{kind}'" for kind, names in kinds)
    columns = ", ".join(f"{name} text" for name in THEIRS)
    beside = ", ".join(f"t.{name} AS {name}_theirs" for name in THEIRS)
    room = "SET LOCAL work_mem = '256MB'; SET LOCAL jit = off; SET LOCAL parallel_tuple_cost = 0"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{room}; CREATE UNLOGGED TABLE {their} ({columns})")
        copied = cursor.copy(f"COPY {their} FROM STDIN (FORMAT csv, HEADER, FREEZE)")
        with copied as copy, path.open("rb") as file:
            while block := file.read(1 << 20):
                copy.write(block)
        cursor.execute(f"ANALYZE {their} (settlement_no)")
        month = f"(SELECT *, left(settled_at, 7) AS month FROM {their})"
        cursor.execute(
            f"""CREATE TABLE {found} AS
            SELECT CASE WHEN t.settlement_no IS NULL THEN '{CLASSES[1]}' {cases} END AS kind, o.*, {beside}
            FROM ({OURS}) AS o LEFT JOIN {month} AS t ON t.settlement_no = o.settlement_no
            WHERE t.settlement_no IS NULL OR {_apart(("reversal_flag", "month", *OWNER, *AMOUNTS))}"""
        )
        numbers = "SELECT settlement_no FROM settlement_settlementrecord WHERE settlement_month = '202610'"
        cursor.execute(
            f"""CREATE TABLE {found}_alone AS SELECT * FROM {their} AS t WHERE NOT EXISTS (
            SELECT 1 FROM ({numbers}) AS o WHERE o.settlement_no = t.settlement_no)"""
        )
        cursor.execute(
            f"""CREATE TABLE {found}_twice AS SELECT * FROM {their} JOIN (
            SELECT settlement_no FROM {their} GROUP BY 1 HAVING count(*) > 1) AS r USING (settlement_no)"""
        )
        cursor.execute(
            f"DELETE FROM {found} WHERE settlement_no IN (SELECT settlement_no FROM {found}_twice)"
        )
        cursor.execute(
            f"""SELECT kind, count(*) FROM {found} GROUP BY kind UNION ALL
            SELECT '{CLASSES[2]}', count(*) FROM {found}_alone UNION ALL
            SELECT '{CLASSES[0]}', count(DISTINCT settlement_no) FROM {found}_twice"""
        )
        told = dict(cursor.fetchall())
        cursor.execute(f"DROP TABLE {their}")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {found}, {found}_alone, {found}_twice")
    return told


def _apart(names: tuple[str, ...]) -> str:
    """That a pair differs in one of these columns."""
    said = {name: f"replace(t.{name}, '.', '')::bigint" for name in AMOUNTS}
    return " OR ".join(f"o.{name} <> {said.get(name, f't.{name}')}" for name in names)


def polars(path: Path) -> dict[str, Any]:
    import polars as pl

    their = pl.read_csv(path, new_columns=list(THEIRS), infer_schema=False)
    their = their.with_columns(
        pl.col("settled_at").str.slice(0, 7).alias("month"),
        *(pl.col(name).str.replace(".", "", literal=True).cast(pl.Int64) for name in AMOUNTS),
    )
    mine = pl.read_csv(_exported(), schema_overrides=dict.fromkeys(TEXTS, pl.String))
    repeated = their.group_by("settlement_no").len().filter(pl.col("len") > 1).select("settlement_no")
    their = their.join(repeated, on="settlement_no", how="anti")
    pairs = mine.join(their, on="settlement_no", how="full", suffix="_theirs", coalesce=True)

    def differs(names: tuple[str, ...]) -> Any:
        return pl.any_horizontal(*(pl.col(name) != pl.col(f"{name}_theirs") for name in names))

    number = pl.col("settlement_no").is_in(repeated["settlement_no"].implode())
    kind = (
        pl.when(number).then(pl.lit(CLASSES[0]))
        .when(pl.col("cert_no_theirs").is_null()).then(pl.lit(CLASSES[1]))
        .when(pl.col("cert_no").is_null()).then(pl.lit(CLASSES[2]))
        .when(differs(("reversal_flag",))).then(pl.lit(CLASSES[3]))
        .when(differs(OWNER)).then(pl.lit(CLASSES[4]))
        .when(differs(("month",))).then(pl.lit(CLASSES[5]))
        .when(differs(AMOUNTS)).then(pl.lit(CLASSES[6]))
    )  # fmt: skip
    found = pairs.with_columns(kind.alias("kind")).filter(pl.col("kind").is_not_null())
    _written(found.columns, found.write_csv(include_header=False).encode())
    return dict(found["kind"].value_counts().iter_rows())


def pandas(path: Path) -> dict[str, Any]:
    import pandas as pd

    their, mine = _frames(pd, path)
    repeated = set(their.loc[their["settlement_no"].duplicated(), "settlement_no"])
    their = their[~their["settlement_no"].isin(repeated)]
    pairs = mine.merge(their, on="settlement_no", how="outer", suffixes=("", "_theirs"), indicator=True)

    def differs(names: tuple[str, ...]) -> Any:
        found = pairs[names[0]] != pairs[f"{names[0]}_theirs"]
        for name in names[1:]:
            found |= pairs[name] != pairs[f"{name}_theirs"]
        return found

    pairs["kind"] = ""
    pairs.loc[differs(AMOUNTS), "kind"] = CLASSES[6]
    pairs.loc[differs(("month",)), "kind"] = CLASSES[5]
    pairs.loc[differs(OWNER), "kind"] = CLASSES[4]
    pairs.loc[differs(("reversal_flag",)), "kind"] = CLASSES[3]
    pairs.loc[pairs["_merge"] == "right_only", "kind"] = CLASSES[2]
    pairs.loc[pairs["_merge"] == "left_only", "kind"] = CLASSES[1]
    pairs.loc[pairs["settlement_no"].isin(repeated), "kind"] = CLASSES[0]
    found = pairs[pairs["kind"] != ""].drop(columns="_merge")
    _written(list(found.columns), found.to_csv(header=False, index=False).encode())
    return dict(found["kind"].value_counts())


def datacompy(path: Path) -> dict[str, Any]:
    """It knows no classes: unequal rows, rows of one side."""
    import datacompy as dc
    import pandas as pd

    their, mine = _frames(pd, path)
    their = their[list(mine.columns)]
    make = getattr(dc, "PandasCompare", None) or dc.Compare
    compared = make(mine, their, join_columns="settlement_no")
    unequal = compared.all_mismatch()
    for found in (unequal, compared.df1_unq_rows, compared.df2_unq_rows):
        _written([str(name) for name in found.columns], found.to_csv(header=False, index=False).encode())
    return {"unequal": len(unequal), "left": len(compared.df1_unq_rows), "right": len(compared.df2_unq_rows)}


def _frames(pd: Any, path: Path) -> tuple[Any, Any]:
    texts = dict.fromkeys([*TEXTS, "settled_at", "person_no", "cert_type", "reverses_no"], str)
    their = pd.read_csv(path, names=list(THEIRS), header=0, dtype=texts, keep_default_na=False)
    their["month"] = their["settled_at"].str[:7]
    for name in AMOUNTS:
        their[name] = (their[name] * 100).round().astype("int64")
    return their, pd.read_csv(_exported(), dtype=texts, keep_default_na=False)


def _exported() -> io.BytesIO:
    from django.db import connection

    target = io.BytesIO()
    with connection.cursor() as cursor, cursor.copy(f"COPY ({OURS}) TO STDOUT (FORMAT csv, HEADER)") as copy:
        for block in copy:
            target.write(block)
    target.seek(0)
    return target


def _written(columns: list[str], content: bytes) -> None:
    """The differences in a table, as any of these would keep them."""
    from django.db import connection

    name = f"differences_{os.getpid()}"
    with connection.cursor() as cursor:
        declared = ", ".join(f'"{column}" text' for column in columns)
        cursor.execute(f"DROP TABLE IF EXISTS {name}")
        cursor.execute(f"CREATE TABLE {name} ({declared})")
        with cursor.copy(f"COPY {name} FROM STDIN (FORMAT csv)") as copy:
            copy.write(content)
        cursor.execute(f"DROP TABLE {name}")


BEFORE: dict[str, Callable[[Path], Any]] = {"ours": kept}  # not measured
WAYS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "ours": ours, "whole": whole, "by hand": by_hand, "polars": polars, "pandas": pandas,
    "datacompy": datacompy,
}  # fmt: skip


def main(way: str, path: Path) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agency.settings")
    import django
    from django.conf import settings

    django.setup()
    settings.UPLOAD_MAX_BYTES = 4 << 30
    if way in PEERS:
        __import__(way)
    source = BEFORE[way](path) if way in BEFORE else path
    began = time.perf_counter()
    found = WAYS[way](source)
    seconds = time.perf_counter() - began
    told = {
        "seconds": seconds,
        "found": {str(kind): int(count) for kind, count in found.items()},
        "memory": most_memory(),
        "parts": SPENT,
    }
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
