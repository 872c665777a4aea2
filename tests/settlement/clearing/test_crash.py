"""A crash at each write of a step leaves nothing half-done; a second run finishes with the same digests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from agency.journal.books import check_all
from agency.sheets.digest import digest
from settlement.clearing.checklist import item_named
from settlement.clearing.confirming import region_unconfirm, sheet_look
from settlement.clearing.filling import MonthBook, region_digest, region_sheets
from settlement.clearing.models import ClearingLine, ClearingPeriod, RegionConfirmation, SignedSheet
from settlement.clearing.services import period_compute, period_sign, region_confirm
from settlement.clearing.skips import skip_approve, skip_propose, skip_withdraw
from tests.settlement.records.files import row
from tests.support.crashes import crash_at_each_write
from tests.support.snapshots import changed, snapshot
from tests.support.world import World

YANBIAN = "not_confirmed:222400"


def digests() -> list[Any]:
    """What a month fixes: its own digests, its sheets', its confirmations'."""
    months = ClearingPeriod.objects.values_list("period", "state", "lines_digest", "digest")
    sheets = SignedSheet.objects.order_by("form_no", "region").values_list("form_no", "region", "digest")
    given = RegionConfirmation.objects.filter(voided_at__isnull=True).order_by("region")
    return [*months, *sheets, *given.values_list("region", "digest")]


def undisturbed(act: Callable[[], object]) -> list[Any]:
    """What `act` comes to when nothing goes wrong; undone again."""
    with transaction.atomic():
        act()
        found = digests()
        transaction.set_rollback(True)
    return found


def crashes(act: Callable[[], object]) -> int:
    """Crash at each write, then through; the end is that of an undisturbed run."""
    expected = undisturbed(act)
    writes = crash_at_each_write(act)
    assert digests() == expected
    return writes


def test_a_crash_in_the_first_computing(loaded: None, world: World) -> None:
    writes = crashes(lambda: period_compute(period="202610", by=world.prov_clearing, at=world.now))

    assert writes >= 5
    assert ClearingLine.objects.count() == 6
    assert check_all(None).broken == []


def test_a_crash_in_a_computing_that_voids_confirmations(
    month: ClearingPeriod, world: World, confirm_all: Callable[..., None], load: Callable[..., object]
) -> None:
    confirm_all(month)
    load([row("S9")])

    writes = crashes(lambda: period_compute(period="202610", by=world.prov_clearing, at=world.now))

    assert writes >= 5
    voided = RegionConfirmation.objects.filter(voided_at__isnull=False)
    assert {given.region.name for given in voided} == {"长春市", "吉林市"}


def test_a_crash_in_a_confirmation(month: ClearingPeriod, world: World) -> None:
    def confirm() -> None:
        region_confirm(period="202610", region=world.jilin, by=world.jilin_clearing, at=world.now)

    assert crashes(confirm) >= 3
    given = RegionConfirmation.objects.get()
    assert given.digest == region_digest(MonthBook(month), MonthBook(month).parties.party(world.jilin.pk))


def test_a_crash_in_a_look_and_in_taking_a_confirmation_back(month: ClearingPeriod, world: World) -> None:
    party = MonthBook(month).parties.party(world.jilin.pk)
    who = {"period": "202610", "region": world.jilin, "by": world.jilin_clearing, "at": world.now}
    seen = digest_of_sheet(month, party)

    assert crashes(lambda: sheet_look(form="10", seen_digest=seen, **who)) >= 1  # type: ignore[arg-type]
    region_confirm(**who)  # type: ignore[arg-type]
    assert crashes(lambda: region_unconfirm(reason="再看", **who)) >= 3  # type: ignore[arg-type]
    assert RegionConfirmation.objects.get().void_reason == "再看"


def digest_of_sheet(month: ClearingPeriod, party: Any) -> str:
    return digest(region_sheets(MonthBook(month), party)[0])


def test_a_crash_in_a_skip(month: ClearingPeriod, world: World) -> None:
    where = {"period": "202610", "key": YANBIAN, "at": world.now}

    assert crashes(lambda: skip_propose(reason="停电", by=world.prov_clearing, **where)) >= 4  # type: ignore[arg-type]
    assert crashes(lambda: skip_approve(by=world.prov_clearing_2, **where)) >= 3  # type: ignore[arg-type]
    assert crashes(lambda: skip_withdraw(reason="来电了", by=world.prov_clearing, **where)) >= 3  # type: ignore[arg-type]
    item = item_named(month, YANBIAN)
    assert item is not None and item.skip is None


def test_a_crash_in_a_signature(
    month: ClearingPeriod, world: World, confirm_all: Callable[..., None]
) -> None:
    confirm_all(month)
    at = world.now + dt.timedelta(hours=1)

    writes = crashes(lambda: period_sign(period="202610", by=world.prov_clearing, at=at))

    assert writes >= 5
    assert ClearingPeriod.objects.get().is_signed
    assert SignedSheet.objects.count() == 61
    assert check_all(None).broken == []


def test_a_crash_is_one(month: ClearingPeriod, world: World) -> None:
    """The tool itself: a write that is not in a transaction of its own is left behind, and seen."""
    before = snapshot()

    def half() -> None:
        with connection.cursor() as cursor:
            for cases in (98, 99):
                cursor.execute("UPDATE settlement_clearingperiod SET cases = %s", [cases])

    with pytest.raises(AssertionError, match="left behind by a crash at write 2"):
        crash_at_each_write(half)

    assert changed(before) == ["settlement_clearingperiod"]
