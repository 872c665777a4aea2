"""What fee classes and form 5 bring to others: the list of forms, and cases that are not removed from under
their fees."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from agency.errors import DomainError
from agency.formlist.entries import FORM_PAGES
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.web.parts import Action
from settlement.bills.form5 import Form5
from settlement.bills.models import FeeLine
from settlement.records.followers import GOING


@FORM_PAGES.register(Form5.FORM_NO)
def form_page(user: User) -> Action | None:
    """Form 5 is printed from a case in hospital."""
    if not access.allowed(user, May.PRINT_BILLS):
        return None
    return Action("从住院结算打印", reverse("settlement:record_list") + "?care_kind=inpatient")


@GOING.register("fees", order=50)
def fees_stay(records: QuerySet[Any]) -> None:
    """Cases with fee classes stay until those were taken back."""
    line = FeeLine.objects.filter(record__in=records).select_related("record", "batch").first()
    if line is not None:
        raise DomainError("already_has_fees", f"{line.record} 已有费用分类，请先撤销批次 {line.batch}。")
