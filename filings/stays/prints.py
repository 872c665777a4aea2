"""What was printed and corrected of a record, for its page: the newest first."""

from __future__ import annotations

from typing import Any

from agency.journal.actions import action_label
from agency.journal.models import AuditEntry
from agency.journal.prints import PRINTED

SHOWN = 20


def prints_of(kind: str, number: str, digest: str) -> list[dict[str, Any]]:
    """The log of a record for its page: what was done, by whom, when; of a print its code and whether it says
    what the record says now (`digest`)."""
    rows = AuditEntry.objects.filter(subject_kind=kind, subject_no=number).exclude(action="unmasked")
    return [
        {
            "label": action_label(row.action),
            "by": row.by,
            "at": row.at,
            "code": row.detail.get("code", ""),
            "is_print": row.action == PRINTED,
            "is_current": row.detail.get("digest") == digest,
        }
        for row in rows.select_related("by").order_by("-seq")[:SHOWN]
    ]
