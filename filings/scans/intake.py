"""收件: a foreign file becomes pictures of its pages, or is refused with a sentence; writes nothing."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from agency.errors import DomainError
from filings.scans.rules import Limits, hidden_in, kind_of, looks_like, sentence

DECODER = Path(__file__).with_name("decoder.py")
WAIT_SECONDS = 20  # for one file
UPLOAD_SECONDS = 40  # for all files of one upload together, waiting for their turn included
_at_once = BoundedSemaphore(2)  # of one server process: the memory of a decoder is limited, not small
log = logging.getLogger(__name__)


class Allowance:
    """How long one upload may still keep a decoder: all its files share one span of time, and one that had to
    be stopped spends the rest, so that nobody holds up the others with ten such files [P]."""

    def __init__(self, seconds: float = UPLOAD_SECONDS) -> None:
        self._until = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds that the next file may take; 0 when nothing more is opened."""
        return max(0.0, min(WAIT_SECONDS, self._until - time.monotonic()))

    def spend(self) -> None:
        """Open no further file of this upload."""
        self._until = 0.0


@dataclass(frozen=True, slots=True)
class Page:
    """One page as it will be kept."""

    content: bytes
    small: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Read:
    """What a file came as, and its pages."""

    came_as: str
    pages: tuple[Page, ...]


def refused(code: str, limits: Limits, **facts: Any) -> DomainError:
    return DomainError(code, sentence(code, limits, facts), field="scans", **facts)


def read_file(data: bytes, limits: Limits, allowance: Allowance | None = None) -> Read:
    """The pages of a file as pictures made anew, or DomainError with what is wrong and what to do. Files of
    one upload share an `allowance` of time; without one the file has its own."""
    if not data:
        raise refused("empty_file", limits)
    if len(data) > limits.file_bytes:
        raise refused("file_too_large", limits)
    kind = kind_of(data)
    if not kind:
        raise refused("not_a_scan", limits, what=looks_like(data))
    hidden = hidden_in(data, kind)
    if hidden:
        raise refused("hidden_content", limits, what=hidden)
    head, body = _decoded(data, kind, limits, allowance or Allowance())
    if "refused" in head:
        raise refused(head["refused"], limits, **head["facts"])
    return Read(kind, tuple(_pages(head["pages"], body)))


def _decoded(data: bytes, kind: str, limits: Limits, allowance: Allowance) -> tuple[dict[str, Any], bytes]:
    """The decoder's answer; a decoder that was stopped or took too long ends the upload's allowance."""
    asked = {
        "kind": kind,
        "side": limits.side_px,
        "most_pixels": limits.picture_pixels,
        "most_pages": limits.pdf_pages,
    }
    command = [sys.executable, "-I", str(DECODER), json.dumps(asked)]
    bare = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}  # nothing of ours: no key, no database address
    if not allowance.left:
        return _without("not_opened")
    if not _at_once.acquire(timeout=allowance.left):
        return _without("busy")
    try:
        left = max(allowance.left, 0.1)
        done = subprocess.run(command, input=data, capture_output=True, timeout=left, env=bare)
    except subprocess.TimeoutExpired:
        allowance.spend()
        return _without("too_heavy")
    finally:
        _at_once.release()
    if done.returncode:
        log.warning("the decoder of scans ended with %s on a file of %s bytes", done.returncode, len(data))
        if done.returncode >= 0:
            return _without("broken")
        allowance.spend()
        return _without("too_heavy")
    head, _, body = done.stdout.partition(b"\n")
    said = json.loads(head)
    if said.get("refused") == "too_heavy":
        allowance.spend()
    return said, body


def _without(code: str) -> tuple[dict[str, Any], bytes]:
    """An answer of our own in place of the decoder's."""
    return {"refused": code, "facts": {}}, b""


def _pages(heads: list[dict[str, int]], body: bytes) -> list[Page]:
    pages, at = [], 0
    for head in heads:
        middle, end = at + head["size"], at + head["size"] + head["small"]
        pages.append(Page(body[at:middle], body[middle:end], head["width"], head["height"]))
        at = end
    return pages
