"""演示数据: a file of `seeds/demo` goes the way that staff go: one uploads it, a colleague confirms it."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

from agency.batches.models import Batch
from agency.batches.services import batch_check, batch_create, batch_load, file_keep
from agency.batches.states import BatchState
from agency.organisation.models import User
from agency.seeding import Tally

MAKER, CHECKER = "prov_clearing", "prov_clearing2"


def load_demo_file(
    kind: str, path: Path, tally: Tally, now: dt.datetime, *, maker: str = MAKER, checker: str = CHECKER
) -> None:
    """Load one file once; a second run finds its digest loaded and counts its rows as the same."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    done = Batch.objects.filter(kind=kind, file__digest=digest, state=BatchState.LOADED).first()
    if done is not None:
        tally.same += done.accepted
        return
    loads, confirms = (User.objects.get(username=name) for name in (maker, checker))
    with path.open("rb") as stream:
        kept = file_keep(stream, name=path.name, by=loads, at=now)
    batch = batch_create(kind=kind, kept=kept, file_name=path.name, by=loads, at=now)
    batch_check(batch, by=loads, at=now)
    batch_load(batch, by=confirms, at=now, preview_digest=batch.preview_digest)
    tally.created += batch.accepted
