"""Twenty people at the same moment: each step on the way to a signature is taken once."""

from __future__ import annotations

from pathlib import Path

import pytest

from agency.journal.models import AuditEntry, StateChange
from agency.organisation.models import PoolingRegion
from agency.sheets.digest import digest
from settlement.clearing.confirming import region_unconfirm, sheet_look
from settlement.clearing.consents import ChecklistSkip, SheetLook
from settlement.clearing.filling import MonthBook, party_named_as_then, region_sheets
from settlement.clearing.models import RegionConfirmation
from settlement.clearing.services import region_confirm, unconfirmed
from settlement.clearing.skips import skip_approve, skip_propose
from tests.concurrency.test_clearing_once import TWENTY, compute, loaded
from tests.support.together import all_at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("committed")]
SKIP = {"period": "202610", "key": "not_confirmed:222400"}


def test_every_region_confirms_at_the_same_moment(tmp_path: Path) -> None:
    world = loaded(tmp_path)
    month = compute(world)
    regions = list(PoolingRegion.objects.filter(pk__in=[party.id for party in unconfirmed(month)]))

    def confirm(region: PoolingRegion) -> None:
        region_confirm(period="202610", region=region, by=world.system, at=world.now)

    outcome = all_at_once([lambda region=region: confirm(region) for region in regions] * 2)

    assert outcome == {"done": 12, "already_confirmed": 12}
    assert RegionConfirmation.objects.count() == 12
    assert AuditEntry.objects.filter(action="period_confirmed").count() == 12


def test_twenty_looks_are_one_and_twenty_withdrawals(tmp_path: Path) -> None:
    world = loaded(tmp_path)
    month = compute(world)
    sheets = region_sheets(MonthBook(month), party_named_as_then(month, world.jilin))
    who = {"period": "202610", "region": world.jilin, "by": world.jilin_clearing, "at": world.now}
    seen = digest(sheets[0])

    assert all_at_once([lambda: sheet_look(form="10", seen_digest=seen, **who)] * TWENTY) == {"done": TWENTY}
    assert SheetLook.objects.count() == 1

    region_confirm(**who)
    outcome = all_at_once([lambda: region_unconfirm(reason="再看", **who)] * TWENTY)
    assert outcome == {"done": 1, "not_confirmed": TWENTY - 1}
    assert AuditEntry.objects.filter(action="confirmation_withdrawn").count() == 1


def test_twenty_skips_are_one_and_approved_once(tmp_path: Path) -> None:
    world = loaded(tmp_path)
    compute(world)

    def propose() -> None:
        skip_propose(reason="停电", by=world.prov_clearing, at=world.now, **SKIP)

    def approve() -> None:
        skip_approve(by=world.prov_clearing_2, at=world.now, **SKIP)

    assert all_at_once([propose] * TWENTY) == {"done": 1, "already_proposed": TWENTY - 1}
    assert all_at_once([approve] * TWENTY) == {"done": 1, "already_approved": TWENTY - 1}
    assert ChecklistSkip.objects.count() == 1
    assert StateChange.objects.filter(subject_kind="checklist_skip").count() == 2


def test_a_region_confirms_or_the_province_passes_it_over_but_both_may_stand(tmp_path: Path) -> None:
    world = loaded(tmp_path)
    compute(world)

    def confirm() -> None:
        region_confirm(period="202610", region=world.yanbian, by=world.yanbian_clearing, at=world.now)

    def propose() -> None:
        skip_propose(reason="停电", by=world.prov_clearing, at=world.now, **SKIP)

    outcome = all_at_once([confirm, propose] * 5)

    assert outcome["already_confirmed"] == 4
    assert outcome["done"] + outcome["nothing_to_skip"] + outcome["already_proposed"] == 6
    assert RegionConfirmation.objects.count() == 1
    assert ChecklistSkip.objects.count() <= 1
