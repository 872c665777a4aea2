"""Reads of the queues: what is in work in a region, by whom, and what is due first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Case, Count, F, Min, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from agency.merging import Merged
from agency.organisation import access
from agency.organisation.models import PoolingRegion, StaffRole, User
from agency.organisation.roles import Role
from agency.policy.selectors import int_parameter
from agency.policy.workdays import add_workdays
from agency.web.parts import COUNTED_AT_MOST
from filings.filing.models import Filing
from filings.filing.models.charge import NEVER, ONE_REGION, charge_of, holder_of
from filings.filing.selectors import expiring_days
from filings.filing.states import OPEN, FilingState
from filings.filing.waivers import waiver_wanted

S = FilingState
DUE = ("-green", "due_on", "pk")  # the order: green channel first [S2], then what is due first
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


def held_in(region_id: int | None, user: User) -> Q:
    """What somebody has in work in one region."""
    return Q(insured_region=region_id, charge=charge_of(region_id or 0, user.pk))


@dataclass(frozen=True)
class Part:
    """Filings of a queue that one expression tells by when something must be done; none is in two parts.

    `green` is a value where it is the same for all of a part: without it the part is in the order of an
    index.
    """

    where: Q
    due: Any = F("deadline_on")
    green: Any = F("green_channel")


def drafts(on: dt.date) -> Part:
    """Drafts that have not lapsed."""
    return Part(Q(state=S.DRAFT, deadline_on__gte=on))


def reviews() -> Part:
    """What waits for a review, however late (every one of them has a day)."""
    return Part(Q(state=S.UNDER_REVIEW, deadline_on__isnull=False))


def supplements(on: dt.date) -> Part:
    """What was sent back and has not lapsed."""
    return Part(Q(state=S.AWAITING_SUPPLEMENT, deadline_on__gte=on))


def owing(on: dt.date) -> Part:
    """In force, with a paper (容缺) still to come; once that is late the filing awaits it until it lapses."""
    lasts = Q(ends_on__isnull=True) | Q(ends_on__gte=on) | Q(ends_on__gt=F("proof_due_on"))
    where = Q(state=S.IN_FORCE, proof_due_on__isnull=False, proof_lapses_on__gte=on) & lasts
    return Part(where, Case(When(proof_due_on__lt=on, then=F("proof_lapses_on")), default=F("proof_due_on")))


def unkept(on: dt.date) -> Part:
    """Those of them whose paper is late."""
    lasts = Q(ends_on__isnull=True) | Q(ends_on__gt=F("proof_due_on"))
    where = Q(state=S.IN_FORCE, proof_due_on__lt=on, proof_lapses_on__gte=on) & lasts
    return Part(where, F("proof_lapses_on"))


def due_of(on: dt.date) -> Coalesce:
    """By when something must be done about any filing."""
    return Coalesce(owing(on).due, "deadline_on", Value(NEVER))


def in_work(on: dt.date) -> Q:
    """Filings in work: open and not lapsed, or in force with a promised paper (容缺) still to come."""
    return Q(in_work_until__gte=on)


def is_in_work(filing: Filing, on: dt.date) -> bool:
    """The same of one filing."""
    state = filing.state_on(on)
    return state in OPEN or (state == S.IN_FORCE and filing.proof_due_on is not None)


def in_charge(by: User) -> Q:
    """What is in work where `by` may see it; of a region, one range of the numbers of who has it."""
    if access.sees_all(by):
        return Q(charge__isnull=False)
    return Q(charge__range=_charges(by))


def _charges(by: User) -> tuple[int, int]:
    if access.sees_all(by):
        return 0, 2**63 - 1
    region_id = by.region_id or 0
    return charge_of(region_id, 0), charge_of(region_id + 1, 0) - 1


# Who has anything in work between two numbers: the index is entered once for each of them, not read. With the
# roles by which they may do something about it; none where they are not there any more.
HELD = """
    WITH RECURSIVE held (charge) AS (
        SELECT MIN(charge) FROM filings_filing WHERE charge BETWEEN %s AND %s
        UNION ALL
        SELECT (SELECT MIN(f.charge) FROM filings_filing f WHERE f.charge > held.charge AND f.charge <= %s)
        FROM held WHERE held.charge IS NOT NULL
    )
    SELECT held.charge, r.role FROM held
    LEFT JOIN agency_user u ON u.id = held.charge %% %s AND u.region_id = held.charge / %s
        AND u.is_active AND NOT u.is_system_account
    LEFT JOIN agency_staffrole r ON r.user_id = u.id AND r.role IN (%s, %s)
    WHERE held.charge IS NOT NULL
