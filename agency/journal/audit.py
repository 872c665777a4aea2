"""日志: the append-only log, numbered without gaps and chained by digest.

Call `record` last in a transaction: it locks the series until the end, and one lock taken last by
everybody can never wait in a circle.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from agency.journal.models import AuditEntry, NumberSeries
from agency.journal.numbers import next_number, next_numbers
from agency.organisation.models import PoolingRegion, User

SERIES = "audit"
REFERENCE_ADDED = "reference_added"
REFERENCE_CHANGED = "reference_changed"
GENESIS = "0" * 64


def subject_kind(row: models.Model) -> str:
    """How the log names the kind of a row of reference data."""
    return str(row._meta.model_name)[:20]


def entry_digest(entry: AuditEntry) -> str:
    """The digest of an entry's content together with the digest before it (hex)."""
    content = [
        entry.seq,
        entry.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        entry.by_id,
        entry.action,
        entry.subject_kind,
        entry.subject_no,
        entry.region_id,
        entry.detail,
        entry.previous_digest,
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Subject:
    """What one of several entries of the same act speaks of."""

    kind: str
    number: str
    region: PoolingRegion | None
    detail: dict[str, Any]


@transaction.atomic
def record(
    action: str,
    *,
    by: User | None,
    at: dt.datetime,
    subject_kind: str = "",
    subject_no: str = "",
    region: PoolingRegion | None = None,
    **detail: Any,
) -> AuditEntry:
    """Append one entry; `detail` holds plain values without personal data."""
    seq = next_number(SERIES)
    before = AuditEntry.objects.filter(seq=seq - 1).values_list("digest", flat=True).first()
    entry = AuditEntry(
        seq=seq,
        at=at,
        by=by,
        action=action,
        subject_kind=subject_kind,
        subject_no=subject_no,
        region=region,
        detail=detail,
        previous_digest=before or GENESIS,
    )
    entry.digest = entry_digest(entry)
    entry.save(force_insert=True)
    return entry


@transaction.atomic
def record_many(action: str, *, by: User | None, at: dt.datetime, subjects: Sequence[Subject]) -> None:
    """Append one entry for each subject of an act upon many, written at once."""
    if not subjects:
        return
    numbers = next_numbers(SERIES, len(subjects))
    digest = AuditEntry.objects.filter(seq=numbers[0] - 1).values_list("digest", flat=True).first() or GENESIS
    entries = []
    for seq, subject in zip(numbers, subjects, strict=True):
        entry = AuditEntry(
            seq=seq,
            at=at,
            by=by,
            action=action,
            subject_kind=subject.kind,
            subject_no=subject.number,
            region=subject.region,
            detail=subject.detail,
            previous_digest=digest,
        )
        entry.digest = digest = entry_digest(entry)
        entries.append(entry)
    AuditEntry.objects.bulk_create(entries, batch_size=500)


def broken_links() -> Iterator[tuple[int, str]]:
    """(seq, what is wrong) of every entry that is missing, changed or not chained to the one before."""
    expected, digest = 1, GENESIS
    for entry in AuditEntry.objects.order_by("seq").iterator(chunk_size=2000):
        if entry.seq != expected:
            yield expected, "缺号"
        elif entry.previous_digest != digest:
            yield entry.seq, "与前一条不连"
        elif entry_digest(entry) != entry.digest:
            yield entry.seq, "内容被改"
        expected, digest = entry.seq + 1, entry.digest
    given = NumberSeries.objects.filter(name=SERIES).values_list("value", flat=True).first() or 0
    if given >= expected:
        yield expected, f"缺到 {given} 号"
