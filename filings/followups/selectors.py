"""Reads of follow-ups and marks, narrowed to what a person may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import QuerySet

from agency.organisation.models import PoolingRegion, User
from agency.periods import first_day, last_day
from agency.policy.selectors import int_parameter
from agency.policy.workdays import add_workdays
from filings.filing.entry import given_materials
from filings.filing.models import Filing, FilingMaterial
from filings.filing.validity import CROSS_PROVINCE, IN_PROVINCE
from filings.followups.models import DishonestyMark, FollowUp, FollowUpQuerySet
from filings.followups.rules import Owed, owed_by
from filings.followups.states import FollowUpKind, FollowUpState
from filings.materials.rules import Group
from filings.materials.selectors import groups_of
from filings.people.models import InsuredPerson

S = FollowUpState
COUNTED_AT_MOST = 99
SOON, OVERDUE, OPEN, DONE = "soon", "overdue", "open", "done"
TABS = {SOON: "快到期", OVERDUE: "已逾期", OPEN: "全部未结", DONE: "已办结"}
WITH_NAMES = ("filing__person", "filing__taken_in_by", "filing__care_region", "region", "settled_by")


def follow_ups_visible(by: User) -> FollowUpQuerySet:
    """Follow-ups that `by` may look at."""
    return FollowUp.objects.visible_to(by).select_related(*WITH_NAMES)


def notice_days(by: User, on: dt.date) -> int:
    """How many days before its date something is shown as due soon."""
    return int_parameter("filing.followup_notice_days", on, by.region)


def tab(name: str, by: User, on: dt.date) -> QuerySet[FollowUp]:
    """The follow-ups under a tab, due first; those that are done newest first."""
    rows = follow_ups_visible(by)
    if name == DONE:
        # what ended with its filing counts as done, whether or not it was recorded
        return rows.exclude(pk__in=FollowUp.objects.waiting(on).values("pk")).order_by("-pk")
    if name == OVERDUE:
        rows = rows.overdue(on)
    elif name == SOON:
        rows = rows.due_between(on, on + dt.timedelta(days=notice_days(by, on)))
    else:
        rows = rows.waiting(on)
    return rows.order_by("due_on", "pk")


def tab_count(name: str, by: User, on: dt.date) -> int:
    """How many stand under a tab, counted up to 99."""
    return counted(tab(name, by, on))


def counted(rows: QuerySet[FollowUp]) -> int:
    """Up to 99, through the index, never the whole table."""
    return min(COUNTED_AT_MOST, len(rows.order_by().values_list("pk")[: COUNTED_AT_MOST + 1]))


def groups_of_filing(filing: Filing) -> tuple[Group, ...]:
    """The material rules under which a filing was taken in."""
    return groups_of(filing.kind, scope=scope_of(filing), region=filing.insured_region, on=filing.received_on)


def scope_of(filing: Filing) -> str:
    """Of which material rules: for places outside the province, or within it."""
    return CROSS_PROVINCE if filing.is_cross_province else IN_PROVINCE


def given_materials_of(filings: Sequence[Filing]) -> dict[int, dict[str, str]]:
    """`given_materials` of several filings, in one query."""
    given: dict[int, dict[str, str]] = {filing.pk: {} for filing in filings}
    for row in FilingMaterial.objects.filter(filing__in=given).select_related("material"):
        given[row.filing_id][row.material.code] = row.given_as
    return given


def owed_of(filing: Filing) -> list[Owed]:
    """What a filing has not handed in yet, as it is stored."""
    return owed_by(groups_of_filing(filing), given_materials(filing))


def rests_on_promise(filing: Filing) -> bool:
    """Whether a letter of commitment belongs to a filing."""
    return any(owed.kind == FollowUpKind.COMMITMENT for owed in owed_of(filing))


def promise_due_on(filing: Filing, on: dt.date) -> dt.date:
    """By when the proof behind a promise made on a day is to be handed in [P]."""
    return promise_due_in(filing.insured_region, on)


def promise_due_in(region: PoolingRegion, on: dt.date) -> dt.date:
    """The same for any filing of an insured region [P]."""
    return add_workdays(on, int_parameter("filing.commitment_followup_workdays", on, region))


def deferral_dates(filing: Filing, on: dt.date) -> tuple[dt.date, dt.date]:
    """容缺: by when the missing paper is due, and the last day before the filing lapses [P].

    As the filing has them, else as they will be when it takes effect on `on`.
    """
    if filing.proof_due_on is not None and filing.proof_lapses_on is not None:
        return filing.proof_due_on, filing.proof_lapses_on
    region = filing.insured_region
    due_on = add_workdays(on, int_parameter("filing.deferred_material_workdays", on, region))
    return due_on, add_workdays(due_on, int_parameter("filing.supplement_workdays", on, region))


def follow_ups_of(filing: Filing) -> list[FollowUp]:
    """Everything that was ever followed up of a filing, oldest first."""
    rows = FollowUp.objects.filter(filing=filing).select_related(*WITH_NAMES)
    return list(rows.order_by("pk"))


def receivable(follow_up: FollowUp) -> list[tuple[str, ...]]:
    """The ways in which the proof may come: what was promised, then whatever else serves the group."""
    ways = dict.fromkeys(follow_up.alternatives)
    for group in groups_of_filing(follow_up.filing):
        if group.no == follow_up.group_no:
            ways |= dict.fromkeys(group.alternatives)
    return list(ways)


def papers_text(codes: Iterable[str], names: Mapping[str, str]) -> str:
    """户口簿首页和本人常住人口登记卡."""
    return "和".join(names.get(code, code) for code in codes)


def alternatives_text(ways: Iterable[Iterable[str]], names: Mapping[str, str]) -> str:
    """居住证、户口簿首页和本人常住人口登记卡 …, any one of them."""
    return "、".join(papers_text(codes, names) for codes in ways)


def promises_of_month(region: PoolingRegion, period: str, on: dt.date) -> list[str]:
    """Numbers of the filings of a region that took effect on a promise in a month, live on `on`, and were
    never spot-checked."""
    checked = FollowUp.objects.filter(region=region, kind=FollowUpKind.SPOT_CHECK).values("filing")
    rows = FollowUp.objects.waiting(on).filter(
        region=region,
        kind=FollowUpKind.COMMITMENT,
        opened_on__gte=first_day(period),
        opened_on__lte=last_day(period),
    )
    rows = rows.exclude(filing__in=checked).order_by()
    return list(rows.values_list("filing__filing_no", flat=True).distinct())


def marks_of(person: InsuredPerson, by: User) -> list[DishonestyMark]:
    """The marks of a person that `by` may look at, newest first."""
    rows = DishonestyMark.objects.visible_to(by).filter(person=person)
    return list(rows.select_related("region", "filing", "follow_up", "by", "lifted_by"))


def promise_barred_until(person: InsuredPerson, region: PoolingRegion, on: dt.date) -> dt.date | None:
    """Until when a region takes no letter of commitment from a person; None: it may be taken [P]."""
    return promises_barred([person.pk], on).get((person.pk, region.pk))


def promises_barred(people: Collection[int], on: dt.date) -> dict[tuple[int, int], dt.date]:
    """The same of many: (person, region) → until when."""
    rows = DishonestyMark.objects.standing().filter(person__in=people, no_promise_until__gte=on)
    barred: dict[tuple[int, int], dt.date] = {}
    for person, region, until in rows.values_list("person", "region", "no_promise_until"):
        barred[person, region] = max(until, barred.get((person, region), until))
    return barred
