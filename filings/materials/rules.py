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


@dataclass(frozen=True, slots=True)
class Group:
    """材料组: one thing to hand in, and each way of doing so."""

    no: int
    label: str
    alternatives: tuple[tuple[str, ...], ...]
    commitment_allowed: bool
    source: str = ""
    note: str = ""

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
        Group(row.group_no, row.label, row.alternatives, row.commitment_allowed, row.source, row.note)
        for _, row in sorted(chosen.items())
    )


def _precedence(row: RuleRow) -> tuple[bool, bool, dt.date]:
    return row.region_id is not None, row.scope != ANY_SCOPE, row.valid_from


def serving(group: Group, given: Mapping[str, str]) -> tuple[str, ...] | None:
    """The papers among `given` (code → how it was given) that serve a group; None when nothing does.

    A promise, the letter or a paper given as 承诺, serves only where the rule allows it [S0, S2].
    """
    shown = {code for code, how in given.items() if how != COMMITMENT}
    for alternative in group.alternatives:
        if shown.issuperset(alternative):
            return alternative
    if not group.commitment_allowed:
        return None
    for alternative in group.alternatives:
        if given.keys() >= set(alternative):
            return alternative
    return (COMMITMENT_LETTER,) if COMMITMENT_LETTER in given else None


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


def rests_on_commitment(groups: Iterable[Group], given: Mapping[str, str]) -> bool:
    """Whether any group is served by a promise only, so that its proof is to be followed up [S0, S2]."""
    for group in groups:
        papers = serving(group, given)
        if papers == (COMMITMENT_LETTER,) or any(given.get(code) == COMMITMENT for code in papers or ()):
            return True
    return False
