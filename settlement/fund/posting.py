"""记账: the one door by which movements come into the ledger, and the balance that they add up to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from agency.journal.numbers import next_numbers
from settlement.fund.accounts import AccountKey, accounts_for, key_of
from settlement.fund.models import FundAccount, FundMovement
from settlement.records.selectors import chunks

SERIES = "fund-movement-"  # and the month
BLOCK = 500


@dataclass(frozen=True)
class Entry:
    """One movement to be: `part` tells it apart within its cause; below nil it goes the other way round."""

    part: str
    debit: AccountKey
    credit: AccountKey
    amount_fen: int
    note: str = ""
    corrects_id: int | None = None


@dataclass(frozen=True)
class Posting:
    """What one cause moves: on its day, brought about by a person (`by_id`)."""

    cause_kind: str
    cause_no: str
    on: dt.date
    by_id: int
    entries: tuple[Entry, ...]


def post(postings: Sequence[Posting], *, at: dt.datetime) -> list[FundMovement]:
    """Write the movements of some causes, inside the transaction of the causes; those that stand already are
    not written again, nor is nil.

    The series is held first, to the end of the transaction: of many at once each sees what the others wrote.
    Call it before anything is logged (agency/journal/audit.py): whoever logs waits for nobody.
    """
    if not postings:
        return []
    month = f"{timezone.localtime(at):%Y%m}"
    next_numbers(f"{SERIES}{month}", 0)
    known = _known({posting.cause_no for posting in postings})
    new = [
        (posting, entry)
        for posting in postings
        for entry in posting.entries
        if entry.amount_fen and (posting.cause_kind, posting.cause_no, entry.part) not in known
    ]
    if not new:
        return []
    numbers = next_numbers(f"{SERIES}{month}", len(new))
    accounts = accounts_for(key for _, entry in new for key in (entry.debit, entry.credit))
    rows = [
        _movement(f"F{month}{number:06d}", posting, entry, accounts, at)
        for number, (posting, entry) in zip(numbers, new, strict=True)
    ]
    return FundMovement.objects.bulk_create(rows, batch_size=BLOCK)


def _known(cause_nos: set[str]) -> set[tuple[str, str, str]]:
    """What stands of these causes: (kind, number, part)."""
    rows = FundMovement.objects.order_by().values_list("cause_kind", "cause_no", "part")
    return {row for block in chunks(cause_nos) for row in rows.filter(cause_no__in=block)}


def _movement(
    number: str,
    posting: Posting,
    entry: Entry,
    accounts: dict[AccountKey, FundAccount],
    at: dt.datetime,
) -> FundMovement:
    debit, credit = accounts[entry.debit], accounts[entry.credit]
    if entry.amount_fen < 0:
        debit, credit = credit, debit
    return FundMovement(
        movement_no=number,
        debit=debit,
        credit=credit,
        amount_fen=abs(entry.amount_fen),
        cause_kind=posting.cause_kind,
        cause_no=posting.cause_no,
        part=entry.part,
        posted_on=posting.on,
        at=at,
        by_id=posting.by_id,
        note=entry.note,
        corrects_id=entry.corrects_id,
    )


def reversal_of(movement: FundMovement) -> Entry:
    """The movement turned round, naming it; `movement` comes with its accounts."""
    return Entry(
        movement.part,
        key_of(movement.credit),
        key_of(movement.debit),
        movement.amount_fen,
        f"冲正 {movement.movement_no}",
        movement.pk,
    )
