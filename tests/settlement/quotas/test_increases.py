"""加急调增: asked for on a red warning, approved by another person, in force that day, paid in by notice."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from agency.errors import DomainError, NotAllowed
from agency.journal.books import check_all
from agency.journal.models import AuditEntry, StateChange
from agency.organisation.models import User
from agency.organisation.roles import Level, Role
from settlement.clearing.services import period_compute
from settlement.notices.form7 import form_of
from settlement.notices.models import Notice
from settlement.quotas.increases import (
    increase_approve,
    increase_ask,
    increase_refuse,
    increase_withdraw,
)
from settlement.quotas.models import Quota
from settlement.quotas.selectors import quota_in_force
from settlement.quotas.services import round_draw
from settlement.quotas.use_models import FundWarning, QuotaIncrease
from tests.settlement.clearing.conftest import load_rows
from tests.settlement.notices.statement import finance_of
from tests.settlement.quotas.conftest import case, deduction, use
from tests.support.world import World, make_user

pytestmark = pytest.mark.usefixtures("laid_red")
LATER = dt.datetime(2027, 2, 3, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def asker(world: World) -> User:
    return finance_of("220100")


def ask(warning: FundWarning, by: User, fen: int = 50_000, reason: str = "二月病人增加") -> QuotaIncrease:
    return increase_ask(warning=warning, amount_fen=fen, reason=reason, by=by, at=LATER)


def test_approved_by_another_it_is_in_force_that_day(red: FundWarning, world: World, asker: User) -> None:
    increase = ask(red, asker)
    assert (increase.increase_no, increase.current_fen, increase.raised_fen) == (
        "JZ202701-001",
        100_000,
        150_000,
    )
    assert quota_in_force(world.changchun, "employee", LATER.date()) == 100_000

    done = increase_approve(increase=increase, by=world.prov_supervisor, at=LATER)

    assert (done.state, done.effective_on, done.decided_by) == (
        "approved",
        dt.date(2027, 2, 3),
        world.prov_supervisor,
    )
    assert quota_in_force(world.changchun, "employee", dt.date(2027, 2, 2)) == 100_000
    assert quota_in_force(world.changchun, "employee", dt.date(2027, 2, 3)) == 150_000
    assert quota_in_force(world.changchun, "resident", dt.date(2027, 2, 3)) == 0
    steps = StateChange.objects.filter(subject_kind="quota_increase").order_by("pk")
    assert [step.to_state for step in steps] == ["asked", "approved"]
    assert AuditEntry.objects.filter(subject_no="JZ202701-001").count() == 2
    assert check_all(None).broken == []


def test_the_region_is_asked_to_pay_it_in(red: FundWarning, world: World, asker: User) -> None:
    increase_approve(increase=ask(red, asker), by=world.prov_supervisor, at=LATER)

    notice = Notice.objects.get(subject_no="JZ202701-001")
    assert (notice.region, notice.direction, notice.period) == (world.changchun, "payment", "202701")
    assert (notice.payable_fen, notice.employee_fen, notice.resident_fen) == (50_000, 50_000, 0)
    said = form_of(notice)
    assert (said.heading, said.sheets) == (
        "吉林省长春市统筹区2027年1月周转金付款通知书",
        "加急调增 JZ202701-001",
    )


def test_the_next_round_begins_where_it_left(red: FundWarning, world: World, asker: User) -> None:
    increase_approve(increase=ask(red, asker), by=world.prov_supervisor, at=LATER)
    with pytest.raises(DomainError, match="自 2027-02-03 起的额度"):
        round_draw(year=2027, by=world.prov_finance, at=LATER, effective_on=dt.date(2027, 2, 2))


@pytest.mark.parametrize(
    ("fen", "reason", "code"),
    [(0, "x", "not_positive"), (-1, "x", "not_positive"), (1, " ", "reason_missing")],
)
def test_it_takes_an_amount_and_a_reason(
    red: FundWarning, asker: User, fen: int, reason: str, code: str
) -> None:
    with pytest.raises(DomainError) as refused:
        ask(red, asker, fen, reason)

    assert refused.value.code == code
    assert not QuotaIncrease.objects.exists()


def test_only_the_regions_finance_asks(red: FundWarning, world: World) -> None:
    for other in (finance_of("220200"), world.changchun_clearing, world.prov_finance):
        with pytest.raises(NotAllowed):
            ask(red, other)


def test_a_month_that_is_no_longer_red_gives_none(
    red: FundWarning, world: World, asker: User, tmp_path
) -> None:
    use(world, tmp_path, "50.10")  # 89.99 %

    with pytest.raises(DomainError, match="只有红色预警才能申请加急调增，现在的使用率是 89.99%"):
        ask(red, asker)
    yellow = FundWarning.objects.get(level="yellow")
    with pytest.raises(DomainError, match="只有红色预警"):
        ask(yellow, asker)


def test_one_warning_gives_one_increase(red: FundWarning, world: World, asker: User) -> None:
    increase = ask(red, asker)
    with pytest.raises(DomainError, match="已经申请过加急调增"):
        ask(red, asker)

    increase_refuse(increase=increase, reason="先用足现有额度", by=world.prov_supervisor, at=LATER)
    again = ask(red, asker)
    increase_approve(increase=again, by=world.prov_supervisor, at=LATER)

    with pytest.raises(DomainError, match="已经申请过加急调增"):
        ask(red, asker)
    assert Quota.objects.filter(increase__isnull=False).count() == 1


def test_who_asked_does_not_approve(red: FundWarning, world: World) -> None:
    both = make_user("both", Role.SUPERVISOR, Role.FINANCE, level=Level.PROVINCE)
    increase = ask(red, world.system)
    with pytest.raises(NotAllowed, match="不能自己批准"):
        increase_approve(increase=increase, by=world.system, at=LATER)
    for other in (world.prov_finance, world.supervisor, finance_of("220100")):
        with pytest.raises(NotAllowed):
            increase_approve(increase=increase, by=other, at=LATER)

    assert increase_approve(increase=increase, by=both, at=LATER).decided_by == both


def test_withdrawn_or_refused_it_changes_nothing(red: FundWarning, world: World, asker: User) -> None:
    count = Quota.objects.count()
    withdrawn = increase_withdraw(increase=ask(red, asker), reason="填错", by=asker, at=LATER)
    refused = increase_refuse(increase=ask(red, asker), reason="不必", by=world.prov_supervisor, at=LATER)

    for increase in (withdrawn, refused):
        with pytest.raises(DomainError) as late:
            increase_approve(increase=increase, by=world.prov_supervisor, at=LATER)
        assert late.value.code == "someone_else_was_first"
    assert Quota.objects.count() == count
    assert check_all(None).broken == []


def test_a_quota_that_moved_since_is_refused(
    red: FundWarning, world: World, asker: User, tmp_path: Path
) -> None:
    """February is red as well; of two increases that rest on the same quota the second is asked anew."""
    load_rows(
        world, tmp_path / "february.csv", [case("F1", "2027-02-01"), case("F2", "2027-02-02")], "settlements"
    )
    period_compute(period="202702", by=world.prov_clearing, at=LATER)
    first = ask(red, asker)
    second = ask(FundWarning.objects.get(month__period="202702"), asker)
    increase_approve(increase=first, by=world.prov_supervisor, at=LATER)

    with pytest.raises(DomainError, match="现有额度在申请之后变了"):
        increase_approve(increase=second, by=world.prov_supervisor, at=LATER)

    assert quota_in_force(world.changchun, "employee", LATER.date()) == 150_000


def test_none_is_put_before_a_quota_to_come(red: FundWarning, world: World, asker: User) -> None:
    increase = ask(red, asker)
    early = dt.datetime(2026, 12, 31, 2, 0, tzinfo=dt.UTC)

    with pytest.raises(DomainError, match="已有自 2027-01-01 起的额度"):
        increase_approve(increase=increase, by=world.prov_supervisor, at=early)


RAW = [
    "DELETE FROM settlement_quotaincrease",
    "UPDATE settlement_quotaincrease SET amount_fen = amount_fen + 1",
    "UPDATE settlement_quotaincrease SET state = 'approved', decided_by_id = asked_by_id, "
    "decided_at = asked_at, effective_on = '2027-02-03'",
    "INSERT INTO settlement_quotaincrease (increase_no, warning_id, current_fen, amount_fen, reason, state, "
    "asked_by_id, asked_at, decided_by_id, decided_at, effective_on) SELECT 'X', warning_id, 0, 1, 'x', "
    "'approved', asked_by_id, asked_at, decided_by_id, asked_at, '2027-02-03' FROM settlement_quotaincrease",
]


@pytest.mark.parametrize("statement", RAW)
def test_the_database_keeps_what_was_asked(red: FundWarning, asker: User, statement: str) -> None:
    ask(red, asker)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_none_comes_in_on_a_yellow_warning(
    red: FundWarning, world: World, asker: User, tmp_path: Path
) -> None:
    load_rows(world, tmp_path / "cut.csv", [deduction("U2", "100.00")], "deductions")
    use(world, tmp_path, "0.01")
    yellow = FundWarning.objects.get(level="yellow")

    with pytest.raises(DatabaseError), transaction.atomic():
        QuotaIncrease.objects.create(
            increase_no="X",
            warning=yellow,
            current_fen=0,
            amount_fen=1,
            reason="x",
            asked_by=asker,
            asked_at=LATER,
        )
    assert not QuotaIncrease.objects.exists()
