"""Twenty people at the same moment: a month is opened again once; a late load meets it or comes after."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from agency.journal.models import AuditEntry, StateChange
from settlement.clearing.changes import has_changed_since
from settlement.clearing.models import ClearingPeriod, SignedSheet
from settlement.clearing.reopening import reopening_approve, reopening_propose, reopening_reject
from settlement.clearing.version_models import MonthVersion, Reopening
from settlement.records.models import SettlementRecord
from tests.concurrency.test_clearing_once import TWENTY, compute, confirm_all, load, loaded, sign
from tests.conftest import BACKEND
from tests.settlement.records.files import row
from tests.support.together import all_at_once
from tests.support.world import World

pytestmark = pytest.mark.postgresql


def signed(tmp_path: Path) -> World:
    world = loaded(tmp_path)
    compute(world)
    confirm_all(world)
    sign(world)
    return world


def propose(world: World) -> Reopening:
    return reopening_propose(period="202610", reason="漏报", by=world.prov_clearing, at=world.now)


def approve(world: World) -> ClearingPeriod:
    return reopening_approve(period="202610", by=world.prov_supervisor, at=world.now)


@pytest.mark.usefixtures("committed")
def test_twenty_signatures_leave_one_version(tmp_path: Path) -> None:
    world = loaded(tmp_path)
    compute(world)
    confirm_all(world)

    outcome = all_at_once([lambda: sign(world)] * TWENTY)

    assert outcome == {"done": 1, "already_signed": TWENTY - 1}
    assert ClearingPeriod.objects.get().version == 1
    assert [row.cause for row in MonthVersion.objects.order_by("version_no")] == ["computed", "signed"]


@pytest.mark.usefixtures("committed")
def test_twenty_proposals_are_one(tmp_path: Path) -> None:
    world = signed(tmp_path)

    outcome = all_at_once([lambda: propose(world)] * TWENTY)

    assert outcome == {"done": 1, "already_proposed": TWENTY - 1}
    assert Reopening.objects.count() == 1


@pytest.mark.usefixtures("committed")
def test_twenty_approvals_open_the_month_once(tmp_path: Path) -> None:
    world = signed(tmp_path)
    load(world, tmp_path / "late.csv", [row("S9")])
    propose(world)

    outcome = all_at_once([lambda: approve(world)] * TWENTY)

    assert outcome == {"done": 1, "nothing_proposed": TWENTY - 1}
    assert StateChange.objects.filter(subject_kind="period", from_state="signed").count() == 1
    assert AuditEntry.objects.get(action="period_reopened").detail["records"] == 1
    assert SettlementRecord.objects.filter(period="202610").count() == 10
    assert MonthVersion.objects.filter(cause="reopened").count() == 1


@pytest.mark.usefixtures("committed")
def test_approved_or_rejected_but_never_both(tmp_path: Path) -> None:
    world = signed(tmp_path)
    propose(world)

    def reject() -> None:
        reopening_reject(period="202610", reason="不", by=world.prov_supervisor, at=world.now)

    outcome = all_at_once([lambda: approve(world), reject] * 5)

    assert outcome == {"done": 1, "nothing_proposed": 9}
    opened = Reopening.objects.get().state == "approved"
    assert ClearingPeriod.objects.get().is_signed is not opened


@pytest.mark.usefixtures("committed")
def test_what_is_loaded_beside_a_reopening_counts_in_its_own_month(tmp_path: Path) -> None:
    """Whichever comes first: loaded before, it moves back; after, it counts in the open month at once."""
    world = signed(tmp_path)
    propose(world)

    def late(number: int) -> None:
        load(world, tmp_path / f"late{number}.csv", [row(f"L{number}")])

    outcome = all_at_once([lambda: approve(world), lambda: late(1), lambda: late(2), lambda: late(3)])

    assert outcome == {"done": 4}
    assert not SettlementRecord.objects.exclude(period="202610").exists()
    assert SettlementRecord.objects.count() == 12


@pytest.mark.usefixtures("committed")
def test_computing_and_signing_beside_each_other_after_a_reopening(tmp_path: Path) -> None:
    world = signed(tmp_path)
    load(world, tmp_path / "late.csv", [row("S9")])
    propose(world)
    approve(world)
    compute(world)
    confirm_all(world)

    outcome = all_at_once([lambda: sign(world), lambda: compute(world)] * 4)

    month = ClearingPeriod.objects.get()
    assert (month.is_signed, month.version, month.cases) == (True, 2, 9)
    assert set(outcome) <= {"done", "already_signed", "someone_else_was_first", "no_such_step"}
    assert SignedSheet.objects.filter(version=2).count() == 61
    assert not has_changed_since(month)


@pytest.mark.usefixtures("committed")
def test_the_page_of_a_reopening_opens_outside_of_a_transaction(tmp_path: Path) -> None:
    """What it asks of the notices is held only where something is written."""
    world = signed(tmp_path)
    propose(world)
    client = Client()
    client.force_login(world.prov_supervisor, backend=BACKEND)

    page = client.get(reverse("settlement:reopening", kwargs={"period": "202610"}))

    assert page.status_code == 200
    assert "漏报" in page.content.decode()
