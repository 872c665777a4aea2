"""A refused step of the year changes nothing, in any table of the three apps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from settlement.year_end import applications
from settlement.year_end.models import YearEnd, YearEndApplication
from settlement.year_end.services import year_close, year_compute
from tests.settlement.clearing.conftest import load_rows
from tests.settlement.year_end.conftest import (
    apply_for,
    approve,
    approved,
    compute_year,
    draft,
    review,
    settled,
    sign_month,
)
from tests.support.snapshots import nothing_changes, refused
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_year")
Act = Callable[[World], object]


def compute(world: World, year: str = "2026", by: str = "prov_clearing") -> object:
    return year_compute(year=year, by=getattr(world, by), at=world.now)


def close(world: World, by: str = "prov_supervisor", **more: object) -> object:
    chosen = {"year": "2026", "by": getattr(world, by), "at": world.now}
    return year_close(**{**chosen, **more})  # type: ignore[arg-type]


def the_application() -> YearEndApplication:
    return YearEndApplication.objects.select_related("region", "year_end").get()


def act(name: str, by: str, **more: str) -> Act:
    """A step of the one application there is."""
    step = getattr(applications, f"application_{name}")
    return lambda w: step(application=the_application(), by=getattr(w, by), at=w.now, **more)


BEFORE_THE_COMPUTING: dict[str, tuple[str, Act]] = {
    "compute what is no year": ("bad_year", lambda w: compute(w, "26")),
    "compute a year far away": ("bad_year", lambda w: compute(w, "2999")),
    "compute a year without months": ("nothing_on_record", lambda w: compute(w, "2025")),
    "compute a year with unsigned months": ("months_unsigned", lambda w: compute(w, "2027")),
    "compute as a region": ("not_allowed", lambda w: compute(w, by="changchun_clearing")),
    "compute as the supervisor": ("not_allowed", lambda w: compute(w, by="prov_supervisor")),
    "compute as an auditor": ("not_allowed", lambda w: compute(w, by="prov_auditor")),
    "close before it is computed": ("not_computed", close),
    "close what is no year": ("bad_year", lambda w: close(w, year="year")),
    "apply before it is computed": ("not_computed", draft),
}
AFTER_THE_COMPUTING: dict[str, tuple[str, Act]] = {
    "close as who computes": ("not_allowed", lambda w: close(w, "prov_clearing")),
    "close as a region's supervisor": ("not_allowed", lambda w: close(w, "supervisor")),
    "close what was not shown": ("shown_is_outdated", lambda w: close(w, seen_digest="0" * 64)),
    "apply for another region": ("not_allowed", lambda w: draft(w, w.jilin)),
    "apply as the province": ("not_allowed", lambda w: draft(w, by=w.prov_clearing)),
    "apply as a clerk": ("not_allowed", lambda w: draft(w, by=w.clerk)),
    "apply for another province": ("not_in_month", lambda w: draft(w, w.liaoning, w.system)),
}
OF_A_DRAFT: dict[str, tuple[str, Act]] = {
    "hand in for another region": ("not_allowed", act("submit", "jilin_clearing")),
    "hand in as the province": ("not_allowed", act("submit", "prov_clearing")),
    "review": ("no_such_step", act("review", "prov_finance")),
    "approve": ("no_such_step", act("approve", "prov_supervisor")),
    "return": ("no_such_step", act("return", "prov_finance", reason="不对")),
}
OF_ONE_HANDED_IN: dict[str, tuple[str, Act]] = {
    "draft it again": ("not_editable", draft),
    "hand it in again": ("no_such_step", act("submit", "changchun_clearing")),
    "review as a region": ("not_allowed", act("review", "changchun_clearing_2")),
    "review as the supervisor": ("not_allowed", act("review", "prov_supervisor")),
    "approve without a review": ("no_such_step", act("approve", "prov_supervisor")),
    "return without a reason": ("reason_missing", act("return", "prov_finance", reason=" ")),
    "return as a region": ("not_allowed", act("return", "changchun_clearing", reason="不对")),
    "return as who only approves": ("not_allowed", act("return", "prov_supervisor", reason="不对")),
    "close meanwhile": ("applications_pending", close),
}
OF_ONE_REVIEWED: dict[str, tuple[str, Act]] = {
    "review it again": ("no_such_step", act("review", "prov_clearing")),
    "approve as who reviewed": ("not_allowed", act("approve", "prov_finance")),
    "approve as who reviews": ("not_allowed", act("approve", "prov_clearing")),
    "return as who only reviews": ("not_allowed", act("return", "prov_finance", reason="不对")),
    "close meanwhile": ("applications_pending", close),
}
OF_ONE_APPROVED: dict[str, tuple[str, Act]] = {
    "draft it again": ("not_editable", draft),
    "approve it again": ("no_such_step", act("approve", "prov_supervisor")),
    "return it as the supervisor": ("already_approved", act("return", "prov_supervisor", reason="不对")),
    "return it as who computes": ("already_approved", act("return", "prov_clearing", reason="不对")),
}
OF_A_CLOSED_YEAR: dict[str, tuple[str, Act]] = {
    "compute": ("already_closed", compute),
    "close": ("already_closed", close),
    "apply": ("already_closed", lambda w: draft(w, w.jilin, w.jilin_clearing)),
}


def check(world: World, steps: dict[str, tuple[str, Act]], what: str) -> None:
    code, step = steps[what]
    with refused(code):
        step(world)


@pytest.mark.parametrize("what", BEFORE_THE_COMPUTING)
def test_before_the_computing(world: World, what: str) -> None:
    check(world, BEFORE_THE_COMPUTING, what)


@pytest.mark.parametrize("what", AFTER_THE_COMPUTING)
def test_after_the_computing(world: World, computed: YearEnd, what: str) -> None:
    check(world, AFTER_THE_COMPUTING, what)


@pytest.mark.parametrize("what", OF_A_DRAFT)
def test_of_a_draft(world: World, computed: YearEnd, what: str) -> None:
    draft(world)
    check(world, OF_A_DRAFT, what)


@pytest.mark.parametrize("what", OF_ONE_HANDED_IN)
def test_of_an_application_handed_in(world: World, computed: YearEnd, what: str) -> None:
    apply_for(world)
    check(world, OF_ONE_HANDED_IN, what)


@pytest.mark.parametrize("what", OF_ONE_REVIEWED)
def test_of_an_application_reviewed(world: World, computed: YearEnd, what: str) -> None:
    review(world, apply_for(world))
    check(world, OF_ONE_REVIEWED, what)


@pytest.mark.parametrize("what", OF_ONE_APPROVED)
def test_of_an_application_approved(world: World, computed: YearEnd, what: str) -> None:
    approved(world)
    check(world, OF_ONE_APPROVED, what)


@pytest.mark.parametrize("what", OF_A_CLOSED_YEAR)
def test_of_a_closed_year(world: World, closed: YearEnd, what: str) -> None:
    check(world, OF_A_CLOSED_YEAR, what)


def test_the_system_account_alone_may_take_two_steps(world: World, computed: YearEnd) -> None:
    application = apply_for(world)
    for step in (applications.application_review, applications.application_approve):
        step(application=application, by=world.system, at=world.now)

    year_close(year="2026", by=world.system, at=world.now)

    assert YearEnd.objects.get(year="2026").state == "closed"


# --- figures that change under an application ---------------------------------------------------------------


def another_late_case(world: World, folder: Path) -> None:
    load_rows(world, folder / "later.csv", [settled("C3", "2026-12-21")], "settlements")
    sign_month(world, "202703")


def test_a_draft_with_old_figures_is_not_handed_in(world: World, computed: YearEnd, tmp_path: Path) -> None:
    found = draft(world)
    another_late_case(world, tmp_path)
    compute_year(world)

    with refused("figures_changed"):
        applications.application_submit(application=found, by=world.changchun_clearing, at=world.now)


@pytest.mark.parametrize("way", [apply_for, lambda w: review(w, apply_for(w)), approved])
def test_other_figures_send_an_application_back(
    world: World, computed: YearEnd, tmp_path: Path, way: Callable[[World], YearEndApplication]
) -> None:
    before = way(world)
    another_late_case(world, tmp_path)
    with refused("shown_is_outdated" if before.state == "approved" else "applications_pending"):
        close(world)

    compute_year(world)

    application = the_application()
    assert (application.state, application.reviewed_by, application.approved_by) == ("returned", None, None)
    again = approve(world, review(world, apply_for(world)))
    assert (again.pk, again.payable_fen) == (before.pk, 345_000 + 70_000)
    close(world)


def test_the_same_figures_leave_it_as_it_is(world: World, computed: YearEnd, tmp_path: Path) -> None:
    """March has a case between 延边 and 吉林 only: 长春's year stays what it was."""
    approved(world)
    load_rows(
        world, tmp_path / "other.csv", [settled("Y1", "2026-12-21") | {"参保地区划": "222401"}], "settlements"
    )
    sign_month(world, "202703")

    compute_year(world)

    assert the_application().state == "approved"


