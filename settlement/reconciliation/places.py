"""对照: the words of their file for places and kinds of care, as what they mean on the day of settlement.

Temporary tables of a few rows, one for each word that occurs: `their_area` and `their_care`, by days (texts);
`account_inside` has the insured regions that deliver 个人账户 inside 基金支付总额.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

from django.db import connection

from agency.organisation.models import PoolingRegion
from agency.policy.care import CareKind
from agency.policy.insurance import INSURANCE_BY_TEXT
from agency.policy.models import Parameter
from settlement.reconciliation.fields import Shape
from settlement.records import columns as c
from settlement.records.reference import ACCOUNT_INSIDE, AccountInside, Reference, read_reference

T = TypeVar("T")
FIRST, LAST = dt.date(1900, 1, 1), dt.date(9999, 12, 31)
SIDES = (("insured", "insured_area_code", c.INSURED_AREA), ("care", "care_area_code", c.CARE_AREA))

INSURANCE = "CASE t.insurance_type {} ELSE t.insurance_type END".format(
    " ".join(f"WHEN '{text}' THEN '{kind.value}'" for text, kind in INSURANCE_BY_TEXT.items())
)


def joins(last_day: dt.date) -> str:
    """What brings the meanings to a row `t` of `theirs`; without a settlement time, of the period's end."""
    day = f"coalesce(substr(t.settled_at, 1, 10), '{last_day}')"
    return f"""
        LEFT JOIN their_area AS insured ON insured.code = t.insured_area_code
          AND {day} BETWEEN insured.begins AND insured.ends
        LEFT JOIN their_area AS care ON care.code = t.care_area_code
          AND {day} BETWEEN care.begins AND care.ends
        LEFT JOIN their_care AS kind ON kind.code = t.care_type_code
          AND {day} BETWEEN kind.begins AND kind.ends"""


def is_reversal(shape: Shape) -> str:
    """Whether a row `t` is a reversal: by its flag; of a file without flags by the sign of the total."""
    flag = "coalesce(t.reversal_flag, '0') = '1'"
    return f"({flag if shape.has(c.REVERSAL_FLAG) else 'coalesce(t.total_fee_fen, 0) < 0'})"


def places_stage(shape: Shape, last_day: dt.date) -> None:
    """Fill the tables for what `theirs` holds, and make the view `their_case`: `theirs` with `insurance`,
    `insured_region_id`, `care_region_id`, `care_kind` and `is_reversal`, as ours say it."""
    reference = read_reference()
    areas = _areas(reference, _words([column for _, column, index in SIDES if shape.has(index)]))
    cares = _cares(reference, _words(["care_type_code"] if shape.has(c.CARE_TYPE) else []))
    _fill("their_area", "code text, begins text, ends text, region_id bigint", areas)
    _fill("their_care", "code text, begins text, ends text, care_kind text", cares)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""CREATE TEMPORARY VIEW their_case AS SELECT t.*, {INSURANCE} AS insurance,
            insured.region_id AS insured_region_id, care.region_id AS care_region_id, kind.care_kind,
            {is_reversal(shape)} AS is_reversal FROM theirs AS t {joins(last_day)}"""
        )


def inside_stage() -> bool:
    """Fill `account_inside` (region_id, begins, ends); whether it holds anything."""
    spans = inside_spans()
    _fill("account_inside", "region_id bigint, begins text, ends text", spans)
    return bool(spans)


def inside_spans() -> list[tuple[int, str, str]]:
    """Insured regions that deliver 个人账户 inside 基金支付总额, with first and last day [P]."""
    inside, rows = AccountInside(), Parameter.objects.filter(key=ACCOUNT_INSIDE)
    breaks = _breaks(rows.values_list("valid_from", "valid_to"))
    return [
        (region, begins, ends)
        for region in PoolingRegion.objects.values_list("pk", flat=True)
        for begins, ends, is_inside in _spans(breaks, partial(inside, region))
        if is_inside
    ]


def _words(columns: Sequence[str]) -> list[str]:
    """The words that occur in some columns of `theirs`."""
    if not columns:
        return []
    union = " UNION ".join(
        f"SELECT DISTINCT {column} AS word FROM theirs WHERE {column} IS NOT NULL" for column in columns
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT word FROM ({union}) AS words ORDER BY word")
        return [word for (word,) in cursor.fetchall()]


def _areas(reference: Reference, words: list[str]) -> Iterator[tuple[Any, ...]]:
    """A code by the table of area codes, as when a case is imported; or a region by its name."""
    named = {}
    for key, *names in PoolingRegion.objects.values_list("pk", "name", "short_name"):
        named.update(dict.fromkeys(names, key))
    for word in words:
        known = reference.areas.spans.get(word, ())
        breaks = _breaks((start, end) for start, end, _ in known)
        for begins, ends, region in _spans(breaks, partial(reference.areas.region_id, word)):
            if region is not None or word in named:
                yield word, begins, ends, region or named[word]


def _cares(reference: Reference, words: list[str]) -> Iterator[tuple[Any, ...]]:
    """A platform code by the table of care types, or one of the five kinds by its name."""
    named = {str(kind.label): kind.value for kind in CareKind}
    for word in words:
        breaks = _breaks((start, end) for start, end, _ in reference.care_types.get(word, ()))
        for begins, ends, kind in _spans(breaks, partial(reference.care_kind, word)):
            if kind is not None or word in named:
                yield word, begins, ends, kind or named[word]


def _breaks(spans: Iterable[tuple[dt.date, dt.date | None]]) -> list[dt.date]:
    """The days on which something begins to count, or no longer does."""
    days = {FIRST}
    for start, end in spans:
        days.add(max(start, FIRST))
        if end is not None and end < LAST:
            days.add(end + dt.timedelta(days=1))
    return sorted(days)


def _spans(breaks: list[dt.date], value: Callable[[dt.date], T]) -> Iterator[tuple[str, str, T]]:
    """First and last day of each stretch (as texts), with its value."""
    for begins, following in zip(breaks, [*breaks[1:], None], strict=True):
        ends = following - dt.timedelta(days=1) if following is not None else LAST
        yield begins.isoformat(), ends.isoformat(), value(begins)


def _fill(name: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    marks = ", ".join(["%s"] * (columns.count(",") + 1))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {name} ({columns})")
        cursor.executemany(f"INSERT INTO {name} VALUES ({marks})", list(rows))
        if connection.vendor == "postgresql":
            cursor.execute(f"ANALYZE {name}")
