"""A generator in a process of its own: the same items, the same end, and nothing left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator

import pytest
from django.db import connection

from agency.apart import apart
from agency.errors import DomainError
from agency.organisation.models import PoolingRegion


def _numbers(count: int) -> Iterator[tuple[int, int]]:
    for number in range(count):
        yield number, os.getpid()


def test_items_come_in_order_from_one_other_process() -> None:
    found = list(apart(_numbers(500)))

    assert [number for number, _ in found] == list(range(500))
    assert len({maker for _, maker in found} | {os.getpid()}) == 2
    assert not multiprocessing.active_children()


def test_what_is_refused_there_is_refused_here() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise DomainError("too_long", "第 2 行太长。", field="file", line=2)

    received = apart(items())
    assert next(received) == 1
    with pytest.raises(DomainError) as refused:
        next(received)

    error = refused.value
    assert (error.code, error.message, error.field, error.facts) == (
        "too_long", "第 2 行太长。", "file", {"line": 2},
    )  # fmt: skip


def test_a_fault_there_tells_where_it_happened() -> None:
    def items() -> Iterator[int]:
        yield 1 // 0

    with pytest.raises(ZeroDivisionError) as fault:
        list(apart(items()))

    assert "in items" in "".join(fault.value.__notes__)


def test_a_process_that_is_ended_is_no_end_of_the_items() -> None:
    def items() -> Iterator[int]:
        yield 1
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(RuntimeError, match="ended"):
        list(apart(items()))


def test_who_wants_no_more_leaves_no_process_behind() -> None:
    received = apart(_numbers(10**9))
    next(received)

    received.close()

    assert not multiprocessing.active_children()


@pytest.mark.django_db
def test_there_is_no_database_there() -> None:
    PoolingRegion.objects.count()

    def items() -> Iterator[int]:
        yield PoolingRegion.objects.count()

    with pytest.raises(RuntimeError, match="no database"):
        list(apart(items()))

    assert connection.is_usable()
