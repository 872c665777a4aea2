"""租约: a thread that renews a running job's lease, also while the work sits in one long transaction.

It has a connection of its own. Where the work holds the one write lock there is (SQLite), a renewal may fail;
then nobody else can claim the job either, and the last compare-and-set decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType

from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.utils import timezone

from agency.jobs.models import Job
from agency.jobs.states import JobState

LEASE = dt.timedelta(seconds=60)
RENEW_SECONDS = {"postgresql": 2, "sqlite": 15}


def running_as(job: Job) -> QuerySet[Job]:
    """The job while it runs as it was claimed: not when another worker has taken it up since."""
    return Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempts=job.attempts)


class KeptLease:
    """Holds a claimed job's lease while the block runs."""

    def __init__(
        self, job: Job, *, reached: Callable[[], tuple[int, int]] | None = None, every_seconds: int = 0
    ) -> None:
        self._every = every_seconds or RENEW_SECONDS[connection.vendor]
        self._job = job
        self._reached = reached
        self._over = Event()
        self._thread = Thread(target=self._renew, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _renew(self) -> None:
        renewed = False
        while not self._over.wait(self._every):
            now = timezone.now()
            try:
                running_as(self._job).update(heartbeat_at=now, lease_until=now + LEASE, **self._progress())
                renewed = True
            except DatabaseError:
                connection.close()
        if renewed:
            connection.close()

    def _progress(self) -> dict[str, int]:
        """How far the work says it has come; its own transaction would tell nobody before its end."""
        return dict(zip(("done", "total"), self._reached(), strict=True)) if self._reached else {}
