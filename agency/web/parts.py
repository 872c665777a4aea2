"""What a slice hands to the shared pages: navigation, home page, search results, the person's card."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

COUNTED_AT_MOST = 99


def capped(count: int | None) -> str:
    """A count as it is shown: 99+ stands for any number above it; empty for none."""
    if count is None:
        return ""
    return f"{COUNTED_AT_MOST}+" if count > COUNTED_AT_MOST else str(count)


@dataclass(frozen=True)
class NavItem:
    """One entry of the side bar. `group` is its heading (窗口, 结算, 管理), `key` its keyboard key."""

    group: str
    label: str
    url: str
    key: str = ""
    count: int | None = None
    hot: bool = False


@dataclass(frozen=True)
class Action:
    label: str
    url: str
    key: str = ""
    primary: bool = False


@dataclass(frozen=True)
class WayOn:
    """The list that a page was opened from: the way back, and what comes next there (empty: nothing more).

    `query` goes with every link and form of the page, so that the way is not lost; `left` tells that the
    record has left the list since, as after a decision.
    """

    title: str
    back_url: str
    query: str
    next_url: str = ""
    next_no: str = ""
    left: bool = False


@dataclass(frozen=True)
class Tile:
    label: str
    count: int
    url: str
    note: str = ""
    hot: bool = False

    @property
    def shown(self) -> str:
        return capped(self.count)


@dataclass(frozen=True)
class TodoRow:
    """One thing that waits for this person; `due_on` sorts (None last)."""

    badge: str
    badge_tone: str
    number: str
    url: str
    title: str
    detail: str = ""
    due: str = ""
    due_on: dt.date | None = None


@dataclass(frozen=True)
class Panel:
    """A card in the right column of the home page, drawn by its own template with `panel` = context."""

    title: str
    template: str
    context: dict[str, Any]
    small: str = ""


@dataclass
class HomePart:
    """What one slice puts on the home page."""

    actions: list[Action] = field(default_factory=list)
    tiles: list[Tile] = field(default_factory=list)
    todo: list[TodoRow] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    sub: str = ""


@dataclass(frozen=True)
class SearchRow:
    url: str
    number: str
    title: str
    detail: str = ""
    badge: str = ""
    badge_tone: str = ""


@dataclass(frozen=True)
class SearchGroup:
    """Hits of one slice; `too_many` tells that only the first ones are shown."""

    title: str
    rows: list[SearchRow]
    too_many: bool = False


@dataclass(frozen=True)
class CardSection:
    """One section of a person's card, drawn by its own template with `section` = context; `aside` stands in
    the narrow column."""

    title: str
    template: str
    context: dict[str, Any]
    aside: bool = False


@dataclass(frozen=True)
class Unmasked:
    """The full identifier behind a masked one, and whose region the look is logged under."""

    kind: str
    number: str
    value: str
    region: Any = None


@dataclass(frozen=True)
class Standing:
    """What the record behind a printed paper is today: its state, whether the paper is one in force, and when
    its content was changed after the last print (None: it was not)."""

    label: str
    is_effective: bool
    changed_at: dt.datetime | None = None


@dataclass(frozen=True)
class Broken:
    """One broken invariant found by `check_books`: what should hold, and the first record that breaks it."""

    check: str
    subject: str
    message: str
