"""A refused step of the month changes nothing, in any table of the three apps."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agency.errors import DomainErrors, NotAllowed
from settlement.clearing.confirming import region_unconfirm, sheet_look
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.services import period_compute, period_sign, region_confirm
from settlement.clearing.skips import skip_approve, skip_propose, skip_withdraw
from tests.settlement.records.files import row
from tests.support.snapshots import refused
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_month")
Act = Callable[..., object]
YANBIAN = "not_confirmed:222400"


def compute(world: World, period: str = "202610", by: str = "prov_clearing") -> object:
    return period_compute(period=period, by=getattr(world, by), at=world.now)


def confirm(world: World, by: str = "changchun_clearing", **more: object) -> object:
    chosen = {"period": "202610", "region": world.changchun, "by": getattr(world, by), "at": world.now}
    return region_confirm(**{**chosen, **more})  # type: ignore[arg-type]


def unconfirm(world: World, by: str = "changchun_clearing", reason: str = "再看") -> object:
    who = getattr(world, by)
    return region_unconfirm(period="202610", region=world.changchun, by=who, at=world.now, reason=reason)  # type: ignore[func-returns-value]


def look(world: World, form: str = "10", by: str = "changchun_clearing") -> object:
    return sheet_look(
        period="202610",
        form=form,
        region=world.changchun,
        by=getattr(world, by),
        at=world.now,
        seen_digest="0" * 64,
    )


def sign(world: World, by: str = "prov_clearing", period: str = "202610", **more: object) -> object:
    return period_sign(period=period, by=getattr(world, by), at=world.now, **more)  # type: ignore[arg-type]


def propose(world: World, by: str = "prov_clearing", key: str = YANBIAN, **more: object) -> object:
    chosen = {"period": "202610", "key": key, "reason": "停电", "by": getattr(world, by), "at": world.now}
    return skip_propose(**{**chosen, **more})  # type: ignore[arg-type]


def approve(world: World, by: str = "prov_clearing_2", **more: object) -> object:
    chosen = {"period": "202610", "key": YANBIAN, "by": getattr(world, by), "at": world.now}
    return skip_approve(**{**chosen, **more})  # type: ignore[arg-type]


def withdraw(world: World, by: str = "prov_clearing", reason: str = "来电了") -> object:
    who = getattr(world, by)
    return skip_withdraw(period="202610", key=YANBIAN, by=who, at=world.now, reason=reason)


BEFORE_ANYTHING: dict[str, tuple[str, Act]] = {
    "compute a month without cases": ("nothing_to_compute", lambda w: compute(w, "202612")),
    "compute what is no month": ("bad_period", lambda w: compute(w, "202613")),
    "compute as a region": ("not_allowed", lambda w: compute(w, by="changchun_clearing")),
    "confirm as the province": ("not_allowed", lambda w: confirm(w, "prov_clearing")),
    "confirm for another region": ("not_allowed", lambda w: confirm(w, "jilin_clearing")),
    "confirm what was not shown": ("shown_is_outdated", lambda w: confirm(w, seen_digest="0" * 64)),
    "confirm for another province": (
        "not_in_month",
        lambda w: confirm(w, "system", region=w.liaoning),
    ),
    "confirm a month that nobody computed": ("not_computed", lambda w: confirm(w, period="202611")),
    "take back what was not confirmed": ("not_confirmed", unconfirm),
    "take back without a reason": ("reason_missing", lambda w: unconfirm(w, reason="  ")),
    "take back for another region": ("not_allowed", lambda w: unconfirm(w, "jilin_clearing")),
    "look at what was not shown": ("shown_is_outdated", look),
    "look at the province's sheet": ("no_such_sheet", lambda w: look(w, "9")),
    "look as an auditor": ("not_allowed", lambda w: look(w, by="auditor")),
    "sign without confirmations": ("several", sign),
    "sign as the supervisor": ("not_allowed", lambda w: sign(w, "prov_supervisor")),
    "sign what was not shown": ("shown_is_outdated", lambda w: sign(w, seen_digest="0" * 64)),
    "sign a month that nobody computed": ("not_computed", lambda w: sign(w, period="202611")),
    "skip as a region": ("not_allowed", lambda w: propose(w, "changchun_clearing")),
    "skip as an auditor": ("not_allowed", lambda w: propose(w, "prov_auditor")),
    "skip without a reason": ("reason_missing", lambda w: propose(w, reason=" ")),
    "skip with too long a reason": ("reason_too_long", lambda w: propose(w, reason="长" * 201)),
    "skip arithmetic": ("cannot_be_skipped", lambda w: propose(w, key="check_fails")),
    "skip an earlier month": ("cannot_be_skipped", lambda w: propose(w, key="earlier_month_unsigned")),
    "skip the computing": ("cannot_be_skipped", lambda w: propose(w, key="needs_computing")),
    "skip what is no line": ("no_such_line", lambda w: propose(w, key="not_confirmed:110000")),
    "skip what was not shown": ("shown_is_outdated", lambda w: propose(w, seen_digest="0" * 64)),
    "approve what nobody proposed": ("nothing_proposed", approve),
    "withdraw what nobody proposed": ("nothing_proposed", withdraw),
}
AFTER_A_PROPOSAL: dict[str, tuple[str, Act]] = {
    "propose it again": ("already_proposed", propose),
    "approve one's own": ("not_allowed", lambda w: approve(w, "prov_clearing")),
    "approve as a region": ("not_allowed", lambda w: approve(w, "yanbian_clearing")),
    "approve what was not shown": ("shown_is_outdated", lambda w: approve(w, seen_digest="0" * 64)),
    "withdraw without a reason": ("reason_missing", lambda w: withdraw(w, reason="")),
    "sign before it is approved": ("several", sign),
}
AFTER_THE_SIGNATURE: dict[str, tuple[str, Act]] = {
    "compute": ("already_signed", compute),
    "confirm": ("already_signed", confirm),
    "take back": ("already_signed", unconfirm),
    "look": ("already_signed", look),
    "sign": ("already_signed", sign),
    "skip": ("already_signed", propose),
    "approve": ("already_signed", approve),
    "withdraw": ("already_signed", withdraw),
}


@pytest.mark.parametrize("what", BEFORE_ANYTHING)
def test_a_refused_step_changes_nothing(month: ClearingPeriod, world: World, what: str) -> None:
    code, act = BEFORE_ANYTHING[what]

    with refused(code):
        act(world)


@pytest.mark.parametrize("what", AFTER_A_PROPOSAL)
def test_a_refusal_about_a_skip_changes_nothing(month: ClearingPeriod, world: World, what: str) -> None:
    propose(world)
    code, act = AFTER_A_PROPOSAL[what]

    with refused(code):
        act(world)


@pytest.mark.parametrize("what", AFTER_THE_SIGNATURE)
def test_a_signed_month_refuses_every_step_and_stays(signed: ClearingPeriod, world: World, what: str) -> None:
    code, act = AFTER_THE_SIGNATURE[what]

    with refused(code):
        act(world)


def test_a_second_confirmation_changes_nothing(month: ClearingPeriod, world: World) -> None:
    confirm(world)

    with refused("already_confirmed"):
        confirm(world, "changchun_clearing_2")


def test_a_signature_refused_for_every_reason_changes_nothing(
    month: ClearingPeriod, world: World, load: Callable[..., object]
) -> None:
    load([row("E1", 结算时间="2026-09-02 09:00:00"), row("S9")])

    with refused("several", DomainErrors) as raised:
        sign(world)

    assert isinstance(raised.value, DomainErrors)
    assert [reason.code for reason in raised.value.errors] == [
        "earlier_month_unsigned",
        "not_confirmed",
        "needs_computing",
    ]


def test_a_skip_of_a_fact_that_changed_is_not_approved(
    month: ClearingPeriod, world: World, load: Callable[..., object], compute: Callable[..., object]
) -> None:
    propose(world)
    load([row("S9", 参保地区划="222401")])
    compute()

    with refused("shown_is_outdated"):
        approve(world)


def test_a_region_that_confirmed_needs_no_skip(month: ClearingPeriod, world: World) -> None:
    confirm(world, "yanbian_clearing", region=world.yanbian)

    with refused("nothing_to_skip"):
        propose(world)


def test_who_may_not_is_told_so(month: ClearingPeriod, world: World) -> None:
    with refused("not_allowed", NotAllowed) as raised:
        propose(world, "changchun_clearing")

    assert raised.value.message == "您没有“办理核对例外”的权限，请联系主管。"
