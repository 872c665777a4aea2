"""表 15 年终清算申请表: what is printed of one application, or blank."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from django.utils import timezone

from agency.journal.papers import FormContent
from agency.money import capitals, yuan
from settlement.year_end.models import YearEndApplication
from settlement.year_end.states import ApplicationState

BLANK_ROWS = tuple(
    (label, "") for label in ("全年应收", "全年应付", "已收", "已付", "应收侧扣款", "应付侧扣款")
)


@dataclass(frozen=True)
class Form15(FormContent):
    """An application filled in; every blank field is a line to write on. Amounts are texts in yuan."""

    FORM_NO: ClassVar[str] = "15"
    TITLE: ClassVar[str] = "吉林省异地医保业务年终清算申请表"
    NAME: ClassVar[str] = "年终清算申请表"
    TEMPLATE: ClassVar[str] = "settlement/year_end/form15.html"

    region: str = ""
    year: str = ""
    unit: str = ""
    rows: tuple[tuple[str, str], ...] = BLANK_ROWS
    open_amount: str = ""
    open_capitals: str = ""
    open_word: str = ""
    basis: str = ""
    reason: str = ""
    contact: str = ""
    phone: str = ""
    applied_by: str = ""
    applied_on: dt.date | None = None
    reviewed_by: str = ""
    reviewed_on: dt.date | None = None
    review_note: str = ""
    approved_by: str = ""
    approved_on: dt.date | None = None
    approval_note: str = ""


def form_of(application: YearEndApplication) -> Form15:
    """The form of an application; until it is approved it says across the page how far it is."""
    amounts = (
        "receivable_fen",
        "payable_fen",
        "received_fen",
        "paid_fen",
        "deducted_in_fen",
        "deducted_out_fen",
    )
    open_fen = application.open_fen
    is_approved = application.state == ApplicationState.APPROVED
    return Form15(
        number=application.application_no,
        mark="" if is_approved else str(application.get_state_display()),
        region=application.region_name,
        year=application.year_end.year,
        unit=application.unit_name,
        rows=tuple(
            (label, yuan(getattr(application, name)))
            for (label, _), name in zip(BLANK_ROWS, amounts, strict=True)
        ),
        open_amount=yuan(abs(open_fen)),
        open_capitals=capitals(abs(open_fen)),
        open_word="应补收" if open_fen > 0 else "应补付" if open_fen < 0 else "无",
        basis=application.basis_digest[:12],
        reason=application.reason,
        contact=application.contact,
        phone=application.phone,
        applied_by=str(application.applied_by or ""),
        applied_on=_day(application.applied_at),
        reviewed_by=str(application.reviewed_by or ""),
        reviewed_on=_day(application.reviewed_at),
        review_note=application.review_note,
        approved_by=str(application.approved_by or ""),
        approved_on=_day(application.approved_at),
        approval_note=application.approval_note,
    )


def _day(moment: dt.datetime | None) -> dt.date | None:
    return timezone.localtime(moment).date() if moment else None
