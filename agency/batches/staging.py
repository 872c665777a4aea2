"""预览留存: what a preview accepted, kept until it is loaded, so that nothing is read and judged twice.

A kept file begins with the text that the preview's digest is made of; the rest belongs to the kind of import,
and must give the fingerprint that stands in that text. What does not fit is as good as not there.
"""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

from django.conf import settings

from agency.batches.kinds import CheckRequest, Outcome, Staging
from agency.batches.models import Batch
from agency.batches.states import BatchState

FORGOTTEN_SECONDS = 24 * 3600
LONGEST_LINE_BYTES = 64 * 1024 * 1024


def staged_path(batch: Batch) -> Path:
    """Where the accepted rows of a batch lie; private like the file they come from."""
    return _folder() / batch.batch_no


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "staged"


def stage(batch: Batch, outcome: Outcome, staging: Staging) -> None:
    """Keep what was accepted, whole or not at all."""
    path = staged_path(batch)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _forget_what_is_over()
    temporary = path.with_name(f".{path.name}-{os.urandom(8).hex()}")
    try:
        with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as stream:
            stream.write(outcome.digest_text().encode() + b"\n")
            staging.write(outcome, stream)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def staged(batch: Batch, request: CheckRequest, staging: Staging) -> Outcome | None:
    """What was accepted, for the load; None when it is not there, or is not what was previewed."""
    try:
        stream = staged_path(batch).open("rb")
    except OSError:
        return None
    text = stream.readline(LONGEST_LINE_BYTES)[:-1]
    if hashlib.sha256(text).hexdigest() == batch.preview_digest:
        outcome = Outcome.of_digest_text(text.decode())
        if staging.read(outcome, request, stream):
            return outcome
    stream.close()
    return None


def unstage(batch: Batch) -> None:
    """Forget what was kept."""
    staged_path(batch).unlink(missing_ok=True)


def _forget_what_is_over() -> None:
    """Remove what is kept of batches that wait no more: a worker may die between loading and forgetting."""
    for path in _folder().glob(".*"):
        if time.time() - path.stat().st_mtime > FORGOTTEN_SECONDS:
            path.unlink(missing_ok=True)
    kept = {path.name: path for path in _folder().iterdir() if not path.name.startswith(".")}
    waiting = Batch.objects.filter(batch_no__in=kept, state__in=[BatchState.UPLOADED, BatchState.PREVIEWED])
    for name in kept.keys() - set(waiting.values_list("batch_no", flat=True)):
        kept[name].unlink(missing_ok=True)
