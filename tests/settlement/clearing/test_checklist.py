"""核对清单: what must hold before a month is signed, and what two people may let stand open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client

from agency.errors import DomainErrors
from agency.journal.books import check_all
from agency.journal.models import AuditEntry, StateChange
from settlement.clearing import checks
from settlement.clearing.checklist import CHECKLIST, Blocker, checklist_of, item_named
from settlement.clearing.consents import ChecklistSkip
from settlement.clearing.models import ClearingPeriod, RegionConfirmation
from settlement.clearing.months import SIGN, progress_of
from settlement.clearing.services import period_sign, region_confirm
from settlement.clearing.skips import skip_approve, skip_propose, skip_withdraw
from tests.settlement.clearing.damages import do
from tests.settlement.records.files import row
from tests.support.snapshots import refused
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_month")
AsUser = Callable[..., Client]
YANBIAN = "not_confirmed:222400"
PAGE = f"/clearing/202610/skips/{YANBIAN}/"


def propose(world: World, by: str = "prov_clearing", reason: str = "停电，电话核对无误") -> ChecklistSkip:
    return skip_propose(period="202610", key=YANBIAN, reason=reason, by=getattr(world, by), at=world.now)


def approve(world: World, by: str = "prov_clearing_2") -> ChecklistSkip:
    return skip_approve(period="202610", key=YANBIAN, by=getattr(world, by), at=world.now)


def confirm_all_but_yanbian(
    month: ClearingPeriod, world: World, confirm_all: Callable[[ClearingPeriod], None]
) -> None:
    confirm_all(month)
    RegionConfirmation.objects.filter(region=world.yanbian).update(voided_at=world.now)


def sign(world: World) -> ClearingPeriod:
    return period_sign(period="202610", by=world.prov_clearing, at=world.now + dt.timedelta(hours=1))


def test_the_lines_of_a_month_stand_in_order(month: ClearingPeriod) -> None:
    sections = checklist_of(month)

    assert [(section.title, section.settled, section.count) for section in sections] == [
        ("较早的月份已签发", True, ""),
        ("各统筹区已确认", False, "0 / 12"),
        ("到期的挂账已裁定", True, ""),
        ("对账差异有结论", True, ""),
        ("计算之后没有变动", True, ""),
        ("应收等于应付，各行相加", True, ""),
    ]
    assert [section.waits for section in sections] == [False, True, False, False, False, False]


def test_only_a_missing_confirmation_can_be_passed_over(month: ClearingPeriod) -> None:
    can = {
        item.blocker.code
        for section in checklist_of(month)
        for item in section.items
        if item.blocker.can_skip
    }

    assert can == {"not_confirmed"}


def test_a_month_is_signed_without_a_region_when_two_people_say_so(
    month: ClearingPeriod, world: World, confirm_all: Callable[..., None]
) -> None:
    confirm_all_but_yanbian(month, world, confirm_all)
    propose(world)
    with refused("several"):
        sign(world)
    skip = approve(world, "prov_supervisor")
    progress = progress_of("202610")
    assert progress is not None
    assert (progress.step, [party.name for party in progress.missing]) == (SIGN, ["延边州"])

    signed = sign(world)

    assert signed.is_signed
    assert check_all(None).broken == []
    assert (skip.skip_no, skip.proposed_by, skip.approved_by) == (
        "L202610001",
        world.prov_clearing,
        world.prov_supervisor,
    )
    history = StateChange.objects.filter(subject_kind="checklist_skip").order_by("pk")
    assert list(history.values_list("to_state", flat=True)) == ["proposed", "approved"]
    log = AuditEntry.objects.filter(subject_no=skip.skip_no).order_by("seq")
    assert [entry.action for entry in log] == ["skip_proposed", "skip_approved"]


def test_a_skip_that_was_taken_back_does_not_count(
    month: ClearingPeriod, world: World, confirm_all: Callable[..., None]
) -> None:
    confirm_all_but_yanbian(month, world, confirm_all)
    propose(world)
    approve(world)
    skip_withdraw(period="202610", key=YANBIAN, reason="通电了", by=world.prov_supervisor, at=world.now)

    with refused("several", DomainErrors) as raised:
        sign(world)

    assert [reason.message for reason in raised.value.errors] == ["还没有确认：延边州"]  # type: ignore[attr-defined]


def test_a_changed_fact_needs_a_new_skip(
    month: ClearingPeriod,
    world: World,
    load: Callable[..., object],
    compute: Callable[..., ClearingPeriod],
) -> None:
    first = propose(world)
    approve(world)
    load([row("S9", 参保地区划="222401")])
    compute()

    item = item_named(month, YANBIAN)
    assert item is not None and (item.outdated, item.settled) == (True, False)
    second = propose(world, reason="数已变，再次电话核对")
    approve(world)

    first.refresh_from_db()
    assert (first.state, second.skip_no) == ("withdrawn", "L202610002")
    item = item_named(month, YANBIAN)
    assert item is not None and item.settled


def test_a_change_elsewhere_leaves_a_skip_as_it_is(
    month: ClearingPeriod, world: World, load: Callable[..., object], compute: Callable[..., ClearingPeriod]
) -> None:
    propose(world)
    approve(world)
    load([row("S9", 就医地区划="220302")])  # 长春 → 四平: not on 延边's sheets
    compute()

    item = item_named(month, YANBIAN)

    assert item is not None and item.settled


def test_a_skip_for_deductions_with_other_words_is_outdated(
    month: ClearingPeriod, world: World, load: Callable[..., object], compute: Callable[..., ClearingPeriod]
) -> None:
    """The sums of the lines are the same, and still 长春's sheet 14 is another one."""
    key = "not_confirmed:220100"
    skip_propose(period="202610", key=key, reason="停电", by=world.prov_clearing, at=world.now)
    before = month.lines_digest
    do("UPDATE settlement_deduction SET reason = '别的原因' WHERE reason = '重复收费'")

    item = item_named(month, key)

    assert item is not None and item.outdated
    assert compute().lines_digest == before


