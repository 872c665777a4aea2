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
    """The state of the day; one in force that has not begun says from when."""
    state, begins_on = filing.state_on(on), filing.begins_on
    if state != FilingState.IN_FORCE or begins_on is None or begins_on <= on:
        return state.label
    day = f"{begins_on:%m-%d}" if begins_on.year == on.year else str(begins_on)
    return f"{state.label} · 自 {day} 起"
