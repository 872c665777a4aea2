"""`worker`: the database worker of django-tasks, which also takes up jobs whose worker died."""

from __future__ import annotations

import logging
import signal
from threading import Event, Thread
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, OperationalError, connection
from django.utils import timezone

from agency.jobs.services import jobs_take_up_again

LOOK_SECONDS = 15
AGAIN_SECONDS = 1
logger = logging.getLogger(__name__)


def take_up_dead_jobs(over: Event) -> None:
    """Every quarter of a minute, hand over again the jobs whose lease ran out."""
    while True:
        try:
            jobs_take_up_again(timezone.now())
        except DatabaseError:
            logger.warning("could not look for interrupted jobs; trying again")
        finally:
            connection.close()
        if over.wait(LOOK_SECONDS):
            return


class Command(BaseCommand):
    help = "运行后台任务，并接手中断的任务。"

    def handle(self, *args: Any, **options: Any) -> None:
        over = Event()
        Thread(target=take_up_dead_jobs, args=[over], daemon=True).start()
        try:
            while not self._worked_to_its_end():
                over.wait(AGAIN_SECONDS)
        finally:
            over.set()

    def _worked_to_its_end(self) -> bool:
        """Work until told to stop; False when the database did not answer, as SQLite while others write."""
        try:
            call_command("db_worker", "--no-startup-delay", "--no-reload", "--interval", "0.5")
        except OperationalError:
            logger.warning("the database did not answer the worker; trying again")
            connection.close()
            for number in (
                signal.SIGINT,
                signal.SIGTERM,
            ):  # the worker's own would only tell the one that ended
                signal.signal(number, signal.SIG_DFL)
            return False
        return True