def test_two_people_are_two_in_the_database_as_well(month: ClearingPeriod, world: World) -> None:
    skip = propose(world)

    with pytest.raises(IntegrityError), transaction.atomic():
        ChecklistSkip.objects.filter(pk=skip.pk).update(
            state="approved", approved_by=world.prov_clearing, approved_at=world.now
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        ChecklistSkip.objects.filter(pk=skip.pk).update(state="approved")
    with pytest.raises(IntegrityError), transaction.atomic():
        ChecklistSkip.objects.filter(pk=skip.pk).update(reason="")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE settlement_checklistskip SET reason = '改了'",
        "DELETE FROM settlement_checklistskip",
        "UPDATE settlement_checklistskip SET state = 'withdrawn'",
    ],
)
def test_a_skip_of_a_signed_month_stays(
    month: ClearingPeriod, world: World, confirm_all: Callable[..., None], sql: str
) -> None:
    confirm_all_but_yanbian(month, world, confirm_all)
    propose(world)
    approve(world)
    sign(world)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert ChecklistSkip.objects.get().reason == "停电，电话核对无误"


def test_no_skip_joins_a_signed_month(signed: ClearingPeriod, world: World) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        ChecklistSkip.objects.create(
            skip_no="L202610999",
            period=signed,
            key=YANBIAN,
            seen_digest="0" * 64,
            reason="补一个",
            proposed_by=world.prov_clearing,
            proposed_at=world.now,
        )


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("DELETE FROM settlement_checklistskip", "没有确认，也没有两人批准的例外"),
        ("UPDATE settlement_checklistskip SET state = 'withdrawn'", "没有确认，也没有两人批准的例外"),
        (f"UPDATE settlement_checklistskip SET seen_digest = '{'0' * 64}'", "例外时所见与签发的表不同"),
    ],
)
def test_the_books_name_a_region_without_confirmation_or_skip(
    month: ClearingPeriod, world: World, confirm_all: Callable[..., None], sql: str, message: str
) -> None:
    confirm_all_but_yanbian(month, world, confirm_all)
    propose(world)
    approve(world)
    sign(world)

    do(sql)

    broken = [item for item in check_all("202610").broken if item.check == checks.CONFIRMED]
    assert [(item.subject, item.message) for item in broken] == [("202610 延边州", message)]


@pytest.fixture
def joined() -> Iterator[list[Blocker]]:
    """A line that a higher slice registers, as long as the test lasts."""
    blockers: list[Blocker] = []
    CHECKLIST.register("没有过期的挂账", order=50)(lambda month: blockers)
    yield blockers
    del CHECKLIST._entries["没有过期的挂账"]


