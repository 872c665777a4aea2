"""Reads of the queues: what is in work in a region, by whom, and what is due first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    DateField,
    ExpressionWrapper,
    F,
    Min,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import In

from agency.merging import Merged
from agency.organisation import access
from agency.organisation.models import PoolingRegion, StaffRole, User
from agency.organisation.roles import Role
from agency.policy.selectors import int_parameter
from agency.policy.workdays import add_workdays
from agency.web.parts import COUNTED_AT_MOST
from filings.filing.models import Filing
from filings.filing.selectors import expiring_days
from filings.filing.states import IN_HAND, OPEN, WAITING, FilingState
from filings.filing.waivers import waiver_wanted

S = FilingState
NEVER = dt.date.max
DUE = ("-green_channel", "due_on", "pk")  # the order: green channel first [S2], then what is due first
HOLDER = Coalesce("assigned_to_id", "taken_in_by_id")  # who is in charge
ONE_REGION = 2**32
# who is in charge where, as one number to be looked up among those of a whole province
HOLDER_THERE = ExpressionWrapper(
    F("insured_region_id") * Value(ONE_REGION) + HOLDER, output_field=BigIntegerField()
)
QUEUES = {
    "mine": "我的在办",
    "to_review": "待复核",
    "awaiting_supplement": "待补正",
    "overdue": "已逾期",
    "expiring": "即将到期",
    "unattended": "无人承办",
    "to_waive": "待准予变更",
    "in_work": "全部在办",
}


def held_by(user: User) -> Q:
    """Filings of which somebody is the one in charge: assigned, or else whoever took them in."""
    return Q(assigned_to=user) | Q(assigned_to=None, taken_in_by=user)


@dataclass(frozen=True)
class Part:
    """Filings of a queue of which one column says by when something must be done; none is in two parts."""

    where: Q
    due: str


def drafts(on: dt.date) -> Part:
    """Drafts that have not lapsed."""
    return Part(Q(state=S.DRAFT, deadline_on__gte=on), "deadline_on")


def reviews() -> Part:
    """What waits for a review, however late (every one of them has a day)."""
    return Part(Q(state=S.UNDER_REVIEW, deadline_on__isnull=False), "deadline_on")


def supplements(on: dt.date) -> Part:
    """What was sent back and has not lapsed."""
    return Part(Q(state=S.AWAITING_SUPPLEMENT, deadline_on__gte=on), "deadline_on")


def promised(on: dt.date) -> Part:
    """In force, with a paper (容缺) still to come and not late."""
    lasts = Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    return Part(Q(state=S.IN_FORCE, proof_due_on__gte=on, proof_lapses_on__gte=on) & lasts, "proof_due_on")


def unkept(on: dt.date) -> Part:
    """The same once the paper is late: it awaits its supplement until it lapses."""
    lasts = Q(ends_on__isnull=True) | Q(ends_on__gt=F("proof_due_on"))
    return Part(Q(state=S.IN_FORCE, proof_due_on__lt=on, proof_lapses_on__gte=on) & lasts, "proof_lapses_on")


def in_work(on: dt.date) -> Q:
    """Filings in work: open and not lapsed, or in force with a promised paper (容缺) still to come."""
    return _any(parts_in_work(on))


def _any(parts: Sequence[Part]) -> Q:
    found = Q()
    for part in parts:
        found |= part.where
    return found


def parts_in_work(on: dt.date) -> list[Part]:
    return [drafts(on), reviews(), supplements(on), promised(on), unkept(on)]


def is_in_work(filing: Filing, on: dt.date) -> bool:
    """The same of one filing."""
    state = filing.state_on(on)
    return state in OPEN or (state == S.IN_FORCE and filing.proof_due_on is not None)


def unattended(by: User) -> Q:
    """Filings of somebody who is not there any more (switched off, moved to another region, the system), or
    who has no role any more to do something about them (rules.may_hold); of those that `by` may edit."""
    rows = StaffRole.objects.filter(user__is_active=True, user__is_system_account=False)
    if not access.sees_all(by):
        rows = rows.filter(user__region=by.region_id)
    able: dict[str, set[int]] = {Role.INTAKE: set(), Role.REVIEW: set()}
    for role, region_id, user_id in rows.filter(role__in=able).values_list("role", "user__region", "user"):
        able[role].add((region_id or 0) * ONE_REGION + user_id)
    more = able[Role.REVIEW] - able[Role.INTAKE]
    attended = Q(In(HOLDER_THERE, sorted(able[Role.INTAKE])))
    attended |= Q(state=S.UNDER_REVIEW) & Q(In(HOLDER_THERE, sorted(more)))
    return ~attended


def due_soon(by: User, on: dt.date) -> dt.date:
    """The last day of those that are near: a supplement that lapses until then is pressing."""
    return add_workdays(on, int_parameter("filing.lapse_notice_workdays", on, by.region))


def parts_overdue(by: User, on: dt.date) -> list[Part]:
    """逾期: a review whose day has passed, a supplement that lapses within a few working days."""
    soon = due_soon(by, on)
    late = Part(Q(state=S.UNDER_REVIEW, deadline_on__lt=on), "deadline_on")
    lapsing, owing = supplements(on), unkept(on)
    return [
        late,
        Part(lapsing.where & Q(deadline_on__lte=soon), lapsing.due),
        Part(owing.where & Q(proof_lapses_on__lte=soon), owing.due),
    ]


def with_due_day(rows: QuerySet[Any], name: str, on: dt.date) -> QuerySet[Any]:
    """Each row with `due_on`, whether or not it is in the queue (any more): the day by which something must
    be done; NEVER where there is none."""
    if name == "expiring":
        return rows.annotate(due_on=F("ends_on"))
    due = Case(
        *(When(part.where, then=F(part.due)) for part in (promised(on), unkept(on))),
        default=F("deadline_on"),
        output_field=DateField(),
    )
    return rows.annotate(due_on=Coalesce(due, Value(NEVER), output_field=DateField()))


def queue(name: str, by: User, on: dt.date) -> Merged:
    """One queue of the actor's own region: green channel first, then what is due first."""
    rows = Filing.objects.editable_by(by)
    parts = (rows.filter(part.where).annotate(due_on=F(part.due)) for part in _parts(name, by, on))
    found = Merged(Filing.objects.told(), tuple(parts), order=DUE, told=("due_on",))
    if name == "mine":
        return found.filter(held_by(by))
    return found.filter(unattended(by)) if name == "unattended" else found


