"""Where the lists of filings join shared pages: side bar and home."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from agency.journal.actions import label_actions
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.registry import HOME, NAV
from agency.web.parts import COUNTED_AT_MOST, Action, HomePart, NavItem, Tile, TodoRow, capped
from filings.filing.models import Filing
from filings.filing.selectors import expiring_days
from filings.filing.services.charge import ASSIGNED
from filings.filing.states import TONES, FilingState
from filings.queues.selectors import QUEUES, queue, queue_count
from filings.queues.shown import due_day
from filings.queues.trail import way_from

label_actions({ASSIGNED: "移交备案"})

GROUP = "窗口"
TODO_OF_EACH = 6
WAIVED = "已准予变更"


def _queue_url(name: str) -> str:
    return reverse("filings:filing_queue", kwargs={"name": name})


def _takes_in(user: User) -> bool:
    return access.allowed(user, May.TAKE_IN_FILINGS) and user.region_id is not None


def _queues_of(user: User) -> list[str]:
    """The queues that are this person's work."""
    if _takes_in(user):
        return ["to_review", "awaiting_supplement", "mine"]
    own = ["to_review", "mine"] if access.allowed(user, May.REVIEW_FILINGS) else []
    return own + ["to_waive"] if access.allowed(user, May.WAIVE_LOCK) else own


def _waits_for(name: str, user: User) -> bool:
    """Whether this person is the one who can do something about a queue."""
    return name != "to_review" or access.allowed(user, May.REVIEW_FILINGS)


@NAV.register("filings", order=10)
def nav(user: User) -> list[NavItem]:
    """新办, the ledger, the queues of the role with what waits in them, and the board."""
    if not access.allowed(user, May.READ_FILINGS):
        return []
    today = timezone.localdate()
    items = []
    if _takes_in(user):
        items.append(NavItem(GROUP, "新办备案", reverse("filings:filing_new"), key="N"))
    items.append(NavItem(GROUP, "备案台账", reverse("filings:filing_list")))
    for name in _queues_of(user):
        count = queue_count(name, user, today)
        hot = count > 0 and _waits_for(name, user) and bool(_pressing(name, user, today))
        items.append(NavItem(GROUP, QUEUES[name], _queue_url(name), count=count, hot=hot))
    if access.allowed(user, May.SEE_BOARD):
        items.append(NavItem(GROUP, "承办看板", reverse("filings:queue_board")))
    return items


def _pressing(name: str, user: User, today: dt.date) -> str:
    """How many of a queue are past their day and how many are due today, in words; empty for none."""
    days = queue(name, user, today).filter(due_on__lte=today).values("due_on", COUNTED_AT_MOST + 1)
    late = sum(day < today for day in days)
    told = {"件已超时": late, "件今天到期": len(days) - late}
    return "，".join(f"{capped(count)} {words}" for words, count in told.items() if count)


@HOME.register("filings", order=10)
def home(user: User, today: dt.date) -> HomePart:
    """Counts that lead to their queues, and what is due first."""
    part = HomePart()
    if not access.allowed(user, May.READ_FILINGS):
        return part
    if _takes_in(user):
        part.actions.append(Action("新办备案", reverse("filings:filing_new"), key="N", primary=True))
    own = _queues_of(user)
    works = _takes_in(user) or access.allowed(user, May.REVIEW_FILINGS)
    part.tiles += [_tile(name, user, today) for name in ([*own, "expiring"] if works else own)]
    part.tiles += _alarms(user, today)
    for name in own:
        if _waits_for(name, user):
            part.todo += [_todo(name, filing, today) for filing in _todo_rows(name, user, today)]
    return part


def _alarms(user: User, today: dt.date) -> list[Tile]:
    """What went wrong somewhere in the region, and only when it did."""
    notes = {"overdue": "复核超时或补正快失效"}
    if access.allowed(user, May.ASSIGN_FILINGS):
        notes["unattended"] = "承办人已停用或调离，请移交"
    counted = [(name, note, queue_count(name, user, today)) for name, note in notes.items()]
    return [
        Tile(QUEUES[name], count, _queue_url(name), note=note, hot=True)
        for name, note, count in counted
        if count
    ]


def _tile(name: str, user: User, today: dt.date) -> Tile:
    count = queue_count(name, user, today)
    asked = name != "expiring" and count > 0 and _waits_for(name, user)
    pressing = _pressing(name, user, today) if asked else ""
    calm = {
        "to_review": "同事录入，等您复核" if _waits_for("to_review", user) else "已提交，等同事复核",
        "awaiting_supplement": "等参保人补材料",
        "mine": "我承办、还没有办完",
        "expiring": f"{expiring_days(user, today)} 天内到期",
        "to_waive": "锁定期内改就医地，等主管准予",
    }
    return Tile(QUEUES[name], count, _queue_url(name), note=pressing or calm[name], hot=bool(pressing))


def _todo_rows(name: str, user: User, today: dt.date) -> list[Filing]:
    """What is due first; of one's own only what nobody else is asked for in the queues beside it."""
    rows = queue(name, user, today)
    if name == "mine":
        rows = rows.filter(state=FilingState.DRAFT)
    return rows.first(TODO_OF_EACH)


def _todo(name: str, filing: Filing, today: dt.date) -> TodoRow:
    due_on = due_day(filing)
    late = due_on is not None and due_on < today
    told = {"to_review": "复核期限", "awaiting_supplement": "补正期限"}.get(name, "办理期限")
    badge = {"mine": "草稿", "to_waive": "待准予"}.get(name, QUEUES[name])
    tone = TONES[filing.state_on(today)]
    if name == "mine" and filing.is_lock_waived:  # what the clerk waited for, and may go on with
        badge, tone = WAIVED, "ok"
    url = reverse(
        "filings:filing_edit" if name == "mine" else "filings:filing_detail",
        kwargs={"filing_no": filing.filing_no},
    )
    return TodoRow(
        badge="超时" if late else badge,
        badge_tone="bad" if late else tone,
        number=filing.filing_no,
        url=url if name == "mine" else url + way_from(name),
        title=filing.person.name,
        detail=" · ".join(
            part
            for part in (
                "绿色通道" if filing.green_channel else "",
                filing.get_kind_display(),
                filing.care_place_name,
            )
            if part
        ),
        due=f"{told} {due_on:%m-%d}" if due_on is not None else "",
        due_on=due_on,
    )
