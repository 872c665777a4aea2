"""周转金通知书: forms 7 and 8 for what approved quotas have a region pay in (补缴) or get back (退回).

What the province receives the region pays: form 8 for a quota that rises, form 7 for one that falls; a region
whose two types come to nil gets none.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from itertools import groupby

from agency.organisation.models import User
from agency.policy.insurance import InsuranceType
from settlement.clearing.rules import NetRow, Party, Side
from settlement.notices.issuing import NoticeBasis, notices_issue_for, party_of
from settlement.notices.models import Category, Notice
from settlement.notices.rules import Figures, figures_of
from settlement.quotas.filling import region_name
from settlement.quotas.models import QuotaItem, QuotaRound
from settlement.quotas.use_models import QuotaIncrease

FUND = Category.REVOLVING_FUND


def basis_of(drawn: QuotaRound) -> NoticeBasis:
    """A round's notices rest on its form 6-1."""
    return NoticeBasis(FUND, f"{drawn.year}", drawn.digest)


def round_notices_issue(
    drawn: QuotaRound, items: Iterable[QuotaItem], *, by: User, at: dt.datetime
) -> list[Notice]:
    """One notice per region with something to pay, in the order of form 6-1."""
    return notices_issue_for(basis_of(drawn), list(owed_of(drawn, items)), by=by, at=at)


def owed_of(drawn: QuotaRound, items: Iterable[QuotaItem]) -> Iterator[tuple[Party, Figures]]:
    """Each region with what it pays or gets, as its notice says it."""
    rows = sorted(items, key=lambda item: (item.region.position, item.region.code))
    for region, of_region in groupby(rows, key=lambda item: item.region):
        party = Party(region.pk, region.code, region_name(drawn, region), False, True)
        found = list(of_region)
        back = {item.insurance_type: item.payable_fen for item in found}
        paid_in = {item.insurance_type: item.receivable_fen for item in found}
        figures = figures_of(NetRow(party, _side(back), _side(paid_in)))
        if figures is not None:
            yield party, figures


def _side(by_type: dict[str, int]) -> Side:
    return Side(
        employee_fen=by_type.get(InsuranceType.EMPLOYEE, 0),
        resident_fen=by_type.get(InsuranceType.RESIDENT, 0),
    )


def increase_digest(increase: QuotaIncrease) -> str:
    """What a notice of an increase rests on: number, region, type and amounts."""
    said = [
        increase.increase_no,
        increase.warning.warning_no,
        increase.region.code,
        increase.warning.insurance_type,
        increase.current_fen,
        increase.amount_fen,
    ]
    return hashlib.sha256("|".join(map(str, said)).encode()).hexdigest()


def increase_basis(increase: QuotaIncrease) -> NoticeBasis:
    """An increase's notice is of the month that was red, under the increase's number."""
    period, digest = increase.warning.month.period, increase_digest(increase)
    return NoticeBasis(FUND, period, digest, subject_no=increase.increase_no)


def increase_owed(increase: QuotaIncrease) -> tuple[Party, Figures]:
    """The region pays in what its quota is raised by."""
    party = party_of(increase.region)
    side = _side({increase.warning.insurance_type: increase.amount_fen})
    figures = figures_of(NetRow(party, Side(), side))
    assert figures is not None  # an increase is above nil by a constraint
    return party, figures


def increase_notice_issue(increase: QuotaIncrease, *, by: User, at: dt.datetime) -> list[Notice]:
    """Form 8 to the region."""
    return notices_issue_for(increase_basis(increase), [increase_owed(increase)], by=by, at=at)
