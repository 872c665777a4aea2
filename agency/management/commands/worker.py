"""`worker`: the database worker of django-tasks, which also takes up jobs whose worker died."""

from __future__ import annotations

import logging
from threading import Event, Thread
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.utils import timezone

from agency.jobs.services import jobs_take_up_again

LOOK_SECONDS = 15
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
            call_command("db_worker", "--no-startup-delay", "--no-reload", "--interval", "0.5")
        finally:
            over.set()
