"""Nothing raises a quota but an approval: neither a model's save nor update(), the admin nor raw SQL."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from agency.organisation.roles import Level, Role
from settlement.quotas.increases import increase_approve, increase_ask
from settlement.quotas.models import Quota, QuotaItem, QuotaRound
from settlement.quotas.use_models import FundWarning, QuotaIncrease
from tests.settlement.clearing.damages import unguarded
from tests.settlement.notices.statement import finance_of
from tests.support.world import World, make_user

pytestmark = pytest.mark.usefixtures("laid_red")
QUOTA, ROUND, ITEM, INCREASE = (f"settlement_quota{name}" for name in ("", "round", "item", "increase"))
COLUMNS = "region_id, insurance_type, quota_fen, effective_from, approved_by_id, approved_at"


def quotas() -> list[tuple[int, str, int]]:
    return list(Quota.objects.order_by("pk").values_list("region", "insurance_type", "quota_fen"))


@pytest.fixture
def quota(world: World) -> Quota:
    """长春 职工, as it was approved: 1000.00."""
    return Quota.objects.get(region=world.changchun, insurance_type="employee")


@pytest.fixture
def asked(red: FundWarning, world: World) -> QuotaIncrease:
    return increase_ask(warning=red, amount_fen=500, reason="急", by=finance_of("220100"), at=world.now)


def test_no_save_and_no_update_does(quota: Quota) -> None:
    before = quotas()
    quota.quota_fen += 1
    acts: list[Callable[[], object]] = [
        quota.save,
        quota.delete,
        lambda: Quota.objects.update(quota_fen=quota.quota_fen),
        lambda: Quota.objects.filter(pk=quota.pk).update(effective_from="2026-01-01"),
        lambda: Quota.objects.bulk_update([quota], ["quota_fen"]),
        lambda: Quota.objects.all().delete(),
        lambda: QuotaItem.objects.filter(pk=quota.item_id).update(changed_fen=1, reason="x"),
        lambda: QuotaRound.objects.update(factor_text="3"),
    ]
    for act in acts:
        with pytest.raises(DatabaseError), transaction.atomic():
            act()

    assert quotas() == before


def test_no_new_one_comes_in_without_an_approval(quota: Quota, asked: QuotaIncrease, world: World) -> None:
    before = quotas()
    said = {
        "region": world.changchun,
        "insurance_type": "employee",
        "quota_fen": 100_500,
        "effective_from": "2027-02-01",
        "approved_by": world.prov_supervisor,
        "approved_at": world.now,
    }
    sources = [{}, {"item": quota.item}, {"increase": asked}, {"item": quota.item, "increase": asked}]
    for source in sources:
        with pytest.raises(DatabaseError), transaction.atomic():
            Quota.objects.create(**said, **source)

    assert quotas() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"quota_fen": 100_501},
        {"insurance_type": "resident"},
        {"effective_from": "2027-02-02"},
        {"region": "220200"},
        {"approved_by": "prov_finance"},
    ],
    ids=str,
)
def test_an_approved_increase_gives_what_was_approved_and_nothing_else(
    asked: QuotaIncrease, world: World, wrong: dict[str, object]
) -> None:
    """Its own row is taken away with the guards of the database off, and another put in its place."""
    done = increase_approve(increase=asked, by=world.prov_supervisor, at=world.now.replace(year=2027))
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {QUOTA} WHERE increase_id = {done.pk}")
    said: dict[str, object] = {
        "region": world.changchun,
        "insurance_type": "employee",
        "quota_fen": 100_500,
        "effective_from": done.effective_on,
        "approved_by": world.prov_supervisor,
        "approved_at": world.now,
        "increase": done,
    }
    named = {"220200": world.jilin, "prov_finance": world.prov_finance}
    other = {**said, **{name: named.get(str(value), value) for name, value in wrong.items()}}

    with pytest.raises(DatabaseError), transaction.atomic():
        Quota.objects.create(**other)
    Quota.objects.create(**said)


RAW = {
    "raised": f"UPDATE {QUOTA} SET quota_fen = quota_fen * 2",
    "earlier": f"UPDATE {QUOTA} SET effective_from = '2020-01-01'",
    "away": f"DELETE FROM {QUOTA}",
    "again": f"INSERT INTO {QUOTA} (item_id, {COLUMNS}) SELECT item_id, {COLUMNS} FROM {QUOTA}",
    "of nothing": f"INSERT INTO {QUOTA} ({COLUMNS}) SELECT {COLUMNS} FROM {QUOTA}",
    "of an increase that nobody approved": (
        f"INSERT INTO {QUOTA} (increase_id, {COLUMNS}) SELECT own.id, region_id, insurance_type, "
        "own.current_fen + own.amount_fen, '2027-02-01', approved_by_id, approved_at "
        f"FROM {QUOTA} JOIN {INCREASE} AS own ON own.current_fen = quota_fen"
    ),
    "an item of an approved round": f"UPDATE {ITEM} SET changed_fen = 1, reason = 'x'",
    "one more item": (
        f"INSERT INTO {ITEM} (round_id, region_id, insurance_type, average_fen, quota_fen, current_fen, "
        "changed_fen, reason) SELECT round_id, (SELECT id FROM agency_poolingregion WHERE code = '210000'), "
        f"insurance_type, 0, 0, 0, 0, '' FROM {ITEM} WHERE quota_fen > 0"
    ),
    "an approved round": f"UPDATE {ROUND} SET effective_on = '2026-01-01'",
    "a round opened again": (
        f"UPDATE {ROUND} SET state = 'draft', approved_by_id = NULL, approved_at = NULL"
    ),
    "a round that begins approved": (
        f"INSERT INTO {ROUND} (year, base_months, left_out, factor_text, effective_on, state, digest, names, "
        "drawn_by_id, drawn_at, proposed_by_id, proposed_at, approved_by_id, approved_at) SELECT 2028, "
        "base_months, left_out, factor_text, '2028-01-01', state, digest, names, drawn_by_id, drawn_at, "
        f"proposed_by_id, proposed_at, approved_by_id, approved_at FROM {ROUND}"
    ),
}


@pytest.mark.parametrize("statement", RAW.values(), ids=RAW)
def test_no_raw_statement_does(asked: QuotaIncrease, statement: str) -> None:
    before = quotas()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert quotas() == before


def test_no_truncate_does(quota: Quota) -> None:
    """SQLite has none: there a DELETE without WHERE is the same, and is refused above."""
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {QUOTA}")

    assert Quota.objects.count() == 24


def test_the_admin_only_shows(
    quota: Quota, asked: QuotaIncrease, red: FundWarning, as_user: Callable[..., Client]
) -> None:
    """Whoever has every right there still finds no form to save."""
    before = quotas()
    client = as_user(make_user("all", *Role, level=Level.PROVINCE))
    rows = (quota, quota.item, QuotaRound.objects.get(), asked, red)
    for row in rows:
        assert row is not None
        name = f"settlement_{row._meta.model_name}"
        change = reverse(f"admin:{name}_change", args=[row.pk])
        assert client.get(change).status_code == 200
        assert client.post(change, {"quota_fen": "999999", "changed_fen": "999999"}).status_code == 403
        assert client.post(reverse(f"admin:{name}_add"), {"quota_fen": "1"}).status_code == 403
        assert client.post(reverse(f"admin:{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403

    assert quotas() == before


def test_a_regions_supervisor_sees_the_own_rows_there(
    quota: Quota, red: FundWarning, world: World, as_user: Callable[..., Client]
) -> None:
    own, other = as_user(world.supervisor), as_user(make_user("head", Role.SUPERVISOR, region="220200"))
    for name, row in (("quota", quota), ("quotaitem", quota.item), ("fundwarning", red)):
        listed = reverse(f"admin:settlement_{name}_changelist")
        change = reverse(f"admin:settlement_{name}_change", args=[row.pk])  # type: ignore[union-attr]
        assert change in own.get(listed).content.decode()
        assert change not in other.get(listed).content.decode()
        assert own.get(change).status_code == 200
        assert other.get(change).status_code == 302  # there is no such row for them
    assert own.get(reverse("admin:settlement_quotaround_changelist")).status_code == 403