# --- commands -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["close_year", "26"], "“26”不是年度：请写成四位年份，如 2026。"),
        (["close_year", "2025"], "2025年没有清算月份，不能做年终清算。"),
        (["close_year", "2026", "--as", "jilin_clearing"], "您没有“计算年终清算”的权限，请联系主管。"),
        (["close_year", "2026", "--as", "prov_supervisor"], "2026年的年终清算还没有计算，请先计算。"),
        (
            ["export_sheet", "16", "--period", "2026", "--format", "csv", "--out", "x.csv"],
            "2026年的年终清算还没有计算，没有年终清算表。",
        ),
        (["print_form", "15", "--number", "NQ2026-009", "--out", "x.pdf"], "没有年终清算申请 NQ2026-009"),
    ],
)
def test_a_refused_command_says_why_in_one_line_and_changes_nothing(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with nothing_changes(), pytest.raises(CommandError) as error:
        call_command(*arguments)

    assert str(error.value).startswith(told)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_by_command_one_computes_and_another_closes(world: World, db: None) -> None:
    call_command("close_year", "2026", "--as", "prov_clearing")
    assert YearEnd.objects.get().state == "computed"

    call_command("close_year", "2026", "--as", "prov_supervisor")

    year_end = YearEnd.objects.get(year="2026")
    assert (year_end.computed_by, year_end.closed_by) == (world.prov_clearing, world.prov_supervisor)
    assert year_end.closed_at - year_end.computed_at < dt.timedelta(hours=1)
