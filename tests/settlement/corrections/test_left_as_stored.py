"""不予更正: a conflict is settled by leaving what is stored, by two people, whatever is in the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from agency.batches.models import Batch, Refusal
from agency.batches.services import batch_undo
from agency.errors import DomainError, NotAllowed
from agency.journal.books import check_all
from settlement.corrections.conflicts import conflicts_open
from settlement.corrections.models import Correction
from settlement.corrections.services import (
    correction_approve,
    correction_reject,
    correction_withdraw,
    leaving_propose,
)
from settlement.records.models import CareType, SettlementRecord
from tests.settlement.records.files import reversal, row
from tests.support.snapshots import nothing_changes
from tests.support.world import World

Run = Callable[..., Any]
LogIn = Callable[[object], Client]


@pytest.fixture
def leave(world: World) -> Callable[[Refusal], Correction]:
    return lambda refusal: leaving_propose(
        by=world.prov_clearing, at=world.now, refusal=refusal, reason="医院来函：以已结算的为准"
    )


@pytest.fixture
def in_the_way(load: Run, conflict: Run, deducted: Run) -> Callable[[str], Refusal]:
    """A conflict that cannot be settled by a correction, for one of several reasons."""

    def run(why: str) -> Refusal:
        load([row("S1"), *([reversal("S2", "S1")] if why == "reversed" else [])])
        if why == "deducted":
            deducted("S1")
        if why == "becomes a reversal":
            return conflict(reversal("S1", "S0"))
        refusal = conflict()
        if why == "no longer read":
            CareType.objects.all().delete()
        return refusal

    return run


@pytest.mark.parametrize("why", ["reversed", "deducted", "becomes a reversal", "no longer read", "nothing"])
def test_whatever_is_in_the_way_the_conflict_is_settled_by_two_people(
    why: str, in_the_way: Run, leave: Run, world: World
) -> None:
    refusal = in_the_way(why)
    before = list(SettlementRecord.objects.order_by("pk").values())

    correction = leave(refusal)
    with nothing_changes(), pytest.raises(NotAllowed, match="提出更正的人不能自己审批"):
        correction_reject(by=world.prov_clearing, at=world.now, correction=correction, reason="同意")
    correction_reject(by=world.prov_clearing_2, at=world.now, correction=correction, reason="同意")

    assert (correction.state, correction.decided_by) == ("rejected", world.prov_clearing_2)
    assert not conflicts_open(world.prov_clearing).exists()
    assert list(SettlementRecord.objects.order_by("pk").values()) == before
    assert check_all(None).broken == []


def test_it_is_never_approved_as_a_correction(in_the_way: Run, leave: Run, world: World) -> None:
    correction = leave(in_the_way("nothing"))

    with nothing_changes(), pytest.raises(DomainError, match="提请的是不予更正，不能批准更正"):
        correction_approve(by=world.prov_clearing_2, at=world.now, correction=correction)
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.filter(pk=correction.pk).update(state="approved")

    assert SettlementRecord.objects.count() == 1


def test_whoever_does_not_agree_has_it_taken_back(in_the_way: Run, leave: Run, world: World) -> None:
    refusal = in_the_way("nothing")
    correction = leave(refusal)
    with nothing_changes(), pytest.raises(DomainError, match="已有人在办"):
        leave(refusal)

    correction_withdraw(by=world.prov_clearing, at=world.now, correction=correction, reason="再核")

    assert list(conflicts_open(world.prov_clearing)) == [refusal]


def test_another_line_of_the_number_waits_for_the_proposal(
    load: Run, conflict: Run, leave: Run, world: World
) -> None:
    load([row("S1")])
    leave(conflict())

    other = conflict(row("S1", 姓名="李四"))
    with nothing_changes(), pytest.raises(DomainError, match="已有更正 K202611"):
        leave(other)

    assert Correction.objects.count() == 1


def test_without_a_reason_nothing_is_proposed(in_the_way: Run, world: World) -> None:
    refusal = in_the_way("nothing")

    with nothing_changes(), pytest.raises(DomainError, match="请写明原因"):
        leaving_propose(by=world.prov_clearing, at=world.now, refusal=refusal, reason=" ")

    assert not Correction.objects.exists()


def test_a_number_that_is_stored_no_more_is_in_nobody_s_way(load: Run, conflict: Run, world: World) -> None:
    batch: Batch = load([row("S1")])
    conflict()

    batch_undo(batch, by=world.prov_clearing, at=world.now, reason="文件有误")

    assert not conflicts_open(world.prov_clearing).exists()


@pytest.mark.parametrize("why", ["deducted", "no longer read", "nothing"])
def test_on_the_pages(why: str, in_the_way: Run, as_user: LogIn, world: World) -> None:
    refusal = in_the_way(why)
    url = reverse("settlement:conflict_detail", args=[refusal.batch.batch_no, refusal.line_no])
    client = as_user(world.prov_clearing)

    page = client.get(url).content.decode()
    answer = client.post(url, {"reason": "以已结算的为准", "decision": "leave"}, follow=True)

    assert "提请不予更正" in page
    assert ("提出更正" in page) == (why == "nothing")
    assert "已提请不予更正 K202611" in answer.content.decode()
    correction = Correction.objects.get()
    other = as_user(world.prov_clearing_2)
    shown = other.get(f"/corrections/{correction}/").content.decode()
    assert "为什么不予更正" in shown
    assert "批准更正" not in shown
    assert "提请不予更正" in other.get("/corrections/all/").content.decode()
    assert "不予更正结算 S1" in other.get("/").content.decode()
    other.post(f"/corrections/{correction}/reject/", {"reason": "同意"})
    correction.refresh_from_db()
    assert correction.state == "rejected"
