"""跟踪的规则: what a filing still owes, which steps a kind knows, and how a sample is drawn. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from filings.followups.states import FollowUpKind, FollowUpState
from filings.materials.rules import COMMITMENT, COMMITMENT_LETTER, DEFERRED, Group, serving

SHOWN = "original"
WHOLE_PROMISE = 0  # the group number of a spot check: it asks about the promise as a whole

STEPS = {
    FollowUpKind.COMMITMENT: frozenset({FollowUpState.KEPT, FollowUpState.VERIFIED, FollowUpState.UNTRUE}),
    FollowUpKind.DEFERRED: frozenset({FollowUpState.KEPT}),
    FollowUpKind.SPOT_CHECK: frozenset({FollowUpState.VERIFIED, FollowUpState.UNTRUE}),
}


@dataclass(frozen=True, slots=True)
class Owed:
    """One group of papers that a filing does not have yet; any one of `alternatives` would do."""

    group_no: int
    label: str
    kind: FollowUpKind
    alternatives: tuple[tuple[str, ...], ...]


def owed_by(groups: Iterable[Group], given: Mapping[str, str]) -> list[Owed]:
    """The groups served by a promise only (承诺), or by a paper to be brought later (容缺) [S0, S2].

    What another paper serves already owes nothing.
    """
    told = {code: how for code, how in given.items() if code != COMMITMENT_LETTER and how != COMMITMENT}
    firm = {code: how for code, how in told.items() if how != DEFERRED}
    later = dict.fromkeys(told, SHOWN)
    found = []
    for group in groups:
        if serving(group, firm) is not None:
            continue
        papers = serving(group, later)
        if papers is not None:
            missing = tuple(code for code in papers if code not in firm)
            found.append(Owed(group.no, group.label, FollowUpKind.DEFERRED, (missing,)))
        elif serving(group, given) is not None:
            found.append(Owed(group.no, group.label, FollowUpKind.COMMITMENT, group.alternatives))
    return found


def write_alternatives(alternatives: Iterable[Iterable[str]]) -> str:
    """As the material rules write them: `|` between alternatives, `+` between papers that belong together."""
    return "|".join("+".join(codes) for codes in alternatives)


def drawn(numbers: Iterable[str], count: int, seed: str) -> list[str]:
    """`count` of the numbers, by the digest of seed and number: anybody draws the same with the same seed,
    and nobody can tell beforehand whom an unknown seed will meet [P]."""
    return sorted(sorted(set(numbers), key=lambda number: _lot(seed, number))[:count])


def _lot(seed: str, number: str) -> str:
    return hashlib.sha256(f"{seed}|{number}".encode()).hexdigest()
