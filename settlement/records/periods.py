"""期别: the month in which a case or a deduction counts: its own, or the earliest unsigned one after it [P].

Which months are signed is known higher up (clearing), which registers its answer here; what else takes
nothing in any more (a closed year's months that our books never had) is told by `also`.
"""

from __future__ import annotations

from collections.abc import Callable

from agency.periods import next_period

Source = Callable[[], set[str]]


class SignedPeriods:
    """Asks whoever knows which months are signed; nobody registered: none is."""

    def __init__(self) -> None:
        self._source: Source | None = None
        self._more: list[Source] = []

    def register(self, source: Source) -> Source:
        """Give the one function that reads the signed months; a second one is a programming error."""
        if self._source is not None and self._source is not source:
            raise ValueError("signed periods: a source is registered already")
        self._source = source
        return source

    def also(self, source: Source) -> Source:
        """Months that take nothing in any more for another reason than their signature."""
        self._more.append(source)
        return source

    def __call__(self) -> set[str]:
        sources = [self._source] if self._source is not None else []
        return set().union(*(source() for source in (*sources, *self._more)))


signed_periods = SignedPeriods()
ever_signed = SignedPeriods()  # also those that were opened again since


def first_open(month: str, signed: set[str]) -> str:
    """The month itself, or the earliest one after it that is not in `signed`."""
    while month in signed:
        month = next_period(month)
    return month


def open_period(month: str) -> str:
    """The month in which something of `month` counts now."""
    return first_open(month, signed_periods())
