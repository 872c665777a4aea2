"""年终通知书: forms 7 and 8 of a closed year, only for what no notice in force asks for already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from agency.organisation.models import User
from settlement.clearing.rules import Party
from settlement.notices.issuing import NoticeBasis, notices_issue_for
from settlement.notices.models import Category, Direction
from settlement.notices.rules import Figures
from settlement.year_end.models import YearEnd
from settlement.year_end.selectors import (
    Unnoticed,
    noticed_of,
    parties_kept,
    signed_sums,
    unnoticed_of,
)
from settlement.year_end.signals import CLOSED


def figures_of(left: Unnoticed) -> Figures | None:
    """What a region still gets or owes without a notice, as a notice says it; None for nil."""
    if not left.net_fen:
        return None
    receives = left.net_fen > 0
    sign = 1 if receives else -1
    total = sign * left.net_fen
    return Figures(
        (Direction.RECEIPT if receives else Direction.PAYMENT).value,
        total if receives else 0,
        0 if receives else total,
        sign * left.employee_fen,
        sign * left.resident_fen,
        total,
    )


@CLOSED.register("notices", order=50)
def year_notices_issue(year_end: YearEnd, by: User, at: dt.datetime) -> None:
    """Issue them with the closing, in the one series of numbers."""
    basis = NoticeBasis(Category.YEAR_END, year_end.year, year_end.digest)
    notices_issue_for(basis, list(year_owed(year_end)), by=by, at=at)


def year_owed(year_end: YearEnd) -> Iterator[tuple[Party, Figures]]:
    """The regions with something that no monthly notice asks for, and what."""
    parties = parties_kept(year_end)
    assert year_end.computed_at is not None  # a constraint of the table
    noticed = noticed_of(year_end.year, year_end.computed_at)
    left = unnoticed_of(signed_sums(year_end.year), parties, noticed)
    for party in parties.pooling:
        figures = figures_of(left.get(party.id, Unnoticed(0, 0)))
        if figures is not None:
            yield party, figures
