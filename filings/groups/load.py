"""Writing of a checked list: filings in force, by the confirmation of the whole list; and taking it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import prefetch_related_objects
from django.utils import timezone

from agency.batches.kinds import Outcome
from agency.batches.models import Batch
from agency.batches.services import PreviewOutdated
from agency.errors import DomainError
from agency.journal import workflow
from agency.journal.numbers import next_numbers
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from filings.filing.models import Filing, FilingMaterial
from filings.filing.sections import take_effect_together
from filings.filing.services.common import content_of
from filings.filing.states import FilingState
from filings.filing.timekeeping import record_ended
from filings.filing.validity import ONE_DAY
from filings.filing.waivers import locks_note
from filings.groups.judge import Candidate, Sources, judge_many
from filings.materials.models import MaterialKind
from filings.people.models import InsuredPerson

S = FilingState
CHUNK = 500


def load_filings(batch: Batch, outcome: Outcome) -> None:
    """Put the accepted rows in force, inside the caller's transaction: whoever uploaded took them in, whoever
    confirmed reviewed them.

    The persons are locked and every row is judged once more, so that no counter and no other list can have
    brought an overlap meanwhile; PreviewOutdated when anything comes out otherwise.
    """
    rows: list[Candidate] = outcome.payload
    by, at = batch.confirmed_by, batch.confirmed_at
    if not rows or by is None or at is None:
        return
    _require_uploader(batch.created_by)
    on = timezone.localdate(at)
    _lock_people(row.judged.person.pk for row in rows if row.judged.person is not None)
    candidates = list(_judged_again(rows, on, at=at))
    filings = _create(batch, candidates, by=by, at=at, on=on)
    workflow.begin_many(filings, by=batch.created_by, at=at)
    workflow.move_many(filings, S.UNDER_REVIEW, by=batch.created_by, at=at, may=May.LOAD_FILINGS)
    workflow.move_many(
        filings,
        S.IN_FORCE,
        by=by,
        at=at,
        reason=f"整批确认 {batch.batch_no}",
        may=May.RELEASE_FILINGS,
        reviewed_by=_reviewer(batch, by),
        reviewed_at=at,
        effective_at=at,
        deadline_on=None,
    )
    prefetch_related_objects(filings, "insured_region")
    take_effect_together(filings, by=by, at=at)


def _require_uploader(by: User) -> None:
    """Whoever uploaded stands for having taken the filings in, so must still be somebody who may [P]."""
    if access.allowed(by, May.LOAD_FILINGS):
        return
    why = f"没有“{May.LOAD_FILINGS.label}”的权限了" if by.is_active else "账户已停用"
    raise DomainError(
        "uploader_may_not", f"上传人{by}{why}，这份名单不能写入；请撤回，由经办的同事重新上传。"
    )


def _reviewer(batch: Batch, by: User) -> User | None:
    """Who confirmed; nobody where the system account did both, which is no second person."""
    return None if by.pk == batch.created_by_id else by


def _lock_people(ids: Iterable[int]) -> None:
    """Lock persons in one order, as every write of a filing does; new drafts of theirs need not wait."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        rows = InsuredPerson.objects.select_for_update(no_key=True).filter(
            pk__in=wanted[start : start + CHUNK]
        )
        list(rows.order_by("pk").values_list("pk", flat=True))


def _judged_again(rows: list[Candidate], on: dt.date, *, at: dt.datetime) -> Iterable[Candidate]:
    sources = Sources(on)
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        people = [row.judged.person for row in chunk]
        record_ended(Filing.objects.filter(person__in=people), at=at)
        for row, judged in zip(chunk, judge_many([row.row for row in chunk], sources), strict=True):
            again = Candidate(row.line_no, row.row, judged)
            if judged.reasons or again.content() != row.content():
                raise PreviewOutdated
            yield again


def _create(batch: Batch, rows: list[Candidate], *, by: User, at: dt.datetime, on: dt.date) -> list[Filing]:
    month = f"{on:%Y%m}"
    numbers = next_numbers(f"filing-{month}", len(rows))
    filings = Filing.objects.bulk_create(
        [
            Filing(
                filing_no=f"F{month}{number:04d}",
                batch=batch,
                external_no=row.row.external_no,
                insured_region_id=row.row.insured_region_id,
                received_on=on,
                deadline_on=on,  # of the moment until it is in force
                counter=batch.created_by.counter,
                taken_in_by=batch.created_by,
                taken_in_at=batch.created_at,
                submitted_at=batch.created_at,
                **content_of(row.judged),
            )
            for number, row in zip(numbers, rows, strict=True)
        ],
        batch_size=CHUNK,
    )
    kinds = {kind.code: kind for kind in MaterialKind.objects.all()}
    FilingMaterial.objects.bulk_create(
        [
            FilingMaterial(filing=filing, material=kinds[code], given_as=how)
            for filing, row in zip(filings, rows, strict=True)
            for code, how in row.row.entry.materials.items()
        ],
        batch_size=CHUNK,
    )
    return filings


def undo_filings(batch: Batch) -> int:
    """撤销整批: every filing of the batch is cancelled, with who and why; none is deleted. Refused, naming
    the first, when one was changed, stopped or has ended since.

    Taken back on the day of loading they never were valid; later they were valid to the day before, as with
    any cancellation. Their external numbers are free for the right list; batch and file keep them. [P]
    """
    step = workflow.last_step(batch)
    on = timezone.localdate(step.at)
    found = Filing.objects.filter(batch=batch).order_by("pk")
    _lock_people(found.values_list("person_id", flat=True))
    filings = list(found.select_for_update(of=("self",)))
    replaced = set(Filing.objects.filter(replaces__batch=batch).values_list("replaces_id", flat=True))
    for filing in filings:
        _require_untouched(filing, on, has_successor=filing.pk in replaced)
    lived = [row for row in filings if _lived(row, on)]
    never = [row for row in filings if not _lived(row, on)]
    for rows, ends_on in ((lived, on - ONE_DAY), (never, None)):
        workflow.move_many(
            rows,
            S.CANCELLED,
            by=step.by,
            at=step.at,
            reason=f"撤销整批 {batch.batch_no}：{step.reason}",
            may=May.RELEASE_FILINGS,
            ends_on=ends_on,
            deadline_on=None,
            external_no="",
        )
    locks_note(Filing.objects.filter(person__in=[filing.person_id for filing in filings]))
    return len(filings)


def _lived(filing: Filing, on: dt.date) -> bool:
    """Whether it was valid on a whole day before `on`, counted from the day it was loaded."""
    loaded_on = timezone.localdate(filing.effective_at)
    return loaded_on < on and filing.begins_on is not None and filing.begins_on < on


def _require_untouched(filing: Filing, on: dt.date, *, has_successor: bool) -> None:
    state = filing.state_on(on)
    is_whole = filing.state == state == S.IN_FORCE and filing.version == 1
    if is_whole and not has_successor:
        return
    raise DomainError(
        "changed_since",
        f"{filing.filing_no} 写入之后有过变动（现在是“{state.label}”），整批不能撤销；其余的请逐份撤销。",
        filing_no=filing.filing_no,
    )
