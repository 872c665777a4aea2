"""A crash at the N-th write: the statement is not carried out, as if the program had died there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from tests.support.snapshots import changed, snapshot

WRITES = re.compile(
    r"\s*(INSERT|UPDATE|DELETE|COPY)\b|\s*WITH\b.*?\bINSERT\s+INTO\b", re.IGNORECASE | re.DOTALL
)


class Crash(BaseException):
    """Nothing in the program catches it."""


@contextmanager
def crash_at(number: int) -> Iterator[None]:
    """Raise in place of the N-th statement that writes, counted from 1."""
    seen = 0

    def instead(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        if WRITES.match(sql):
            seen += 1
            if seen == number:
                raise Crash(sql[:120])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(instead):
        yield


def crash_at_each_write(act: Callable[[], object]) -> int:
    """Let `act` crash at its first write, its second …, until it comes through: each crash leaves nothing
    behind, without any help from here. Returns how many writes it made when it was done."""
    before = snapshot()
    for number in range(1, 1000):
        try:
            with crash_at(number):
                act()
        except Crash as crash:
            assert changed(before) == [], f"left behind by a crash at write {number}: {crash}"
        else:
            return number - 1
    pytest.fail("it never came to an end")
