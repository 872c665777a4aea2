"""控制合计: totals that the uploader types in, or that a file carries, beside those of what was read.

A kind of import that has them names its columns and groups (`BatchKind.control`), and its check tells in
`preview["control"]` the totals of what the books have of the file once it is loaded (new and unchanged rows),
and in `preview["carried"]` what a totals row of the file says. All are {group: {column: int}}, in fen. Finer
groups, with their names, are in `preview["control_groups"]`. What the file says of its parts, each beside
what was read of that part, is in `preview["carried_parts"]`: {line, group (its name), stated, ours}.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agency.money import yuan

Totals = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class ControlColumn:
    """One figure: how many, or an amount in fen."""

    key: str
    label: str
    is_money: bool = True

    def shown(self, value: int) -> str:
        return yuan(value) if self.is_money else f"{value:,}"


@dataclass(frozen=True)
class Control:
    """Which figures a kind of import is controlled by, for all rows ("all") and for groups of them."""

    columns: Sequence[ControlColumn]
    groups: Sequence[tuple[str, str]]

    def finer_groups(self, preview: Mapping[str, Any]) -> list[tuple[str, str]]:
        """The groups that the check of one file names beside those of every file."""
        return [(key, label) for key, label in preview.get("control_groups", ())]


@dataclass(frozen=True)
class Compared:
    """One stated figure beside ours. `gap` is stated less ours, as shown with its sign; `is_part`: it is one
    of the figures that the file carries of its parts, of which there may be many."""

    source: str
    group: str
    label: str
    stated: str
    ours: str
    gap: str
    is_part: bool = False

    @property
    def differs(self) -> bool:
        return bool(self.gap)


TYPED, CARRIED, PART = "上传人填写", "文件合计行", "文件小计行"
SHOWN_AT_ONCE = 24  # figures of parts that agree


def compared(control: Control | None, preview: Mapping[str, Any], typed: Totals) -> list[Compared]:
    """Every stated figure beside ours, in the order of groups and columns."""
    if control is None:
        return []
    ours = preview.get("control", {})
    stated = ((TYPED, typed), (CARRIED, preview.get("carried") or {}))
    groups = [*control.groups, *control.finer_groups(preview)]
    found = [
        row
        for source, totals in stated
        for key, label in groups
        for row in _figures(control, source, label, totals.get(key, {}), ours.get(key, {}))
    ]
    for part in preview.get("carried_parts", ()):
        source = f"{PART}（第 {part['line']} 行）"
        found += _figures(control, source, part["group"], part["stated"], part["ours"], is_part=True)
    return found


def folded(rows: Sequence[Compared]) -> tuple[list[Compared], list[Compared]]:
    """What the page shows at once, and the parts that agree, when there are many of them."""
    agreeing = [row for row in rows if row.is_part and not row.differs]
    if len(agreeing) <= SHOWN_AT_ONCE:
        return [*rows], []
    return [row for row in rows if row.differs or not row.is_part], agreeing


def _figures(
    control: Control,
    source: str,
    group: str,
    stated: Mapping[str, int],
    ours: Mapping[str, int],
    *,
    is_part: bool = False,
) -> Iterator[Compared]:
    for column in control.columns:
        value = stated.get(column.key)
        if value is None:
            continue
        own = ours.get(column.key, 0)
        gap = column.shown(value - own) if value != own else ""
        yield Compared(source, group, column.label, column.shown(value), column.shown(own), gap, is_part)
