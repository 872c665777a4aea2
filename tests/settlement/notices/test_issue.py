"""签发: a signature brings one numbered notice for each region that receives or pays, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client

from agency.errors import DomainError
from agency.journal.books import check_all
from agency.journal.models import AuditEntry, NumberSeries, StateChange
from agency.organisation.models import User
from agency.policy.models import Holiday
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.services import period_compute
from settlement.clearing.signing import AFTER_SIGNING, REOPENED, REOPENING
from settlement.notices.form7 import form_of
from settlement.notices.issuing import (
    NoticeBasis,
    in_force_for,
    notices_issue,
    notices_issue_for,
    notices_void_for,
    party_of,
)
from settlement.notices.models import BankAccount, Category, Notice, Payment
from settlement.notices.paying import PAID
from settlement.notices.rules import Figures
from settlement.notices.selectors import payment_progress
from settlement.quotas.use_checks import NOTICED
from tests.settlement.clearing.conftest import confirm_rest, load_rows, sign
from tests.settlement.notices.statement import JILIN, PAYS, line, notice
from tests.settlement.records.files import row
from tests.support.snapshots import nothing_changes
from tests.support.world import World

LogIn = Callable[[object], Client]
pytestmark = pytest.mark.usefixtures("laid_notices")


def test_each_region_that_nets_gets_its_notice(month: ClearingPeriod, world: World) -> None:
    columns = ("notice_no", "region__name", "direction", "receivable_fen", "payable_fen", "total_fen")
    assert list(Notice.objects.order_by("serial").values_list(*columns)) == [
        ("吉医保异清〔2026〕1号", "长春市", "payment", 70000, 124500, 54500),
        ("吉医保异清〔2026〕2号", "吉林市", "receipt", 130000, 70000, 60000),
        ("吉医保异清〔2026〕3号", "四平市", "payment", -500, 0, 500),
    ]
    first = notice(1)
    assert (first.employee_fen, first.resident_fen) == (124500, -70000)
    assert (first.basis_digest, first.version, first.issued_by) == (month.digest, 1, world.prov_clearing)
    assert StateChange.objects.filter(subject_kind="notice").count() == 3
    assert AuditEntry.objects.filter(action="notices_issued").count() == 3
    assert check_all(None).broken == []


def test_days_count_in_working_days_from_the_signature(month: ClearingPeriod) -> None:
    """Signed on Friday 2026-11-20: 5 working days to submit, then 10 to pay [N22]."""
    assert (notice(1).submit_by, notice(1).pay_by) == (dt.date(2026, 11, 27), dt.date(2026, 12, 11))


def test_the_account_is_the_one_that_the_money_goes_to(month: ClearingPeriod) -> None:
    assert (notice(1).holder, notice(1).account_no) == ("吉林省社会医疗保险管理局", "9900000000000220000")
    assert (notice(2).holder, notice(2).account_no) == ("吉林市医疗保障经办机构", "9900000000000220200")
    assert (notice(1).unit_name, notice(1).issuer) == ("长春市医疗保障经办机构", "吉林省社会医疗保险管理局")


def test_what_is_changed_later_leaves_issued_notices_as_they_are(month: ClearingPeriod) -> None:
    BankAccount.objects.update(holder="别的户名")
    Holiday.objects.create(date=dt.date(2026, 11, 24), kind="rest", name="临时")

    assert notice(2).holder == "吉林市医疗保障经办机构"
    assert notice(1).pay_by == dt.date(2026, 12, 11)
    assert check_all(None).broken == []


def test_a_reopened_month_voids_its_notices_and_their_numbers_stay_used(
    month: ClearingPeriod, world: World
) -> None:
    REOPENING["notices"](month)
    REOPENED["notices"](month, world.prov_supervisor, world.now)
    again = notices_issue(month, world.prov_clearing, world.now)

    assert set(Notice.objects.filter(serial__lte=3).values_list("state", flat=True)) == {"voided"}
    assert [one.serial for one in again] == [4, 5, 6]
    assert NumberSeries.objects.get(name="notice-2026").value == 6
    assert AuditEntry.objects.filter(action="notices_voided").count() == 3
    assert check_all(None).broken == []


def test_a_month_on_whose_notices_something_was_paid_is_not_reopened(
    month: ClearingPeriod, world: World
) -> None:
    line(world, **PAYS)

    with nothing_changes(), pytest.raises(DomainError) as refused:
        REOPENING["notices"](month)

    assert refused.value.code == "already_paid"
    assert "吉医保异清〔2026〕1号" in refused.value.message
    with nothing_changes(), pytest.raises(DomainError):
        REOPENED["notices"](month, world.prov_supervisor, world.now)
    assert not Notice.objects.filter(state="voided").exists()


def test_the_months_page_is_told_how_far_it_is_paid(month: ClearingPeriod, world: World) -> None:
    line(world, **PAYS)
    line(world, "T2", amount_fen=100, note="〔2026〕3号", other_account="9900000000000220300")

    progress = payment_progress(month, dt.date(2026, 12, 12))
    assert (progress.issued, progress.paid, progress.partly, progress.overdue) == (3, 1, 1, 2)
    assert (progress.total_fen, progress.paid_fen) == (115000, 54600)
    assert (progress.open_fen, progress.overdue_fen) == (60400, 60400)
    assert payment_progress(month, dt.date(2026, 12, 11)).overdue == 0
    (step,) = AFTER_SIGNING["payments"](month, world.prov_clearing)
    assert (step["label"], step["state"]) == ("收付款 1 / 3", "now")
    waits = "待四平市付款，2026-12-11 到期；待省级付款，2026-12-11 到期"
    assert step["note"] == f"未付 604.00，部分付 1 份；{waits}"
    (own,) = AFTER_SIGNING["payments"](month, world.changchun_clearing)
    assert (own["label"], own["note"], own["state"]) == ("收付款 1 / 1", "全部付清，合计 545.00", "done")


def test_the_months_page_tells_who_has_yet_to_pay_and_each_sides_delay(
    month: ClearingPeriod, world: World
) -> None:
    def note(by: User) -> str:
        return str(AFTER_SIGNING["payments"](month, by)[0]["note"])

    line(world, "T1", direction="out", amount_fen=60000, note="〔2026〕2号", other_account=JILIN)
    with time_machine.travel(dt.datetime(2026, 12, 14, 4, tzinfo=dt.UTC)):
        late = "2026-12-11 到期，已逾期 3 天"
        assert note(world.prov_clearing) == (f"未付 550.00，逾期 2 份 550.00；待长春市、四平市付款，{late}")
        assert note(world.changchun_clearing) == f"未付 545.00，逾期 1 份 545.00；待本区付款，{late}"
        assert note(world.jilin_clearing) == "全部付清，合计 600.00"


def test_progress_takes_one_query(
    month: ClearingPeriod, django_assert_num_queries: Callable[..., object]
) -> None:
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        payment_progress(month, dt.date(2026, 12, 12))


class TestUnsigned:
    """Months that are not signed yet, beside the signed one."""

    @pytest.fixture
    def second(self, world: World, tmp_path: Path) -> ClearingPeriod:
        return _second_month(world, tmp_path)

    def test_numbers_go_on_in_the_same_year(self, second: ClearingPeriod, world: World) -> None:
        sign(second, world)

        assert list(Notice.objects.filter(period="202611").values_list("serial", flat=True)) == [5, 4]

    def test_without_an_account_the_month_is_signed_and_the_account_is_written_by_hand(
        self, second: ClearingPeriod, world: World, as_user: LogIn
    ) -> None:
        BankAccount.objects.filter(region=world.jilin).delete()

        sign(second, world)

        blank, other = Notice.objects.filter(period="202611").order_by("account_no")
        assert (blank.region, blank.holder, blank.bank, blank.account_no) == (world.jilin, "", "", "")
        assert other.account_no == "9900000000000220000"
        client = as_user(world.prov_clearing)
        page = client.get(f"/notices/{blank.key}/").content.decode()
        assert "签发时吉林市没有登记在用的收款账户" in page
        assert client.get(f"/notices/{blank.key}/print/").content.decode().count('<b class="blank"></b>') == 3
        assert "没有登记在用" not in client.get(f"/notices/{other.key}/").content.decode()
        home = client.get("/").content.decode()
        assert "没有收款账户的通知书" in home
        listed = client.get("/notices/?state=no_account")
        assert [row.pk for row, _ in listed.context["rows"]] == [blank.pk]
        assert "没有收款账户的通知书" not in as_user(world.changchun_clearing).get("/").content.decode()
        assert check_all(None).broken == []


def _second_month(world: World, folder: Path) -> ClearingPeriod:
    rows = [row("N1", 结算时间="2026-11-02 09:00:00", 出院日期="2026-11-02")]
    load_rows(world, folder / "november.csv", rows, "settlements")
    month = period_compute(period="202611", by=world.prov_clearing, at=world.now)
    confirm_rest(month, world)
    return month


def test_other_slices_issue_in_the_same_series_once_per_subject(month: ClearingPeriod, world: World) -> None:
    party = party_of(notice(1).region)
    owed = [(party, Figures("payment", 0, 7000, 5000, 2000, 7000))]
    rounds = [
        NoticeBasis(Category.REVOLVING_FUND, "2026", "a" * 64, subject_no=f"JZ2026-{n}") for n in (1, 2)
    ]

    issued = [notices_issue_for(basis, owed, by=world.prov_clearing, at=world.now)[0] for basis in rounds]
    with nothing_changes(), pytest.raises(DomainError) as refused:
        notices_issue_for(rounds[0], owed, by=world.prov_clearing, at=world.now)

    assert refused.value.code == "already_issued"
    assert [one.serial for one in issued] == [4, 5]
    said = form_of(issued[0])
    assert (said.period, said.sheets, said.total) == ("2026年", "加急调增 JZ2026-1", "70.00")
    assert {item.check for item in check_all(None).broken} == {NOTICED}  # nobody approved what they ask for
    voided = notices_void_for(rounds[0], reason="重新核定", by=world.prov_supervisor, at=world.now)
    assert [one.notice_no for one in voided] == [issued[0].notice_no]
    assert list(in_force_for(rounds[1])) == [issued[1]]
    with pytest.raises(DatabaseError), transaction.atomic():
        Notice.objects.filter(pk=issued[1].pk).update(subject_no="JZ2026-9")


def test_whoever_stands_above_hears_of_every_payment(month: ClearingPeriod, world: World) -> None:
    heard: list[int] = []

    @PAID.register("test", order=999)
    def hear(payments: Sequence[Payment], at: dt.datetime) -> None:
        heard.extend(payment.pk for payment in payments)

    try:
        line(world, **PAYS)
    finally:
        PAID._entries.pop("test")

    assert heard == [Payment.objects.get().pk]
