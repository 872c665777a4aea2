"""重开只有一条路: past the program too, only an approved reopening opens the newest signed month, once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from agency.journal import guards
from agency.journal.books import check_all
from settlement.clearing.models import ClearingLine, ClearingPeriod, SignedSheet
from settlement.clearing.reopening import reopening_approve, reopening_propose, reopening_reject
from settlement.clearing.version_models import MonthVersion, Reopening
from settlement.deductions.models import Deduction
from settlement.records.models import SettlementRecord
from tests.settlement.clearing import conftest
from tests.settlement.clearing.test_guards import run
from tests.settlement.records.files import row
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_signed")
TABLES = (
    "settlement_reopening",
    "settlement_monthversion",
    "settlement_signedsheet",
    "settlement_clearingperiod",
)
REOPENING = "settlement_reopening"
OPEN_IT = "UPDATE settlement_clearingperiod SET state = 'computed' WHERE period = '202610'"
APPROVE_IT = (
    f"UPDATE {REOPENING} SET state = 'approved', decided_at = proposed_at, decided_by_id = proposed_by_id + 1"
)
NAMES = [name for name in (*guards.GUARDS,) if name.startswith(("signed_", "month_version", "reopening_"))]


def stored() -> dict[str, list[tuple[object, ...]]]:
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            found[table] = cursor.fetchall()
    return found


def refuse(act: Callable[[], object]) -> None:
    before = stored()

    with pytest.raises(DatabaseError), transaction.atomic():
        act()

    assert stored() == before


def propose(world: World, period: str = "202610") -> Reopening:
    return reopening_propose(period=period, reason="漏报", by=world.prov_clearing, at=world.now)


def reopen(world: World) -> ClearingPeriod:
    propose(world)
    return reopening_approve(period="202610", by=world.prov_supervisor, at=world.now)


def test_a_signed_month_does_not_open_by_itself(signed: ClearingPeriod, world: World) -> None:
    refuse(run(OPEN_IT))
    propose(world)
    refuse(run(OPEN_IT))  # proposed is not approved
    refuse(lambda: ClearingPeriod.objects.update(state="computed"))
    signed.state = "computed"
    refuse(lambda: signed.save())
    refuse(lambda: ClearingPeriod.objects.bulk_update([signed], ["state"]))


def test_a_rejected_proposal_opens_nothing(signed: ClearingPeriod, world: World) -> None:
    propose(world)
    reopening_reject(period="202610", reason="不", by=world.prov_supervisor, at=world.now)

    refuse(run(OPEN_IT))


def test_a_decision_is_made_once_and_by_another(signed: ClearingPeriod, world: World) -> None:
    reopening = propose(world)
    refuse(run(f"UPDATE {REOPENING} SET state = 'approved'"))
    refuse(run(APPROVE_IT.replace("proposed_by_id + 1", "proposed_by_id")))
    for change in (
        "reason = '别的'",
        "version = 2",
        "proposed_by_id = proposed_by_id + 1",
        "reopening_no = 'X'",
    ):
        refuse(run(f"UPDATE {REOPENING} SET {change}"))
    reopening_reject(period="202610", reason="不", by=world.prov_supervisor, at=world.now)

    refuse(run(APPROVE_IT))
    refuse(run(f"UPDATE {REOPENING} SET state = 'proposed', decided_by_id = NULL, decided_at = NULL"))
    refuse(run(f"DELETE FROM {REOPENING}"))
    refuse(lambda: Reopening.objects.update(reason="别的"))
    refuse(lambda: Reopening.objects.all().delete())
    reopening.refresh_from_db()
    reopening.reason = "别的"
    refuse(lambda: reopening.save())
    refuse(lambda: Reopening.objects.bulk_update([reopening], ["reason"]))


def test_a_reopening_is_not_born_approved(signed: ClearingPeriod, world: World) -> None:
    made = {"period": signed, "version": 1, "reason": "试", "proposed_by": world.prov_clearing}
    made |= {"proposed_at": world.now, "decided_by": world.prov_supervisor, "decided_at": world.now}

    refuse(lambda: Reopening.objects.create(reopening_no="CK1", state="approved", **made))
    refuse(lambda: Reopening.objects.bulk_create([Reopening(reopening_no="CK1", state="approved", **made)]))


def test_the_older_of_two_signed_months_stays(
    signed: ClearingPeriod, world: World, load: Callable[..., object], compute: Callable[..., ClearingPeriod]
) -> None:
    propose(world)
    load([row("N1", 结算时间="2026-11-02 09:00:00")])
    november = compute("202611")
    conftest.confirm_rest(november, world)
    conftest.sign(november, world)

    refuse(run(APPROVE_IT))
    refuse(run(OPEN_IT))


def test_one_approval_opens_one_signature(signed: ClearingPeriod, world: World) -> None:
    conftest.sign(reopen(world), world)

    refuse(run(OPEN_IT))
    assert ClearingPeriod.objects.get().version == 2


def test_what_was_signed_stays_while_the_month_is_open(signed: ClearingPeriod, world: World) -> None:
    month = reopen(world)

    refuse(run("DELETE FROM settlement_clearingperiod"))
    refuse(run("UPDATE settlement_clearingperiod SET version = 0"))
    refuse(run("UPDATE settlement_clearingperiod SET version = 2"))
    refuse(
        run("UPDATE settlement_clearingperiod SET state = 'signed', signed_at = computed_at, digest = 'x'")
    )
    sheet = {"period": month, "form_no": "99", "digest": "x"}
    for version in (0, 1, 3):
        refuse(lambda version=version: SignedSheet.objects.create(version=version, **sheet))
    for model in (SignedSheet, MonthVersion):
        refuse(lambda model=model: model.objects.update(digest="x"))
        refuse(lambda model=model: model.objects.all().delete())


def test_a_version_is_not_added_to_a_signed_month(signed: ClearingPeriod, world: World) -> None:
    version = MonthVersion.objects.order_by("-pk").first()
    assert version is not None
    version.pk, version.version_no = None, 9

    refuse(lambda: version.save(force_insert=True))
    refuse(lambda: MonthVersion.objects.bulk_create([version]))


def test_the_admin_only_looks(signed: ClearingPeriod, world: World, as_user: Callable[..., Client]) -> None:
    propose(world)
    client, before = as_user(world.prov_supervisor), stored()

    for model in (ClearingPeriod, ClearingLine, SignedSheet, MonthVersion, Reopening):
        base = f"/admin/settlement/{model._meta.model_name}/"
        one = model.objects.order_by("pk").first()
        assert one is not None
        assert client.get(f"{base}{one.pk}/change/").status_code == 200
        for url in (f"{base}add/", f"{base}{one.pk}/change/", f"{base}{one.pk}/delete/"):
            assert client.post(url, {"state": "computed", "post": "yes"}).status_code == 403

    assert stored() == before


@pytest.mark.postgresql
@pytest.mark.parametrize("table", TABLES)
def test_none_is_emptied_at_once(signed: ClearingPeriod, world: World, table: str) -> None:
    refuse(run(f"TRUNCATE {table} CASCADE"))


@pytest.mark.parametrize("name", NAMES)
def test_a_dropped_guard_is_found_and_put_back(signed: ClearingPeriod, name: str) -> None:
    item = guards.GUARDS[name]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE") if connection.vendor == "postgresql" else None
        for trigger in guards.trigger_names(item):
            on = f" ON {item.table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {trigger}{on}")

    assert {broken.subject for broken in check_all("202610").broken} == set(guards.trigger_names(item))

    guards.install_after_migrate(sender=None)
    assert guards.missing() == []
    assert check_all("202610").broken == []


def test_while_open_the_month_is_written_again(signed: ClearingPeriod, world: World) -> None:
    """The guards stand in the way of a signed month alone: opened, its rows change as those of any other."""
    reopen(world)

    assert SettlementRecord.objects.filter(settlement_no="S1").update(diagnosis="改") == 1
    assert Deduction.objects.filter(reason="年度考核").update(reason="年度考核二") == 1
