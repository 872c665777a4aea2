"""Reads of settled cases: what is stored under a number, one case, the cases of a person."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from agency.organisation.models import User
from settlement.records.content import LOOKUPS, NUMBER, as_delivered, texts_of
from settlement.records.models import SettlementRecord, SettlementRecordQuerySet

T = TypeVar("T")
ASKED_AT_ONCE = 500
NAMESAKES_READ = 2_000  # of a common name; the rest is found by number
_GIVEN = {  # many texts as one parameter: an IN of the ORM costs more than the answer
    "postgresql": "(SELECT unnest(%s::text[]) AS number) AS given",
    "sqlite": "(SELECT value AS number FROM json_each(%s)) AS given",
}


def chunks(items: Iterable[T], size: int = ASKED_AT_ONCE) -> Iterator[list[T]]:
    """The items in lists of at most `size`, so that no query grows without end."""
    rest = iter(items)
    while block := list(islice(rest, size)):
        yield block


def _stored_now(cursor: Any, column: str, numbers: Collection[str]) -> dict[str, Any]:
    """Settlement number → a column of the row that is stored under it now: of a corrected one the last.

    One look into the index for each number, whatever the database believes of the table: while it is filled
    for the first time there are no statistics, and PostgreSQL would read all of it for every block of a file.
    """
    statement = f"""
        SELECT number, stored FROM (
          SELECT given.number, (
            SELECT r.{column} FROM {SettlementRecord._meta.db_table} AS r
            WHERE r.settlement_no = given.number AND (r.correction_no = 0 OR NOT r.is_reversal)
            ORDER BY r.correction_no DESC LIMIT 1
          ) AS stored FROM {_GIVEN[connection.vendor]}
        ) AS found WHERE stored IS NOT NULL"""
    given = list(numbers) if connection.vendor == "postgresql" else json.dumps(list(numbers))
    cursor.execute(statement, [given])
    return dict(cursor.fetchall())


def records_now(numbers: Collection[str]) -> SettlementRecordQuerySet:
    """What is stored under these numbers, of a corrected one the row that holds; read by their keys."""
    with connection.cursor() as cursor:
        keys = _stored_now(cursor, "id", numbers).values()
    return SettlementRecord.objects.filter(pk__in=keys).order_by("pk")


def stored_digests(numbers: Collection[str]) -> dict[str, str]:
    """Settlement number → content digest of what is stored now. The digest of a corrected one covers its
    correction number, so no row of a file has it: such rows are compared by content."""
    with connection.cursor() as cursor:
        return digests_by(cursor, numbers)


def digests_by(cursor: Any, numbers: Collection[str]) -> dict[str, str]:
    """The same by a cursor of one's own."""
    return _stored_now(cursor, "content_digest", numbers)


def stored_contents(numbers: Collection[str]) -> dict[str, list[str]]:
    """Settlement number → content of what is stored now, in the shape of a row of a file."""
    found = {}
    for block in chunks(numbers):
        for values in records_now(block).values_list(*LOOKUPS):
            content = as_delivered(texts_of(values))
            found[content[NUMBER]] = content
    return found


def stored_reversals(originals: Collection[str]) -> dict[str, str]:
    """Original's number → number of the stored reversal of it."""
    found: dict[str, str] = {}
    for block in chunks(originals):
        rows = SettlementRecord.objects.filter(reverses_no__in=block, is_reversal=True, correction_no=0)
        found.update(rows.order_by().values_list("reverses_no", "settlement_no"))
    return found


def holding(records: QuerySet[SettlementRecord]) -> QuerySet[SettlementRecord]:
    """Those that a file speaks of: neither the reversals of corrections nor what was corrected since.

    What came later is looked for in all regions: a correction may take a case to other parties, and what it
    replaced then holds for nobody.
    """
    return records.filter(Q(correction_no=0) | Q(is_reversal=False)).exclude(_corrected_since())


def holding_of_months(records: QuerySet[SettlementRecord]) -> QuerySet[SettlementRecord]:
    """The same of whole months: what was corrected is looked up once, not beside each case."""
    reversals = SettlementRecord.objects.filter(correction_no__gt=0, is_reversal=True).order_by()
    replaced = SettlementRecord.objects.filter(_corrected_since()).order_by()
    return records.exclude(pk__in=reversals.values("pk")).exclude(pk__in=replaced.values("pk"))


def _corrected_since() -> Exists:
    """Whether a record came in the place of this one."""
    later = SettlementRecord.objects.filter(
        correction_no__gt=0,  # said once more, for the index of the few
        settlement_no=OuterRef("settlement_no"),
        correction_no=OuterRef("correction_no") + 2,
    )
    return Exists(later.order_by())


def record_shown(by: User, settlement_no: str) -> SettlementRecordQuerySet:
    """The case of a number, and its corrections in their order, as far as a person may see them."""
    rows = SettlementRecord.objects.visible_to(by).filter(settlement_no=settlement_no)
    return rows.select_related(
        "insured_region",
        "care_region",
        "institution",
        "batch__created_by",
        "batch__confirmed_by",
        "batch__file",
        "correction__batch__file",
        "correction__proposed_by",
        "correction__decided_by",
        "reversing_correction__batch__file",
        "reversing_correction__proposed_by",
        "reversing_correction__decided_by",
    ).order_by("correction_no")


def record_current(by: User, settlement_no: str) -> SettlementRecord | None:
    """What holds now under a number; None for those who are no party to that, even if they were before."""
    return holding(record_shown(by, settlement_no)).last()


def reversal_of(by: User, record: SettlementRecord) -> SettlementRecord | None:
    """The record that cancels this one, if any: delivered, or the one half of its correction."""
    rows = SettlementRecord.objects.visible_to(by).filter(
        Q(correction_no=0) | Q(correction_no=record.correction_no + 1),
        reverses_no=record.settlement_no,
        is_reversal=True,
    )
    return rows.order_by("-correction_no").first()


def reversed_among(by: User, rows: Collection[SettlementRecord]) -> set[int]:
    """Which of these records (by key) another one has cancelled."""
    keys = {row.pk for row in rows if not row.is_reversal}
    standing = SettlementRecord.objects.visible_to(by).standing().filter(pk__in=keys)
    return keys - set(standing.order_by().values_list("pk", flat=True))


def records_of_person(by: User, cert_type: str, cert_no: str) -> QuerySet[SettlementRecord]:
    """A person's cases by identity number, newest first."""
    rows = SettlementRecord.objects.visible_to(by).filter(cert_no=cert_no, cert_type=cert_type)
    return rows.select_related("care_region", "institution").order_by("-settled_at", "-id")


def people_of_name(by: User, name: str, *, at_most: int) -> list[SettlementRecord]:
    """The newest case of each person of exactly this name, newest first: `at_most` and one more when there
    are more."""
    newest: dict[tuple[str, str], int] = {}
    rows = SettlementRecord.objects.visible_to(by).filter(person_name=name).order_by("-id")
    for key, *number in rows.values_list("pk", "cert_type", "cert_no")[:NAMESAKES_READ]:
        newest.setdefault(tuple(number), key)
    keys = list(newest.values())[: at_most + 1]
    found = SettlementRecord.objects.select_related("insured_region").in_bulk(keys)
    return [found[key] for key in keys]


def newest_of_number(by: User, cert_no: str) -> SettlementRecord | None:
    """The newest case under an identity number."""
    rows = SettlementRecord.objects.visible_to(by).select_related("insured_region")
    return rows.filter(cert_no=cert_no).order_by("-id").first()
