"""A filing as lists show it: with its state of today, whether or not time's part was recorded already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from filings.filing.models import Filing
from filings.filing.states import TONES, FilingState


@dataclass(frozen=True)
class ShownFiling:
    """One row: the filing, its state of the day, and the tone of the badge."""

    filing: Filing
    state: FilingState
    tone: str


def shown(rows: Iterable[Filing], on: dt.date) -> list[ShownFiling]:
    """Rows for a list, a queue or a card."""
    return [ShownFiling(row, row.state_on(on), TONES[row.state_on(on)]) for row in rows]
