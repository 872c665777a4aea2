"""Reads of the material rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from agency.organisation.models import PoolingRegion
from filings.materials.models import MaterialKind, MaterialRule
from filings.materials.rules import Group, RuleRow, groups_for, read_alternatives


def groups_of(kind: str, *, scope: str, region: PoolingRegion | None, on: dt.date) -> tuple[Group, ...]:
    """What a filing of this kind, scope and insured region needs on a day; () for an unknown kind."""
    return groups_of_kinds([kind], scope=scope, region=region, on=on)[kind] if kind else ()


def groups_of_kinds(
    kinds: Sequence[str], *, scope: str, region: PoolingRegion | None, on: dt.date
) -> dict[str, tuple[Group, ...]]:
    """The same of several kinds, in one query."""
    rows: dict[str, list[RuleRow]] = {kind: [] for kind in kinds}
    for rule in MaterialRule.objects.in_force(on).filter(filing_kind__in=kinds):
        rows[rule.filing_kind].append(_row(rule))
    region_id = region.pk if region is not None else None
    return {kind: groups_for(found, scope=scope, region_id=region_id) for kind, found in rows.items()}


def _row(rule: MaterialRule) -> RuleRow:
    return RuleRow(
        rule_set=rule.rule_set,
        scope=rule.scope,
        region_id=rule.region_id,
        group_no=rule.group_no,
        label=rule.group_label,
        alternatives=read_alternatives(rule.alternatives),
        commitment_allowed=rule.commitment_allowed,
        valid_from=rule.valid_from,
        source=rule.source,
        note=rule.note,
        deferral_allowed=rule.deferral_allowed,
    )


def material_names() -> dict[str, str]:
    """Code → name of every kind of paper, in the order in which they are listed."""
    return dict(MaterialKind.objects.order_by("pk").values_list("code", "name"))
