"""A region's page: its sheets one after another, what changed since it confirmed, its yes, taken back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client

from agency.journal.models import AuditEntry
from settlement.clearing.confirming import region_unconfirm
from settlement.clearing.consents import SheetLook
from settlement.clearing.filling import MonthBook, party_named_as_then, region_sheets
from settlement.clearing.models import ClearingPeriod, RegionConfirmation
from settlement.clearing.seen import RowChange, changes_between, content_of, last_voided
from settlement.clearing.services import region_confirm
from tests.settlement.clearing.damages import do
from tests.settlement.records.files import row
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_month")
AsUser = Callable[..., Client]
MONTH = "/clearing/202610/"
PAGE = f"{MONTH}regions/220200/"


def sheet(form: str) -> str:
    return f"{MONTH}sheets/{form}/220200/"


def look(client: Client, form: str) -> str:
    """Look at a sheet as it is shown; where one is sent next."""
    seen = client.get(sheet(form)).context["sheet_digest"]
    return client.post(f"{sheet(form)}looked/", {"seen_digest": seen})["Location"]


def changes_of_jilin(month: ClearingPeriod, world: World) -> list[RowChange]:
    party = party_named_as_then(month, world.jilin)
    voided = last_voided(month, party)
    assert voided is not None
    return changes_between(voided.content, region_sheets(MonthBook(month), party))


def confirm(world: World, **more: object) -> RegionConfirmation:
    chosen = {"period": "202610", "region": world.jilin, "by": world.jilin_clearing, "at": world.now}
    return region_confirm(**{**chosen, **more})  # type: ignore[arg-type]


# --- one after another --------------------------------------------------------------------------------------


def test_the_sheets_are_looked_at_one_after_another_and_then_confirmed(
    month: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    client = as_user(world.jilin_clearing)
    assert client.get(PAGE).context["unseen"][0]["form"] == "10"

    assert [look(client, form) for form in ("10", "11", "12", "13")] == [
        sheet("11"),
        sheet("12"),
        sheet("13"),
        sheet("14"),
    ]
    assert "看过，去确认" in client.get(sheet("14")).content.decode()
    assert look(client, "14") == PAGE

    page = client.get(PAGE)
    assert page.context["unseen"] == []
    assert page.content.decode().count('<summary class="btn go"') == 1
    client.post(f"{MONTH}confirm/", {"seen_digest": page.context["digest"]})
    given = RegionConfirmation.objects.get()
    assert given.looked == ["10", "11", "12", "13", "14"]
    assert AuditEntry.objects.get(action="period_confirmed").detail["looked"] == given.looked


def test_whoever_begins_in_the_middle_comes_to_the_ones_passed_over(
    month: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    client = as_user(world.jilin_clearing)

    assert look(client, "13") == sheet("14")
    assert look(client, "14") == sheet("10")
    assert "下一张 表 10" in client.get(sheet("13")).content.decode()


def test_a_look_is_ones_own_and_of_what_was_shown(
    month: ClearingPeriod,
    world: World,
    as_user: AsUser,
    load: Callable[..., object],
    compute: Callable[..., ClearingPeriod],
) -> None:
    client = as_user(world.jilin_clearing)
    look(client, "10")
    look(client, "10")
    assert SheetLook.objects.count() == 1

    load([row("S9")])
    compute()

    shown = {one["form"]: one["is_own"] for one in client.get(PAGE).context["sheets"]}
    assert shown == {"10": False, "11": False, "12": False, "13": False, "14": False}


def test_what_was_not_looked_at_is_told_and_kept(
    month: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    client = as_user(world.jilin_clearing)
    look(client, "10")

    page = client.get(PAGE)

    assert "还有没看过的表" in page.content.decode()
    client.post(f"{MONTH}confirm/", {"seen_digest": page.context["digest"]})
    assert RegionConfirmation.objects.get().looked == ["10"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("changchun_clearing", 404),
        ("yanbian_clearing", 404),
        ("clerk", 403),
        ("prov_clearing", 403),
        ("prov_auditor", 403),
    ],
)
def test_only_the_regions_clearing_staff_note_a_look(
    month: ClearingPeriod, world: World, as_user: AsUser, name: str, code: int
) -> None:
    response = as_user(getattr(world, name)).post(f"{sheet('10')}looked/", {"seen_digest": "0" * 64})

    assert response.status_code == code
    assert not SheetLook.objects.exists()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("jilin_clearing", 200),
        ("prov_clearing", 200),
        ("prov_finance", 200),
        ("prov_auditor", 200),
        ("changchun_clearing", 404),
        ("auditor", 404),
        ("clerk", 403),
        ("prov_system", 403),
    ],
)
def test_the_page_is_the_regions_and_the_provinces(
    month: ClearingPeriod, world: World, as_user: AsUser, name: str, code: int
) -> None:
    response = as_user(getattr(world, name)).get(PAGE)

    assert response.status_code == code
    if code == 200 and name != "jilin_clearing":
        assert "btn go" not in response.content.decode()


def test_another_province_has_no_such_page(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    client = as_user(world.prov_clearing)

    assert client.get(f"{MONTH}regions/210000/").status_code == 404
    assert client.get("/clearing/202612/regions/220200/").status_code == 404


def test_a_look_is_only_added(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    look(as_user(world.jilin_clearing), "10")

    for sql in ("UPDATE settlement_sheetlook SET form_no = '11'", "DELETE FROM settlement_sheetlook"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert SheetLook.objects.get().form_no == "10"


def test_the_page_costs_the_same_queries_whatever_the_sheets(
    month: ClearingPeriod,
    world: World,
    as_user: AsUser,
    load: Callable[..., object],
    compute: Callable[..., ClearingPeriod],
    django_assert_num_queries: Callable[..., AbstractContextManager],
) -> None:
    client = as_user(world.jilin_clearing)
    with django_assert_num_queries(20):
        client.get(PAGE)

    load([row(f"M{number}", 参保地区划=code) for number, code in enumerate(("220302", "220402", "220502"))])
    compute()

    with django_assert_num_queries(20):
        client.get(PAGE)


# --- what changed since -------------------------------------------------------------------------------------


def test_what_changed_since_the_last_yes_is_shown_row_by_row(
    month: ClearingPeriod,
    world: World,
    as_user: AsUser,
    load: Callable[..., object],
    compute: Callable[..., ClearingPeriod],
) -> None:
    confirm(world)
    load([row("S8"), row("S9", 参保地区划="220302")])
    month = compute()

    changes = changes_of_jilin(month, world)

    told = [
        (one.form, one.label, one.word, [(cell.title, cell.before, cell.now) for cell in one.cells][:2])
        for one in changes
    ]
    assert told[0] == (
        "10",
        "长春市 职工 住院",
        "变动",
        [("人次", "1", "2"), ("医疗总费用", "1,000.00", "2,000.00")],
    )
    assert told[1] == ("10", "四平市 职工 住院", "新增", [("人次", "", "1"), ("医疗总费用", "", "1,000.00")])
    assert [(one.form, one.word) for one in changes] == [
        ("10", "变动"),
        ("10", "新增"),
        ("12", "变动"),
        ("12", "新增"),
    ]
    page = as_user(world.jilin_clearing).get(PAGE).content.decode()
    assert "上次的确认已作废" in page and "2,000.00" in page


def test_a_row_that_is_gone_is_shown_as_well(month: ClearingPeriod, world: World) -> None:
    given = confirm(world)
    RegionConfirmation.objects.filter(pk=given.pk).update(voided_at=world.now)
    month.lines.filter(insured_region=world.liaoning).delete()

    changes = changes_of_jilin(month, world)

    assert [(one.form, one.word, one.label) for one in changes] == [
        ("10", "不再有", "辽宁省 职工 药店购药"),
        ("12", "不再有", "应收 辽宁省 药店购药"),
    ]
    assert [(cell.title, cell.before, cell.now) for cell in changes[0].cells][-1] == (
        "应收金额",
        "700.00",
        "",
    )


def test_a_deduction_with_other_words_is_a_change(month: ClearingPeriod, world: World) -> None:
    confirm(world)
    RegionConfirmation.objects.update(voided_at=world.now)
    do("UPDATE settlement_deduction SET reason = '多收床位费' WHERE reason = '重复收费'")

    changes = changes_of_jilin(month, world)

    cells = [(cell.title, cell.before, cell.now) for one in changes for cell in one.cells]
    assert cells == [("原因", "重复收费", "多收床位费")]


def test_nothing_differs_from_what_was_just_kept(month: ClearingPeriod, world: World) -> None:
    sheets = region_sheets(MonthBook(month), party_named_as_then(month, world.jilin))

    assert changes_between(content_of(sheets), sheets) == []
    assert changes_between({}, []) == []


# --- taking it back -----------------------------------------------------------------------------------------


def test_a_region_takes_its_yes_back_and_gives_it_again(
    month: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    confirm(world)
    client = as_user(world.jilin_clearing)
    assert "撤回确认" in client.get(PAGE).content.decode()

    response = client.post(f"{MONTH}unconfirm/", {"reason": "表 14 要再核对"})

    assert response["Location"] == PAGE
    voided = RegionConfirmation.objects.get()
    assert (voided.voided_by, voided.void_reason) == (world.jilin_clearing, "表 14 要再核对")
    entry = AuditEntry.objects.get(action="confirmation_withdrawn")
    assert (entry.region, entry.detail["reason"]) == (world.jilin, "表 14 要再核对")
    page = client.get(PAGE).content.decode()
    assert "撤回：表 14 要再核对" in page and "与上次确认时相比，表上没有变化" in page
    confirm(world)
    assert RegionConfirmation.objects.filter(voided_at__isnull=True).count() == 1


@pytest.mark.parametrize("name", ["prov_clearing", "auditor", "supervisor", "clerk"])
def test_only_clearing_staff_take_a_yes_back(
    month: ClearingPeriod, world: World, as_user: AsUser, name: str
) -> None:
    confirm(world)

    response = as_user(getattr(world, name)).post(f"{MONTH}unconfirm/", {"reason": "再看"})

    assert response.status_code == 403
    assert RegionConfirmation.objects.get().voided_at is None


def test_another_region_takes_back_only_its_own(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    confirm(world)

    response = as_user(world.changchun_clearing).post(f"{MONTH}unconfirm/", {"reason": "再看"})

    assert response.status_code == 422
    assert RegionConfirmation.objects.get().voided_at is None


def test_a_yes_is_taken_back_with_a_reason_in_the_database_as_well(
    month: ClearingPeriod, world: World
) -> None:
    given = confirm(world)

    for change in ({"voided_by": world.jilin_clearing}, {"void_reason": "再看"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            RegionConfirmation.objects.filter(pk=given.pk).update(voided_at=world.now, **change)


def test_the_system_account_takes_one_back_for_a_region(month: ClearingPeriod, world: World) -> None:
    confirm(world)

    region_unconfirm(period="202610", region=world.jilin, reason="来电要求", by=world.system, at=world.now)

    assert RegionConfirmation.objects.get().voided_by == world.system
