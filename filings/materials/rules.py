"""材料规则的判断: which papers a filing needs, and what is still missing. Pure.

One group asks for one thing; any one of its alternatives serves; an alternative may be several papers that
belong together. 登记备案表 is printed by the system and never stands among them [S2].
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

COMMITMENT_LETTER = "commitment_letter"
COMMITMENT = "commitment"  # how a paper was given: promised, not shown
DEFERRED = "deferred"  # 容缺: to be brought by a date

NATIONAL, JILIN = "national", "jilin"
ANY_SCOPE = "any"


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One row of the rule table that is in force on the day and for the kind asked about."""

    rule_set: str
    scope: str
    region_id: int | None
    group_no: int
    label: str
    alternatives: tuple[tuple[str, ...], ...]
    commitment_allowed: bool
    valid_from: dt.date
    source: str = ""
    note: str = ""
    deferral_allowed: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """材料组: one thing to hand in, and each way of doing so."""

    no: int
    label: str
    alternatives: tuple[tuple[str, ...], ...]
    commitment_allowed: bool
    source: str = ""
    note: str = ""
    deferral_allowed: bool = False

    @property
    def codes(self) -> frozenset[str]:
        """Every paper that has to do with this group."""
        return frozenset(code for alternative in self.alternatives for code in alternative)


@dataclass(frozen=True, slots=True)
class Missing:
    """还缺: a group that nothing serves; `lacking` would complete the alternative that was begun."""

    group: Group
    lacking: tuple[str, ...]


def read_alternatives(text: str) -> tuple[tuple[str, ...], ...]:
    """The column 可选材料: alternatives joined by `|`, papers that belong together by `+`."""
    return tuple(
        tuple(code.strip() for code in alternative.split("+") if code.strip())
        for alternative in text.split("|")
        if alternative.strip()
    )


def groups_for(rows: Iterable[RuleRow], *, scope: str, region_id: int | None) -> tuple[Group, ...]:
    """The groups that hold for a scope (省内/跨省) and an insured region.

    Jilin's rows, where there are any, stand in place of the national ones [S2]. Of the rows of one group the
    region's own goes before the common one, one for the scope before one for any, the newest start first [P].
    """
    fitting = [row for row in rows if row.scope in (ANY_SCOPE, scope) and row.region_id in (None, region_id)]
    of_jilin = [row for row in fitting if row.rule_set == JILIN]
    chosen: dict[int, RuleRow] = {}
    for row in of_jilin or fitting:
        known = chosen.get(row.group_no)
        if known is None or _precedence(row) > _precedence(known):
            chosen[row.group_no] = row
    return tuple(
        Group(
            row.group_no,
            row.label,
            row.alternatives,
            row.commitment_allowed,
            row.source,
            row.note,
            row.deferral_allowed,
        )
        for _, row in sorted(chosen.items())
    )


def _precedence(row: RuleRow) -> tuple[bool, bool, dt.date]:
    return row.region_id is not None, row.scope != ANY_SCOPE, row.valid_from


def serving(group: Group, given: Mapping[str, str]) -> tuple[str, ...] | None:
    """The papers among `given` (code → how it was given) that serve a group; None when nothing does.

    A promise, the letter or a paper given as 承诺, and a paper to be brought later (容缺) serve only where
    the rule allows it [S0, S2, P]; what was shown goes before what was promised.
    """
    promised = {COMMITMENT} if group.commitment_allowed else set()
    later = {DEFERRED} if group.deferral_allowed else set()
    for refused in ({COMMITMENT, DEFERRED}, {COMMITMENT, DEFERRED} - promised - later):
        counted = {code for code, how in given.items() if how not in refused}
        for alternative in group.alternatives:
            if counted.issuperset(alternative):
                return alternative
    if group.commitment_allowed and COMMITMENT_LETTER in given:
        return (COMMITMENT_LETTER,)
    return None


def missing(groups: Iterable[Group], given: Mapping[str, str]) -> list[Missing]:
    """The groups that are not served, in their order."""
    return [Missing(group, _lacking(group, given)) for group in groups if serving(group, given) is None]


def _lacking(group: Group, given: Mapping[str, str]) -> tuple[str, ...]:
    """What is lacking of the alternative that was begun; nothing when none was begun."""
    begun = [alternative for alternative in group.alternatives if any(code in given for code in alternative)]
    if not begun:
        return ()
    nearest = min(begun, key=lambda alternative: sum(code not in given for code in alternative))
    return tuple(code for code in nearest if code not in given)


def deferred(groups: Iterable[Group], given: Mapping[str, str]) -> tuple[str, ...]:
    """容缺: the papers that serve a group and are still to be brought, in the order of the groups [P]."""
    papers = [code for group in groups for code in serving(group, given) or ()]
    return tuple(dict.fromkeys(code for code in papers if given.get(code) == DEFERRED))


def rests_on_commitment(groups: Iterable[Group], given: Mapping[str, str]) -> bool:
    """Whether any group is served by a promise only, so that its proof is to be followed up [S0, S2]."""
    for group in groups:
        papers = serving(group, given)
        if papers == (COMMITMENT_LETTER,) or any(given.get(code) == COMMITMENT for code in papers or ()):
            return True
    return False
