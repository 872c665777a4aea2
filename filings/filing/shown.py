"""A filing as lists show it: with its state of today, whether or not time's part was recorded already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from filings.filing.models import Filing
from filings.filing.states import TONES, FilingState


@dataclass(frozen=True)
class ShownFiling:
    """One row: the filing, its state of the day, what the badge says, and its tone."""

    filing: Filing
    state: FilingState
    label: str
    tone: str


def shown(rows: Iterable[Filing], on: dt.date) -> list[ShownFiling]:
    """Rows for a list, a queue or a card."""
    return [ShownFiling(row, row.state_on(on), state_label(row, on), TONES[row.state_on(on)]) for row in rows]


def state_label(filing: Filing, on: dt.date) -> str:
    """The state of the day; one in force that has not begun says from when, one that was changed and is still
    valid until when."""
    state, begins_on, ends_on = filing.state_on(on), filing.begins_on, filing.ends_on
    if state == FilingState.IN_FORCE and begins_on is not None and begins_on > on:
        return f"{state.label} · 自 {_short(begins_on, on)} 起"
    if state == FilingState.SUPERSEDED and ends_on is not None and ends_on >= on:
        return f"{state.label} · 有效至 {_short(ends_on, on)}"
    return state.label


def _short(day: dt.date, on: dt.date) -> str:
    """Month and day; with the year where it is another."""
    return f"{day:%m-%d}" if day.year == on.year else str(day)
