"""表 7、表 8 收付款通知书: what is printed of one notice, with the tear-off receipt."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils import timezone

from agency.journal.papers import FormContent
from agency.money import capitals, yuan
from agency.policy.insurance import InsuranceType
from settlement.notices.models import Direction, Notice

VOIDED = "已作废"
TYPES = tuple(str(label) for label in InsuranceType.labels)


@dataclass(frozen=True)
class Form7(FormContent):
    """A notice filled in; every blank field is a line to write on. Amounts are texts in yuan."""

    FORM_NO: ClassVar[str] = "7"
    TITLE: ClassVar[str] = "吉林省　　　　统筹区　　　　（期别）　　　　（类别）收款通知书"
    NAME: ClassVar[str] = "收款通知书"
    TEMPLATE: ClassVar[str] = "settlement/notices/form7.html"

    word: str = "收款"
    heading: str = ""
    region: str = ""
    period: str = ""
    category: str = ""
    unit: str = ""
    sheets: str = ""
    basis: str = ""
    receivable: str = ""
    payable: str = ""
    rows: tuple[tuple[str, str], ...] = tuple((label, "") for label in TYPES)
    total: str = ""
    total_capitals: str = ""
    holder: str = ""
    bank: str = ""
    account_no: str = ""
    submit_by: dt.date | None = None
    pay_by: dt.date | None = None
    issuer: str = ""
    issued_on: dt.date | None = None

    def context(self, *, code: str = "", verify_url: str = "") -> dict[str, Any]:
        """What the template is given; the title names region, month and category."""
        found = super().context(code=code, verify_url=verify_url)
        return {**found, "title": self.heading or self.TITLE}


@dataclass(frozen=True)
class Form8(Form7):
    """The region pays."""

    FORM_NO: ClassVar[str] = "8"
    TITLE: ClassVar[str] = "吉林省　　　　统筹区　　　　（期别）　　　　（类别）付款通知书"
    NAME: ClassVar[str] = "付款通知书"

    word: str = "付款"


def form_of(notice: Notice) -> Form7:
    """The form of a notice; one that was voided says so across the page."""
    form = Form7 if notice.direction == Direction.RECEIPT else Form8
    period, category = notice.period_text, str(notice.get_category_display())
    employee, resident = InsuranceType.EMPLOYEE.label, InsuranceType.RESIDENT.label
    return form(
        number=notice.notice_no,
        mark=VOIDED if notice.is_voided else "",
        heading=f"吉林省{notice.region_name}统筹区{period}{category}{form.word}通知书",
        region=notice.region_name,
        period=period,
        category=category,
        unit=notice.unit_name,
        sheets=notice.sheets_text,
        basis=notice.basis_digest[:12],
        receivable=yuan(notice.receivable_fen),
        payable=yuan(notice.payable_fen),
        rows=((str(employee), yuan(notice.employee_fen)), (str(resident), yuan(notice.resident_fen))),
        total=yuan(notice.total_fen),
        total_capitals=capitals(notice.total_fen),
        holder=notice.holder,
        bank=notice.bank,
        account_no=notice.account_no,
        submit_by=notice.submit_by,
        pay_by=notice.pay_by,
        issuer=notice.issuer,
        issued_on=timezone.localdate(notice.issued_at),
    )
