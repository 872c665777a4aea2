"""Ground: rows that a whole module's tests stand on, written once instead of before each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import time_machine
from django.db import connection, transaction

from tests.support.world import NOON, World, the_world

Lay = Callable[[World], Any]
Ground = Callable[[Lay], AbstractContextManager[Any]]


@contextmanager
def lie(blocker: Any, lay: Lay) -> Iterator[Any]:
    """Open a transaction, let `lay` write on the world's day, give its result; undo all of it on leaving.

    Tests run inside, each in a transaction of its own that is rolled back to the ground. What `lay` returns
    is shared: tests read their own rows from the database before they change them.
    """
    outer = transaction.atomic()
    outer._from_testcase = True  # as Django's TestCase marks its own: durable blocks may stand inside
    with blocker.unblock():
        outer.__enter__()
    try:
        with blocker.unblock(), time_machine.travel(NOON, tick=True):
            laid = lay(the_world())
            connection.check_constraints()  # no row points nowhere, and PostgreSQL has no checks that wait
        yield laid
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
