"""Pages of the year: who may open what, what stands on them in every state, how refusals are told."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from django.test import Client

from settlement.quotas.services import round_approve, round_draw, round_propose
from settlement.year_end.models import YearEnd, YearEndApplication
from tests.settlement.clearing.conftest import load_rows
from tests.settlement.year_end.conftest import apply_for, settled
from tests.settlement.year_end.pages import FILLED, OF_CHANGCHUN, ONE, YEAR, AsUser, text
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_year")
PAGES = {
    "list": "/years/",
    "year": YEAR,
    "sheet": OF_CHANGCHUN,
    "sheet to print": f"{OF_CHANGCHUN}print/",
    "sheet as a file": f"{OF_CHANGCHUN}file.xlsx",
    "application": ONE,
    "form 15 to print": f"{ONE}form15/",
    "form 15 as PDF": f"{ONE}form15.pdf",
}
OF_ONE_REGION = {name: url for name, url in PAGES.items() if name not in ("list", "year")}
OF_PROVINCE = [f"{YEAR}16/", f"{YEAR}16/print/", f"{YEAR}16/file.csv", f"{YEAR}16/compare/"]


@pytest.fixture
def applied(computed: YearEnd, world: World) -> YearEndApplication:
    return apply_for(world)


# --- who ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", [*PAGES.values(), *OF_PROVINCE, f"{YEAR}apply/", f"{OF_CHANGCHUN}compare/"])
def test_without_login_one_is_sent_to_log_in(applied: YearEndApplication, client: Client, url: str) -> None:
    response = client.get(url)

    assert (response.status_code, response["Location"][:13]) == (302, "/login/?next=")


def statuses(as_user: AsUser, world: World, names: list[str], urls: Iterable[str]) -> dict[str, set[int]]:
    """What each of these people gets of these pages."""
    clients = {name: as_user(getattr(world, name)) for name in names}
    return {name: {client.get(url).status_code for url in urls} for name, client in clients.items()}


def test_the_wrong_role_is_refused(applied: YearEndApplication, world: World, as_user: AsUser) -> None:
    found = statuses(as_user, world, ["clerk", "reviewer", "prov_system"], PAGES.values())

    assert found == {"clerk": {403}, "reviewer": {403}, "prov_system": {403}}


def test_another_regions_papers_are_not_there(
    applied: YearEndApplication, world: World, as_user: AsUser
) -> None:
    found = statuses(as_user, world, ["jilin_clearing", "yanbian_clearing"], OF_ONE_REGION.values())

    assert found == {"jilin_clearing": {404}, "yanbian_clearing": {404}}


@pytest.mark.parametrize("url", OF_PROVINCE)
def test_sheet_16_is_the_provinces(
    applied: YearEndApplication, world: World, as_user: AsUser, url: str
) -> None:
    assert as_user(world.changchun_clearing).get(url).status_code == 404
    assert as_user(world.prov_clearing).get(url).status_code == 200


@pytest.mark.parametrize("url", PAGES.values(), ids=PAGES)
def test_the_right_people_see_it(
    applied: YearEndApplication, world: World, as_user: AsUser, url: str
) -> None:
    region, province = ["changchun_clearing", "supervisor", "auditor"], ["prov_clearing", "prov_finance"]
    found = statuses(as_user, world, [*region, *province, "prov_auditor"], [url])

    assert set().union(*found.values()) == {200}, found


@pytest.mark.parametrize(
    "url",
    ["/years/2030/", "/years/2030/16/", f"{YEAR}16/220100/", f"{YEAR}17/", f"{YEAR}18/999999/"]
    + [f"{YEAR}18/110000/", "/years/applications/NQ2026-009/", "/years/1999/"],
)
def test_what_there_is_not_is_not_found(
    applied: YearEndApplication, world: World, as_user: AsUser, url: str
) -> None:
    response = as_user(world.prov_clearing).get(url)

    assert response.status_code in (404, 422)
    if response.status_code == 422:
        assert "还没有计算，没有年终清算表" in response.content.decode()


POSTS = {
    "compute": (f"{YEAR}compute/", {"prov_clearing", "prov_clearing_2"}),
    "close": (f"{YEAR}close/", {"prov_supervisor"}),
    "apply": (f"{YEAR}apply/", {"changchun_clearing", "changchun_clearing_2", "jilin_clearing"}),
    "hand in": (f"{ONE}submit/", {"changchun_clearing", "changchun_clearing_2", "jilin_clearing"}),
    "review": (f"{ONE}review/", {"prov_clearing", "prov_clearing_2", "prov_finance"}),
    "approve": (f"{ONE}approve/", {"prov_supervisor"}),
}


@pytest.mark.parametrize("what", POSTS)
def test_steps_are_taken_by_those_who_may_and_never_by_a_link(
    applied: YearEndApplication, world: World, as_user: AsUser, what: str
) -> None:
    url, may = POSTS[what]
    if what != "apply":
        assert as_user(world.prov_supervisor).get(url).status_code in (403, 405)
    others = [one for one in world.everybody() if one.username not in may | {"yanbian_clearing"}]

    codes = {one.username: as_user(one).post(url, FILLED).status_code for one in others}

    assert set(codes.values()) == {403}, codes
    assert YearEndApplication.objects.get().state == "applied"
    assert YearEnd.objects.get().state == "computed"


# --- the year in every state --------------------------------------------------------------------------------


def test_the_list_has_every_year_with_a_signed_month(world: World, as_user: AsUser) -> None:
    page = text(as_user(world.prov_clearing), "/years/")

    assert page.count("未计算") >= 2
    assert "/years/2026/" in page
    assert "/years/2027/" in page


def test_a_year_that_nobody_has_computed(world: World, as_user: AsUser) -> None:
    page = text(as_user(world.prov_clearing), YEAR)

    assert "各月都已签发，等省级结算人员计算" in page
    assert f"{YEAR}compute/" in page
    assert "各统筹区 <small>" not in page
    assert f"{YEAR}compute/" not in text(as_user(world.prov_supervisor), YEAR)


def test_a_year_with_unsigned_months_names_them(world: World, as_user: AsUser) -> None:
    page = text(as_user(world.prov_clearing), "/years/2027/")

    assert "还没有签发：2027年3月、2027年4月、2027年5月等" in page
    assert "10 个月还没有过完" in page
    assert "/years/2027/compute/" not in page


def test_a_computed_year_shows_every_region_to_the_province(
    computed: YearEnd, world: World, as_user: AsUser
) -> None:
    page = text(as_user(world.prov_supervisor), YEAR)

    assert "已计算，等省级主管批准关账" in page
    assert page.count('<th scope="row">') == 13  # twelve regions and the platform
    assert "3,450.00" in page
    assert f'value="{computed.digest}"' in page  # what the closing is bound to
    assert "您计算的，关账要由另一位有权限的同事办理" in text(as_user(world.prov_clearing), YEAR)


def test_a_region_sees_its_own_row_alone(computed: YearEnd, world: World, as_user: AsUser) -> None:
    page = text(as_user(world.changchun_clearing), YEAR)

    assert page.count('<th scope="row">') == 1
    assert "吉林市" not in page
    assert f"{YEAR}apply/" in page
    assert f"{YEAR}16/" not in page
    assert "3,450.00" not in text(as_user(world.yanbian_clearing), YEAR)


def test_a_closed_year_has_no_more_buttons(closed: YearEnd, world: World, as_user: AsUser) -> None:
    for one in (world.prov_clearing, world.prov_supervisor, world.changchun_clearing):
        page = text(as_user(one), YEAR)
        assert "已关账" in page
        assert not [step for step in ("compute/", "close/", "apply/") if f"{YEAR}{step}" in page]
    assert "prov_supervisor · 2026-11-20" in text(as_user(world.prov_clearing), "/years/")


def test_the_quota_is_settled_by_the_round_of_the_next_year(
    closed: YearEnd, world: World, as_user: AsUser
) -> None:
    assert "2027年度额度还没有核定" in text(as_user(world.prov_clearing), YEAR)

    drawn = round_draw(year=2027, by=world.prov_finance, at=world.now)
    assert "2027年度拟定" in text(as_user(world.prov_clearing), YEAR)
    assert "2027年度额度还没有核定" in text(as_user(world.changchun_clearing), YEAR)
    round_approve(
        drawn=round_propose(drawn=drawn, by=world.prov_finance, at=world.now),
        by=world.prov_supervisor,
        at=world.now,
    )

    assert "2027年度已批" in text(as_user(world.changchun_clearing), YEAR)


def test_what_counts_later_is_told_on_a_closed_year(
    closed: YearEnd, world: World, as_user: AsUser, tmp_path: Path
) -> None:
    load_rows(world, tmp_path / "more.csv", [settled("C9", "2026-12-29")], "settlements")

    assert "1 笔本年费用不在其中" in text(as_user(world.prov_clearing), YEAR)


def test_computing_and_closing_by_two_people(world: World, as_user: AsUser) -> None:
    done = as_user(world.prov_clearing).post(f"{YEAR}compute/", follow=True)
    assert "2026年的年终清算已计算" in done.content.decode()
    seen = YearEnd.objects.get().digest

    done = as_user(world.prov_supervisor).post(f"{YEAR}close/", {"seen": seen}, follow=True)

    assert "2026年已关账，次年开账" in done.content.decode()


REFUSED_POSTS = {
    "a year with unsigned months": ("/years/2027/compute/", "prov_clearing", {}, "2027年还有月份没有签发"),
    "an application without a reason": (
        f"{YEAR}apply/",
        "jilin_clearing",
        {**FILLED, "reason": " "},
        "请写明申请事由",
    ),
    "an application without a phone": (f"{YEAR}apply/", "jilin_clearing", {"reason": "x"}, "请写电话"),
    "too long a reason": (
        f"{YEAR}apply/",
        "jilin_clearing",
        {**FILLED, "reason": "长" * 501},
        'class="err"',
    ),
    "an application already handed in": (
        f"{YEAR}apply/",
        "changchun_clearing",
        FILLED,
        "NQ2026-001 已申请，不能再改",
    ),
    "a return without a reason": (f"{ONE}return/", "prov_finance", {"reason": ""}, "请写明退回的原因"),
    "an approval before the review": (f"{ONE}approve/", "prov_supervisor", {}, "现在是“已申请”"),
    "a second handing in": (f"{ONE}submit/", "changchun_clearing", {}, "现在是“已申请”"),
}


@pytest.mark.parametrize("what", REFUSED_POSTS)
def test_what_is_refused_stands_on_the_page(
    applied: YearEndApplication, world: World, as_user: AsUser, what: str
) -> None:
    url, name, said, told = REFUSED_POSTS[what]

    response = as_user(getattr(world, name)).post(url, said)

    assert response.status_code == 422
    assert told in response.content.decode()


def test_figures_that_were_not_shown_are_not_closed(computed: YearEnd, world: World, as_user: AsUser) -> None:
    response = as_user(world.prov_supervisor).post(f"{YEAR}close/", {"seen": "0" * 64})

    assert response.status_code == 422
    assert "计算之后月份有变化，没有关账" in response.content.decode()


def test_what_was_typed_stays_in_the_form(computed: YearEnd, world: World, as_user: AsUser) -> None:
    response = as_user(world.jilin_clearing).post(f"{YEAR}apply/", {**FILLED, "phone": ""})

    page = response.content.decode()
    assert (response.status_code, "全年清算" in page, "李四" in page) == (422, True, True)
    assert not YearEndApplication.objects.exists()


def test_there_is_nothing_to_apply_for_before_the_computing(world: World, as_user: AsUser) -> None:
    response = as_user(world.changchun_clearing).get(f"{YEAR}apply/")

    assert response.status_code == 422
    assert "还没有计算" in response.content.decode()


def test_nor_after_the_closing(closed: YearEnd, world: World, as_user: AsUser) -> None:
    response = as_user(world.changchun_clearing).get(f"{YEAR}apply/")

    assert response.status_code == 422
    assert "2026年已关账，不能再申请" in response.content.decode()
