"""自动核销: bank lines find their notices, where there is no doubt; the rest is proposed to a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from agency.journal import audit
from agency.organisation.models import User
from settlement.notices import rules
from settlement.notices.locks import hold_lines, hold_notices
from settlement.notices.models import BankLine, Direction, Notice, Payment
from settlement.notices.paying import new_payment, payments_write
from settlement.notices.rules import Candidate, Payer
from settlement.notices.selectors import AccountTable, account_table, notices_open, with_rest


def payer_of(line: BankLine, notice: Notice, accounts: AccountTable) -> Payer:
    """Whether the other side of a line is the party that the notice speaks of: its region on a line of the
    province's account, the province on a line of the region's own."""
    owners = accounts.owners(line.other_account, line.booked_on)
    if not owners:
        return Payer.UNKNOWN
    wanted = notice.region_id if line.region_id is None else None
    return Payer.RIGHT if wanted in owners else Payer.WRONG


def open_fen(line: BankLine, notice: Notice) -> int:
    """What is still open on a notice, in the books of the line's own side. `notice` comes `with_payments`."""
    done = notice.paid_fen if line.region_id is None else notice.told_fen
    return int(notice.total_fen - done)


def concerns(line: BankLine, notice: Notice) -> bool:
    """Whether such a line can pay such a notice at all: direction, and whose account it is."""
    direction = rules.paid_direction(line.direction, is_province=line.region_id is None)
    return direction == notice.direction and line.region_id in (None, notice.region_id)


@dataclass(frozen=True)
class Proposal:
    """A notice that a line could pay, and what speaks for it or against it."""

    notice: Notice
    open_fen: int
    payer: Payer
    is_named: bool
    is_exact: bool


def proposals(line: BankLine, rest_fen: int) -> list[Proposal]:
    """Every notice that the line could pay, the likeliest first."""
    accounts, named = account_table(), rules.numbers_named(line.note)
    found = []
    direction = rules.paid_direction(line.direction, is_province=line.region_id is None)
    own = None if line.region_id is None else [line.region_id]
    for notice in notices_open([direction], own):
        candidate = _candidate(line, notice, accounts)
        if candidate.open_fen > 0:
            proposal = Proposal(
                notice,
                candidate.open_fen,
                candidate.payer,
                candidate.number in named,
                candidate.open_fen == rest_fen,
            )
            found.append((rules.rank(rest_fen, line.note, candidate), proposal))
    return [proposal for _, proposal in sorted(found, key=lambda item: item[0])]


def _candidate(line: BankLine, notice: Notice, accounts: AccountTable) -> Candidate:
    return Candidate(
        notice.pk, (notice.year, notice.serial), open_fen(line, notice), payer_of(line, notice, accounts)
    )


@transaction.atomic
def lines_match(keys: Iterable[int], *, by: User, at: dt.datetime) -> int:
    """Match lines, in the order of their days, where there is no doubt. Returns how many found theirs.

    The order of the rows in a file does not matter: the same lines find the same notices.
    """
    held = hold_lines(keys)
    lines = [line for line in with_rest(BankLine.objects.filter(pk__in=held)) if line.rest_fen > 0]
    lines.sort(key=lambda line: (line.booked_on, line.reference, line.pk))
    if not lines:
        return 0
    hold_notices(notices_open(Direction.values).values_list("pk", flat=True))
    notices = list(notices_open(Direction.values))
    payments = _allotted(lines, notices, by=by, at=at)
    payments_write(payments, at=at)
    matched = len({payment.line_id for payment in payments})
    if matched:
        audit.record(
            "payments_matched",
            by=by,
            at=at,
            subject_kind="bank_lines",
            region=lines[0].region,
            rows=len(lines),
            matched=matched,
        )
    return matched


def _allotted(
    lines: Sequence[BankLine], notices: Sequence[Notice], *, by: User, at: dt.datetime
) -> list[Payment]:
    """The payments that follow without doubt; what one line takes is no longer open to the next."""
    accounts, by_key = account_table(), {notice.pk: notice for notice in notices}
    payments = []
    for line in lines:
        candidates = [
            candidate
            for notice in notices
            if concerns(line, notice) and (candidate := _candidate(line, notice, accounts)).open_fen > 0
        ]
        for notice_id, fen, basis in rules.allot(line.rest_fen, line.note, candidates):
            notice = by_key[notice_id]
            if line.region_id is None:
                notice.paid_fen += fen
            else:
                notice.told_fen += fen
            payments.append(new_payment(line, notice, fen, basis, by=by, at=at))
    return payments
