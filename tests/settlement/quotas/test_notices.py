"""周转金通知书: what approved quotas have a region pay in or get back, by forms 7 and 8."""

from __future__ import annotations

import pytest
from django.db.models import QuerySet

from agency.journal.books import check_all
from agency.organisation.models import PoolingRegion
from settlement.notices.form7 import form_of
from settlement.notices.models import Category, Notice
from settlement.quotas.filling import items_of
from settlement.quotas.models import QuotaItem, QuotaRound
from settlement.quotas.noticing import owed_of
from settlement.quotas.services import item_change, round_approve, round_propose, round_return
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_proposed")


def issued() -> QuerySet[Notice]:
    return Notice.objects.filter(category=Category.REVOLVING_FUND)


def approve(drawn: QuotaRound, world: World) -> None:
    round_approve(drawn=drawn, by=world.prov_supervisor, at=world.now)


def test_a_raised_quota_is_paid_in_by_form_8(drawn: QuotaRound, world: World) -> None:
    approve(drawn, world)

    columns = ("region__name", "direction", "receivable_fen", "payable_fen", "employee_fen", "resident_fen")
    assert list(issued().order_by("serial").values_list(*columns, "total_fen", "period")) == [
        ("长春市", "payment", 0, 249_000, 249_000, 0, 249_000, "2027"),
        ("吉林市", "payment", 0, 140_000, 0, 140_000, 140_000, "2027"),
    ]
    notice = issued().get(region=world.changchun)
    assert (notice.basis_digest, notice.subject_no) == (drawn.digest, "")
    said = form_of(notice)
    assert said.heading == "吉林省长春市统筹区2027年周转金付款通知书"
    assert said.sheets == "表 6-1、表 6-2"
    assert check_all(None).broken == []


def test_nothing_to_pay_gives_no_notice(drawn: QuotaRound, world: World) -> None:
    approve(drawn, world)

    assert not issued().exclude(region__in=[world.changchun, world.jilin]).exists()


def planted(region: PoolingRegion, *rows: tuple[str, int, int]) -> list[QuotaItem]:
    """Items as they would stand: type, quota so far, quota to come."""
    return [
        QuotaItem(region=region, insurance_type=kind, current_fen=current, quota_fen=new, changed_fen=new)
        for kind, current, new in rows
    ]


@pytest.mark.parametrize(
    ("employee", "resident", "told"),
    [
        ((500, 200), (0, 0), ("receipt", 300, 0, 300, 0, 300)),
        ((500, 200), (0, 100), ("receipt", 300, 100, 300, -100, 200)),
        ((100, 500), (300, 0), ("payment", 300, 400, 400, -300, 100)),
        ((0, 250), (0, 250), ("payment", 0, 500, 250, 250, 500)),
        ((500, 200), (200, 500), None),
        ((0, 0), (700, 700), None),
    ],
)
def test_the_two_types_are_netted(
    drawn: QuotaRound,
    world: World,
    employee: tuple[int, int],
    resident: tuple[int, int],
    told: tuple[str, int, int, int, int, int] | None,
) -> None:
    items = planted(world.jilin, ("employee", *employee), ("resident", *resident))

    assert [tuple(figures) for _, figures in owed_of(drawn, items)] == ([told] if told else [])


def test_a_changed_amount_is_what_is_paid(drawn: QuotaRound, world: World) -> None:
    round_return(drawn=drawn, by=world.prov_supervisor, at=world.now, reason="请调整")
    item = items_of(drawn, world.changchun)[0]
    item_change(item=item, changed_fen=0, reason="停办", by=world.prov_finance, at=world.now)
    approve(round_propose(drawn=drawn, by=world.prov_finance, at=world.now), world)

    assert [notice.region_name for notice in issued()] == ["吉林市"]
