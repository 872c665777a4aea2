"""账户明细、银行核对: opening, movements, closing worked out by hand; on screen, on paper, in files."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable

import pytest
from django.test import Client

from agency.journal.models import PrintedForm
from settlement.fund.accounts import BANK, PLATFORMS
from settlement.fund.adjusting import Said, adjustment_approve, adjustment_propose
from settlement.fund.comparison import comparison_of
from settlement.fund.rules import BankDay, Moved, bank_days
from settlement.fund.selectors import balances
from settlement.fund.services import balance_enter
from settlement.fund.statement import holder_of, statement_data, statement_of
from settlement.notices.models import BankLine, Payment
from settlement.notices.services import payment_allocate, payment_withdraw
from tests.settlement.notices.statement import line, notice
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("month")
DAY = dt.timedelta(days=1)
LogIn = Callable[..., Client]


def later(world: World, days: int) -> dt.datetime:
    return world.now + days * DAY


@pytest.fixture
def paid(world: World, month: object) -> BankLine:
    """长春's 545.00 come in on the 24th; 500.00 are allotted on the 22nd, the rest on the 23rd."""
    came = line(world, amount_fen=54500)
    for days, fen in ((2, 50000), (3, 4500)):
        payment_allocate(
            by=world.prov_finance,
            at=later(world, days),
            line=came,
            notice=notice(1),
            amount_fen=fen,
            reason="财政代付",
        )
    return came


def rows_of(world: World, code: str, first: dt.date, last: dt.date) -> list[tuple[object, ...]]:
    holder = holder_of(code, world.prov_finance)
    assert holder is not None
    data = statement_data(statement_of(holder, first, last), world.today + 30 * DAY)
    keys = ("day", "insurance_type", "note", "debit", "credit", "balance")
    return [tuple(line.values[key] for key in keys) for line in data.row_lines()]


def test_a_region_s_statement_runs_from_its_opening_to_its_closing(world: World, paid: BankLine) -> None:
    """500.00 of 545.00: 职工 1142.20, 居民 −642.20; the rest 102.80 and −57.80."""
    number = notice(1).notice_no
    today = str(world.today)

    assert rows_of(world, "220100", world.today, world.today + 2 * DAY) == [
        (today, None, "期初余额", "", "", 0),
        (today, "职工", "2026年10月 应付", 124500, 0, -124500),
        (today, "居民", "2026年10月 应收", 0, 70000, -54500),
        ("2026-11-22", "职工", number, 0, 50000, -4500),
        ("2026-11-22", "居民", f"{number} 险种间抵减", 64220, 0, -68720),
        ("2026-11-22", "职工", f"{number} 险种间抵减", 0, 64220, -4500),
        ("2026-11-22", None, "期末余额", "", "", -4500),
    ]
    assert rows_of(world, "220100", world.today + 3 * DAY, world.today + 9 * DAY)[0][-1] == -4500
    assert rows_of(world, "220100", world.today + 3 * DAY, world.today + 9 * DAY)[-1][-1] == 0


def test_the_bank_s_balance_is_what_it_holds(world: World, paid: BankLine) -> None:
    found = rows_of(world, "bank", world.today, world.today + 9 * DAY)

    assert [row[3:] for row in found] == [
        ("", "", 0),
        (50000, 0, 50000),
        (4500, 0, 54500),
        ("", "", 54500),
    ]
    assert found[1][1] == "职工"


def test_every_statement_closes_with_the_balance_of_its_entries(world: World, paid: BankLine) -> None:
    for days in range(5):
        on = world.today + days * DAY
        found = balances(on)
        for code, kind in (("220100", "region_fund"), ("platform", "platform"), ("bank", "bank")):
            sums = [
                fen
                for account, fen in found.items()
                if account.kind == kind and (account.region is None or account.region.code == code)
            ]
            assert rows_of(world, code, dt.date(2026, 1, 1), on)[-1][-1] == sum(sums)


# --- pages --------------------------------------------------------------------------------------------------

SPAN = {"first": "2026-11-01", "last": "2026-11-30"}


def test_the_page_leads_from_each_movement_to_its_cause(world: World, paid: BankLine, as_user: LogIn) -> None:
    page = as_user(world.prov_finance).get("/fund/statements/220100/", SPAN).content.decode()

    assert 'href="/clearing/202610/sheets/11/220100/"' in page
    assert 'href="/clearing/202610/sheets/10/220100/"' in page
    assert f'href="/notices/{notice(1).key}/"' in page
    assert "-1,245.00" in page and "期末余额" in page


def test_file_print_and_screen_say_the_same(world: World, paid: BankLine, as_user: LogIn) -> None:
    client = as_user(world.prov_finance)
    text = client.get("/fund/statements/220100/file.csv", SPAN).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))

    assert [row["余额"] for row in rows][:3] == ["-1245.00", "-545.00", "-45.00"]
    assert len(rows) == 8
    for extension, magic in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        answers = {client.get(f"/fund/statements/220100/file.{extension}", SPAN).content for _ in range(2)}
        assert len(answers) == 1 and answers.pop().startswith(magic)
    printed = client.get("/fund/statements/220100/print/", SPAN).content.decode()
    assert "-1,245.00" in printed and "草稿" in printed and 'href="/notices' not in printed


def test_a_print_is_verified_until_something_moves(world: World, paid: BankLine, as_user: LogIn) -> None:
    client = as_user(world.prov_finance)
    client.get("/fund/statements/220100/print/", SPAN)
    code = PrintedForm.objects.get().code
    assert "与账上相符" in client.get(f"/verify/{code}/").content.decode()

    first = Payment.objects.order_by("pk").first()
    assert first is not None
    payment_withdraw(by=world.prov_finance, at=later(world, 4), payment=first, reason="核错了")

    assert "又有变动" in client.get(f"/verify/{code}/").content.decode()


