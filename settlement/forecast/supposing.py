"""假设: another quota, or payments that come later than they should."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from agency.organisation.models import PoolingRegion
from agency.policy.insurance import InsuranceType
from settlement.forecast.outlooks import Running
from settlement.forecast.rules import Delay, Outlook
from settlement.fund.rules import employee_share
from settlement.notices.models import Direction, Notice
from settlement.notices.selectors import notices_open


@dataclass(frozen=True)
class OpenPayment:
    """What a region has not paid yet of a notice, by type in fen, and until when it should."""

    notice_no: str
    pay_by: dt.date
    employee_fen: int
    resident_fen: int

    def of(self, insurance_type: str) -> int:
        return self.employee_fen if insurance_type == InsuranceType.EMPLOYEE else self.resident_fen


def open_payments(region: PoolingRegion) -> list[OpenPayment]:
    """The region's notices to pay that are not paid up, by their last day."""
    found = [_open(notice) for notice in notices_open([Direction.PAYMENT], [region.pk])]
    return sorted((one for one in found if one is not None), key=lambda one: (one.pay_by, one.notice_no))


def _open(notice: Notice) -> OpenPayment | None:
    """What is left of both types, the paid part taken off in their proportion, as the fund's ledger does."""
    if notice.paid_fen >= notice.total_fen:
        return None
    paid = employee_share(notice.paid_fen, notice.employee_fen, notice.total_fen)
    employee = notice.employee_fen - paid
    resident = notice.resident_fen - (notice.paid_fen - paid)
    return OpenPayment(notice.notice_no, notice.pay_by, max(employee, 0), max(resident, 0))


def delays(
    payments: Iterable[OpenPayment], insurance_type: str, days: int, running: Running
) -> Iterator[Delay]:
    """Each open payment `days` after its last day, or after today where that is past."""
    for payment in payments:
        fen = payment.of(insurance_type)
        if fen:
            arrives = max(payment.pay_by, running.today) + dt.timedelta(days=days)
            yield Delay(fen, (arrives - running.known_until).days)


def supposed(outlook: Outlook, quota_fen: int | None, late: Iterable[Delay]) -> Outlook:
    """The outlook with another quota (None: as it is) and what is late."""
    quota = outlook.quota_fen if quota_fen is None else quota_fen
    return replace(outlook, quota_fen=quota, delays=tuple(late))
