"""词义: what the words of their file for places and kinds of care mean, by the days of settlement.

A word is judged as when a case is imported; names of regions and kinds of care are understood as well.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from agency.organisation.models import PoolingRegion
from agency.policy.care import CareKind
from agency.policy.models import Parameter
from settlement.records.reference import ACCOUNT_INSIDE, AccountInside, Reference

T = TypeVar("T")
Spans = Iterable[tuple[dt.date, dt.date | None]]


@dataclass(frozen=True)
class Meaning(Generic[T]):
    """What a word (or a region, by its key) means from a day to a day, as texts."""

    word: str | int
    begins: str
    ends: str
    value: T


@dataclass(frozen=True)
class Days:
    """First and last day on which cases of their file were settled."""

    first: dt.date
    last: dt.date

    def stretches(self, spans: Spans, value: Callable[[dt.date], T]) -> Iterator[tuple[str, str, T]]:
        """The stretches of these days in which a value stays the same; `spans` say when it may change."""
        begins, known = self.first, value(self.first)
        for day in sorted(self._changes(spans)):
            if value(day) != known:
                yield begins.isoformat(), (day - dt.timedelta(days=1)).isoformat(), known
                begins, known = day, value(day)
        yield begins.isoformat(), self.last.isoformat(), known

    def _changes(self, spans: Spans) -> set[dt.date]:
        days = {start for start, _ in spans}
        days |= {end + dt.timedelta(days=1) for _, end in spans if end is not None and end < dt.date.max}
        return {day for day in days if self.first < day <= self.last}

    def whole(self, meaning: Meaning[Any]) -> bool:
        """Whether a meaning holds on all of these days."""
        return (meaning.begins, meaning.ends) == (self.first.isoformat(), self.last.isoformat())


def areas(reference: Reference, words: Iterable[str], days: Days) -> Iterator[Meaning[int]]:
    """Area codes, or names of regions, as keys of regions."""
    named = {}
    for key, *names in PoolingRegion.objects.values_list("pk", "name", "short_name"):
        named.update(dict.fromkeys(names, key))
    for word in words:
        spans = [(start, end) for start, end, _ in reference.areas.spans.get(word, ())]
        for begins, ends, region in days.stretches(spans, partial(reference.areas.region_id, word)):
            if region is not None or word in named:
                yield Meaning(word, begins, ends, region or named[word])


def cares(reference: Reference, words: Iterable[str], days: Days) -> Iterator[Meaning[str]]:
    """Codes of care types, or names of the five kinds, as kinds of care."""
    named = {str(kind.label): kind.value for kind in CareKind}
    for word in words:
        spans = [(start, end) for start, end, _ in reference.care_types.get(word, ())]
        for begins, ends, kind in days.stretches(spans, partial(reference.care_kind, word)):
            if kind is not None or word in named:
                yield Meaning(word, begins, ends, kind or named[word])


def inside(days: Days) -> list[Meaning[bool]]:
    """Insured regions (by key) that deliver 个人账户 inside 基金支付总额 [P]."""
    rows = Parameter.objects.filter(key=ACCOUNT_INSIDE)
    spans, is_inside = list(rows.values_list("valid_from", "valid_to")), AccountInside()
    return [
        Meaning(region, begins, ends, value=True)
        for region in PoolingRegion.objects.values_list("pk", flat=True)
        for begins, ends, found in days.stretches(spans, partial(is_inside, region))
        if found
    ]