def test_a_region_sees_its_own_alone(world: World, paid: BankLine, as_user: LogIn) -> None:
    client = as_user(world.changchun_clearing)
    page = client.get("/fund/").content.decode()

    assert "长春" in page and "吉林市" not in page and "省级账户" not in page
    assert client.get("/fund/statements/220100/").status_code == 200
    for path in ("statements/220200/", "statements/platform/", "statements/bank/", "bank/", "bank/print/"):
        assert client.get(f"/fund/{path}").status_code == 404


def test_the_list_adds_up_to_the_bank(world: World, paid: BankLine, as_user: LogIn) -> None:
    page = as_user(world.prov_auditor).get("/fund/").content.decode()

    assert "600.00" in page and "545.00" in page
    before = as_user(world.prov_auditor).get("/fund/", {"on": "2026-11-22"}).content.decode()
    assert "截至 2026-11-22" in before and "500.00" in before


@pytest.mark.parametrize(
    ("span", "told"),
    [
        ({"first": "2026-12-01", "last": "2026-11-01"}, "起始日期晚于截止日期"),
        ({"first": "2020-01-01", "last": "2026-11-01"}, "一次最多看"),
        ({"first": "昨天"}, "“昨天”不是日期"),
    ],
)
def test_a_span_that_is_none_is_told(world: World, as_user: LogIn, span: dict[str, str], told: str) -> None:
    answer = as_user(world.prov_finance).get("/fund/statements/bank/", span)

    assert answer.status_code == 422
    assert told in answer.content.decode()


# --- the bank compared --------------------------------------------------------------------------------------


def test_what_is_not_allotted_explains_the_difference() -> None:
    """Two lines of 5.00 and 2.00, of which 3.00 were allotted on the second day; interest 0.50 by hand."""
    first, second, third = (dt.date(2026, 11, day) for day in (1, 2, 3))
    moved = Moved(
        come={first: 500, second: 200},
        gone={},
        used={second: 300},
        adjusted={third: 50},
        ledger={second: 300, third: 50},
    )

    found = bank_days(moved, {second: 700, third: 749}, second)

    assert found == [
        BankDay(second, 200, 0, 700, 400, 0, 300, 700),
        BankDay(third, 0, 0, 700, 400, 50, 350, 749),
    ]
    assert [(day.difference_fen, day.gap_fen, day.told) for day in found] == [
        (400, 0, "差额是未核销的流水"),
        (399, 0, "另有 -0.01 未说明"),
    ]


def test_a_ledger_that_lacks_something_says_so() -> None:
    day = dt.date(2026, 11, 1)

    [found] = bank_days(Moved({day: 500}, {}, {day: 500}, {}, {day: 400}), {day: 500}, day)

    assert (found.gap_fen, found.told) == (100, "账上与核销、调账差 -1.00，请核对账目")


def test_the_ledger_is_compared_with_lines_and_paper_by_day(world: World, paid: BankLine) -> None:
    line(world, "FEE", direction="out", amount_fen=700, booked_on=world.today + 5 * DAY)
    interest = line(world, "INT", amount_fen=120, booked_on=world.today + 5 * DAY)
    said = Said(BANK, PLATFORMS["employee"], 120, "利息", interest)
    made = adjustment_propose(said=said, by=world.prov_finance, at=later(world, 6))
    adjustment_approve(adjustment=made, by=world.prov_supervisor, at=later(world, 6))
    for days, fen in ((5, 1), (5, 53920)):
        day, today = world.today + days * DAY, world.today + 9 * DAY
        balance_enter(day=day, amount_fen=fen, by=world.prov_finance, at=world.now, today=today)

    days = comparison_of(world.today, world.today + 9 * DAY).days

    assert [(str(day.day), *day[1:]) for day in days] == [
        ("2026-11-22", 0, 0, 0, -50000, 0, 50000, None),
        ("2026-11-23", 0, 0, 0, -54500, 0, 54500, None),
        ("2026-11-24", 54500, 0, 54500, 0, 0, 54500, None),
        ("2026-11-25", 120, 700, 53920, -580, 0, 54500, 53920),
        ("2026-11-26", 0, 0, 53920, -700, 0, 54620, None),
    ]
    assert {day.gap_fen for day in days} == {0}
    assert days[3].told == "差额是未核销的流水"


def test_a_balance_is_typed_in_and_a_later_one_counts(world: World, as_user: LogIn) -> None:
    client = as_user(world.prov_finance)
    for amount in ("12.00", "1,345.60"):
        answer = client.post("/fund/bank/balance/", {"day": "2026-11-20", "amount_fen": amount}, follow=True)
        assert "已登记 2026-11-20 的对账单余额" in answer.content.decode()

    page = client.get("/fund/bank/", SPAN).content.decode()
    assert "1,345.60" in page and "1,345.60 未说明" in page
    answer = client.post("/fund/bank/balance/", {"day": "2026-11-21", "amount_fen": "1"})
    assert answer.status_code == 422 and "不能晚于今天" in answer.content.decode()
    for extension, magic in (("pdf", b"%PDF"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf")):
        assert client.get(f"/fund/bank/file.{extension}", SPAN).content.startswith(magic)
    client.get("/fund/bank/print/", SPAN)
    code = PrintedForm.objects.order_by("pk").last()
    assert code is not None
    assert "与账上相符" in client.get(f"/verify/{code.code}/").content.decode()
