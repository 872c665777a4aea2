"""确认: a region says yes to what it was shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from agency.errors import DomainError, NotAllowed
from agency.journal.models import AuditEntry
from agency.organisation.models import PoolingRegion
from settlement.clearing.filling import MonthBook, region_digest
from settlement.clearing.models import ClearingPeriod, RegionConfirmation
from settlement.clearing.services import region_confirm, unconfirmed
from tests.settlement.records.files import row
from tests.support.snapshots import nothing_changes
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_month")


def shown(month: ClearingPeriod, region: PoolingRegion) -> str:
    book = MonthBook(month)
    return region_digest(book, book.parties.party(region.pk))


def confirm(world: World, name: str = "changchun_clearing", **changes: object) -> RegionConfirmation:
    chosen = {"region": world.changchun, "by": getattr(world, name), "at": world.now, "period": "202610"}
    return region_confirm(**{**chosen, **changes})  # type: ignore[arg-type]


def test_a_region_confirms_what_it_was_shown(month: ClearingPeriod, world: World) -> None:
    digest = shown(month, world.changchun)

    given = confirm(world, seen_digest=digest)

    assert (given.region, given.by, given.digest) == (world.changchun, world.changchun_clearing, digest)
    assert [party.name for party in unconfirmed(month)].count("长春市") == 0
    assert AuditEntry.objects.get(action="period_confirmed").region == world.changchun


def test_what_changed_since_it_was_shown_is_not_confirmed(
    month: ClearingPeriod,
    world: World,
    load: Callable[..., object],
    compute: Callable[..., ClearingPeriod],
) -> None:
    digest = shown(month, world.changchun)
    load([row("S9")])
    compute()

    with nothing_changes(), pytest.raises(DomainError) as refused:
        confirm(world, seen_digest=digest)

    assert refused.value.code == "shown_is_outdated"
    assert not RegionConfirmation.objects.exists()


def test_a_second_confirmation_is_refused_with_the_first_ones_name(
    month: ClearingPeriod, world: World
) -> None:
    confirm(world)

    with nothing_changes(), pytest.raises(DomainError) as refused:
        confirm(world, "changchun_clearing_2")

    assert refused.value.code == "already_confirmed"
    assert "changchun_clearing" in refused.value.message
    assert RegionConfirmation.objects.count() == 1


@pytest.mark.parametrize("name", ["jilin_clearing", "prov_clearing", "supervisor", "auditor", "clerk"])
def test_only_the_regions_own_clearing_staff_confirm(month: ClearingPeriod, world: World, name: str) -> None:
    with nothing_changes(), pytest.raises(NotAllowed):
        confirm(world, name)

    assert not RegionConfirmation.objects.exists()


def test_another_province_confirms_nothing(month: ClearingPeriod, world: World) -> None:
    with nothing_changes(), pytest.raises(DomainError) as refused:
        confirm(world, region=world.liaoning, by=world.system)

    assert refused.value.code == "not_in_month"
    assert not RegionConfirmation.objects.exists()


def test_a_signed_month_is_not_confirmed_again(signed: ClearingPeriod, world: World) -> None:
    with nothing_changes(), pytest.raises(DomainError) as refused:
        confirm(world)

    assert refused.value.code == "already_signed"
    assert RegionConfirmation.objects.count() == 12


def test_the_database_keeps_one_standing_confirmation(month: ClearingPeriod, world: World) -> None:
    given = confirm(world)

    with pytest.raises(IntegrityError), transaction.atomic():
        RegionConfirmation.objects.create(
            period=month, region=world.changchun, digest="0" * 64, by=world.system, at=world.now
        )

    assert list(RegionConfirmation.objects.all()) == [given]
