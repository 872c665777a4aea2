"""核对的语句: one INSERT … SELECT that marks every case of a scope, on both databases.

Of a person's filings in the insured region the one with the highest rank stands behind the case, then the one
that lasts longest, then the newest [P]:

5 in force on the day of admission (without admission: of settlement), for the place and the kind of care;
4 the same, but begun after the admission, not after the settlement (补办, [S2]);
3 in force on the day, for the place, of another kind of care;
2 in force on the day, for another place;
1 for the place, but not in force on the day.

Rank, last day and key of a filing are carried as one number, so that `max` finds it: one pass over the cases,
no sorting of filings. The marks are written in the order of their indexes, which takes two thirds of the time
that any other order does.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection

from agency.organisation.models import PoolingRegion, RegionKind
from filings.filing.spans import with_valid_days
from filings.people.models import InsuredPerson
from settlement.matching.models import FilingMark, RecordFiling
from settlement.records.models import SettlementRecord

RANKS = {
    5: FilingMark.IN_FORCE,
    4: FilingMark.LATE,
    3: FilingMark.OTHER_KIND,
    2: FilingMark.OTHER_PLACE,
    1: FilingMark.EXPIRED,
}
RANK, DAY = 10**17, 10**11  # a key has fewer than 12 figures, a day fewer than 7
OPEN_END = 999_999

MARKS = RecordFiling._meta.db_table
RECORDS = SettlementRecord._meta.db_table

DIALECTS = {
    "postgresql": {
        "settled_on": "(r.settled_at AT TIME ZONE 'Asia/Shanghai')::date",
        "last_day": "f.last_day - DATE '1900-01-01'",
        "places": (
            "SELECT (p ->> 0)::bigint AS insured_id, (p ->> 1)::bigint AS care_id, p ->> 2 AS area_code,"
            " p ->> 3 AS care_kind, (p ->> 4)::date AS begins, (p ->> 5)::date AS ends,"
            " (p ->> 6)::int AS needed, p ->> 7 AS regions, p ->> 8 AS areas"
            " FROM json_array_elements(%s::json) AS p"
        ),
    },
    "sqlite": {
        # Shanghai keeps UTC+8 all year since 1991
        "settled_on": "date(r.settled_at, '+8 hours')",
        "last_day": "CAST(julianday(f.last_day) - julianday('1900-01-01') AS INTEGER)",
        "places": (
            "SELECT json_extract(value, '$[0]') AS insured_id, json_extract(value, '$[1]') AS care_id,"
            " json_extract(value, '$[2]') AS area_code, json_extract(value, '$[3]') AS care_kind,"
            " json_extract(value, '$[4]') AS begins, json_extract(value, '$[5]') AS ends,"
            " json_extract(value, '$[6]') AS needed, json_extract(value, '$[7]') AS regions,"
            " json_extract(value, '$[8]') AS areas FROM json_each(%s)"
        ),
    },
}

JUDGE = """
WITH place AS MATERIALIZED ({places}),
spans (id, person_id, insured_region_id, care_region_id, care_area_code, care_kind, begins_on, last_day)
  AS MATERIALIZED ({spans}),