"""


def unattended(by: User) -> Q:
    """Filings of somebody who is not there any more (switched off, moved to another region, the system), or
    who has no role any more to do something about them (rules.may_hold); of those that `by` may edit."""
    first, last = _charges(by)
    able: dict[int, set[str | None]] = {}
    with connection.cursor() as cursor:
        cursor.execute(HELD, [first, last, last, ONE_REGION, ONE_REGION, Role.INTAKE, Role.REVIEW])
        for charge, role in cursor.fetchall():
            able.setdefault(charge, set()).add(role)
    gone = [charge for charge, roles in able.items() if roles == {None}]
    only_review = [charge for charge, roles in able.items() if roles == {Role.REVIEW}]
    return Q(charge__in=gone) | Q(charge__in=only_review) & ~Q(state=S.UNDER_REVIEW)


def due_soon(by: User, on: dt.date) -> dt.date:
    """The last day of those that are near: a supplement that lapses until then is pressing."""
    return add_workdays(on, int_parameter("filing.lapse_notice_workdays", on, by.region))


def parts_overdue(by: User, on: dt.date) -> list[Part]:
    """逾期: a review whose day has passed, a supplement that lapses within a few working days."""
    soon = due_soon(by, on)
    owed = unkept(on)
    return [
        Part(Q(state=S.UNDER_REVIEW, deadline_on__lt=on)),
        Part(supplements(on).where & Q(deadline_on__lte=soon)),
        Part(owed.where & Q(proof_lapses_on__lte=soon), owed.due),
    ]


def with_due_day(rows: QuerySet[Any], name: str, on: dt.date) -> QuerySet[Any]:
    """Each row with `due_on`, whether or not it is in the queue (any more): the day by which something must
    be done, NEVER where there is none; and `green`."""
    due = F("ends_on") if name == "expiring" else due_of(on)
    return rows.annotate(due_on=due, green=F("green_channel"))


def queue(name: str, by: User, on: dt.date) -> Merged:
    """One queue of the actor's own region: green channel first, then what is due first."""
    rows = Filing.objects.editable_by(by)
    parts = tuple(
        rows.filter(part.where).annotate(due_on=part.due, green=part.green) for part in _parts(name, by, on)
    )
    return Merged(with_due_day(Filing.objects.told(), name, on), parts, order=DUE)


def _parts(name: str, by: User, on: dt.date) -> list[Part]:
    if name == "to_review":
        return [reviews()]
    if name == "awaiting_supplement":
        return [supplements(on), unkept(on)]
    if name == "overdue":
        return parts_overdue(by, on)
    if name == "expiring":
        return _expiring(by, on)
    if name == "in_work":  # much of it: in the order of the indexes
        return [drafts(on), reviews(), supplements(on), owing(on)]
    if name == "to_waive":  # all of it open
        return [Part(in_work(on) & waiver_wanted())]
    return [Part(in_work(on) & (_mine(by) if name == "mine" else unattended(by)), due_of(on))]


def _mine(by: User) -> Q:
    """What `by` is in charge of in the own region; whoever has none, anywhere."""
    if by.region_id is not None:
        return held_in(by.region_id, by)
    return Q(Exact(F("charge") % Value(ONE_REGION), by.pk))


def _expiring(by: User, on: dt.date) -> list[Part]:
    """In force, with a last day within so many days."""
    soon = on + dt.timedelta(days=expiring_days(by, on))
    owed = Q(proof_due_on__lt=on, ends_on__gt=F("proof_due_on"))
    where = Q(state=S.IN_FORCE, ends_on__gte=on, ends_on__lte=soon) & ~owed
    return [Part(where & Q(green_channel__in=[green]), F("ends_on"), Value(green)) for green in (True, False)]


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


@dataclass
class Load:
    """What one person has in work in one region."""

    user: User
    region: PoolingRegion
    oldest: dt.date = dt.date.max
    overdue: int = 0
    drafts: int = 0
    reviews: int = 0
    supplements: int = 0

    @property
    def count(self) -> int:
        return self.drafts + self.reviews + self.supplements

    @property
    def is_gone(self) -> bool:
        user = self.user
        return not user.is_active or user.is_system_account or user.region_id != self.region.pk

    def add(self, state: str, count: int, oldest: dt.date, overdue: int) -> None:
        name = {S.DRAFT: "drafts", S.UNDER_REVIEW: "reviews"}.get(FilingState(state), "supplements")
        setattr(self, name, getattr(self, name) + count)
        self.oldest, self.overdue = min(self.oldest, oldest), self.overdue + overdue


SHOWN = ("username", "display_name", "is_active", "is_system_account", "region", "counter__name")


def board(by: User, on: dt.date) -> list[Load]:
    """Open work per person: nobody's first, then who has most overdue."""
    soon = due_soon(by, on)
    # as `parts_overdue`, of what is in work; asked first is what few are
    late = Q(deadline_on__lte=soon) & (Q(deadline_on__lt=on) | Q(state=S.AWAITING_SUPPLEMENT))
    late |= Q(proof_due_on__lt=on, proof_lapses_on__lte=soon)
    rows = Filing.objects.editable_by(by).filter(in_charge(by), in_work(on)).order_by()
    counted = rows.values_list("charge", "state").annotate(
        count=Count("*"), oldest=Min("received_on"), overdue=Count("pk", filter=late)
    )
    found = [(*holder_of(charge), *counts) for charge, *counts in counted]
    users = {user.pk: user for user in User.objects.select_related("counter").only(*SHOWN).order_by()}
    regions = PoolingRegion.objects.in_bulk({region for region, *_ in found})
    loads: dict[tuple[int, int], Load] = {}
    for region, user, *counts in found:
        loads.setdefault((region, user), Load(users[user], regions[region])).add(*counts)
    return sorted(
        loads.values(), key=lambda one: (not one.is_gone, -one.overdue, -one.count, one.user.username)
    )
