"""计算: records and deductions become lines; the same records always give the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from agency.batches.services import batch_undo
from agency.errors import DomainError, NotAllowed
from agency.journal.books import check_all
from agency.journal.models import AuditEntry, StateChange
from agency.organisation.models import RegionPair
from agency.sheets.as_csv import as_csv
from agency.sheets.as_xlsx import as_xlsx
from settlement.clearing.changes import has_changed_since
from settlement.clearing.filling import sheet_data
from settlement.clearing.models import ClearingLine, ClearingPeriod, RegionConfirmation
from settlement.clearing.selectors import months_with_cases
from settlement.clearing.services import period_compute, region_confirm
from settlement.deductions.models import Deduction
from settlement.deductions.services import deduction_withdraw
from tests.settlement.clearing import cases
from tests.settlement.records.files import row
from tests.support.snapshots import nothing_changes
from tests.support.world import World

FIGURES = ("cases", "records", "total_fee_fen", "fund_total_fen", "deduction_fen", "due_fen")


def not_cross_region(world: World, since: dt.date) -> None:
    RegionPair.objects.create(
        region_a=world.jilin, region_b=world.changchun, is_cross_region=False, valid_from=since
    )


def lines(month: ClearingPeriod) -> dict[tuple[str, ...], tuple[int, ...]]:
    keys = ("insured_region__short_name", "care_region__short_name", "insurance_type", "care_kind")
    rows = ClearingLine.objects.filter(period=month).values_list(*keys, *FIGURES)
    return {row[:4]: row[4:] for row in rows}


def test_records_and_deductions_add_up_to_lines(month: ClearingPeriod) -> None:
    assert lines(month) == {
        ("长春", "吉林", "employee", "inpatient"): (1, 3, 100000, 56000, 10000, 60000),
        ("吉林", "长春", "resident", "outpatient"): (1, 1, 100000, 56000, 0, 70000),
        ("长春", "北京", "employee", "inpatient"): (1, 1, 100000, 56000, 5000, 65000),
        ("辽宁", "吉林", "employee", "pharmacy"): (1, 1, 100000, 56000, 0, 70000),
        ("延边", "长春", "employee", "inpatient"): (0, 2, 0, 0, 0, 0),
        ("长春", "四平", "employee", "maternity"): (0, 0, 0, 0, 500, -500),
    }


def test_the_month_knows_its_totals_and_its_local_cases(month: ClearingPeriod) -> None:
    assert (month.cases, month.local_cases) == (8, 1)
    assert (month.receivable_fen, month.payable_fen) == (264500, 264500)
    assert month.state == "computed"
    assert AuditEntry.objects.filter(action="period_computed", subject_no="202610").count() == 1


def test_computed_again_it_is_the_same_to_the_last_byte(
    month: ClearingPeriod, compute: Callable[..., ClearingPeriod], world: World
) -> None:
    first = [as_csv(sheet_data("10", month, world.jilin)), as_xlsx(sheet_data("9", month, None))]

    again = compute(minutes=90)

    assert [as_csv(sheet_data("10", again, world.jilin)), as_xlsx(sheet_data("9", again, None))] == first
    assert (again.lines_digest, again.computed_at) == (month.lines_digest, world.now)
    assert StateChange.objects.filter(subject_kind="period", subject_no="202610").count() == 3


def test_a_new_case_changes_the_digest_and_the_moment(
    month: ClearingPeriod, load: Callable[..., object], compute: Callable[..., ClearingPeriod], world: World
) -> None:
    load([row("S9")])

    again = compute(minutes=90)

    assert again.lines_digest != month.lines_digest
    assert again.computed_at == world.now + dt.timedelta(minutes=90)
    assert again.receivable_fen == 264500 + 70000


def test_what_arrives_after_computing_asks_to_compute_again(
    month: ClearingPeriod, load: Callable[..., object], compute: Callable[..., ClearingPeriod]
) -> None:
    assert not has_changed_since(month)

    load([row("S9")])

    assert has_changed_since(month)
    assert not has_changed_since(compute())


def test_a_deduction_taken_back_asks_to_compute_again(
    month: ClearingPeriod, compute: Callable[..., ClearingPeriod], world: World
) -> None:
    deduction = Deduction.objects.get(reason="重复收费")

    deduction_withdraw(by=world.prov_clearing, at=world.now, deduction=deduction, reason="查无此事")

    assert has_changed_since(month)
    assert check_all("202610").broken == []  # it waits, it is no damage
    assert compute().receivable_fen == 264500 + 10000
    assert not has_changed_since(month)


def test_what_arrives_for_another_month_does_not(month: ClearingPeriod, load: Callable[..., object]) -> None:
    load([row("S9", 结算时间="2026-11-02 09:00:00")])

    assert not has_changed_since(month)
    assert months_with_cases() == ["202610", "202611"]


def test_only_changed_regions_have_to_confirm_again(
    month: ClearingPeriod, load: Callable[..., object], compute: Callable[..., ClearingPeriod], world: World
) -> None:
    for region in (world.changchun, world.yanbian):
        region_confirm(period="202610", region=region, by=world.system, at=world.now)
    load([row("S9")])

    compute()

    standing = RegionConfirmation.objects.filter(voided_at__isnull=True)
    assert [given.region for given in standing] == [world.yanbian]
    assert RegionConfirmation.objects.count() == 2


def test_a_pair_that_is_not_cross_region_is_kept_and_counted_apart(
    loaded: None, compute: Callable[..., ClearingPeriod], world: World
) -> None:
    not_cross_region(world, dt.date(2026, 10, 9))

    month = compute()

    assert (month.cases, month.local_cases) == (4, 5)  # S1, S2, R2, S3 join S6
    assert ("长春", "吉林", "employee", "inpatient") not in lines(month)
    assert ("吉林", "长春", "resident", "outpatient") not in lines(month)
    assert month.receivable_fen == 65000 + 70000 - 500  # nor does the deduction of S1 count


def test_a_pair_is_judged_on_the_day_of_settlement(
    loaded: None, compute: Callable[..., ClearingPeriod], world: World
) -> None:
    RegionPair.objects.create(  # the cases were settled on the 9th
        region_a=world.jilin,
        region_b=world.changchun,
        is_cross_region=False,
        valid_from=dt.date(2026, 10, 10),
    )

    assert (compute().cases, compute().local_cases) == (8, 1)


def test_a_month_without_anything_is_refused(world: World) -> None:
    with nothing_changes(), pytest.raises(DomainError) as refused:
        period_compute(period="202612", by=world.prov_clearing, at=world.now)

    assert refused.value.code == "nothing_to_compute"
    assert not ClearingPeriod.objects.exists()


def test_a_month_whose_cases_were_undone_can_be_computed_to_nothing(
    load: Callable[..., object], compute: Callable[..., ClearingPeriod], world: World
) -> None:
    batch = load([row("S1")])
    month = compute()
    batch_undo(batch, by=world.prov_clearing_2, at=world.now, reason="传错了文件")

    assert has_changed_since(month)
    assert (compute().cases, compute().receivable_fen) == (0, 0)
    assert not has_changed_since(compute())


def test_a_signed_month_is_not_computed(
    signed: ClearingPeriod, compute: Callable[..., ClearingPeriod]
) -> None:
    before = lines(signed), signed.lines_digest

    with nothing_changes(), pytest.raises(DomainError) as refused:
        compute()

    assert refused.value.code == "already_signed"
    signed.refresh_from_db()
    assert (lines(signed), signed.lines_digest) == before


@pytest.mark.parametrize("name", ["changchun_clearing", "prov_finance", "prov_supervisor", "clerk"])
def test_only_the_provinces_clearing_staff_compute(loaded: None, world: World, name: str) -> None:
    with nothing_changes(), pytest.raises(NotAllowed):
        period_compute(period="202610", by=getattr(world, name), at=world.now)

    assert not ClearingPeriod.objects.exists()
    assert not ClearingLine.objects.exists()


@pytest.mark.parametrize("damage", [{"due_fen": 1}, {"fund_total_fen": 1}, {"insurance_type": "other"}])
def test_the_database_refuses_a_line_that_does_not_add_up(month: ClearingPeriod, damage: dict) -> None:
    before = lines(month)

    with pytest.raises(IntegrityError), transaction.atomic():
        ClearingLine.objects.filter(period=month, cases=1).update(**damage)

    assert lines(month) == before


def test_a_deduction_that_is_late_goes_to_the_next_month(
    signed: ClearingPeriod, load: Callable[..., object], compute: Callable[..., ClearingPeriod]
) -> None:
    late = {**cases.DEDUCTIONS[0], "原因": "签发后查出", "金额": "7.00"}

    load([late], "deductions")

    november = compute("202611")
    assert lines(november) == {("长春", "吉林", "employee", "inpatient"): (0, 0, 0, 0, 700, -700)}
    assert lines(signed)[("长春", "吉林", "employee", "inpatient")] == (1, 3, 100000, 56000, 10000, 60000)


def test_a_month_that_was_not_computed_is_not_confirmed(loaded: None, world: World) -> None:
    with nothing_changes(), pytest.raises(DomainError) as refused:
        region_confirm(period="202610", region=world.changchun, by=world.changchun_clearing, at=world.now)

    assert refused.value.code == "not_computed"
