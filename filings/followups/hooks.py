"""Where follow-ups join shared pages: side bar, home, search, the person's card, the demo."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.urls import reverse
from django.utils import timezone

from agency.journal.actions import label_actions
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.registry import CARD, DEMO, HOME, NAV, SEARCH, STATEFUL
from agency.seeding import Tally
from agency.web.parts import CardSection, HomePart, NavItem, SearchGroup, SearchRow, Tile, TodoRow
from filings.card.sections import PRINTED_OF
from filings.followups import demo
from filings.followups.models import FollowUp
from filings.followups.selectors import (
    OVERDUE,
    SOON,
    follow_ups_visible,
    marks_of,
    notice_days,
    tab_count,
)
from filings.followups.shown import ShownFollowUp, shown
from filings.people.models import InsuredPerson
from filings.people.selectors import begins_with

label_actions(
    {
        "follow_up_kept": "收到承诺的证明",
        "follow_up_verified": "核实承诺无误",
        "follow_up_untrue": "认定承诺不实",
        "spot_check_opened": "列入抽查",
        "spot_checks_drawn": "随机抽查",
        "mark_lifted": "解除承诺不实标记",
        "material_received": "收到补交材料",
    }
)

GROUP = "窗口"
TODO_SHOWN = 6
PRINTS_OF = 50
SEARCH_SHOWN = 10


def _works(user: User) -> bool:
    """Whether follow-ups are this person's daily work: the region's clerks, reviewers and supervisors."""
    may = access.allowed(user, May.TAKE_IN_FILINGS) or access.allowed(user, May.JUDGE_PROMISES)
    return may and user.region_id is not None


@NAV.register("follow_ups", order=15)
def nav(user: User) -> list[NavItem]:
    """承诺与容缺, with what is due soon or late."""
    if not access.allowed(user, May.READ_FILINGS):
        return []
    url = reverse("filings:follow_up_list")
    if not _works(user):
        return [NavItem(GROUP, "承诺与容缺", url)]
    today = timezone.localdate()
    late = tab_count(OVERDUE, user, today)
    count = min(99, late + tab_count(SOON, user, today))
    return [NavItem(GROUP, "承诺与容缺", url, count=count, hot=late > 0)]


@HOME.register("follow_ups", order=15)
def home(user: User, today: dt.date) -> HomePart:
    """How many are late, and those due today or before."""
    part = HomePart()
    if not _works(user):
        return part
    url = reverse("filings:follow_up_list")
    late, soon = tab_count(OVERDUE, user, today), tab_count(SOON, user, today)
    note = f"{late} 项已逾期" if late else f"{notice_days(user, today)} 天内到期"
    name = OVERDUE if late else SOON
    part.tiles.append(Tile("承诺与容缺", min(99, late + soon), f"{url}?tab={name}", note=note, hot=late > 0))
    due = follow_ups_visible(user).waiting(today).filter(due_on__lte=today).order_by("due_on", "pk")
    part.todo = [_todo(item) for item in shown(due[:TODO_SHOWN], today)]
    return part


def _todo(item: ShownFollowUp) -> TodoRow:
    row = item.row
    return TodoRow(
        badge=item.label if item.is_overdue else "今天到期",
        badge_tone="bad" if item.is_overdue else "warn",
        number=row.follow_up_no,
        url=reverse("filings:follow_up_detail", kwargs={"follow_up_no": row.follow_up_no}),
        title=row.filing.person.name,
        detail=f"{row.get_kind_display()} · {row.group_label}",
        due=f"期限 {row.due_on:%m-%d}",
        due_on=row.due_on,
    )


@PRINTED_OF.register("follow_ups")
def printed_follow_ups(user: User, person: InsuredPerson) -> list[tuple[str, str]]:
    """The person's latest follow-ups: reminders."""
    if not access.allowed(user, May.READ_FILINGS):
        return []
    rows = FollowUp.objects.visible_to(user).filter(filing__person=person).order_by("-pk")
    numbers = rows.values_list("follow_up_no", flat=True)[:PRINTS_OF]
    return [(FollowUp.machine.kind, number) for number in numbers]


@SEARCH.register("follow_ups", order=25)
def search_follow_ups(user: User, term: str) -> SearchGroup | None:
    """Follow-ups by the beginning of their number (at least the month)."""
    number = term.strip().upper()
    is_number = number[:1] == "G" and number[1:].isascii() and number[1:].isdigit()
    if not access.allowed(user, May.READ_FILINGS) or len(number) < 7 or not is_number:
        return None
    rows = follow_ups_visible(user).filter(begins_with("follow_up_no", number)).order_by("-pk")
    found = shown(rows[: SEARCH_SHOWN + 1], timezone.localdate())
    hits = [
        SearchRow(
            url=reverse("filings:follow_up_detail", kwargs={"follow_up_no": item.row.follow_up_no}),
            number=item.row.follow_up_no,
            title=item.row.filing.person.name,
            detail=f"{item.row.get_kind_display()} · {item.row.group_label}",
            badge=item.label,
            badge_tone=item.tone,
        )
        for item in found[:SEARCH_SHOWN]
    ]
    return SearchGroup("承诺与容缺", hits, too_many=len(found) > SEARCH_SHOWN)


@CARD.register("marks", order=5)
def marks_on_card(user: User, person: InsuredPerson, today: dt.date) -> CardSection | None:
    """A warning above everything else: a promise of this person was untrue."""
    if not access.allowed(user, May.READ_FILINGS):
        return None
    marks = marks_of(person, user)
    if not marks:
        return None
    rows = [(mark, mark.bars_on(today)) for mark in marks]
    return CardSection("诚信标记", "filings/followups/_marks.html", {"rows": rows})


@STATEFUL.register("follow_up", order=120)
def follow_up_model() -> type:
    return FollowUp


@DEMO.register("follow_ups", order=35)
def demo_follow_ups(seeds: Path, tally: Tally, now: dt.datetime) -> None:
    """Some promises kept, one found true, the others as time has left them."""
    demo.demo_follow_ups(tally, now)
