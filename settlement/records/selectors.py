"""Reads of settled cases: what is stored under a number, and what a person may see, filtered."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from typing import TypeVar

from django.db.models import QuerySet

from settlement.records.content import LOOKUPS, NUMBER, texts_of
from settlement.records.models import SettlementRecord

T = TypeVar("T")
ASKED_AT_ONCE = 500


def chunks(items: Collection[T], size: int = ASKED_AT_ONCE) -> Iterator[list[T]]:
    """The items in lists of at most `size`, so that no query grows without end."""
    rest = iter(items)
    while block := list(islice(rest, size)):
        yield block


def _delivered(numbers: list[str]) -> QuerySet[SettlementRecord]:
    """What stands under these numbers as it was delivered; corrections have other correction numbers."""
    return SettlementRecord.objects.filter(settlement_no__in=numbers, correction_no=0).order_by()


def stored_digests(numbers: Collection[str]) -> dict[str, str]:
    """Settlement number → content digest of what is stored."""
    found: dict[str, str] = {}
    for block in chunks(numbers):
        found.update(_delivered(block).values_list("settlement_no", "content_digest"))
    return found


def stored_contents(numbers: Collection[str]) -> dict[str, list[str]]:
    """Settlement number → content of what is stored."""
    found = {}
    for block in chunks(numbers):
        for values in _delivered(block).values_list(*LOOKUPS):
            content = texts_of(values)
            found[content[NUMBER]] = content
    return found


def stored_reversals(originals: Collection[str]) -> dict[str, str]:
    """Original's number → number of the stored reversal of it."""
    found: dict[str, str] = {}
    for block in chunks(originals):
        rows = SettlementRecord.objects.filter(reverses_no__in=block, is_reversal=True, correction_no=0)
        found.update(rows.order_by().values_list("reverses_no", "settlement_no"))
    return found
