"""重开: two people open the newest signed month again; both versions stay, late cases come back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from agency.errors import DomainError, DomainErrors, NotAllowed
from agency.journal.books import check_all
from agency.journal.models import AuditEntry
from agency.sheets.digest import digest
from settlement.clearing.changes import has_changed_since
from settlement.clearing.filling import MonthBook, sheet_data
from settlement.clearing.models import ClearingPeriod, RegionConfirmation, SignedSheet
from settlement.clearing.reopening import (
    reopening_approve,
    reopening_propose,
    reopening_reject,
    reopening_withdraw,
)
from settlement.clearing.signing import REOPENED, REOPENING, SIGNED
from settlement.clearing.version_models import MonthVersion, Reopening
from settlement.clearing.versions import version_at, version_numbered
from settlement.deductions.models import Deduction
from settlement.deductions.services import deduction_withdraw
from settlement.matching.models import RecordFiling
from settlement.matching.services import match_period
from settlement.records.models import SettlementRecord
from tests.settlement.clearing import conftest
from tests.settlement.records.files import row
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_signed")
LATE_DEDUCTION = {
    "期别": "202610",
    "结算编号": "S4",
    "扣款类别": "审核扣款",
    "原因": "迟到的扣款",
    "金额": "7.00",
}


def propose(world: World, period: str = "202610", reason: str = "漏了一家医院") -> Reopening:
    return reopening_propose(period=period, reason=reason, by=world.prov_clearing, at=world.now)


def approve(world: World, hours: int = 2) -> ClearingPeriod:
    at = world.now + dt.timedelta(hours=hours)
    return reopening_approve(period="202610", by=world.prov_supervisor, at=at)


def reopen(world: World) -> ClearingPeriod:
    propose(world)
    return approve(world)


def codes(error: DomainErrors) -> list[str]:
    return [reason.code for reason in error.errors]


def test_two_people_open_a_signed_month_again(signed: ClearingPeriod, world: World) -> None:
    propose(world)
    signed.refresh_from_db()
    assert signed.is_signed

    month = approve(world)

    month.refresh_from_db()
    assert (month.state, month.version, month.digest, month.signed_by) == ("computed", 1, "", None)
    assert "signed_by" not in month.names
    reopening = Reopening.objects.get()
    assert (reopening.state, reopening.decided_by) == ("approved", world.prov_supervisor)
    told = AuditEntry.objects.get(action="period_reopened").detail
    assert (told["reason"], told["version"], told["months"]) == ("漏了一家医院", 1, [])
    assert not has_changed_since(month)
    assert check_all(None).broken == []


def test_signed_again_both_versions_stay(
    signed: ClearingPeriod, world: World, load: Callable[..., object], compute: Callable[..., ClearingPeriod]
) -> None:
    first = {
        form: sheet_data(form, signed, region) for form, region in (("9", None), ("11", world.changchun))
    }
    reopen(world)
    load([row("S9")])
    month = compute(minutes=180)

    assert RegionConfirmation.objects.filter(voided_at__isnull=False).count() == 2  # 长春 and 吉林 alone
    conftest.confirm_rest(month, world)
    again = conftest.sign(month, world)

    assert again.version == 2
    assert (
        SignedSheet.objects.filter(version=1).count() == SignedSheet.objects.filter(version=2).count() == 61
    )
    signed_versions = MonthVersion.objects.filter(cause="signed").order_by("version_no")
    assert [version.signed_version for version in signed_versions] == [1, 2]
    book = MonthBook(again, version=signed_versions[0])
    for form, data in first.items():
        region = None if form == "9" else world.changchun
        then = sheet_data(form, book.month, region, book)
        assert digest(then) == digest(data)
        assert (then.prepared_on, then.names) == (data.prepared_on, data.names)
        assert digest(then) != digest(sheet_data(form, again, region))
    assert check_all(None).broken == []


def test_what_came_late_counts_in_its_own_month_again(
    signed: ClearingPeriod, world: World, load: Callable[..., object], compute: Callable[..., ClearingPeriod]
) -> None:
    late = load([row("S9"), row("N1", 结算时间="2026-11-02 09:00:00")])
    load([LATE_DEDUCTION], "deductions")
    match_period("202611", at=world.now)
    november = compute("202611")
    assert (november.cases, november.receivable_fen) == (2, 140000 - 700)

    month = reopen(world)

    assert set(SettlementRecord.objects.filter(period="202611").values_list("settlement_no", flat=True)) == {
        "N1"
    }
    assert SettlementRecord.objects.get(settlement_no="S9").period == "202610"
    assert RecordFiling.objects.get(record__settlement_no="S9").period == "202610"
    assert Deduction.objects.get(reason="迟到的扣款").period == "202610"
    late.refresh_from_db()
    assert late.preview["periods"] == {"202610": 1, "202611": 1}
    told = AuditEntry.objects.get(action="period_reopened").detail
    assert (told["records"], told["deductions"], told["months"]) == (1, 1, ["202610", "202611"])
    assert has_changed_since(month) and has_changed_since(november)
    assert check_all(None).broken == []

    assert compute("202611").cases == 1
    assert compute().cases == 9
    assert not has_changed_since(ClearingPeriod.objects.get(period="202611"))
    assert check_all(None).broken == []


def test_a_withdrawal_comes_back_with_what_it_takes_back(
    signed: ClearingPeriod, world: World, load: Callable[..., object], compute: Callable[..., ClearingPeriod]
) -> None:
    load([LATE_DEDUCTION], "deductions")
    late = Deduction.objects.get(reason="迟到的扣款")
    deduction_withdraw(by=world.prov_clearing, at=world.now, deduction=late, reason="查无此事")

    reopen(world)

    withdrawal = Deduction.objects.get(withdraws=late)
    assert (withdrawal.period, withdrawal.stated_period) == ("202610", "202610")
    assert compute().receivable_fen == 264500
    assert check_all(None).broken == []


def test_a_month_that_is_not_the_newest_signed_one_stays(
    signed: ClearingPeriod, world: World, load: Callable[..., object], compute: Callable[..., ClearingPeriod]
) -> None:
    load([row("N1", 结算时间="2026-11-02 09:00:00")])
    november = compute("202611")
    conftest.confirm_rest(november, world)
    propose(world)
    conftest.sign(november, world)

    with pytest.raises(DomainErrors) as refused:
        approve(world)

    assert codes(refused.value) == ["later_month_signed"]
    signed.refresh_from_db()
    assert signed.is_signed
    assert Reopening.objects.get().state == "proposed"
    assert reopening_propose(period="202611", reason="试", by=world.prov_clearing, at=world.now).version == 1


def test_an_unsigned_month_needs_no_reopening(
    signed: ClearingPeriod, world: World, load: Callable[..., object], compute: Callable[..., ClearingPeriod]
) -> None:
    load([row("N1", 结算时间="2026-11-02 09:00:00")])
    compute("202611")

    for period in ("202611", "202612"):
        with pytest.raises(DomainError) as refused:
            propose(world, period)
        errors = getattr(refused.value, "errors", [refused.value])
        assert [error.code for error in errors] == ["not_signed"]


def test_nobody_decides_what_they_proposed(signed: ClearingPeriod, world: World) -> None:
    reopening_propose(period="202610", reason="试", by=world.system, at=world.now)

    for act in (reopening_approve, lambda **who: reopening_reject(reason="不", **who)):
        with pytest.raises(NotAllowed):
            act(period="202610", by=world.system, at=world.now)

    assert Reopening.objects.get().state == "proposed"
    assert approve(world).state == "computed"


@pytest.mark.parametrize("name", ["prov_finance", "prov_supervisor", "prov_auditor", "changchun_clearing"])
def test_only_the_provinces_clearing_staff_propose(signed: ClearingPeriod, world: World, name: str) -> None:
    with pytest.raises(NotAllowed):
        reopening_propose(period="202610", reason="试", by=getattr(world, name), at=world.now)

    assert not Reopening.objects.exists()


@pytest.mark.parametrize("name", ["prov_clearing_2", "prov_finance", "prov_auditor", "supervisor"])
def test_only_the_provinces_supervisor_decides(signed: ClearingPeriod, world: World, name: str) -> None:
    propose(world)

    with pytest.raises(NotAllowed):
        reopening_approve(period="202610", by=getattr(world, name), at=world.now)
    with pytest.raises(NotAllowed):
        reopening_reject(period="202610", reason="不", by=getattr(world, name), at=world.now)

    assert Reopening.objects.get().state == "proposed"


def test_a_reason_is_given(signed: ClearingPeriod, world: World) -> None:
    for reason, code in ((" ", "reason_missing"), ("长" * 201, "reason_too_long")):
        with pytest.raises(DomainError) as refused:
            propose(world, reason=reason)
        assert (refused.value.code, refused.value.field) == (code, "reason")

    assert not Reopening.objects.exists()


def test_rejected_or_withdrawn_the_month_stays_signed_and_another_may_be_proposed(
    signed: ClearingPeriod, world: World
) -> None:
    propose(world)
    with pytest.raises(DomainError) as refused:
        propose(world)
    assert refused.value.code == "already_proposed"

    reopening_reject(period="202610", reason="更正记入下月", by=world.prov_supervisor, at=world.now)
    second = propose(world)
    with pytest.raises(NotAllowed):
        reopening_withdraw(period="202610", reason="不", by=world.prov_clearing_2, at=world.now)
    reopening_withdraw(period="202610", reason="弄错了", by=world.prov_clearing, at=world.now)

    assert second.reopening_no == "CK202610-02"
    assert [one.state for one in Reopening.objects.order_by("pk")] == ["rejected", "withdrawn"]
    with pytest.raises(DomainError) as nothing:
        approve(world)
    assert nothing.value.code == "nothing_proposed"
    signed.refresh_from_db()
    assert signed.is_signed


def test_higher_slices_are_asked_and_told(
    signed: ClearingPeriod, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    for registry in (SIGNED, REOPENING, REOPENED):
        monkeypatch.setattr(registry, "_entries", {})

    @REOPENING.register("paid")
    def paid(month: ClearingPeriod) -> None:
        if not told:
            told.append("asked")
            raise DomainError("already_paid", "通知书已付款，不能重开。")

    @REOPENED.register("void")
    def void(month: ClearingPeriod, by: object, at: dt.datetime) -> None:
        told.append(f"reopened {month.state} {by}")

    @SIGNED.register("notices")
    def notices(month: ClearingPeriod, by: object, at: dt.datetime) -> None:
        told.append(f"signed {month.state} {month.version}")

    with pytest.raises(DomainErrors) as refused:
        propose(world)
    assert codes(refused.value) == ["already_paid"]

    conftest.sign(reopen(world), world)

    assert told == ["asked", "reopened computed prov_supervisor", "signed signed 2"]


def test_as_known_on_a_moment(signed: ClearingPeriod, world: World) -> None:
    reopen(world)
    hours = {0: "computed", 1: "signed", 2: "reopened", 3: "reopened"}

    found = {hour: version_at(signed, world.now + dt.timedelta(hours=hour)).cause for hour in hours}

    assert found == hours
    for moment in (world.now - dt.timedelta(minutes=1), world.now - dt.timedelta(days=40)):
        with pytest.raises(DomainError) as refused:
            version_at(signed, moment)
        assert refused.value.code == "not_computed"
    with pytest.raises(DomainError):
        version_numbered(signed, 99)


def test_computing_again_without_a_change_keeps_no_version(
    signed: ClearingPeriod, world: World, compute: Callable[..., ClearingPeriod]
) -> None:
    reopen(world)
    assert MonthVersion.objects.count() == 3

    compute(minutes=200)

    assert MonthVersion.objects.count() == 3
