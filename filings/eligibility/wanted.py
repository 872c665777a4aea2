"""要带的材料: what a person brings for the kinds of filing that would help, by the material rules."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from agency.organisation.models import PoolingRegion
from agency.policy.care import CareKind
from filings.exemptions.rules import TEMPORARY
from filings.filing.kinds import FilingKind
from filings.materials.rules import Group
from filings.materials.selectors import groups_of_kinds, material_names


@dataclass(frozen=True)
class PaperLine:
    """What a filing of one kind asks for."""

    kind_label: str
    lines: tuple[str, ...]


def papers_for(
    needs: str, care_kind: str, scope: str, region: PoolingRegion | None, on: dt.date
) -> tuple[PaperLine, ...]:
    """The temporary kinds; a long-term one too, where more than a temporary filing is asked [S0, S2]."""
    kinds = [FilingKind.TEMPORARY_OTHER, FilingKind.REFERRAL]
    if needs != TEMPORARY:
        kinds.append(FilingKind.LONG_TERM_RESIDENCE)
    if care_kind == CareKind.MATERNITY:
        kinds.insert(0, FilingKind.MATERNITY)
    groups, names = groups_of_kinds(kinds, scope=scope, region=region, on=on), material_names()
    return tuple(
        PaperLine(str(kind.label), tuple(_paper(group, names) for group in groups[kind]))
        for kind in kinds
        if groups[kind]
    )


def _paper(group: Group, names: dict[str, str]) -> str:
    ways = ["和".join(names.get(code, code) for code in papers) for papers in group.alternatives]
    if group.commitment_allowed:
        ways.append("个人承诺书")
    return f"{group.label.partition('（')[0]}：{'、'.join(ways)}{'，任选一' if len(ways) > 1 else ''}"