def test_a_higher_slice_joins_its_own_lines(
    month: ClearingPeriod, world: World, confirm_all: Callable[..., None], joined: list[Blocker]
) -> None:
    confirm_all(month)
    joined.append(Blocker("over_age", "没有过期的挂账", False, "G202608-00001 须先决定", can_skip=True))

    with refused("several", DomainErrors) as raised:
        sign(world)
    assert raised.value.message == "G202608-00001 须先决定"

    who = {"period": "202610", "key": "over_age", "at": world.now}
    skip_propose(reason="已报省厅", by=world.prov_clearing, **who)  # type: ignore[arg-type]
    skip_approve(by=world.prov_supervisor, **who)  # type: ignore[arg-type]
    joined[0] = Blocker("over_age", "没有过期的挂账", False, "G202608-00002 须先决定", can_skip=True)
    with refused("several"):
        sign(world)

    joined[0] = Blocker("over_age", "没有过期的挂账", False, "G202608-00001 须先决定", can_skip=True)
    assert sign(world).is_signed


# --- on the page --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["prov_clearing", "prov_supervisor"])
def test_the_province_proposes_on_the_page(
    month: ClearingPeriod, world: World, as_user: AsUser, name: str
) -> None:
    client = as_user(getattr(world, name))
    seen = client.get(PAGE).context["seen_digest"]

    response = client.post(f"{PAGE}propose/", {"reason": "停电", "seen_digest": seen})

    assert response["Location"] == PAGE
    page = client.get(PAGE).content.decode()
    assert "等省级另一位同事批准" in page and "btn go" not in page
    other = as_user(world.prov_clearing_2)
    assert '<button class="btn go" type="submit">批准</button>' in other.get(PAGE).content.decode()
    other.post(f"{PAGE}approve/", {"seen_digest": seen})
    assert ChecklistSkip.objects.get().approved_by == world.prov_clearing_2
    other.post(f"{PAGE}withdraw/", {"reason": "通电了"})
    assert ChecklistSkip.objects.get().state == "withdrawn"


def test_what_cannot_be_passed_over_has_no_form(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    page = as_user(world.prov_clearing).get("/clearing/202610/skips/needs_computing/").content.decode()

    assert "没有例外" in page and "<textarea" not in page


@pytest.mark.parametrize("name", ["changchun_clearing", "prov_finance", "prov_auditor", "clerk", "auditor"])
def test_others_have_no_part_in_skips(
    month: ClearingPeriod, world: World, as_user: AsUser, name: str
) -> None:
    client = as_user(getattr(world, name))

    assert client.get(PAGE).status_code == 403
    for step in ("propose", "approve", "withdraw"):
        assert client.post(f"{PAGE}{step}/", {"reason": "停电"}).status_code == 403
    assert not ChecklistSkip.objects.exists()


def test_a_line_that_is_none_is_not_there(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    client = as_user(world.prov_clearing)

    assert client.get("/clearing/202610/skips/nothing/").status_code == 404
    assert client.get(f"/clearing/202612/skips/{YANBIAN}/").status_code == 404
    assert client.post("/clearing/202610/skips/nothing/propose/", {"reason": "停电"}).status_code == 422


def test_the_checklist_shows_the_skip_to_the_province_and_no_names_to_a_region(
    month: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    propose(world)
    approve(world)

    whole = as_user(world.prov_auditor).get("/clearing/202610/").content.decode()
    own = as_user(world.jilin_clearing).get("/clearing/202610/").content.decode()

    assert "停电，电话核对无误（prov_clearing，prov_clearing_2 批准）" in whole
    assert "1 / 12" in own
    assert "延边州" not in own and "停电" not in own


def test_proving_on_demand_names_what_fails(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    client = as_user(world.prov_auditor)
    assert "刚核对过" in client.get("/clearing/202610/?prove=1").content.decode()

    do("UPDATE settlement_settlementrecord SET total_fee_fen = total_fee_fen + 1 WHERE settlement_no = 'S4'")

    page = client.get("/clearing/202610/?prove=1").content.decode()
    assert "长春市→北京市 职工 住院" in page
    assert "现在核对" in client.get("/clearing/202610/").content.decode()


def test_a_region_whose_confirmation_stands_comes_before_its_skip(
    month: ClearingPeriod, world: World, confirm_all: Callable[..., None]
) -> None:
    propose(world)
    approve(world)
    region_confirm(period="202610", region=world.yanbian, by=world.yanbian_clearing, at=world.now)
    confirm_all(month)

    assert sign(world).is_signed
    assert check_all(None).broken == []
