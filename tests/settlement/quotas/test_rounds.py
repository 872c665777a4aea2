"""A year's round: drawn up out of signed months, changed with a reason, approved by another person."""

from __future__ import annotations

import datetime as dt
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from agency.errors import DomainError, NotAllowed, SomeoneElseWasFirst
from agency.money import plain_yuan
from agency.organisation.models import PoolingRegion
from agency.organisation.roles import Level, Role
from settlement.clearing.models import ClearingPeriod
from settlement.quotas.checks import quotas_are_as_approved, rounds_add_up
from settlement.quotas.models import Quota, QuotaItem, QuotaRound
from settlement.quotas.selectors import owed_in, quota_in_force, use_of
from settlement.quotas.services import item_change, round_approve, round_draw, round_propose, round_return
from settlement.quotas.shown import round_acts, round_hint
from tests.settlement.clearing.conftest import confirm_rest, lay_month, sign
from tests.support.world import World, make_user

NEW_YEAR = dt.date(2027, 1, 1)


@pytest.fixture
def month(world: World, tmp_path: Path) -> ClearingPeriod:
    """The worked month, signed: the one signed base month of 2027."""
    month = lay_month(world, tmp_path)
    confirm_rest(month, world)
    return sign(month, world)


@pytest.fixture
def drawn(month: ClearingPeriod, world: World) -> QuotaRound:
    return round_draw(year=2027, by=world.prov_finance, at=world.now)


@pytest.fixture
def proposed(drawn: QuotaRound, world: World) -> QuotaRound:
    return round_propose(drawn=drawn, by=world.prov_finance, at=world.now)


def region(code: str) -> PoolingRegion:
    return PoolingRegion.objects.get(code=code)


def test_a_round_rests_on_the_signed_months_and_says_what_is_left_out(drawn: QuotaRound) -> None:
    assert (drawn.base_months, drawn.left_out) == ("202610", "202611,202612")
    owed = owed_in(["202610"])
    assert owed
    for item in drawn.items.all():
        due = owed.get(("202610", item.region_id, item.insurance_type))
        amount = due.amount_fen if due else 0
        assert item.average_fen == max(0, amount)
        assert (item.quota_fen, item.changed_fen) == (2 * item.average_fen, 2 * item.average_fen)
        assert item.current_fen == 0
        assert item.bases.get().amount_fen == amount


def test_every_region_in_force_has_both_types(drawn: QuotaRound) -> None:
    regions = [row for row in PoolingRegion.objects.in_force(NEW_YEAR) if not row.is_outside]

    assert drawn.items.count() == 2 * len(regions)


def test_without_a_signed_base_month_nothing_is_drawn(world: World) -> None:
    with pytest.raises(CommandError, match="都还没有签发"):
        call_command("propose_quotas", "2027")
    assert not QuotaRound.objects.exists()


def test_the_command_tells_regions_and_total_and_that_months_lack(month: ClearingPeriod) -> None:
    out = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("propose_quotas", "2027", "--json", stdout=out)
    assert left.value.code == 2
    told = json.loads(out.getvalue())
    drawn = QuotaRound.objects.get()
    assert set(told) == {"regions", "total"}
    assert told["regions"] * 2 == drawn.items.count()
    total = sum(item.changed_fen for item in drawn.items.all())
    assert told["total"] == plain_yuan(total) != "0.00"


def test_drawn_again_it_is_the_same(drawn: QuotaRound, world: World) -> None:
    rows = "region", "insurance_type", "average_fen", "changed_fen"
    before = list(drawn.items.values_list(*rows))

    round_draw(year=2027, by=world.prov_finance, at=world.now)

    assert list(QuotaItem.objects.values_list(*rows)) == before
    assert QuotaRound.objects.count() == 1


