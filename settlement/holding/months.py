"""What holding asks of the months: known higher up (clearing), which registers its answer here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from agency.registry import Registry
from settlement.holding.rules import NotCross


@dataclass(frozen=True)
class MonthFacts:
    """One month of clearing: whether there are sheets to dispute, whether it is signed, and the pairs of
    regions that it counts as not 异地: cases between those are in none of its lines."""

    is_computed: bool = False
    is_signed: bool = False
    not_cross: tuple[NotCross, ...] = ()


# (periods) -> the facts of those that were begun, in one query
KNOWN_MONTHS: Registry[Callable[[Collection[str]], Mapping[str, MonthFacts]]] = Registry("known months")


def facts_of(periods: Collection[str]) -> dict[str, MonthFacts]:
    """The facts of these months; one that nobody began is neither computed nor signed."""
    found = dict.fromkeys(periods, MonthFacts())
    for entry in KNOWN_MONTHS:
        found.update(entry.function(periods))
    return found
