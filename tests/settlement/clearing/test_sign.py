"""签发: all must hold; from then on the month never changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection

from agency.errors import DomainError, DomainErrors, NotAllowed
from agency.journal.models import AuditEntry
from agency.organisation.models import Institution
from agency.sheets.as_pdf import as_pdf
from agency.sheets.as_xlsx import as_xlsx
from agency.sheets.digest import digest
from settlement.clearing.filling import sheet_data
from settlement.clearing.models import ClearingPeriod, SignedSheet
from settlement.clearing.selectors import signed_periods
from settlement.clearing.services import period_sign, region_confirm
from tests.settlement.records.files import row
from tests.support.snapshots import nothing_changes
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_month")


def sign(world: World, name: str = "prov_clearing", **changes: object) -> ClearingPeriod:
    chosen = {"period": "202610", "by": getattr(world, name), "at": world.now}
    return period_sign(**{**chosen, **changes})  # type: ignore[arg-type]


def reasons(error: DomainErrors) -> dict[str, str]:
    return {reason.code: reason.message for reason in error.errors}


def test_a_signed_month_keeps_the_digest_of_every_sheet(signed: ClearingPeriod, world: World) -> None:
    assert (signed.state, signed.signed_by) == ("signed", world.prov_clearing)
    assert len(signed.digest) == 64
    assert SignedSheet.objects.filter(period=signed).count() == 1 + 12 * 5
    kept = SignedSheet.objects.get(period=signed, form_no="10", region=world.jilin)
    assert kept.digest == digest(sheet_data("10", signed, world.jilin))
    assert signed_periods() == {"202610"}
    assert AuditEntry.objects.get(action="period_signed").detail["digest"] == signed.digest


def test_signing_dates_the_sheets_and_names_who_signed(signed: ClearingPeriod, world: World) -> None:
    data = sheet_data("10", signed, world.jilin)

    assert data.prepared_label == "2026年11月20日"
    assert data.as_of == world.now + dt.timedelta(hours=1)
    assert data.names == {"制表人": "prov_clearing", "负责人": "prov_clearing"}


def test_a_month_waits_for_every_region_in_force(month: ClearingPeriod, world: World) -> None:
    region_confirm(period="202610", region=world.changchun, by=world.system, at=world.now)

    with nothing_changes(), pytest.raises(DomainErrors) as refused:
        sign(world)

    message = reasons(refused.value)["not_confirmed"]
    assert message == (
        "还没有确认：省直、吉林市、四平市、辽源市、通化市、白山市、松原市、白城市、延边州、梅河口市、长白山"
    )
    month.refresh_from_db()
    assert (month.state, month.digest) == ("computed", "")
    assert not SignedSheet.objects.exists()


def test_months_are_signed_in_order(
    month: ClearingPeriod,
    load: Callable[..., object],
    compute: Callable[..., ClearingPeriod],
    confirm_all: Callable[..., None],
    world: World,
) -> None:
    load([row("N1", 结算时间="2026-11-02 09:00:00")])
    confirm_all(compute("202611"))

    with nothing_changes(), pytest.raises(DomainErrors) as refused:
        sign(world, period="202611")

    assert reasons(refused.value)["earlier_month_unsigned"] == "2026年10月还没有签发，须依次签发"
    assert signed_periods() == set()


def test_what_came_after_computing_stops_the_signature(
    month: ClearingPeriod, confirm_all: Callable[..., None], load: Callable[..., object], world: World
) -> None:
    confirm_all(month)
    load([row("S9")])

    with nothing_changes(), pytest.raises(DomainErrors) as refused:
        sign(world)

    assert "needs_computing" in reasons(refused.value)
    assert signed_periods() == set()


def test_a_check_that_fails_stops_the_signature(
    month: ClearingPeriod, confirm_all: Callable[..., None], world: World
) -> None:
    confirm_all(month)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE settlement_settlementrecord SET pooling_pay_fen = pooling_pay_fen + 1, "
            "fund_total_fen = fund_total_fen + 1, cash_pay_fen = cash_pay_fen - 1 WHERE settlement_no = 'S4'"
        )

    with nothing_changes(), pytest.raises(DomainErrors) as refused:
        sign(world)

    assert "长春市→北京市 职工 住院" in reasons(refused.value)["check_fails"]
    assert signed_periods() == set()


def test_figures_that_changed_since_they_were_shown_are_not_signed(
    month: ClearingPeriod, confirm_all: Callable[..., None], world: World
) -> None:
    confirm_all(month)

    with nothing_changes(), pytest.raises(DomainError) as refused:
        sign(world, seen_digest="0" * 64)

    assert refused.value.code == "shown_is_outdated"
    assert sign(world, seen_digest=month.lines_digest).is_signed


def test_a_month_is_signed_once(signed: ClearingPeriod, world: World) -> None:
    before = signed.digest, signed.signed_at

    with nothing_changes(), pytest.raises(DomainError) as refused:
        sign(world, "prov_clearing_2")

    signed.refresh_from_db()
    assert refused.value.code == "already_signed"
    assert (signed.digest, signed.signed_at) == before
    assert SignedSheet.objects.count() == 61


@pytest.mark.parametrize("name", ["changchun_clearing", "prov_finance", "prov_supervisor", "prov_auditor"])
def test_only_the_provinces_clearing_staff_sign(
    month: ClearingPeriod, confirm_all: Callable[..., None], world: World, name: str
) -> None:
    confirm_all(month)

    with nothing_changes(), pytest.raises(NotAllowed):
        sign(world, name)

    assert signed_periods() == set()


def test_a_renamed_region_or_hospital_leaves_a_signed_sheet_as_it_is(
    signed: ClearingPeriod, world: World
) -> None:
    forms = {"10": world.jilin, "14": world.jilin, "9": None}
    before = {form: as_xlsx(sheet_data(form, signed, region)) for form, region in forms.items()}

    type(world.changchun).objects.filter(pk=world.changchun.pk).update(name="新长春市", code="220199")
    Institution.objects.filter(code="H22020200001").update(name="改名医院")
    type(world.prov_clearing).objects.filter(pk=world.prov_clearing.pk).update(display_name="改名")
    signed.refresh_from_db()

    assert {form: as_xlsx(sheet_data(form, signed, region)) for form, region in forms.items()} == before


def test_the_same_signed_sheet_gives_the_same_pdf(signed: ClearingPeriod, world: World) -> None:
    data = sheet_data("9", signed, None)

    assert as_pdf(data) == as_pdf(sheet_data("9", ClearingPeriod.objects.get(period="202610"), None))
    assert not data.is_draft
