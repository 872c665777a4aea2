"""正在写入: what a writer gets while a long load holds SQLite's write lock: the form, kept, sent again.

PostgreSQL has no such lock; there nothing of this is ever seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

RETRY_SECONDS = 5
CAME_FROM = "_came_from"  # the page that the form stood on, for a refusal after it was sent again
_NOT_KEPT = ("csrfmiddlewaretoken", CAME_FROM)
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
    """Whether an error, or what it came from, is SQLite's write lock held by somebody else."""
    while error is not None:
        if isinstance(error, OperationalError) and any(said in str(error) for said in _LOCKED):
            return True
        error = error.__cause__ or error.__context__
    return False


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
