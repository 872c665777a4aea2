"""The worker outlives a database that does not answer for a while."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError

from agency.management.commands import worker


@pytest.mark.django_db
def test_a_locked_database_does_not_end_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Exception | None] = [OperationalError("database is locked")] * 2 + [None]
    started: list[tuple[Any, ...]] = []

    def db_worker(*arguments: Any) -> None:  # that of django-tasks-db
        started.append(arguments)
        answer = answers.pop(0)
        if answer is not None:
            raise answer

    monkeypatch.setattr(worker, "call_command", db_worker)
    monkeypatch.setattr(worker, "AGAIN_SECONDS", 0)
    monkeypatch.setattr(worker, "take_up_dead_jobs", lambda over: None)
    monkeypatch.setattr(worker.signal, "signal", lambda number, handler: None)
    monkeypatch.setattr(worker.connection, "close", lambda: None)

    call_command(worker.Command())

    assert [arguments[0] for arguments in started] == ["db_worker"] * 3
