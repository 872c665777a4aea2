"""备案台账 and the queues on a million filings: first page, a later one, each state and queue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from agency.organisation.models import User
from agency.organisation.roles import Level, Role
from filings.filing.selectors import filings_listed
from filings.filing.states import FilingState
from filings.filing.waivers import locks_note
from filings.models import Filing
from filings.queues.paging import SORTS, beyond
from filings.queues.selectors import QUEUES, board, queue, queue_count
from tests.bench.population import LARGE, SMALL, make_filings, make_people
from tests.bench.timing import measured, plan, sql_ms, statements, table
from tests.support.world import make_user

TITLE = "备案台账与待办 (lists of filings)"
TODAY = dt.date(2026, 11, 20)
PAGE = 51
ASKED = 30
TOO_LONG = 5.0  # milliseconds


def prepare(rows: int) -> None:
    """A tenth as many people as filings."""
    make_people(rows // 10)
    make_filings(rows, rows // 10)
    locks_note(Filing.objects.all())


def measure(out: Callable[[str], None]) -> None:
    users = {
        "small": User.objects.get(username=f"{SMALL}-0"),
        "large": User.objects.get(username=f"{LARGE}-0"),
        "province": make_user("province", Role.AUDIT, level=Level.PROVINCE),
    }
    slow: dict[str, str] = {}
    lines = []
    for name, user in users.items():
        keys = list(Filing.objects.order_by("pk").values_list("pk", flat=True)[: ASKED * 7 : 7])
        for label, ask in _asked(user).items():
            line = measured(
                f"{name}: {label}", keys, lambda pk, ask=ask: ask(), lambda pk: Filing.objects.get(pk=pk), ()
            )
            lines.append(line)
            if line.least > TOO_LONG:
                slow[line.label] = plan(max(statements(ask), key=lambda one: sql_ms([one])))
    out(table(lines, "limit: one row by its key", ()))
    for label, told in slow.items():
        out(f"Slower than {TOO_LONG:g} ms: {label}\n```\n{told}\n```")


def _asked(by: User) -> dict[str, Callable[[], object]]:
    """What the pages ask, of one person."""
    own = filings_listed(by)
    middle = Filing.objects.order_by("pk")[Filing.objects.count() // 2].pk
    asked: dict[str, Callable[[], object]] = {
        "ledger, first page": lambda: own.first(PAGE),
        "ledger, in the middle": lambda: own.filter(pk__lt=middle).first(PAGE),
        "ledger, other people's": lambda: filings_listed(by, "care").first(PAGE),
    }
    for state in FilingState:
        if state != FilingState.SUPERSEDED:
            asked[f"state {state.label}"] = lambda state=state: filings_listed(
                by, state=state, on=TODAY
            ).first(PAGE)
    for name, label in QUEUES.items():
        asked[f"queue {label}"] = lambda name=name: queue(name, by, TODAY).first(PAGE)
        asked[f"count {label}"] = lambda name=name: queue_count(name, by, TODAY)
    for sort, order in SORTS.items():
        asked[f"queue 待复核 by {sort}"] = lambda order=order: (
            queue("to_review", by, TODAY).order_by(*order).first(PAGE)
        )
    halfway = (False, TODAY + dt.timedelta(days=20), 0)
    asked["queue 全部在办, in the middle"] = lambda: beyond(queue("in_work", by, TODAY), halfway).first(PAGE)
    asked["board"] = lambda: board(by, TODAY)
    return asked
