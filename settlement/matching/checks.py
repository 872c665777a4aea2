"""核对: a mark belongs to its case: its regions, its person, the days of the filing that it names."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, Q, QuerySet

from agency.registry import CHECKS
from agency.web.parts import Broken
from settlement.matching.models import FilingMark, RecordFiling

MARKS = "备案核对与备案相符"
M = FilingMark


@CHECKS.register(MARKS, order=206)
def marks_fit(period: str | None) -> Iterator[Broken]:
    """One mark a case is the key of the table; here, that it speaks of this case and of a filing that can
    stand behind it. A filing that came since is no fault: `match_filings` marks again."""
    marks = RecordFiling.objects.order_by()
    if period:
        marks = marks.filter(period=period)
    yield from _told(
        marks.exclude(
            insured_region=F("record__insured_region"),
            care_region=F("record__care_region"),
            period=F("record__period"),
        ),
        "核对结果记的统筹区或期别与结算不同",
    )
    yield from _told(marks.filter(record__is_reversal=True), "退费不核对备案，却有核对结果")
    named = marks.filter(filing__isnull=False)
    yield from _told(
        named.exclude(
            filing__insured_region=F("record__insured_region"),
            filing__person__cert_no=F("record__cert_no"),
            filing__person__cert_type=F("record__cert_type"),
        ),
        "所指备案不是此人在参保地的备案",
    )
    yield from _told(
        named.filter(mark__in=[M.IN_FORCE, M.OTHER_KIND, M.OTHER_PLACE]).filter(
            Q(record__admitted_on__lt=F("filing__begins_on"))
            | Q(record__admitted_on__isnull=True, record__settled_at__date__lt=F("filing__begins_on"))
        ),
        "所指备案在就医之后才开始，不能算有效",
    )


def _told(marks: QuerySet[RecordFiling], what: str) -> Iterator[Broken]:
    rows = marks.values_list("record__settlement_no", "mark").iterator()
    for number, mark in rows:
        yield Broken(
            MARKS, f"结算 {number}", f"{FilingMark(mark).label}：{what}，请运行 match_filings 再核对"
        )
