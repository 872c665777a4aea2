"""A command that loads for long on PostgreSQL: whoever writes cases in the browser gets the page that keeps
the form, and not a wait without end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.test import Client

from agency.batches.services import batch_run
from settlement.deductions.models import Deduction
from settlement.records.locks import lock_records
from tests.settlement.deductions.rows import by_case
from tests.settlement.records.files import row, write
from tests.support.world import the_world

pytestmark = pytest.mark.postgresql


class LongLoad:
    """Holds the lock of the records from `with` to its end, as a load of one pass does."""

    def __enter__(self) -> None:
        self.held, self.over = Event(), Event()
        self.thread = Thread(target=self._hold)
        self.thread.start()
        assert self.held.wait(20)

    def _hold(self) -> None:
        with transaction.atomic():
            lock_records()
            self.held.set()
            self.over.wait(60)
        connection.close()

    def __exit__(self, *raised: object) -> None:
        self.over.set()
        self.thread.join()


def lock_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return str(cursor.fetchone()[0])


@pytest.mark.usefixtures("committed")
def test_a_form_is_kept_while_a_command_loads(
    as_user: Callable[[object], Client], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("agency.web.busy.WAIT_SECONDS", 1)
    world = the_world()
    for kind, rows in (("settlements", [row("S1")]), ("deductions", [by_case("S1")])):
        path = write(tmp_path, rows, f"{kind}.csv")
        batch_run(kind=kind, path=path, by=world.system, system=world.system, at=world.now)
    client = as_user(world.prov_clearing)
    url = f"/deductions/{Deduction.objects.get()}/withdraw/"

    with LongLoad():
        answer = client.post(url, {"reason": "医院申诉成立"})
        page = answer.content.decode()

    assert answer.status_code == 503
    assert "这一步还没有做，什么都没有改变" in page
    assert f'action="{url}"' in page
    assert 'name="reason" value="医院申诉成立"' in page
    assert Deduction.objects.count() == 1
    assert lock_timeout() == "0"
    assert client.post(url, {"reason": "医院申诉成立"}).status_code == 302
    assert Deduction.objects.count() == 2