cases AS (
  SELECT r.id, r.insured_region_id, r.care_region_id, r.period, r.care_area_code, r.care_kind, r.cert_type,
         r.cert_no,
         {settled_on} AS settled_on, COALESCE(r.admitted_on, {settled_on}) AS day
  FROM {records} AS r WHERE {scope} AND NOT r.is_reversal AND r.insured_region_id IN ({ours})
),
found AS (
  SELECT c.id, c.insured_region_id, c.care_region_id, c.period, MIN(COALESCE(p.needed, 1)) AS needed, MAX(
    CASE
      WHEN f.id IS NULL THEN NULL
      WHEN p.regions LIKE '%%,' || f.care_region_id || ',%%'
        AND (p.areas = '' OR p.areas LIKE '%%,' || f.care_area_code || ',%%')
      THEN CASE
        WHEN f.begins_on <= c.day AND (f.last_day IS NULL OR f.last_day >= c.day)
        THEN CASE WHEN f.care_kind = '' OR f.care_kind = c.care_kind THEN 5 ELSE 3 END
        WHEN f.begins_on > c.day AND f.begins_on <= c.settled_on
          AND (f.care_kind = '' OR f.care_kind = c.care_kind) THEN 4
        ELSE 1 END
      WHEN f.begins_on <= c.day AND (f.last_day IS NULL OR f.last_day >= c.day) THEN 2
    END * {rank} + COALESCE({last_day}, {open_end}) * {day_unit} + f.id
  ) AS best
  FROM cases AS c
  LEFT JOIN place AS p ON p.insured_id = c.insured_region_id AND p.care_id = c.care_region_id
    AND p.area_code = c.care_area_code AND p.care_kind = c.care_kind
    AND p.begins <= c.day AND p.ends >= c.day
  LEFT JOIN {persons} AS person ON p.needed = 1 AND person.cert_no = c.cert_no
    AND person.cert_type = c.cert_type
  LEFT JOIN spans AS f ON f.person_id = person.id AND f.insured_region_id = c.insured_region_id
  GROUP BY c.id, c.insured_region_id, c.care_region_id, c.period
)
INSERT INTO {marks} AS kept
  (record_id, insured_region_id, care_region_id, period, mark, filing_id, judged_at)
SELECT id, insured_region_id, care_region_id, period,
  CASE WHEN needed = 0 THEN '{exempt}' {ranked} ELSE '{none}' END,
  CASE WHEN needed = 1 THEN best %% {day_unit} END, %s
FROM found WHERE true ORDER BY period, id
ON CONFLICT (record_id) DO UPDATE
  SET mark = excluded.mark, filing_id = excluded.filing_id, period = excluded.period,
    judged_at = excluded.judged_at
  WHERE kept.mark <> excluded.mark OR kept.filing_id IS DISTINCT FROM excluded.filing_id
    OR kept.period <> excluded.period
"""


def judge(scope: str, of: list[Any], places: str, judged_at: dt.datetime) -> int:
    """Mark the cases for which `scope` (SQL over `r`, with parameters `of`) holds. Returns how many marks are
    new or changed; those that stay as they are are not written.

    A reversal has no mark of its own, nor has a case of another province's insured: their filings are kept
    there [P].
    """
    ours = PoolingRegion.objects.exclude(kind=RegionKind.OUTSIDE).values_list("pk", flat=True)
    dialect = DIALECTS[connection.vendor]
    spans, span_parameters = _spans()
    ranked = " ".join(f"WHEN best / {RANK} = {rank} THEN '{mark.value}'" for rank, mark in RANKS.items())
    statement = JUDGE.format(
        places=dialect["places"],
        spans=spans,
        settled_on=dialect["settled_on"],
        last_day=dialect["last_day"],
        records=RECORDS,
        persons=InsuredPerson._meta.db_table,
        marks=MARKS,
        scope=scope,
        ours=", ".join(map(str, ours)),
        rank=RANK,
        day_unit=DAY,
        open_end=OPEN_END,
        exempt=FilingMark.EXEMPT.value,
        none=FilingMark.NONE.value,
        ranked=ranked,
    )
    with connection.cursor() as cursor:
        moment = connection.ops.adapt_datetimefield_value(judged_at)
        cursor.execute(statement, [places, *span_parameters, *of, moment])
        if (
            connection.vendor == "sqlite"
        ):  # Python's module counts no rows of a statement that begins with WITH
            cursor.execute("SELECT changes()")
            return int(cursor.fetchone()[0])
        return int(cursor.rowcount)


def _spans() -> tuple[str, tuple[Any, ...]]:
    """Filings with their valid days, as the queryset writes it, so that it is said in one place."""
    rows = with_valid_days().values_list(
        "pk", "person_id", "insured_region_id", "care_region_id", "care_area_code", "care_kind", "begins_on",
        "last_day",
    )  # fmt: skip
    statement, parameters = rows.query.sql_with_params()
    return statement, parameters
