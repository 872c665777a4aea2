"""`worker`: takes up jobs whose worker died, then runs the database worker of django-tasks."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from agency.jobs.services import jobs_take_up_again


class Command(BaseCommand):
    help = "运行后台任务（先接手中断的任务）。"

    def handle(self, *args: Any, **options: Any) -> None:
        jobs_take_up_again(timezone.now())
        call_command("db_worker", "--no-startup-delay", "--no-reload", "--interval", "0.5")
