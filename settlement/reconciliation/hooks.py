"""Where reconciliation joins shared pages: side bar, home, search, a case's page, the log, form 19."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from agency.journal.actions import label_actions, label_details
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.registry import HOME, NAV, SEARCH, STATEFUL, UNMASK
from agency.web.parts import (
    COUNTED_AT_MOST,
    CardSection,
    HomePart,
    NavItem,
    SearchGroup,
    SearchRow,
    Tile,
    TodoRow,
    Unmasked,
)
from settlement.reconciliation import ending_checks as ending_checks  # joins CHECKS
from settlement.reconciliation import month_line as month_line  # joins CHECKLIST
from settlement.reconciliation import verdict_checks as verdict_checks  # joins CHECKS
from settlement.reconciliation.ending_models import CarriedEnding
from settlement.reconciliation.listing import (
    ENDINGS,
    LATE,
    MINE,
    NOBODYS,
    TO_APPROVE,
    DifferenceFilter,
    differences_listed,
    differences_narrowed,
    differences_visible,
    standing_of_number,
)
from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from settlement.reconciliation.runs import run_visible
from settlement.reconciliation.states import RUN_TONES, TONES, DiscrepancyState, RunState
from settlement.reconciliation.trail import detail_url
from settlement.records.models import SettlementRecord
from settlement.records.sections import RECORD_SECTIONS

label_actions(
    {
        "verdicts_given": "提出差异结论",
        "verdicts_approved": "批准差异结论",
        "verdicts_returned": "退回差异结论",
        "verdicts_undone": "撤销差异结论",
        "difference_assigned": "交办差异",
        "difference_noted": "写差异说明",
        "column_mapping_retired": "停用列对照",
        "ending_proposed": "提出差异了结",
        "ending_approved": "批准差异了结",
        "ending_returned": "退回差异了结",
        "ending_undone": "撤销差异了结",
    }
)
label_details(
    {
        "remedy": "处理",
        "pair": "对应",
        "difference": "差异编号",
        "numbers": "差异编号",
        "owner": "负责人",
        "due_on": "期限",
        "note": "说明",
    }
)
TODO_SHOWN = 5


@STATEFUL.register("reconciliation", order=455)
def run_model() -> type:
    return ReconciliationRun


@STATEFUL.register("discrepancy", order=456)
def difference_model() -> type:
    return Discrepancy


@STATEFUL.register("carried_ending", order=457)
def ending_model() -> type:
    return CarriedEnding


@NAV.register("reconciliation", order=325)
def nav(user: User) -> list[NavItem]:
    if not access.allowed(user, May.READ_RECONCILIATION):
        return []
    return [
        NavItem("结算", "对账", reverse("settlement:reconciliation_list")),
        NavItem("结算", "差异办理", reverse("settlement:difference_list")),
    ]


# --- home ---------------------------------------------------------------------------------------------------


@HOME.register("reconciliation", order=325)
def home(user: User, today: dt.date) -> HomePart:
    """Mine, what is first due before; what waits for my approval, and what nobody looks into."""
    part = HomePart()
    if access.allowed(user, May.RECONCILE):
        late = _count(user, LATE, today, owner=user.username)
        told = f"逾期 {late}" if late else "按期限先后办"
        _tile(part, user, MINE, today, "我负责的对账差异", told, hot=bool(late))
        _tile(part, user, NOBODYS, today, "没人负责的对账差异", "交办或自己办")
        mine = DifferenceFilter(view=MINE, sort="due")
        first = differences_listed(user, mine, today).first(TODO_SHOWN)
        part.todo += [_todo(row, today) for row in first if row.due_on is not None]
    if access.allowed(user, May.APPROVE_VERDICTS):
        _tile(part, user, TO_APPROVE, today, "待批准的差异结论", "同事提出的")
        _tile(part, user, ENDINGS, today, "待批准的差异了结", "转下月的差异")
    return part


def _tile(
    part: HomePart, user: User, view: str, today: dt.date, label: str, note: str, *, hot: bool = False
) -> None:
    count = _count(user, view, today)
    if count:
        url = f"{reverse('settlement:difference_list')}?{urlencode({'view': view})}"
        part.tiles.append(Tile(label, count, url, note, hot=hot))


def _count(user: User, view: str, today: dt.date, owner: str = "") -> int:
    """How many, told up to one more than is shown."""
    rows = differences_narrowed(user, DifferenceFilter(view=view, owner=owner), today)
    return len(rows.order_by().values_list("pk", flat=True)[: COUNTED_AT_MOST + 1])


def _todo(row: Discrepancy, today: dt.date) -> TodoRow:
    is_late = row.due_on is not None and row.due_on < today
    return TodoRow(
        badge="差异逾期" if is_late else "待下结论",
        badge_tone="bad" if is_late else "warn",
        number=row.difference_no,
        url=detail_url(row.difference_no, urlencode({"view": MINE})),
        title=f"{row.get_kind_display()} {row.subject}",
        detail=row.get_cause_display(),
        due=f"{row.due_on:%m-%d} 前",
        due_on=row.due_on,
    )


# --- search, a case's page, the whole number ----------------------------------------------------------------


@SEARCH.register("reconciliation", order=325)
def search(user: User, term: str) -> SearchGroup | None:
    """A comparison or a difference by its number, or that of its ending; what comparisons found of a
    settlement number."""
    if not access.allowed(user, May.READ_RECONCILIATION):
        return None
    number = term.upper()
    rows = [_run_found(run) for run in run_visible(user).filter(run_no=number)]
    ended = CarriedEnding.objects.filter(ending_no=number).order_by()
    named = differences_visible(user).filter(Q(difference_no=number) | Q(pk__in=ended.values("discrepancy")))
    named = named.select_related("run")
    rows += [_found(row) for row in named]
    rows += [_found(row) for row in standing_of_number(user, term)[:TODO_SHOWN]]
    return SearchGroup("对账", rows)


def _run_found(run: ReconciliationRun) -> SearchRow:
    return SearchRow(
        url=reverse("settlement:reconciliation_run", kwargs={"run_no": run.run_no}),
        number=run.run_no,
        title=f"{run.period} {run.get_source_display()}",
        detail=run.file_name,
        badge=str(run.get_state_display()),
        badge_tone=RUN_TONES[RunState(run.state)],
    )


def _found(row: Discrepancy) -> SearchRow:
    return SearchRow(
        url=detail_url(row.difference_no),
        number=row.difference_no,
        title=f"{row.get_kind_display()} {row.subject}",
        detail=f"{row.run.period} {row.run.get_source_display()}",
        badge=str(row.get_state_display()),
        badge_tone=TONES[DiscrepancyState(row.state)],
    )


@RECORD_SECTIONS.register("reconciliation", order=40)
def on_case(user: User, record: SettlementRecord) -> CardSection | None:
    """What comparisons that stand found of the case; nothing where they found nothing."""
    if not access.allowed(user, May.READ_RECONCILIATION):
        return None
    rows = list(standing_of_number(user, record.settlement_no)[:TODO_SHOWN])
    if not rows:
        return None
    return CardSection("对账差异", "settlement/reconciliation/_on_case.html", {"rows": rows}, aside=True)


@UNMASK.register("reconciliation", order=325)
def unmask(user: User, number: str) -> Unmasked | None:
    """The identity number that a difference shows; theirs, where both sides have one and they differ."""
    if not access.allowed(user, May.READ_RECONCILIATION):
        return None
    row = differences_visible(user).filter(difference_no=number).select_related("run__region").first()
    sides = (row.theirs, row.ours) if row is not None else ()
    found = next((side["证件号码"] for side in sides if side.get("证件号码")), "")
    if row is None or not found:
        return None
    return Unmasked("discrepancy", row.difference_no, found, row.run.region)
