"""记账: the one door by which movements come into the ledger, and the balance that they add up to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Sum
from django.utils import timezone

from agency.journal.numbers import next_numbers
from agency.organisation.models import PoolingRegion, User
from settlement.fund.models import AccountKind, FundAccount, FundMovement

SERIES = "fund-movement-"  # and the month


@dataclass(frozen=True)
class Entry:
    """One movement to be: `part` tells it apart within its cause; below nil it goes the other way round."""

    part: str
    debit: FundAccount
    credit: FundAccount
    amount_fen: int
    note: str = ""
    corrects: FundMovement | None = None


def account_of(
    kind: AccountKind, insurance_type: str = "", region: PoolingRegion | None = None
) -> FundAccount:
    """The account, made where it is not there yet."""
    code = "-".join(part for part in (kind.value, region.code if region else "", insurance_type) if part)
    fields = {"kind": kind, "region": region, "insurance_type": insurance_type}
    return FundAccount.objects.get_or_create(code=code, defaults=fields)[0]


def post(
    entries: Sequence[Entry], *, cause_kind: str, cause_no: str, by: User, at: dt.datetime
) -> list[FundMovement]:
    """Write the movements of one cause, inside its transaction; those that stand already are not written
    again. The series is held first, so that of many at once each sees what the others wrote."""
    month = f"{timezone.localtime(at):%Y%m}"
    next_numbers(f"{SERIES}{month}", 0)
    known = set(
        FundMovement.objects.filter(cause_kind=cause_kind, cause_no=cause_no).values_list("part", flat=True)
    )
    new = [entry for entry in entries if entry.amount_fen and entry.part not in known]
    numbers = next_numbers(f"{SERIES}{month}", len(new))
    return FundMovement.objects.bulk_create(
        FundMovement(
            movement_no=f"F{month}{number:06d}",
            debit=entry.debit if entry.amount_fen > 0 else entry.credit,
            credit=entry.credit if entry.amount_fen > 0 else entry.debit,
            amount_fen=abs(entry.amount_fen),
            cause_kind=cause_kind,
            cause_no=cause_no,
            part=entry.part,
            posted_on=timezone.localdate(at),
            at=at,
            by=by,
            note=entry.note,
            corrects=entry.corrects,
        )
        for number, entry in zip(numbers, new, strict=True)
    )


def reversal_of(movement: FundMovement) -> Entry:
    """The movement turned round, naming it."""
    return Entry(movement.part, movement.credit, movement.debit, movement.amount_fen, corrects=movement)


def balance_of(account: FundAccount, on: dt.date | None = None) -> int:
    """余额 in fen, at the end of a day or of all: credits less debits."""
    rows = FundMovement.objects.filter(posted_on__lte=on) if on else FundMovement.objects.all()
    sums = [
        rows.filter(**{side: account}).aggregate(fen=Sum("amount_fen"))["fen"] for side in ("credit", "debit")
    ]
    return int(sums[0] or 0) - int(sums[1] or 0)