def test_another_person_approves_and_quotas_come_into_force(proposed: QuotaRound, world: World) -> None:
    changchun = region("220100")
    with pytest.raises(NotAllowed):
        round_approve(drawn=proposed, by=world.prov_finance, at=world.now)
    assert quota_in_force(changchun, "employee", NEW_YEAR) is None

    approved = round_approve(drawn=proposed, by=world.prov_supervisor, at=world.now)

    item = approved.items.get(region=changchun, insurance_type="employee")
    assert quota_in_force(changchun, "employee", NEW_YEAR) == item.changed_fen
    assert quota_in_force(changchun, "employee", dt.date(2026, 12, 31)) is None
    assert use_of(changchun, "employee", "202610") == item.average_fen > 0
    assert Quota.objects.count() == approved.items.count()


def test_approved_twice_it_has_one_effect(proposed: QuotaRound, world: World) -> None:
    round_approve(drawn=proposed, by=world.prov_supervisor, at=world.now)
    count = Quota.objects.count()

    with pytest.raises(DomainError):
        round_approve(drawn=proposed, by=world.prov_supervisor, at=world.now)
    with pytest.raises(DomainError, match="已经批准"):
        round_draw(year=2027, by=world.prov_finance, at=world.now)

    assert Quota.objects.count() == count


def test_an_amount_is_changed_with_a_reason_while_it_is_not_proposed(drawn: QuotaRound, world: World) -> None:
    item = drawn.items.get(region=region("220100"), insurance_type="employee")
    with pytest.raises(DomainError, match="原因"):
        item_change(item=item, changed_fen=1, reason=" ", by=world.prov_finance, at=world.now)

    item = item_change(item=item, changed_fen=5_000, reason="新增病区", by=world.prov_finance, at=world.now)
    round_propose(drawn=drawn, by=world.prov_finance, at=world.now)

    assert (item.changed_fen, item.receivable_fen, item.payable_fen) == (5_000, 5_000, 0)
    with pytest.raises(DomainError, match="不能改"):
        item_change(item=item, changed_fen=6_000, reason="又改", by=world.prov_finance, at=world.now)


def test_whoever_changed_an_amount_does_not_approve(drawn: QuotaRound, world: World) -> None:
    """One draws up and changes, another changes and proposes: neither approves, the first one too."""
    both = make_user("both", Role.FINANCE, Role.SUPERVISOR, level=Level.PROVINCE)
    item = drawn.items.get(region=region("220100"), insurance_type="employee")
    item_change(item=item, changed_fen=5_000, reason="新增病区", by=both, at=world.now)
    item_change(item=item, changed_fen=6_000, reason="再增病区", by=world.prov_finance, at=world.now)
    proposed = round_propose(drawn=drawn, by=world.prov_finance, at=world.now)

    with pytest.raises(NotAllowed, match="修改"):
        round_approve(drawn=proposed, by=both, at=world.now)
    assert not round_acts(proposed, both)["may_approve"] and "您拟定、修改" in round_hint(proposed, both)

    back = round_return(drawn=proposed, by=both, at=world.now, reason="重新拟定")
    round_draw(year=2027, by=world.prov_finance, at=world.now)  # drops what was changed
    again = round_propose(drawn=back, by=world.prov_finance, at=world.now)
    assert round_acts(again, both)["may_approve"]
    assert round_approve(drawn=again, by=both, at=world.now).is_approved


def test_an_amount_of_a_round_that_was_drawn_up_anew_is_not_changed(drawn: QuotaRound, world: World) -> None:
    item = drawn.items.get(region=region("220100"), insurance_type="employee")
    round_draw(year=2027, by=world.prov_finance, at=world.now)

    with pytest.raises(SomeoneElseWasFirst, match="重新拟定"):
        item_change(item=item, changed_fen=5_000, reason="新增病区", by=world.prov_finance, at=world.now)


def test_sent_back_it_is_drawn_up_and_proposed_again(proposed: QuotaRound, world: World) -> None:
    with pytest.raises(DomainError, match="退回"):
        round_draw(year=2027, by=world.prov_finance, at=world.now)
    back = round_return(drawn=proposed, by=world.prov_supervisor, at=world.now, reason="基数待核")

    round_draw(year=2027, by=world.prov_finance, at=world.now)
    round_propose(drawn=back, by=world.prov_finance, at=world.now)

    assert QuotaRound.objects.get().state == "proposed"


