"""差异清单: which differences a person may see, narrowed and sorted, for the work list and for one run."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import DateField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Abs, Coalesce

from agency.merging import Merged
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from settlement.matching.models import RecordFiling
from settlement.reconciliation.ending_models import CarriedEnding
from settlement.reconciliation.kinds import DETAILS
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.pairing import STANDING, carried
from settlement.reconciliation.states import DiscrepancyState, EndingState, RunState
from settlement.reconciliation.telling import LIKE

MINE, TO_APPROVE, LATE, NOBODYS, UNSETTLED = "mine", "approve", "late", "nobody", "open"
CARRIED, ENDINGS = "carried", "endings"
VIEWS = {
    MINE: "我负责的",
    TO_APPROVE: "待我批准",
    LATE: "逾期",
    NOBODYS: "没人负责",
    CARRIED: "转下月的",
    ENDINGS: "了结待我批准",
    UNSETTLED: "全部未办完",
}
BY_NUMBER, BY_DUE, BY_SIZE = "number", "due", "size"
SORTS = {BY_NUMBER: "编号", BY_DUE: "期限", BY_SIZE: "差额从大到小"}
_ORDERS = {BY_NUMBER: ("pk",), BY_DUE: ("due", "pk"), BY_SIZE: ("-size", "pk")}
NO_OWNER = "none"
_NEVER = dt.date(9999, 12, 31)


@dataclass(frozen=True)
class DifferenceFilter:
    """What a list is narrowed to; empty means all. `view` is one of VIEWS, `region` stands on either side,
    `owner` is a login name or NO_OWNER, `number` a settlement number, `mark` what the filings say of our
    case."""

    view: str = ""
    run: str = ""
    state: str = ""
    kind: str = ""
    cause: str = ""
    remedy: str = ""
    owner: str = ""
    region: PoolingRegion | None = None
    institution: str = ""
    period: str = ""
    source: str = ""
    number: str = ""
    mark: str = ""
    sort: str = ""


def differences_visible(by: User) -> QuerySet[Discrepancy]:
    """Differences of the runs of the own region; the province sees all."""
    rows = Discrepancy.objects.all()
    if access.sees_all(by):
        return rows
    return rows.filter(run__region=by.region_id) if by.region_id else rows.none()


def differences_narrowed(by: User, narrow: DifferenceFilter, today: dt.date) -> QuerySet[Discrepancy]:
    """Those that a person may see, narrowed, in no order."""
    rows = carried() if narrow.view == CARRIED else differences_visible(by)
    if narrow.view == CARRIED:
        rows = rows.filter(pk__in=differences_visible(by).values("pk")) if not access.sees_all(by) else rows
    elif narrow.view:
        rows = rows.filter(_of_view(narrow.view, by, today))
    wanted = {
        "run__run_no": narrow.run,
        "state": narrow.state,
        "kind": narrow.kind,
        "cause": narrow.cause,
        "remedy": narrow.remedy,
        "institution_code": narrow.institution,
        "run__period": narrow.period,
        "run__source": narrow.source,
        "subject": narrow.number,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if narrow.owner:
        owner = Q(owner__isnull=True) if narrow.owner == NO_OWNER else Q(owner__username=narrow.owner)
        rows = rows.filter(owner)
    if narrow.mark:
        rows = rows.filter(_marked(narrow.mark), our_correction_no__isnull=False, run__source__in=DETAILS)
    if narrow.region is not None:
        code = narrow.region.code
        rows = rows.filter(Q(insured_region_code=code) | Q(care_region_code=code))
    return rows


def _marked(mark: str) -> Exists:
    """Whether the filings say this of the record that was ours; asked of each by its number."""
    return Exists(
        RecordFiling.objects.filter(
            record__settlement_no=OuterRef("subject"),
            record__correction_no=OuterRef("our_correction_no"),
            mark=mark,
        ).order_by()
    )


def _of_view(view: str, by: User, today: dt.date) -> Q:
    """What belongs into a view of the work list: of the runs that are worked on, and what somebody else
    proposed as ending of what signed ones carried forward."""
    worked_on = Q(run__state=RunState.COMPARED)
    opened = worked_on & Q(state=DiscrepancyState.OPEN)
    unsettled = worked_on & ~Q(state=DiscrepancyState.SETTLED)
    ended = CarriedEnding.objects.filter(state=EndingState.PROPOSED).exclude(proposed_by=by).order_by()
    return {
        ENDINGS: Q(pk__in=ended.values("discrepancy")),
        MINE: opened & Q(owner=by),
        TO_APPROVE: worked_on & Q(state=DiscrepancyState.JUDGED) & ~Q(judged_by=by),
        LATE: unsettled & Q(due_on__lt=today),
        NOBODYS: opened & Q(owner__isnull=True),
        UNSETTLED: unsettled,
    }[view]


def differences_listed(by: User, narrow: DifferenceFilter, today: dt.date) -> Merged:
    """The same in the order that was asked for, with what a list tells of each."""
    rows = sortable(differences_narrowed(by, narrow, today))
    named = sortable(Discrepancy.objects.select_related("run", "owner", "judged_by"))
    return Merged(with_likeness(named), (rows,), _ORDERS[narrow.sort or BY_NUMBER])


def with_likeness(rows: QuerySet[Discrepancy]) -> QuerySet[Discrepancy]:
    """Without what was found, but with `like`: what a line of a bank looks like."""
    return rows.defer("ours", "theirs", "evidence").annotate(like=KT(f"evidence__{LIKE}"))


def sortable(rows: QuerySet[Discrepancy]) -> QuerySet[Discrepancy]:
    """With `due` (those without a day last) and `size`, the amount without its sign."""
    never = Value(_NEVER, output_field=DateField())
    return rows.annotate(due=Coalesce(F("due_on"), never), size=Abs("amount_fen"))


def standing_of_number(by: User, settlement_no: str) -> QuerySet[Discrepancy]:
    """What comparisons that stand found of a settlement number, newest first."""
    rows = differences_visible(by).filter(subject=settlement_no, run__state__in=STANDING)
    return rows.select_related("run", "owner").defer("ours", "theirs", "evidence").order_by("-pk")


def counts_of_views(by: User, today: dt.date, at_most: int) -> dict[str, int]:
    """How many stand in each view of the work list, told up to one more than `at_most`."""
    return {
        view: len(_keys(differences_narrowed(by, DifferenceFilter(view=view), today))[: at_most + 1])
        for view in VIEWS
    }


def _keys(rows: QuerySet[Discrepancy]) -> Any:
    return rows.order_by().values_list("pk", flat=True)
