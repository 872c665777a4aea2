"""打印: every print of a form has a verification code for its content, and stands in the log."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from agency.journal import audit
from agency.journal.models import AuditEntry, PrintedForm
from agency.organisation.models import PoolingRegion, User
from agency.sheets.digest import verification_code

CODE_BYTES = 8
PRINTED = "printed"


@transaction.atomic
def form_printed(
    *,
    form_no: str,
    title: str,
    subject_kind: str,
    subject_no: str,
    digest: str,
    by: User,
    at: dt.datetime,
    region: PoolingRegion | None = None,
    copy: str = "",
) -> PrintedForm:
    """Log one print; call it last in a transaction, never around the drawing of the paper.

    The same content of the same record keeps its code; changed content gets a new one.
    """
    printed, _ = PrintedForm.objects.get_or_create(
        form_no=form_no,
        subject_kind=subject_kind,
        subject_no=subject_no,
        digest=digest,
        defaults={
            "code": verification_code(os.urandom(CODE_BYTES)),
            "title": title,
            "by": by,
            "at": at,
        },
    )
    audit.record(
        PRINTED,
        by=by,
        at=at,
        subject_kind=subject_kind,
        subject_no=subject_no,
        region=region,
        form_no=form_no,
        code=printed.code,
        digest=digest,
        copy=copy,
    )
    return printed


def verify_url(printed: PrintedForm) -> str:
    """What the QR code leads to."""
    return f"{settings.PUBLIC_URL}/verify/{printed.code}/"


@dataclass(frozen=True)
class Prints:
    """How often a paper was printed, when last, and in which copies."""

    times: int
    last_at: dt.datetime | None
    copies: tuple[str, ...]


def prints_of(printed: PrintedForm) -> Prints:
    """Every print under one verification code, from the log."""
    entries = list(_entries(printed).order_by("seq").values_list("at", "detail"))
    copies = dict.fromkeys(detail.get("copy") for _, detail in entries)
    return Prints(
        times=len(entries),
        last_at=max((at for at, _ in entries), default=None),
        copies=tuple(copy for copy in copies if copy),
    )


def changed_since(printed: PrintedForm, actions: Iterable[str]) -> dt.datetime | None:
    """When one of these acts last changed the record after the last print of a paper; None: not since."""
    last = _entries(printed).order_by("-seq").values_list("seq", flat=True).first()
    if last is None:
        return None
    later = AuditEntry.objects.filter(
        subject_kind=printed.subject_kind,
        subject_no=printed.subject_no,
        seq__gt=last,
        action__in=list(actions),
    )
    return later.order_by("-seq").values_list("at", flat=True).first()


def _entries(printed: PrintedForm) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(
        action=PRINTED,
        subject_kind=printed.subject_kind,
        subject_no=printed.subject_no,
        detail__code=printed.code,
    )


def latest_digest(printed: PrintedForm) -> str:
    """The digest of what was printed last of the same form and record (a reprint counts)."""
    entries = AuditEntry.objects.filter(
        action=PRINTED, subject_kind=printed.subject_kind, subject_no=printed.subject_no
    ).order_by("-seq")
    for detail in entries.values_list("detail", flat=True).iterator(chunk_size=20):
        if detail.get("form_no") == printed.form_no:
            return str(detail["digest"])
    return printed.digest