RAISES = [
    "UPDATE settlement_quota SET quota_fen = quota_fen + 1",
    "DELETE FROM settlement_quota",
    "UPDATE settlement_quotaitem SET changed_fen = changed_fen + 1, reason = 'x'",
    "UPDATE settlement_quotabase SET amount_fen = amount_fen + 1",
    "UPDATE settlement_quotaround SET effective_on = '2026-01-01'",
    "DELETE FROM settlement_quotabase",
]


@pytest.mark.parametrize("statement", RAISES)
def test_what_was_approved_stays(statement: str, proposed: QuotaRound, world: World) -> None:
    round_approve(drawn=proposed, by=world.prov_supervisor, at=world.now)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_no_quota_comes_in_but_by_an_approval(proposed: QuotaRound, world: World) -> None:
    item = proposed.items.all()[0]

    with pytest.raises(DatabaseError), transaction.atomic():
        Quota.objects.create(
            item=item,
            region=item.region,
            insurance_type=item.insurance_type,
            quota_fen=item.changed_fen,
            effective_from=proposed.effective_on,
            approved_by=world.prov_supervisor,
            approved_at=world.now,
        )

    assert not Quota.objects.exists()


def test_a_draft_is_not_approved_past_its_proposal(drawn: QuotaRound, world: World) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        QuotaRound.objects.filter(pk=drawn.pk).update(
            state="approved",
            proposed_by=world.prov_finance,
            proposed_at=world.now,
            approved_by=world.prov_supervisor,
            approved_at=world.now,
        )


def test_the_books_are_whole_and_a_changed_average_is_found(proposed: QuotaRound, world: World) -> None:
    assert [*rounds_add_up(None), *quotas_are_as_approved(None)] == []
    item = proposed.items.all()[0]
    QuotaItem.objects.filter(pk=item.pk).update(average_fen=item.average_fen + 1)

    assert [broken.subject for broken in rounds_add_up(None)] == [f"额度核定 {item}", "额度核定 2027"]

    QuotaItem.objects.filter(pk=item.pk).update(average_fen=item.average_fen)
    round_approve(drawn=proposed, by=world.prov_supervisor, at=world.now)
    assert [*rounds_add_up(None), *quotas_are_as_approved(None)] == []


def test_it_comes_into_force_on_a_day_of_its_year(month: ClearingPeriod, world: World) -> None:
    with pytest.raises(DomainError, match="2027 年之内"):
        round_draw(year=2027, by=world.prov_finance, at=world.now, effective_on=dt.date(2026, 12, 31))
    with pytest.raises(CommandError, match="不是日期"):
        call_command("propose_quotas", "2027", "--effective", "三月")
    with pytest.raises(SystemExit):  # 2: base months are missing
        call_command("propose_quotas", "2027", "--effective", "2027-03-01", stdout=StringIO())
    drawn = QuotaRound.objects.get()
    round_approve(
        drawn=round_propose(drawn=drawn, by=world.prov_finance, at=world.now),
        by=world.prov_supervisor,
        at=world.now,
    )

    changchun = region("220100")
    assert quota_in_force(changchun, "employee", dt.date(2027, 2, 28)) is None
    assert quota_in_force(changchun, "employee", dt.date(2027, 3, 1)) == 249_000


def test_no_round_is_put_before_a_later_quota(proposed: QuotaRound, world: World) -> None:
    round_approve(drawn=proposed, by=world.prov_supervisor, at=world.now)

    with pytest.raises(DomainError, match="2027-01-01 起的额度，请把生效日期定在那天或以后") as refused:
        round_draw(year=2026, by=world.prov_finance, at=world.now)

    assert refused.value.field == "effective_on"
    assert QuotaRound.objects.count() == 1


def test_what_was_shown_is_what_is_approved(proposed: QuotaRound, world: World) -> None:
    with pytest.raises(DomainError, match="在您打开之后改过"):
        round_approve(drawn=proposed, by=world.prov_supervisor, at=world.now, seen_digest="0" * 64)
    assert not Quota.objects.exists()

    round_approve(drawn=proposed, by=world.prov_supervisor, at=world.now, seen_digest=proposed.digest)
    assert Quota.objects.count() == 24
