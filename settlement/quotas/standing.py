"""What the verification page says of a printed form 6-1 or 6-2."""

from __future__ import annotations

from agency.journal.models import PrintedForm
from agency.organisation.models import PoolingRegion
from agency.registry import STANDING
from agency.sheets.digest import digest
from agency.web.parts import Standing
from settlement.quotas.families import SHEET_KIND
from settlement.quotas.filling import quota_sheet
from settlement.quotas.models import QuotaRound


@STANDING.register("quota_sheet")
def standing_of_sheet(printed: PrintedForm) -> Standing | None:
    """Approved with this content; or a draft."""
    if printed.subject_kind != SHEET_KIND:
        return None
    year, _, rest = printed.subject_no.partition("/")
    drawn = QuotaRound.objects.filter(year=year).first()
    if drawn is None:
        return Standing("没有这一年度的额度核定", False)
    if not drawn.is_approved:
        return Standing("草稿，额度尚未批准", False)
    region = PoolingRegion.objects.filter(code=rest.partition("/")[2]).first()
    holds = digest(quota_sheet(printed.form_no, drawn, region)) == printed.digest
    return Standing("已批准" if holds else "草稿，与批准的不同，以批准的为准", holds)
