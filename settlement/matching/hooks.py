"""What the match brings to others: a job after each load, marks that go with cases, side bar, demo."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from agency.batches.models import Batch
from agency.jobs.services import job_enqueue
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.registry import DEMO, NAV
from agency.seeding import Tally
from agency.web.parts import NavItem
from settlement.matching.models import RecordFiling
from settlement.matching.services import match_period, periods_with_cases
from settlement.records.followers import GOING, LOADED

JOB = "match_filings"


@LOADED.register("matching", order=100)
def after_load(batch: Batch) -> None:
    """Cases that a worker loaded are matched by a job of its own; a command matches them itself."""
    if not batch.by_command and batch.confirmed_by is not None and batch.confirmed_at is not None:
        job_enqueue(
            JOB, by=batch.confirmed_by, at=batch.confirmed_at, subject_kind="batch", subject_no=batch.batch_no
        )


@GOING.register("matching", order=100)
def marks_go_too(records: QuerySet[Any]) -> None:
    """A batch is undone by SQL, past the cascade of the model."""
    marks = RecordFiling.objects.filter(record__in=records.values("pk"))
    marks._raw_delete(marks.db)


@NAV.register("matching", order=205)
def nav(user: User) -> list[NavItem]:
    if not access.allowed(user, May.READ_CASES):
        return []
    return [NavItem("结算", "备案核对", reverse("settlement:match_queue"))]


@DEMO.register("matching", order=600)
def demo_marks(seeds: Path, tally: Tally, now: dt.datetime) -> None:
    """All months; what is marked already stays."""
    for period in periods_with_cases():
        found = match_period(period, at=now)
        tally.created += found.changed
        tally.same += found.cases - found.changed
