"""收件: a foreign file becomes pictures of its pages, or is refused with a sentence; writes nothing."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from agency.errors import DomainError
from filings.scans.rules import Limits, hidden_in, kind_of, looks_like, sentence

DECODER = Path(__file__).with_name("decoder.py")
WAIT_SECONDS = 20
_at_once = BoundedSemaphore(2)  # of one server process: the memory of a decoder is limited, not small
log = logging.getLogger(__name__)


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


def read_file(data: bytes, limits: Limits) -> Read:
    """The pages of a file as pictures made anew, or DomainError with what is wrong and what to do."""
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
    head, body = _decoded(data, kind, limits)
    if "refused" in head:
        raise refused(head["refused"], limits, **head["facts"])
    return Read(kind, tuple(_pages(head["pages"], body)))


def _decoded(data: bytes, kind: str, limits: Limits) -> tuple[dict[str, Any], bytes]:
    """The decoder's answer; a decoder that died or took too long counts as a broken file."""
    asked = {
        "kind": kind,
        "side": limits.side_px,
        "most_pixels": limits.picture_pixels,
        "most_pages": limits.pdf_pages,
    }
    command = [sys.executable, "-I", str(DECODER), json.dumps(asked)]
    bare = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}  # nothing of ours: no key, no database address
    try:
        with _at_once:
            done = subprocess.run(command, input=data, capture_output=True, timeout=WAIT_SECONDS, env=bare)
    except subprocess.TimeoutExpired:
        return {"refused": "too_heavy", "facts": {}}, b""
    if done.returncode:
        log.warning("the decoder of scans ended with %s on a file of %s bytes", done.returncode, len(data))
        return {"refused": "too_heavy" if done.returncode < 0 else "broken", "facts": {}}, b""
    head, _, body = done.stdout.partition(b"\n")
    return json.loads(head), body


def _pages(heads: list[dict[str, int]], body: bytes) -> list[Page]:
    pages, at = [], 0
    for head in heads:
        middle, end = at + head["size"], at + head["size"] + head["small"]
        pages.append(Page(body[at:middle], body[middle:end], head["width"], head["height"]))
        at = end
    return pages
