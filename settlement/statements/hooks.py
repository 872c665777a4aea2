"""What statements bring to others: the signature draws them up finally, side bar, home page, search, demo."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from urllib.parse import urlencode

from django.urls import reverse

from agency.journal.actions import label_actions
from agency.money import yuan
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from agency.periods import period_label
from agency.registry import DEMO, HOME, NAV, SEARCH, STATEFUL
from agency.seeding import Tally
from agency.web.parts import HomePart, NavItem, SearchGroup, SearchRow, TodoRow
from settlement.clearing.signing import REOPENED, REOPENING, SIGNED
from settlement.statements.demo import demo_reconciled
from settlement.statements.models import InstitutionStatement
from settlement.statements.rules import days_late
from settlement.statements.selectors import deadlines, statement_seen, waiting_by_month
from settlement.statements.services import reopening_refuse, statements_finish, statements_void
from settlement.statements.states import TONES, StatementState

label_actions(
    {
        "statements_drawn": "生成对账单",
        "statements_confirmed": "确认对账单",
        "statement_answered": "记录机构对账答复",
        "statement_sent_again": "重新发出对账单",
        "statements_paid": "登记医药机构付款",
        "statement_payment_undone": "撤销医药机构付款",
    }
)
# before the notices, which log: a region that confirms holds its drawing while it waits for the log
SIGNED.register("statements", order=40)(statements_finish)
REOPENING.register("statements", order=40)(reopening_refuse)
REOPENED.register("statements", order=40)(statements_void)
MONTHS_SHOWN = 3


@STATEFUL.register("inst_statement", order=440)
def statement_model() -> type:
    return InstitutionStatement


@NAV.register("statements", order=330)
def nav(user: User) -> list[NavItem]:
    if not access.allowed(user, May.READ_STATEMENTS):
        return []
    return [NavItem("结算", "医药机构对账", reverse("settlement:statement_list"))]


@HOME.register("statements", order=330)
def home(user: User, today: dt.date) -> HomePart:
    """Statements that wait for this person's region: to confirm or have answered, to pay."""
    part = HomePart()
    confirms = access.allowed(user, May.CONFIRM_STATEMENTS)
    pays = access.allowed(user, May.PAY_STATEMENTS)
    if user.region is None or not (confirms or pays):
        return part
    for row in waiting_by_month(user):
        if len(part.todo) >= MONTHS_SHOWN:
            break
        period = row["period__period"]
        if confirms and (row["drawn"] or row["sent"] or row["disputed"]):
            part.todo.append(_to_confirm(user.region, period, row, today))
        if pays and row["payable"]:
            part.todo.append(_to_pay(user.region, period, row))
    return part


def _to_confirm(region: PoolingRegion, period: str, row: dict[str, int], today: dt.date) -> TodoRow:
    due = deadlines(period)
    due_on = due.get(region.pk, due[None])
    late = days_late(due_on, None, today)
    told = [(row["drawn"], "待经办确认"), (row["sent"], "待机构确认"), (row["disputed"], "机构不同意")]
    query = urlencode({"period": period, "state": "waiting"})
    return TodoRow(
        badge="逾期" if late else "待对账",
        badge_tone="bad" if late else "warn",
        number="",
        url=f"{reverse('settlement:statement_list')}?{query}",
        title=f"{period_label(period)}医药机构对账单",
        detail="，".join(f"{label} {count:,} 份" for count, label in told if count),
        due=f"逾期 {late} 天" if late else f"{due_on:%m-%d} 前对完",
        due_on=due_on,
    )


def _to_pay(region: PoolingRegion, period: str, row: dict[str, int]) -> TodoRow:
    where = {"period": period, "region_code": region.code}
    return TodoRow(
        badge="待付款",
        badge_tone="go",
        number="",
        url=reverse("settlement:statement_payments", kwargs=where),
        title=f"{period_label(period)}医药机构付款",
        detail=f"{row['payable']:,} 份，共 {yuan(row['payable_fen'] or 0)} 元",
    )


@SEARCH.register("statements", order=330)
def search(user: User, term: str) -> SearchGroup | None:
    """A statement's number, whole."""
    if not access.allowed(user, May.READ_STATEMENTS):
        return None
    found = statement_seen(user, term.strip().upper())
    rows = [] if found is None else [_hit(found)]
    return SearchGroup("医药机构对账单", rows)


def _hit(row: InstitutionStatement) -> SearchRow:
    return SearchRow(
        url=reverse(
            "settlement:institution_statement", kwargs={"institution_statement_no": row.statement_no}
        ),
        number=row.statement_no,
        title=row.institution_label,
        badge=str(row.get_state_display()),
        badge_tone=TONES[StatementState(row.state)],
    )


@DEMO.register("statements", order=620)
def demo(seeds: Path, tally: Tally, now: dt.datetime) -> None:
    """长春's signed month confirmed in part and paid in part; its open month drawn up."""
    demo_reconciled(tally, now)
