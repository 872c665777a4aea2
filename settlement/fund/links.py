"""缘由在哪里: where the cause of a movement is shown, for the people who may see it."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from settlement.fund.models import CauseKind, FundMovement
from settlement.notices.models import Payment
from settlement.records.selectors import chunks

OF_MONTH = (CauseKind.CLEARING, CauseKind.REOPENING)
OF_PAYMENT = (CauseKind.PAYMENT, CauseKind.WITHDRAWAL)
FORMS = {"receivable": "10", "payable": "11"}


def cause_links(movements: Iterable[FundMovement]) -> dict[int, str]:
    """Movement → the sheet it follows from, the notice that was paid, the adjustment."""
    rows = list(movements)
    notices = _notice_keys(row.cause_no for row in rows if row.cause_kind in OF_PAYMENT)
    return {row.pk: _link(row, notices) for row in rows}


def _notice_keys(payment_nos: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    rows = Payment.objects.select_related("notice")
    for block in chunks(set(payment_nos)):
        found |= {row.payment_no: row.notice.key for row in rows.filter(payment_no__in=block)}
    return found


def _link(row: FundMovement, notices: dict[str, str]) -> str:
    if row.cause_kind in OF_MONTH:
        code, _, side = row.part.split("/")
        where = {"period": row.cause_no[:6], "form": FORMS[side], "region_code": code}
        return reverse("settlement:sheet", kwargs=where)
    if row.cause_kind in OF_PAYMENT:
        key = notices.get(row.cause_no)
        return reverse("settlement:notice_detail", kwargs={"notice_no": key}) if key else ""
    return reverse("settlement:fund_adjustment", kwargs={"adjustment_no": row.cause_no})
