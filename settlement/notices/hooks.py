"""Where notices join: the signature of a month, side bar, home, search, list of forms, seeds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.urls import reverse

from agency.formlist.entries import FORM_PAGES
from agency.journal.actions import label_actions, label_details
from agency.money import yuan
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from agency.registry import DEMO, HOME, NAV, SEARCH, SEEDERS, STATEFUL
from agency.seeding import Tally, day, named, read_rows
from agency.web.parts import (
    COUNTED_AT_MOST,
    Action,
    HomePart,
    NavItem,
    SearchGroup,
    SearchRow,
    Tile,
    TodoRow,
)
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.signing import REOPENED, REOPENING, SIGNED
from settlement.notices import bundle as bundle
from settlement.notices import steps as steps
from settlement.notices.batches import KIND
from settlement.notices.due import to_pay
from settlement.notices.form7 import Form7, Form8
from settlement.notices.issuing import notices_issue, notices_void, require_unpaid
from settlement.notices.models import BankAccount, BankLine, Notice
from settlement.notices.printing import notice_named
from settlement.notices.selectors import LineFilter, NoticeFilter, lines_listed, notices_listed
from settlement.notices.services import own_region
from settlement.records.demo import load_demo_file

label_actions(
    {
        "notices_issued": "签发收付款通知书",
        "notices_voided": "作废收付款通知书",
        "bank_line_entered": "登记银行流水",
        "payments_matched": "自动核销",
        "payment_allocated": "核销收付款",
        "payment_withdrawn": "撤回核销",
    }
)
label_details({"payment": "核销编号", "line": "流水", "amount": "金额", "matched": "自动核销"})
TODO_SHOWN = 5
# tiles of the home page: state of the notices, their label, what is told of them, whether it is urgent
PROVINCE_TOLD = (("no_account", "没有收款账户的通知书", "账户要手写；请主管登记账户", True),)
TOLD = (
    ("due", "待收付的通知书", "还没有到截止日期", False),
    ("overdue", "逾期的通知书", "过了截止日期未付清", True),
)


@STATEFUL.register("notice", order=450)
def notice_model() -> type:
    return Notice


@SIGNED.register("notices", order=50)
def month_signed(month: ClearingPeriod, by: User, at: dt.datetime) -> None:
    notices_issue(month, by, at)


@REOPENING.register("notices", order=50)
def month_reopening(month: ClearingPeriod) -> None:
    require_unpaid(month)


@REOPENED.register("notices", order=50)
def month_reopened(month: ClearingPeriod, by: User, at: dt.datetime) -> None:
    notices_void(month, by, at)


@NAV.register("notices", order=330)
def nav(user: User) -> list[NavItem]:
    if not access.allowed(user, May.READ_NOTICES):
        return []
    return [
        NavItem("结算", "收付款通知书", reverse("settlement:notice_list")),
        NavItem("结算", "银行流水", reverse("settlement:bank_line_list")),
    ]


@HOME.register("notices", order=330)
def home(user: User, today: dt.date) -> HomePart:
    """For the province: notices due, overdue, and without an account. For finance: the same of its own
    accounts, what is overdue and to be paid one by one, and what came in that no notice was paid with."""
    part = HomePart()
    reads_all = access.sees_all(user) and access.allowed(user, May.READ_NOTICES)
    allocates = access.allowed(user, May.ALLOCATE_PAYMENTS)
    told = [*(PROVINCE_TOLD if reads_all else ()), *(TOLD if reads_all or allocates else ())]
    part.tiles += [tile for state in told if (tile := _tile(user, today, *state))]
    if not allocates:
        return part
    late = notices_listed(user, NoticeFilter(state="overdue"), today)
    part.todo += [_todo(notice, today) for notice in late.order_by("pay_by", "pk")[:TODO_SHOWN]]
    part.todo += to_pay(user, today)
    lines = lines_listed(user, LineFilter(state="open")).filter(region=own_region(user))
    left = lines[: COUNTED_AT_MOST + 1].count()
    if left:
        url = reverse("settlement:bank_line_list")
        part.tiles.append(Tile("未核销的流水", left, f"{url}?state=open", "要由人核销的"))
    return part


def _tile(user: User, today: dt.date, state: str, label: str, told: str, hot: bool) -> Tile | None:
    """How many notices stand so; None for none."""
    count = notices_listed(user, NoticeFilter(state=state), today)[: COUNTED_AT_MOST + 1].count()
    url = f"{reverse('settlement:notice_list')}?state={state}"
    return Tile(label, count, url, told, hot=hot) if count else None


def _todo(notice: Notice, today: dt.date) -> TodoRow:
    open_fen = notice.total_fen - notice.paid_fen
    return TodoRow(
        badge=f"逾期 {(today - notice.pay_by).days} 天",
        badge_tone="bad",
        number=notice.notice_no,
        url=reverse("settlement:notice_detail", kwargs={"notice_no": notice.key}),
        title=f"{notice.region_name}{notice.get_direction_display()}通知书未付清",
        detail=f"还差 {yuan(open_fen)} 元",
        due=f"截止 {notice.pay_by:%m-%d}",
        due_on=notice.pay_by,
    )


@SEARCH.register("notices", order=330)
def search(user: User, term: str) -> SearchGroup | None:
    """A notice by its 文号; a bank line by its number or the bank's."""
    if not access.allowed(user, May.READ_NOTICES):
        return None
    notice = notice_named(user, term)
    rows = [_found_notice(notice)] if notice is not None else []
    lines = lines_listed(user, LineFilter())
    for field in ("line_no", "reference"):
        rows += [_found_line(line) for line in lines.filter(**{field: term})[:TODO_SHOWN]]
    return SearchGroup("通知与付款", rows)


