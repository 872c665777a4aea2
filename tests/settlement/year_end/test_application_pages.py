"""Pages of a region's application (form 15): in every state, for everybody who has a part in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from agency.journal.models import PrintedForm
from agency.organisation.roles import Level, Role
from settlement.year_end.applications import application_return
from settlement.year_end.form15 import Form15
from settlement.year_end.models import YearEnd, YearEndApplication
from tests.settlement.year_end.conftest import apply_for, approve, approved, draft, review
from tests.settlement.year_end.pages import FILLED, ONE, YEAR, AsUser, text
from tests.support.world import World, make_user

pytestmark = pytest.mark.usefixtures("laid_year")

BUTTONS = ("submit/", "review/", "approve/", "return/")


def buttons(client: Client) -> set[str]:
    page = text(client, ONE)
    found = {name for name in BUTTONS if f'action="{ONE}{name}"' in page}
    return found | ({"edit"} if f'href="{YEAR}apply/"' in page else set())


def returned(world: World) -> YearEndApplication:
    found = apply_for(world)
    return application_return(application=found, by=world.prov_finance, at=world.now, reason="电话不对")


def reviewed(world: World) -> YearEndApplication:
    return review(world, apply_for(world))


STATES: dict[str, tuple[Callable[[World], object], dict[str, set[str]]]] = {
    "draft": (draft, {"changchun_clearing": {"edit", "submit/"}}),
    "applied": (apply_for, {"prov_finance": {"review/", "return/"}, "prov_clearing": {"review/", "return/"}}),
    "reviewed": (reviewed, {"prov_supervisor": {"approve/", "return/"}}),
    "approved": (approved, {}),
    "returned": (returned, {"changchun_clearing": {"edit", "submit/"}}),
}


@pytest.mark.parametrize("state", STATES)
def test_each_state_has_its_buttons_for_its_people(
    computed: YearEnd, world: World, as_user: AsUser, state: str
) -> None:
    lay, expected = STATES[state]
    lay(world)

    names = ("changchun_clearing", "prov_clearing", "prov_finance", "prov_supervisor", "prov_auditor")
    found = {name: buttons(as_user(getattr(world, name))) for name in names}

    assert {name: acts for name, acts in found.items() if acts} == expected
    label = YearEndApplication.objects.get().get_state_display()
    assert label in text(as_user(world.prov_auditor), ONE)


def test_an_application_by_pages_through_three_people(
    computed: YearEnd, world: World, as_user: AsUser
) -> None:
    region, finance = as_user(world.changchun_clearing), as_user(world.prov_finance)
    page = text(region, f"{YEAR}apply/")
    assert "3,450.00" in page
    region.post(f"{YEAR}apply/", FILLED)
    for client, step in (
        (region, "submit/"),
        (finance, "review/"),
        (as_user(world.prov_supervisor), "approve/"),
    ):
        response = client.post(f"{ONE}{step}", {"note": "情况属实"})
        assert response["Location"] == ONE

    page = text(region, ONE)
    assert page.count("情况属实") >= 2
    assert "-2,800.00 元（还应收 − 还应付）" in page
    assert "已批准" in text(region, YEAR)


def test_the_closing_waits_for_what_is_handed_in(computed: YearEnd, world: World, as_user: AsUser) -> None:
    supervisor = as_user(world.prov_supervisor)
    page = text(supervisor, YEAR)
    assert f'action="{YEAR}close/"' in page
    assert "没有提交的申请" in page

    found = apply_for(world)

    page = text(supervisor, YEAR)
    assert "还有 1 份申请待办结，办结之后才能关账" in page
    assert f'action="{YEAR}close/"' not in page

    approve(world, review(world, found))

    page = text(supervisor, YEAR)
    assert "1 份已批准" in page
    assert f'action="{YEAR}close/"' in page


def test_form_15_bears_its_state_until_it_is_approved(
    computed: YearEnd, world: World, as_user: AsUser
) -> None:
    apply_for(world)
    client = as_user(world.prov_clearing)
    page = text(client, f"{ONE}form15/")
    assert "已申请" in page
    assert "验证码" not in page

    review(world, YearEndApplication.objects.get())
    approve(world, YearEndApplication.objects.get())
    page = text(client, f"{ONE}form15/")

    for said in ("3,450.00", "2,800.00", "贰仟捌佰元整", "应补付", "李四", "0431-1", "prov_finance", "同意"):
        assert said in page, said
    assert page.count("验证码") == 1
    assert PrintedForm.objects.filter(form_no="15", subject_no="NQ2026-001").exists()
    assert client.get(f"{ONE}form15.pdf").content[:5] == b"%PDF-"


def test_an_empty_form_15_is_printed_without_a_number(world: World, tmp_path: Path) -> None:
    out = tmp_path / "15.pdf"

    call_command("print_form", "15", out=str(out))

    said = Form15()
    assert out.read_bytes()[:5] == b"%PDF-"
    assert [label for label, amount in said.rows if amount == ""] == [
        *("全年应收", "全年应付", "已收", "已付", "应收侧扣款", "应付侧扣款"),
    ]


def test_home_names_what_waits_for_whom(computed: YearEnd, world: World, as_user: AsUser) -> None:
    assert "2026年年终清算" in text(as_user(world.prov_supervisor), "/")
    apply_for(world)
    assert "长春市2026年年终清算申请" in text(as_user(world.prov_finance), "/")
    assert "长春市2026年年终清算申请" not in text(as_user(world.changchun_clearing), "/")
    review(world, YearEndApplication.objects.get())
    assert "长春市2026年年终清算申请" in text(as_user(world.prov_supervisor), "/")


def test_a_region_without_lines_applies_with_nil(computed: YearEnd, world: World, as_user: AsUser) -> None:
    client = as_user(world.yanbian_clearing)

    client.post(f"{YEAR}apply/", FILLED)

    page = text(client, ONE)
    assert "未结 0.00 元" in page
    assert "0.00" in text(client, f"{ONE}form15/")


def test_a_regions_finance_applies_too(computed: YearEnd, world: World, as_user: AsUser) -> None:
    finance = make_user("changchun_finance", Role.FINANCE, level=Level.REGION, region="220100")

    assert as_user(finance).post(f"{YEAR}apply/", FILLED).status_code == 302
