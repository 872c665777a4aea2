"""Reads of marks: the queue, and what stands behind the mark of one case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from agency.organisation import access
from agency.organisation.models import Institution, PoolingRegion, User
from agency.organisation.roles import May
from agency.policy.care import CareKind
from filings.exemptions.rules import Need
from filings.exemptions.selectors import NeedsOfDay
from filings.filing.spans import with_valid_days
from filings.models import Filing
from settlement.matching.models import FilingMark, RecordFiling
from settlement.matching.rules import CaseDays, NamedFiling, why
from settlement.records.models import SettlementRecord
from settlement.records.paging import of_month

FOR_THE_PLACE = (FilingMark.IN_FORCE, FilingMark.LATE, FilingMark.OTHER_KIND)
UNDER_A_FILING = (FilingMark.IN_FORCE, FilingMark.LATE)
WITH_NAMES = (
    "record__insured_region", "record__care_region", "record__institution", "filing",
)  # fmt: skip


@dataclass(frozen=True)
class MarkFilter:
    """What the queue is narrowed to; empty means all that somebody should look at. `side` is the region's
    own insured ("" ) or those who were treated there ("care")."""

    period: str = ""
    mark: str = ""
    region: PoolingRegion | None = None
    side: str = ""
    institution: str = ""


def marks_listed(by: User, narrow: MarkFilter) -> QuerySet[RecordFiling]:
    """The queue, without an order: one side of one region out of one index; all regions for the province."""
    rows: QuerySet[RecordFiling] = RecordFiling.objects.to_look_at()
    region = narrow.region if access.sees_all(by) else by.region
    if region is not None:
        side = "care_region" if narrow.side == "care" else "insured_region"
        rows = rows.filter(**{side: region})
    if narrow.mark:
        rows = rows.filter(mark=narrow.mark)
    if narrow.period:
        rows = of_month(rows, narrow.period)
    if narrow.institution:
        known = Institution.objects.filter(code=narrow.institution).values_list("pk", flat=True).first()
        rows = rows.filter(record__institution=known) if known is not None else rows.none()
    return rows


def marks_by_key(keys: Sequence[int]) -> list[RecordFiling]:
    """The marks of these cases with all that the queue tells of them, in this order."""
    found = RecordFiling.objects.select_related(*WITH_NAMES).in_bulk(keys)
    return [found[key] for key in keys if key in found]


def mark_of(record: SettlementRecord) -> RecordFiling | None:
    """The mark of a case; None while it was not matched, or where there is nothing to match."""
    return RecordFiling.objects.select_related("filing").filter(record=record).first()


def marks_of_numbers(records: Collection[tuple[str, int]]) -> dict[tuple[str, int], FilingMark]:
    """The marks of the records with these settlement numbers and numbers of correction, in one query."""
    numbers = {number for number, _ in records}
    if not numbers:
        return {}
    rows = RecordFiling.objects.filter(record__settlement_no__in=numbers)
    found = rows.order_by().values_list("record__settlement_no", "record__correction_no", "mark")
    return {(number, place): FilingMark(mark) for number, place, mark in found}


def filing_of_case(record: SettlementRecord) -> Filing | None:
    """The filing under which a case was settled; None where none was needed or none fits."""
    mark = mark_of(record)
    return mark.filing if mark is not None and mark.mark in UNDER_A_FILING else None


def names_filing(by: User, mark: RecordFiling) -> bool:
    """Whether a reader is told which filing it is: the insured side and the province always, the care side
    only of one that is for a place of its own."""
    if mark.filing_id is None:
        return False
    return access.sees_all(by) or mark.insured_region_id == by.region_id or mark.mark in FOR_THE_PLACE


def filings_opened(by: User, marks: Iterable[RecordFiling]) -> set[str]:
    """The numbers of the filings that these marks name and that this reader may open."""
    if not access.allowed(by, May.READ_FILINGS):
        return set()
    named = {mark.filing_id for mark in marks if names_filing(by, mark)}
    rows = Filing.objects.visible_to(by).filter(pk__in=named)
    return set(rows.values_list("filing_no", flat=True))


def filing_opened(by: User, mark: RecordFiling) -> str:
    """The number of the filing that this reader may open; "" where there is none."""
    return next(iter(filings_opened(by, [mark])), "")


@dataclass(frozen=True)
class Behind:
    """Why a case has its mark."""

    mark: RecordFiling
    sentence: str
    sources: tuple[str, ...]
    filing_no: str
    opens: str  # the number again, where the reader may open it


def behind(by: User, record: SettlementRecord, mark: RecordFiling) -> Behind:
    """The sentence, with the sources of the rule where no filing was needed."""
    days = days_of(record)
    filing = mark.filing if names_filing(by, mark) else None
    need = need_of(record, days.day) if mark.mark == FilingMark.EXEMPT else None
    sentence = (
        f"{days.told}：{need.sentence}"
        if need is not None
        else why(
            mark.mark, days, str(record.care_region), str(CareKind(record.care_kind).label), _named(filing)
        )
    )
    sources = ("S2",) if mark.mark == FilingMark.LATE else ()
    return Behind(
        mark=mark,
        sentence=sentence,
        sources=(need.source,) if need is not None else sources,
        filing_no=filing.filing_no if filing is not None else "",
        opens=filing_opened(by, mark),
    )


def days_of(record: SettlementRecord) -> CaseDays:
    return CaseDays(record.admitted_on, timezone.localdate(record.settled_at))


def need_of(record: SettlementRecord, on: dt.date) -> Need:
    return NeedsOfDay(on).need(record.insured_region_id, record.care_area_code, record.care_kind)


def _named(filing: Filing | None) -> NamedFiling | None:
    if filing is None:
        return None
    last_day = with_valid_days().filter(pk=filing.pk).values_list("last_day", flat=True).first()
    return NamedFiling(
        number=filing.filing_no,
        begins_on=filing.begins_on,
        last_day=last_day,
        place_name=filing.care_place_name,
        care_kind_label=filing.get_care_kind_display(),
    )
