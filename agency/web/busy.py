"""正在写入: what a writer gets while a long load holds what it waits for: the form, kept, sent again.

On SQLite that is the write lock of the whole database. On PostgreSQL a command holds the lock of the records
for its one pass over a file; whoever writes them in the browser waits for it only so long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.db import DatabaseError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

RETRY_SECONDS = 5
WAIT_SECONDS = 5  # for a lock of PostgreSQL; SQLite's is a setting of the connection
CAME_FROM = "_came_from"  # the page that the form stood on, for a refusal after it was sent again
_NOT_KEPT = ("csrfmiddlewaretoken", CAME_FROM)
_LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's lock_timeout
_LOCKED = ("database is locked", "database table is locked", "database is busy")


@dataclass(frozen=True)
class Kept:
    """A form as it was posted. `files` are (field, names of the files) that have to be chosen again."""

    method: str
    action: str
    fields: list[tuple[str, str]]
    files: list[tuple[str, list[str]]]
    came_from: str
    has_secret: bool

    @property
    def sends_itself(self) -> bool:
        """Whether the page may try again without anybody: nothing is missing from the form."""
        return not self.files and not self.has_secret


def is_busy(error: BaseException | None) -> bool:
    """Whether an error, or what it came from, is a lock that somebody else held for too long."""
    while error is not None:
        if getattr(error, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            return True
        if isinstance(error, OperationalError) and any(said in str(error) for said in _LOCKED):
            return True
        error = error.__cause__ or error.__context__
    return False


@contextmanager
def waiting_briefly(request: HttpRequest) -> Iterator[None]:
    """Within it a form that is posted waits for no lock of PostgreSQL longer than WAIT_SECONDS."""
    if connection.vendor != "postgresql" or request.method != "POST":
        yield
        return
    _wait_at_most(f"{WAIT_SECONDS}s")
    try:
        yield
    finally:
        with suppress(DatabaseError):  # a connection that broke meanwhile has no setting to put back
            _wait_at_most("0")


def _wait_at_most(told: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [told])


def busy_page(request: HttpRequest, *, nothing_written: bool = True) -> HttpResponse:
    """503 with the posted form kept and sent again by itself.

    With `nothing_written` False it cannot be told whether the step was done before the lock was met; a form
    that was posted is then not offered again.
    """
    kept = _kept(request) if nothing_written or request.method == "GET" else None
    context = {"kept": kept, "seconds": RETRY_SECONDS, "path": request.path}
    response = render(request, "503.html", context, status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store, private"
    return response


def _kept(request: HttpRequest) -> Kept:
    if request.method != "POST":
        return Kept("get", request.path, list(_pairs(request.GET.lists())), [], "", False)
    fields = list(_pairs(request.POST.lists()))
    secret = {name for name, _ in fields if "password" in name}
    return Kept(
        method="post",
        action=request.get_full_path(),
        fields=[(name, value) for name, value in fields if name not in secret],
        files=[(name, [str(file.name) for file in files]) for name, files in request.FILES.lists()],
        came_from=request.POST.get(CAME_FROM) or request.headers.get("Referer", ""),
        has_secret=bool(secret),
    )


def _pairs(lists: Iterable[tuple[str, Iterable[object]]]) -> Iterator[tuple[str, str]]:
    for name, values in lists:
        if name not in _NOT_KEPT:
            yield from ((name, str(value)) for value in values)