def _parts(name: str, by: User, on: dt.date) -> list[Part]:
    if name == "to_review":
        return [reviews()]
    if name == "awaiting_supplement":
        return [supplements(on), unkept(on)]
    if name == "overdue":
        return parts_overdue(by, on)
    if name == "expiring":
        return [_expiring(by, on)]
    if name == "to_waive":
        return [Part(part.where & waiver_wanted(), part.due) for part in parts_in_work(on)[:3]]
    return parts_in_work(on)


def _expiring(by: User, on: dt.date) -> Part:
    """In force, with a last day within so many days."""
    soon = on + dt.timedelta(days=expiring_days(by, on))
    owing = Q(proof_due_on__lt=on, ends_on__gt=F("proof_due_on"))
    return Part(Q(state=S.IN_FORCE, ends_on__gte=on, ends_on__lte=soon) & ~owing, "ends_on")


def maybe_in_work(by: User) -> QuerySet[Any]:
    """What can be in work. On SQLite each half of it out of an index, since an OR of the two would read the
    whole ledger of a region, where PostgreSQL joins two bitmaps (docs/performance.md)."""
    rows = Filing.objects.editable_by(by).order_by()
    if connection.vendor != "sqlite":
        return rows
    owing = rows.filter(proof_due_on__isnull=False)
    keys = rows.filter(state__in=sorted(OPEN)).values("pk").union(owing.values("pk"), all=True)
    return Filing.objects.filter(pk__in=keys)


def queue_count(name: str, by: User, on: dt.date) -> int:
    """How many wait; one more than COUNTED_AT_MOST stands for any number above it."""
    return queue(name, by, on).count(COUNTED_AT_MOST + 1)


def staff_who_may_hold(region: PoolingRegion) -> dict[User, str]:
    """People of a region who can be in charge of filings, each with their roles in words."""
    held: dict[int, list[str]] = {}
    rows = StaffRole.objects.filter(user__region=region, role__in=[Role.INTAKE, Role.REVIEW])
    for user_id, role in rows.order_by("role").values_list("user_id", "role"):
        held.setdefault(user_id, []).append(str(Role(role).label))
    users = User.objects.filter(pk__in=held, is_active=True, is_system_account=False).order_by("username")
    return {user: "、".join(held[user.pk]) for user in users}


@dataclass(frozen=True)
class Load:
    """What one person has in work in one region."""

    user: User
    region: PoolingRegion
    count: int
    oldest: dt.date
    overdue: int
    drafts: int
    reviews: int
    supplements: int
    is_gone: bool


COUNTS = ("count", "overdue", "drafts", "reviews", "supplements")


def board(by: User, on: dt.date) -> list[Load]:
    """Open work per person: nobody's first, then who has most overdue. What is open, and what is in force and
    lacks a paper, are each counted out of an index."""
    late, lapsing, unkept_soon = (part.where for part in parts_overdue(by, on))
    too_late = Q(state__in=WAITING, deadline_on__lt=on)
    is_open = Q(state__in=IN_HAND, deadline_on__isnull=False) & ~too_late  # one range of the index
    added: dict[tuple[int, int], dict[str, Any]] = {}
    for asked, overdue in ((is_open, late | lapsing), (_any(parts_in_work(on)[3:]), unkept_soon)):
        for row in _counted(Filing.objects.editable_by(by).filter(asked), overdue):
            key = (row["holder"], row["insured_region_id"])
            added[key] = _together(added[key], row) if key in added else row
    users = User.objects.select_related("region", "counter").in_bulk({holder for holder, _ in added})
    regions = PoolingRegion.objects.in_bulk({region for _, region in added})
    loads = [
        _load(row, users[row.pop("holder")], regions[row.pop("insured_region_id")]) for row in added.values()
    ]
    return sorted(loads, key=lambda one: (not one.is_gone, -one.overdue, -one.count, one.user.username))


def _counted(rows: QuerySet[Any], overdue: Q) -> QuerySet[Any, dict[str, Any]]:
    """What each person has of these."""
    held = rows.annotate(holder=HOLDER).order_by().values("holder", "insured_region_id")
    return held.annotate(
        count=Count("pk"),
        oldest=Min("received_on"),
        overdue=Count("pk", filter=overdue),
        drafts=Count("pk", filter=Q(state=S.DRAFT)),
        reviews=Count("pk", filter=Q(state=S.UNDER_REVIEW)),
        supplements=Count("pk", filter=Q(state__in=[S.AWAITING_SUPPLEMENT, S.IN_FORCE])),
    )


def _together(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """The counts of one person in one region, of both halves."""
    counts = {name: one[name] + other[name] for name in COUNTS}
    return {**one, **counts, "oldest": min(one["oldest"], other["oldest"])}


def _load(row: dict[str, Any], user: User, region: PoolingRegion) -> Load:
    gone = not user.is_active or user.is_system_account or user.region_id != region.pk
    return Load(user=user, region=region, is_gone=gone, **row)
