"""What the verification page says of a printed notice: genuine and in force, or voided."""

from __future__ import annotations

from agency.journal.models import PrintedForm
from agency.registry import STANDING
from agency.web.parts import Standing
from settlement.notices.form7 import VOIDED, form_of
from settlement.notices.models import Notice
from settlement.notices.printing import KIND


@STANDING.register("notice")
def standing_of_notice(printed: PrintedForm) -> Standing | None:
    """Issued and saying the same; or voided since, because its month was reopened."""
    if printed.subject_kind != KIND:
        return None
    notice = Notice.objects.filter(notice_no=printed.subject_no).first()
    if notice is None:
        return Standing("查无此通知书", False)
    if notice.is_voided:
        return Standing(VOIDED, False)
    holds = form_of(notice).digest() == printed.digest
    return Standing("真实有效" if holds else "内容与签发的不同", holds)
