"""通知书入包: a month's notices are bound with its sheets."""

from __future__ import annotations

from collections.abc import Iterator

from agency.journal.papers import Printable
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from settlement.clearing.bundle import BUNDLE
from settlement.clearing.models import ClearingPeriod
from settlement.notices.models import Category, Notice
from settlement.notices.printing import printable_notice
from settlement.notices.states import NoticeState


@BUNDLE.register("notices", order=50)
def notices_of(month: ClearingPeriod, by: User) -> Iterator[tuple[str, Printable]]:
    """Those in force that this person may see, in the order of their numbers."""
    if not access.allowed(by, May.READ_NOTICES):
        return
    rows = Notice.objects.visible_to(by).filter(category=Category.MONTHLY, period=month.period)
    for notice in rows.filter(state=NoticeState.ISSUED).select_related("region").order_by("year", "serial"):
        name = f"表{notice.form_no} {notice.get_direction_display()}通知书 {notice.key}"
        yield name, printable_notice(notice)
