"""选中的差异: many at once, picked one by one or all that a list shows, bound to what was seen of them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import QuerySet

from agency.errors import DomainError, SomeoneElseWasFirst
from agency.organisation.models import User
from settlement.reconciliation.ending_models import CarriedEnding
from settlement.reconciliation.kinds import DiscrepancyKind, Remedy
from settlement.reconciliation.listing import (
    CARRIED,
    DifferenceFilter,
    differences_narrowed,
    differences_visible,
)
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.states import DiscrepancyState, EndingState
from settlement.reconciliation.telling import listed_title
from settlement.reconciliation.verdict_rules import endings_of, remedies_of
from settlement.records.selectors import chunks

AT_MOST = 20_000
_READ = (
    *("pk", "kind", "state", "remedy", "amount_fen", "judged_at", "judged_by_id", "run_id", "run__source"),
    *("owner_id", "proposed"),
)


class Ended(NamedTuple):
    """What is proposed or approved of the ending of one that was carried forward."""

    ending_no: str
    state: str
    remedy: str
    proposed_by: int


@dataclass(frozen=True)
class Chosen:
    """Differences that are handled together: their keys, what they are, and a digest of what was seen;
    `owned`: how many have an owner; `endings` by key, of those of which one stands; `left_out`: what the list
    shows besides, of which one is proposed already."""

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
    owned: int = 0
    endings: dict[int, Ended] = field(default_factory=dict)
    left_out: int = 0

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
    def endings_told(self) -> list[tuple[str, int]]:
        """How many endings stand where, and say what."""
        told = Counter((one.state, one.remedy) for one in self.endings.values())
        return [
            (f"{state.label}：{remedy.label}", told[state, remedy])
            for state in EndingState
            for remedy in Remedy
            if (state, remedy) in told
        ]

    @property
    def are_carried(self) -> bool:
        """Whether all were carried forward."""
        return self.states.get(DiscrepancyState.SETTLED) == self.remedies.get(Remedy.CARRY) == self.count

    @property
    def ending_state(self) -> str | None:
        """The one state in which the endings of all stand, empty when none has any; None when they differ."""
        states = {one.state for one in self.endings.values()}
        if len(self.endings) < self.count:
            states.add("")
        return states.pop() if len(states) == 1 else None

    @property
    def some_are_halves(self) -> bool:
        """Whether some, and not all, of open ones are by their evidence the other half of something."""
        return self.state == DiscrepancyState.OPEN and Remedy.PAIR in self.proposed and len(self.proposed) > 1

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

    @property
    def endings_possible(self) -> list[Remedy]:
        """How all of them can have ended."""
        ways = [set(endings_of(kind, source)) for kind in self.kinds for source in self.sources]
        return [remedy for remedy in Remedy if all(remedy in way for way in ways)]

    @property
    def ending_numbers(self) -> dict[int, str]:
        """Number of the ending of each; empty for one that has none."""
        return {key: self.endings[key].ending_no if key in self.endings else "" for key in self.keys}

    def require_seen(self, seen: str, why: Callable[[], str]) -> None:
        """That they are still what somebody saw when they were chosen; `why` says what changed, where that is
        known. Errors: SomeoneElseWasFirst."""
        if seen != self.seen:
            left = f"清单里 {self.left_out:,} 条已提出了结，等批准，不必再提。" if self.left_out else ""
            told = why() or left or "请看过现在的再办。"
            raise SomeoneElseWasFirst(f"选中的差异刚有变动，没有办理；{told}")


def picked(by: User, numbers: Sequence[str]) -> Chosen:
    """Those of these numbers that a person may see."""
    return _chosen(differences_visible(by).filter(difference_no__in=numbers[:AT_MOST]))


def all_listed(by: User, narrow: DifferenceFilter, today: dt.date) -> Chosen:
    """All that a list shows; of those that are carried forward only what nobody has said of yet how it ended.
    Errors: `too_many`."""
    rows = differences_narrowed(by, narrow, today)
    if narrow.view != CARRIED:
        return _chosen(rows)
    waiting = CarriedEnding.objects.filter(state=EndingState.PROPOSED).order_by().values("discrepancy")
    return _chosen(rows.exclude(pk__in=waiting), rows.filter(pk__in=waiting).count())


def _chosen(rows: QuerySet[Discrepancy], left_out: int = 0) -> Chosen:
    found: list[tuple[Any, ...]] = list(rows.order_by("pk").values_list(*_READ)[: AT_MOST + 1])
    if len(found) > AT_MOST:
        raise DomainError("too_many", f"一次最多办理 {AT_MOST:,} 条，请用筛选缩小范围。")
    columns = [list(column) for column in zip(*found, strict=True)] or [[] for _ in _READ]
    keys, kinds, states, remedies, amounts, judged, judges, runs, sources, owners, proposed = columns
    endings = _standing(keys) if Remedy.CARRY in remedies else {}
    seen = [(key, *rest, endings.get(key)) for key, *rest in zip(keys, states, remedies, judged, strict=True)]
    digest = hashlib.sha256("\n".join(map(str, seen)).encode())
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
        owned=sum(owner is not None for owner in owners),
        endings=endings,
        left_out=left_out,
    )


def _standing(keys: Sequence[int]) -> dict[int, Ended]:
    """Key → what stands of its ending."""
    found: dict[int, Ended] = {}
    for block in chunks(keys):
        rows = CarriedEnding.objects.standing().filter(discrepancy__in=block).order_by()
        for key, *said in rows.values_list("discrepancy_id", *Ended._fields[:3], "proposed_by_id"):
            found[key] = Ended(*said)
    return found