def _found_notice(notice: Notice) -> SearchRow:
    return SearchRow(
        url=reverse("settlement:notice_detail", kwargs={"notice_no": notice.key}),
        number=notice.notice_no,
        title=f"{notice.region_name} {notice.get_direction_display()} {yuan(notice.total_fen)} 元",
        badge=notice.get_state_display(),
    )


def _found_line(line: BankLine) -> SearchRow:
    return SearchRow(
        url=reverse("settlement:bank_line_detail", kwargs={"bank_line_no": line.line_no}),
        number=line.line_no,
        title=f"{line.booked_on} {line.get_direction_display()} {yuan(line.amount_fen)} 元",
        detail=line.other_name,
    )


def _notices_page(user: User, direction: str) -> Action | None:
    if not access.allowed(user, May.READ_NOTICES):
        return None
    return Action("从通知书打印", f"{reverse('settlement:notice_list')}?direction={direction}")


@FORM_PAGES.register(Form7.FORM_NO)
def form7_page(user: User) -> Action | None:
    return _notices_page(user, "receipt")


@FORM_PAGES.register(Form8.FORM_NO)
def form8_page(user: User) -> Action | None:
    return _notices_page(user, "payment")


@SEEDERS.register("bank accounts", order=45)
def seed_bank_accounts(seeds: Path, tally: Tally) -> None:
    """Accounts to begin with: placeholders, to be replaced by the real ones in the admin."""
    regions = {region.code: region for region in PoolingRegion.objects.all()}
    for row in read_rows(seeds / "bank_accounts.csv"):
        tally.upsert(
            BankAccount,
            key={"region": named(regions, row["region_code"]), "valid_from": day(row["valid_from"])},
            values={
                "holder": row["holder"],
                "bank": row["bank"],
                "account_no": row["account_no"],
                "valid_to": day(row["valid_to"]),
                "source": row["source"],
            },
        )


@DEMO.register("notices: a statement of the bank", order=450)
def demo_statement(seeds: Path, tally: Tally, now: dt.datetime) -> None:
    """Some of the signed month's notices are paid: in full, in part, too much, by somebody else."""
    load_demo_file(
        KIND, seeds / "demo" / "bank-202611.csv", tally, now, maker="prov_finance", checker="prov_supervisor"
    )
