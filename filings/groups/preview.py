"""备案名单的预览: what the accepted rows will bring, as plain JSON; numbers of persons masked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from agency.masking import mask_id
from agency.organisation.models import PoolingRegion
from filings.filing.kinds import Channel, FilingKind
from filings.groups.judge import Candidate
from filings.materials.rules import rests_on_commitment

SAMPLES = 10
EMPLOYERS = 10


def preview_of(rows: Sequence[Candidate], regions: dict[int, PoolingRegion]) -> dict[str, Any]:
    """Counts by kind, place, channel, insured region and employer, and the first rows."""
    return {
        "kinds": _counts(FilingKind(row.row.entry.kind).label for row in rows),
        "places": _counts(row.judged.place.name for row in rows),
        "channels": _counts(Channel(row.row.entry.channel).label for row in rows),
        "regions": _counts(regions[row.row.insured_region_id].name for row in rows),
        "employers": _counts(_employer(row) for row in rows)[:EMPLOYERS],
        "commitments": sum(rests_on_commitment(row.judged.groups, row.row.entry.materials) for row in rows),
        "agents": sum(row.row.entry.agent.is_given for row in rows),
        "samples": [_sample(row) for row in rows[:SAMPLES]],
    }


def _counts(names: Iterable[str]) -> list[tuple[str, int]]:
    """Most first, then by name, so that the same rows always give the same preview."""
    return [
        (name, count) for name, count in sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _employer(row: Candidate) -> str:
    enrolment = row.judged.enrolment
    return (enrolment.employer if enrolment is not None else "") or "（未登记单位）"


def _sample(row: Candidate) -> dict[str, Any]:
    entry, span = row.row.entry, row.judged.validity
    return {
        "line_no": row.line_no,
        "name": entry.name,
        "cert_no": mask_id(entry.cert_no),
        "kind": FilingKind(entry.kind).label,
        "place": row.judged.place.name,
        "employer": _employer(row),
        "begins_on": str(entry.begins_on),
        "ends_on": str(span.ends_on) if span is not None and span.ends_on is not None else "",
    }
