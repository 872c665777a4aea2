"""A filing as a queue shows it: who is in charge, by when, and whether this person may give it away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from filings.filing.models import Filing
from filings.filing.services.charge import holder_of
from filings.filing.shown import state_label
from filings.filing.states import TONES
from filings.queues.rules import due_words
from filings.queues.selectors import NEVER
from filings.queues.services import Seen

SEPARATOR = "."


@dataclass(frozen=True)
class QueueRow:
    """One row; `token` is what its check box sends back: the filing, as this person saw it."""

    filing: Filing
    label: str
    tone: str
    holder: User
    due_on: dt.date | None
    due_words: str
    is_late: bool
    may_give: bool
    token: str


def queue_rows(rows: Iterable[Filing], by: User, on: dt.date) -> list[QueueRow]:
    """Rows of a page that came from `selectors.queue`."""
    assigns = access.allowed(by, May.ASSIGN_FILINGS)
    gives = assigns or access.allowed(by, May.HAND_OVER_FILINGS)
    return [_row(filing, by, on, assigns=assigns, gives=gives) for filing in rows]


def due_day(filing: Filing) -> dt.date | None:
    """The day that `selectors.with_due_day` gave it; None where there is none."""
    due_on: dt.date | None = filing.due_on  # type: ignore[attr-defined]
    return None if due_on == NEVER else due_on


def _row(filing: Filing, by: User, on: dt.date, *, assigns: bool, gives: bool) -> QueueRow:
    due_on = due_day(filing)
    holder = holder_of(filing)
    return QueueRow(
        filing=filing,
        label=state_label(filing, on),
        tone=TONES[filing.state_on(on)],
        holder=holder,
        due_on=due_on,
        due_words=due_words(due_on, on),
        is_late=due_on is not None and due_on < on,
        may_give=assigns or (gives and holder.pk == by.pk),
        token=SEPARATOR.join((filing.filing_no, str(filing.version), str(filing.assigned_to_id or 0))),
    )


def read_tokens(texts: Iterable[str]) -> dict[str, Seen] | None:
    """What check boxes sent back, by number; None when one of them is not ours."""
    seen = {}
    for text in texts:
        number, *rest = text.split(SEPARATOR)
        if len(rest) != 2 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in rest):
            return None
        version, assigned = (int(part) for part in rest)
        seen[number] = Seen(version, assigned or None)
    return seen
