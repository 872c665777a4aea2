"""选中的差异: many at once, picked one by one or all that a list shows, bound to what was seen of them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from agency.errors import DomainError, SomeoneElseWasFirst
from agency.organisation.models import User
from settlement.reconciliation.kinds import DiscrepancyKind, Remedy
from settlement.reconciliation.listing import DifferenceFilter, differences_narrowed, differences_visible
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.states import DiscrepancyState
from settlement.reconciliation.telling import listed_title
from settlement.reconciliation.verdict_rules import remedies_of

AT_MOST = 20_000
_READ = (
    *("pk", "kind", "state", "remedy", "amount_fen", "judged_at", "judged_by_id", "run_id", "run__source"),
    "proposed",
)


@dataclass(frozen=True)
class Chosen:
    """Differences that are handled together: their keys, what they are, and a digest of what was seen."""

    keys: list[int]
    seen: str
    kinds: dict[str, int] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    remedies: dict[str, int] = field(default_factory=dict)
    sources: frozenset[str] = frozenset()
    runs: frozenset[int] = frozenset()
    judges: frozenset[int | None] = frozenset()
    amount_fen: int = 0
    proposed: frozenset[str] = frozenset()

    @property
    def count(self) -> int:
        return len(self.keys)

    @property
    def listed_title(self) -> str:
        return listed_title(self.sources)

    @property
    def kinds_told(self) -> list[tuple[str, int]]:
        return [(str(kind.label), self.kinds[kind.value]) for kind in DiscrepancyKind if kind in self.kinds]

    @property
    def states_told(self) -> list[tuple[str, int]]:
        return [(str(one.label), self.states[one.value]) for one in DiscrepancyState if one in self.states]

    @property
    def remedies_told(self) -> list[tuple[str, int]]:
        return [(str(one.label), self.remedies[one.value]) for one in Remedy if one in self.remedies]

    @property
    def state(self) -> str:
        """The one state in which all stand; empty when they stand in several."""
        return next(iter(self.states)) if len(self.states) == 1 else ""

    @property
    def remedies_possible(self) -> list[Remedy]:
        """The verdicts that all of them can have; which two belong together is said of each by itself."""
        possible = set(Remedy) - {Remedy.PAIR}
        for kind in self.kinds:
            for source in self.sources:
                possible &= set(remedies_of(kind, source))
        return [remedy for remedy in Remedy if remedy in possible]

    def require_seen(self, seen: str) -> None:
        """That they are still what somebody saw when they were chosen. Errors: SomeoneElseWasFirst."""
        if seen != self.seen:
            raise SomeoneElseWasFirst("选中的差异刚有变动，没有办理；请看过现在的再办。")


def picked(by: User, numbers: Sequence[str]) -> Chosen:
    """Those of these numbers that a person may see."""
    return _chosen(differences_visible(by).filter(difference_no__in=numbers[:AT_MOST]))


def all_listed(by: User, narrow: DifferenceFilter, today: dt.date) -> Chosen:
    """All that a list shows. Errors: `too_many`."""
    return _chosen(differences_narrowed(by, narrow, today))


def _chosen(rows: QuerySet[Discrepancy]) -> Chosen:
    found: list[tuple[Any, ...]] = list(rows.order_by("pk").values_list(*_READ)[: AT_MOST + 1])
    if len(found) > AT_MOST:
        raise DomainError("too_many", f"一次最多办理 {AT_MOST:,} 条，请用筛选缩小范围。")
    columns = [list(column) for column in zip(*found, strict=True)] or [[] for _ in _READ]
    keys, kinds, states, remedies, amounts, _, judges, runs, sources, proposed = columns
    digest = hashlib.sha256("\n".join(f"{row[0]} {row[2]} {row[3]} {row[5]}" for row in found).encode())
    return Chosen(
        keys=keys,
        seen=digest.hexdigest()[:32],
        kinds=Counter(kinds),
        states=Counter(states),
        remedies=Counter(filter(None, remedies)),
        sources=frozenset(sources),
        runs=frozenset(runs),
        judges=frozenset(judges),
        amount_fen=sum(amounts),
        proposed=frozenset(proposed),
    )
