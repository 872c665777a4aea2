"""重开: two people open the newest signed month again; both versions stay, late cases come back."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from agency.batches.models import Batch
from agency.batches.services import batch_undo
from agency.errors import DomainError, DomainErrors, NotAllowed
from agency.journal.books import check_all
from agency.journal.models import AuditEntry, PrintedForm
from agency.organisation.models import PoolingRegion
from agency.sheets.digest import digest
from settlement.clearing import version_checks
from settlement.clearing.changes import has_changed_since
from settlement.clearing.export import sheet_printed
from settlement.clearing.filling import MonthBook, sheet_data
from settlement.clearing.models import ClearingPeriod, RegionConfirmation, SignedSheet
from settlement.clearing.reopening import (
    reopening_approve,
    reopening_propose,
    reopening_reject,
    reopening_withdraw,
)
from settlement.clearing.signing import REOPENED, REOPENING, SIGNED
from settlement.clearing.standing import standing_of_sheet
from settlement.clearing.version_models import MonthVersion, Reopening
from settlement.clearing.versions import version_at, version_numbered
from settlement.deductions.models import Deduction
from settlement.deductions.services import deduction_withdraw
from settlement.matching.models import RecordFiling
from settlement.matching.services import match_period
from settlement.records.models import SettlementRecord
from tests.settlement.clearing import conftest
from tests.settlement.clearing.damages import do
from tests.settlement.records.files import row
from tests.support.snapshots import nothing_changes
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

    with nothing_changes(), pytest.raises(DomainErrors) as refused:
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
        with nothing_changes(), pytest.raises(DomainError) as refused:
            propose(world, period)
        errors = getattr(refused.value, "errors", [refused.value])
        assert [error.code for error in errors] == ["not_signed"]


def test_nobody_decides_what_they_proposed(signed: ClearingPeriod, world: World) -> None:
    reopening_propose(period="202610", reason="试", by=world.system, at=world.now)

    for act in (reopening_approve, lambda **who: reopening_reject(reason="不", **who)):
        with nothing_changes(), pytest.raises(NotAllowed):
            act(period="202610", by=world.system, at=world.now)

    assert Reopening.objects.get().state == "proposed"
    assert approve(world).state == "computed"


@pytest.mark.parametrize("name", ["prov_finance", "prov_supervisor", "prov_auditor", "changchun_clearing"])
def test_only_the_provinces_clearing_staff_propose(signed: ClearingPeriod, world: World, name: str) -> None:
    with nothing_changes(), pytest.raises(NotAllowed):
        reopening_propose(period="202610", reason="试", by=getattr(world, name), at=world.now)

    assert not Reopening.objects.exists()


@pytest.mark.parametrize("name", ["prov_clearing_2", "prov_finance", "prov_auditor", "supervisor"])
def test_only_the_provinces_supervisor_decides(signed: ClearingPeriod, world: World, name: str) -> None:
    propose(world)

    with nothing_changes(), pytest.raises(NotAllowed):
        reopening_approve(period="202610", by=getattr(world, name), at=world.now)
    with nothing_changes(), pytest.raises(NotAllowed):
        reopening_reject(period="202610", reason="不", by=getattr(world, name), at=world.now)

    assert Reopening.objects.get().state == "proposed"


def test_a_reason_is_given(signed: ClearingPeriod, world: World) -> None:
    for reason, code in ((" ", "reason_missing"), ("长" * 201, "reason_too_long")):
        with nothing_changes(), pytest.raises(DomainError) as refused:
            propose(world, reason=reason)
        assert (refused.value.code, refused.value.field) == (code, "reason")

    assert not Reopening.objects.exists()


def test_rejected_or_withdrawn_the_month_stays_signed_and_another_may_be_proposed(
    signed: ClearingPeriod, world: World
) -> None:
    propose(world)
    with nothing_changes(), pytest.raises(DomainError) as refused:
        propose(world)
    assert refused.value.code == "already_proposed"

    reopening_reject(period="202610", reason="更正记入下月", by=world.prov_supervisor, at=world.now)
    second = propose(world)
    with nothing_changes(), pytest.raises(NotAllowed):
        reopening_withdraw(period="202610", reason="不", by=world.prov_clearing_2, at=world.now)
    reopening_withdraw(period="202610", reason="弄错了", by=world.prov_clearing, at=world.now)

    assert second.reopening_no == "CK202610-02"
    assert [one.state for one in Reopening.objects.order_by("pk")] == ["rejected", "withdrawn"]
    with nothing_changes(), pytest.raises(DomainError) as nothing:
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

    with nothing_changes(), pytest.raises(DomainErrors) as refused:
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
        with nothing_changes(), pytest.raises(DomainError) as refused:
            version_at(signed, moment)
        assert refused.value.code == "not_computed"
    with nothing_changes(), pytest.raises(DomainError):
        version_numbered(signed, 99)


def test_computing_again_without_a_change_keeps_no_version(
    signed: ClearingPeriod, world: World, compute: Callable[..., ClearingPeriod]
) -> None:
    reopen(world)
    assert MonthVersion.objects.count() == 3

    compute(minutes=200)

    assert MonthVersion.objects.count() == 3


def test_what_an_undone_batch_left_signed_stays_when_the_month_is_opened(
    signed: ClearingPeriod, world: World, load: Callable[..., Batch]
) -> None:
    """Two files in one month: of the one that is undone afterwards only what was signed is left."""
    batch = Batch.objects.get(kind="settlements")
    load([row("N1", 结算时间="2026-11-02 09:00:00")])
    mixed = SettlementRecord.objects.get(settlement_no="N1")
    SettlementRecord.objects.filter(pk=mixed.pk).update(batch=batch, line_no=99)
    batch_undo(batch, by=world.prov_clearing_2, at=world.now, reason="试试")

    reopen(world)

    named = [broken.message for broken in check_all(None).broken if "不该还在" in broken.message]
    assert named == []
    assert SettlementRecord.objects.filter(batch=batch).count() == 9


def test_the_command_writes_a_sheet_as_known_on_a_moment(
    signed: ClearingPeriod,
    world: World,
    load: Callable[..., object],
    compute: Callable[..., ClearingPeriod],
    tmp_path: Path,
) -> None:
    then = digest(sheet_data("11", signed, world.changchun))
    reopen(world)
    load([row("S9")])
    compute(minutes=180)
    asked = [
        "11",
        "--period=202610",
        "--region=长春",
        "--format=csv",
        f"--out={tmp_path / 'then.csv'}",
        "--json",
    ]

    told = {}
    for moment in ("2026-11-20T13:00", "2026-11-20T15:00"):
        out = io.StringIO()
        call_command("export_sheet", *asked, f"--as-of={moment}", stdout=out)
        told[moment] = json.loads(out.getvalue())["digest"]

    assert told["2026-11-20T13:00"] == then
    assert (
        told["2026-11-20T15:00"]
        == digest(sheet_data("11", ClearingPeriod.objects.get(), world.changchun))
        != then
    )
    with pytest.raises(CommandError, match="不是时间"):
        call_command("export_sheet", *asked, "--as-of=gestern")


DAMAGES = {
    "the content of a version": (
        "UPDATE settlement_monthversion SET lines_digest = 'x', digest = 'x' WHERE version_no = 1",
        version_checks.UNALTERED,
        "内容与所记的摘要不符",
    ),
    "a lost version": (
        "DELETE FROM settlement_monthversion WHERE version_no = 1",
        version_checks.UNALTERED,
        "缺号",
    ),
    "the name of who signed": (
        "UPDATE settlement_clearingperiod SET signed_at = computed_at",
        version_checks.AS_SIGNED,
        "与第 2 版（签发）不符",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_to_versions_is_found(signed: ClearingPeriod, damage: str) -> None:
    sql, name, message = DAMAGES[damage]

    do(sql)

    found = [broken.message for broken in check_all(None).broken if broken.check == name]
    assert any(message in text for text in found), found


def test_the_verification_of_a_paper_knows_that_its_month_was_opened_again(
    signed: ClearingPeriod, world: World, load: Callable[..., object], compute: Callable[..., ClearingPeriod]
) -> None:
    def standing(form: str, region: PoolingRegion) -> tuple[str, bool]:
        found = standing_of_sheet(papers[form, region.code])
        assert found is not None
        return found.label, found.is_effective

    papers = {
        (form, region.code): PrintedForm.objects.get(
            code=sheet_printed(
                sheet_data(form, signed, region),
                region,
                book=MonthBook(signed),
                by=world.prov_clearing,
                at=world.now,
            ).code
        )
        for form, region in (("11", world.changchun), ("10", world.yanbian))
    }
    assert standing("11", world.changchun) == ("已签发", True)

    reopen(world)
    assert standing("11", world.changchun) == ("签发之后重开过，以最新签发的表为准", False)

    load([row("S9")])
    month = compute(minutes=180)
    conftest.confirm_rest(month, world)
    conftest.sign(month, world)
    assert standing("11", world.changchun) == ("签发之后重开过，以最新签发的表为准", False)
    assert standing("10", world.yanbian) == ("已签发", True)
