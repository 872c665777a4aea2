"""另一进程: what a generator yields, made in a process of its own while the caller works on what came before.

For work that is long and needs no database: the other process begins as a copy of this one, with everything
that was read so far, and must not ask for more (its connections are ours).
"""

from __future__ import annotations

import gc
import multiprocessing
import pickle
import traceback
from collections.abc import Generator, Iterator
from multiprocessing.connection import Connection
from typing import Any, NoReturn, TypeVar

from django.db import connections

T = TypeVar("T")


def apart(items: Iterator[T]) -> Generator[T]:
    """The items, in order. What the generator raises is raised here; RuntimeError when its process is ended
    from outside."""
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    maker = context.Process(target=_make, args=(items, receiving, sending), daemon=True)
    maker.start()
    sending.close()
    try:
        yield from _received(receiving)
    finally:
        receiving.close()
        maker.terminate()
        maker.join()


def _received(receiving: Connection) -> Iterator[Any]:
    while True:
        try:
            item, error = pickle.loads(receiving.recv_bytes())
        except EOFError:
            raise RuntimeError("the process that reads ahead has been ended") from None
        if error is not None:
            raise error
        if item is None:
            return
        yield item


def _make(items: Iterator[Any], receiving: Connection, sending: Connection) -> None:
    receiving.close()
    gc.disable()  # what it makes is sent and gone
    for connection in connections.all(initialized_only=True):
        connection.execute_wrappers.append(_refuse)
    try:
        for item in items:
            sending.send_bytes(pickle.dumps((item, None), 5))
        sending.send_bytes(pickle.dumps((None, None)))
    except BrokenPipeError:  # nobody wants more
        return
    except Exception as error:
        error.add_note(traceback.format_exc())
        sending.send_bytes(pickle.dumps((None, error)))


def _refuse(*_: Any) -> NoReturn:
    raise RuntimeError("a process apart has no database")
