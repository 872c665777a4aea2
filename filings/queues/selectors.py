"""Reads of the queues: what is in work in a region, by whom, and what is due first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Case, Count, DateField, Exists, F, Min, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from agency.organisation.models import PoolingRegion, StaffRole, User
from agency.organisation.roles import Role
from agency.policy.selectors import int_parameter
from agency.policy.workdays import add_workdays
from agency.web.parts import COUNTED_AT_MOST
from filings.filing.models import Filing
from filings.filing.selectors import LISTED, expiring_days
from filings.filing.states import OPEN, WAITING, FilingState
from filings.filing.waivers import waivers_wanted

S = FilingState
NEVER = dt.date.max
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


def in_work(on: dt.date) -> Q:
    """Filings in work: open and not lapsed, or in force with a promised paper (容缺) still to come."""
    too_late = Q(state__in=WAITING, deadline_on__lt=on)
    owing = Q(state=S.IN_FORCE, proof_due_on__isnull=False, proof_lapses_on__gte=on) & (
        Q(ends_on__isnull=True) | Q(ends_on__gte=on) | Q(proof_due_on__lt=on, ends_on__gt=F("proof_due_on"))
    )
    return (Q(state__in=sorted(OPEN)) & ~too_late) | owing


def is_in_work(filing: Filing, on: dt.date) -> bool:
    """The same of one filing."""
    state = filing.state_on(on)
    return state in OPEN or (state == S.IN_FORCE and filing.proof_due_on is not None)


def unattended() -> Q:
    """Filings of somebody who is not there any more (switched off, moved to another region, the system), or
    who has no role any more to do something about them (rules.may_hold)."""
    given = Q(assigned_to__isnull=False) & _cannot("assigned_to")
    return given | Q(assigned_to=None) & _cannot("taken_in_by")


def _cannot(who: str) -> Q:
    account = {f"{who}__is_active": True, f"{who}__is_system_account": False}
    there = Q(**account, **{f"{who}__region": F("insured_region")})
    takes_in, reviews = (
        Q(Exists(StaffRole.objects.filter(user=OuterRef(who), role=role)))
        for role in (Role.INTAKE, Role.REVIEW)
    )
    return ~(there & (takes_in | Q(state=S.UNDER_REVIEW) & reviews))


def overdue(by: User, on: dt.date) -> Q:
    """逾期: a review whose day has passed, a supplement that lapses within a few working days."""
    soon = add_workdays(on, int_parameter("filing.lapse_notice_workdays", on, by.region))
    unreviewed = Q(state=S.UNDER_REVIEW, deadline_on__lt=on)
    lapsing = Q(state=S.AWAITING_SUPPLEMENT, deadline_on__gte=on, deadline_on__lte=soon)
    owing = Q(state=S.IN_FORCE, proof_due_on__lt=on, proof_lapses_on__gte=on, proof_lapses_on__lte=soon)
    return unreviewed | lapsing | owing


def with_due_day(rows: QuerySet[Any], name: str, on: dt.date) -> QuerySet[Any]:
    """Each row with `due_on`, the day by which something must be done; NEVER where there is none."""
    if name == "expiring":
        return rows.annotate(due_on=F("ends_on"))
    if name == "to_review":
        return rows.annotate(due_on=F("deadline_on"))  # in the order of the index
    due = Case(
        When(state=S.IN_FORCE, proof_due_on__lt=on, then=F("proof_lapses_on")),
        When(state=S.IN_FORCE, then=F("proof_due_on")),
        default=F("deadline_on"),
        output_field=DateField(),
    )
    return rows.annotate(due_on=Coalesce(due, Value(NEVER), output_field=DateField()))


def queue(name: str, by: User, on: dt.date) -> QuerySet[Any]:
    """One queue of the actor's own region: green channel first, then what is due first."""
    rows = with_due_day(Filing.objects.editable_by(by), name, on).select_related(*LISTED)
    return _narrowed(rows, name, by, on).order_by("-green_channel", "due_on", "pk")


def maybe_in_work(by: User) -> QuerySet[Any]:
    """What can be in work. On SQLite each half of it out of an index, since an OR of the two would read the
    whole ledger of a region, where PostgreSQL joins two bitmaps (docs/performance.md)."""
    rows = Filing.objects.editable_by(by).order_by()
    if connection.vendor != "sqlite":
        return rows
    owing = rows.filter(proof_due_on__isnull=False)
    keys = rows.filter(state__in=sorted(OPEN)).values("pk").union(owing.values("pk"), all=True)
    return Filing.objects.filter(pk__in=keys)


def _narrowed(rows: Any, name: str, by: User, on: dt.date) -> QuerySet[Any]:
    if name == "to_waive":
        return rows.filter(in_work(on), pk__in=waivers_wanted(by))
    if name not in ("to_review", "expiring"):
        rows &= maybe_in_work(by)
    if name == "mine":
        return rows.filter(in_work(on) & held_by(by))
    if name == "to_review":
        return rows.filter(state=S.UNDER_REVIEW)
    if name == "awaiting_supplement":
        return rows.in_state(S.AWAITING_SUPPLEMENT, on)
    if name == "overdue":
        return rows.filter(overdue(by, on))
    if name == "unattended":
        return rows.filter(in_work(on) & unattended())
    if name == "in_work":
        return rows.filter(in_work(on))
    soon = on + dt.timedelta(days=expiring_days(by, on))
    return rows.in_state(S.IN_FORCE, on).filter(ends_on__lte=soon)


def queue_count(name: str, by: User, on: dt.date) -> int:
    """How many wait; one more than COUNTED_AT_MOST stands for any number above it."""
    return len(queue(name, by, on).order_by().values_list("pk")[: COUNTED_AT_MOST + 1])


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


def board(by: User, on: dt.date) -> list[Load]:
    """Open work per person, in one query over what is in work: nobody's first, then who has most overdue."""
    rows: QuerySet[Any] = maybe_in_work(by).filter(in_work(on))
    found: list[Any] = list(
        rows.annotate(holder_id=Coalesce("assigned_to_id", "taken_in_by_id"))
        .order_by()
        .values("holder_id", "insured_region_id")
        .annotate(
            count=Count("pk"),
            oldest=Min("received_on"),
            overdue=Count("pk", filter=overdue(by, on)),
            drafts=Count("pk", filter=Q(state=S.DRAFT)),
            reviews=Count("pk", filter=Q(state=S.UNDER_REVIEW)),
            supplements=Count("pk", filter=Q(state__in=[S.AWAITING_SUPPLEMENT, S.IN_FORCE])),
        )
    )
    users = User.objects.select_related("region", "counter").in_bulk({row["holder_id"] for row in found})
    regions = PoolingRegion.objects.in_bulk({row["insured_region_id"] for row in found})
    loads = [_load(row, users[row.pop("holder_id")], regions[row.pop("insured_region_id")]) for row in found]
    return sorted(loads, key=lambda one: (not one.is_gone, -one.overdue, -one.count, one.user.username))


def _load(row: dict[str, Any], user: User, region: PoolingRegion) -> Load:
    gone = not user.is_active or user.is_system_account or user.region_id != region.pk
    return Load(user=user, region=region, is_gone=gone, **row)
