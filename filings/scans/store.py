"""存放: the pages below MEDIA_ROOT, private, under the SHA-256 of their bytes; names say nothing."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from PIL import Image

from filings.scans.decoder import SMALL_SIDE

CHUNK = 1024 * 1024
SMALL = ".small"
UNFINISHED = ".new-"


def root() -> Path:
    return Path(settings.MEDIA_ROOT) / "scans"


def path_of(digest: str, *, small: bool = False) -> Path:
    """Where a page, or its small picture, lies."""
    return root() / digest[:2] / (digest + SMALL if small else digest)


def keep(content: bytes, small: bytes) -> str:
    """Keep a page and its small picture; returns the digest. Whole on the disk, or not there at all."""
    digest = hashlib.sha256(content).hexdigest()
    _write(path_of(digest, small=True), small)
    _write(path_of(digest), content)
    return digest


def small_of(digest: str) -> bytes:
    """The small picture of a page; one that was kept larger, when they still were, is made small on the way.
    OSError when there is none."""
    content = path_of(digest, small=True).read_bytes()
    with Image.open(io.BytesIO(content), formats=["JPEG"]) as picture:
        if max(picture.size) <= SMALL_SIDE:
            return content
        picture.thumbnail((SMALL_SIDE, SMALL_SIDE))
        target = io.BytesIO()
        picture.save(target, "JPEG", quality=70)
    return target.getvalue()


def _write(path: Path, content: bytes) -> None:
    """By a file beside it that is renamed once the disk has it."""
    root().mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.mkdir(exist_ok=True, mode=0o700)
    beside = path.parent / f"{UNFINISHED}{os.getpid()}-{os.urandom(8).hex()}"
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        beside.replace(path)
        _settle(path.parent)
    finally:
        beside.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """The rename itself reaches the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def digest_on_disk(digest: str) -> str:
    """The digest of what lies under a digest, read in pieces; "" when there is nothing to be read."""
    hasher = hashlib.sha256()
    try:
        with path_of(digest).open("rb") as stream:
            while block := stream.read(CHUNK):
                hasher.update(block)
    except OSError:
        return ""
    return hasher.hexdigest()


def kept_files() -> Iterator[Path]:
    """Every file that is there, unfinished ones too."""
    with suppress(OSError):
        for folder in sorted(root().iterdir()):
            if folder.is_dir():
                yield from sorted(folder.iterdir())
