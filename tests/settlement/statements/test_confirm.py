"""双方确认: by the agency, then the institution's answer, recorded by somebody else; or its disagreement."""

from __future__ import annotations

import datetime as dt

import pytest

from agency.errors import DomainError, NotAllowed
from agency.journal import workflow
from settlement.statements.models import InstitutionStatement, StatementDrawing
from settlement.statements.services import statement_answer, statement_send_again, statements_confirm
from tests.settlement.statements.conftest import HOSPITAL, PHARMACY, Office, get
from tests.support.snapshots import nothing_changes

pytestmark = pytest.mark.usefixtures("laid_month")


@pytest.fixture(autouse=True)
def drawn(office: Office) -> None:
    office.draw()


def test_all_of_a_region_are_confirmed_at_once(office: Office) -> None:
    assert office.confirm() == 2

    states = set(InstitutionStatement.objects.values_list("care_region__code", "state"))
    assert states == {("220200", "sent"), ("220100", "drawn"), ("220300", "drawn")}
    assert get().agency_by == office.confirmer


def test_nothing_is_confirmed_twice_or_unseen(office: Office) -> None:
    seen = StatementDrawing.objects.get(care_region=office.world.jilin).draw_no
    with nothing_changes(), pytest.raises(DomainError) as outdated:
        statements_confirm(
            period="202610",
            region=office.world.jilin,
            by=office.confirmer,
            at=office.world.now,
            seen_draw_no=seen - 1,
        )
    assert (outdated.value.code, get().state) == ("shown_is_outdated", "drawn")

    office.confirm()
    for numbers, code in (((), "nothing_to_confirm"), ((HOSPITAL,), "not_to_confirm")):
        with nothing_changes(), pytest.raises(DomainError) as refused:
            office.confirm(*numbers)
        assert refused.value.code == code


def test_the_institution_agrees_through_another_person(office: Office) -> None:
    office.confirm()
    with nothing_changes(), pytest.raises(NotAllowed):
        statement_answer(
            statement=get(),
            by=office.confirmer,
            at=office.world.now,
            contact="马丽",
            answered_on=office.world.today,
        )

    office.answer(HOSPITAL)

    statement = get()
    assert (statement.state, statement.institution_contact) == ("agreed", "马丽")
    assert (statement.institution_on, statement.institution_by) == (office.world.today, office.recorder)


@pytest.mark.parametrize(
    ("contact", "days", "code"),
    [
        (" ", 0, "contact_missing"),
        ("马丽", 1, "answered_in_future"),
        ("马丽", -60, "answered_too_early"),
    ],
)
def test_an_answer_has_a_contact_and_a_day(office: Office, contact: str, days: int, code: str) -> None:
    office.confirm()

    with nothing_changes(), pytest.raises(DomainError) as refused:
        statement_answer(
            statement=get(),
            by=office.recorder,
            at=office.world.now,
            contact=contact,
            answered_on=office.world.today + dt.timedelta(days=days),
        )

    assert (refused.value.code, get().state) == (code, "sent")


def test_before_the_agency_confirmed_nobody_answers(office: Office) -> None:
    with nothing_changes(), pytest.raises(DomainError) as refused:
        office.answer(HOSPITAL)

    assert refused.value.code == "no_such_step"


def test_a_disagreement_is_answered_and_sent_again(office: Office) -> None:
    office.confirm()
    office.answer(HOSPITAL, "少一笔退费")
    assert (get().state, get().dispute_reason) == ("disputed", "少一笔退费")
    with nothing_changes(), pytest.raises(DomainError) as refused:
        statement_send_again(statement=get(), by=office.confirmer, at=office.world.now, reason=" ")
    assert refused.value.code == "reason_missing"

    statement_send_again(statement=get(), by=office.confirmer, at=office.world.now, reason="退费记入下月")
    office.answer(HOSPITAL)

    assert (get().state, get().dispute_reason) == ("agreed", "")
    history = workflow.history(InstitutionStatement.machine, HOSPITAL)
    assert [step["reason"] for step in history] == [
        "",
        "",
        "少一笔退费",
        "退费记入下月",
        "联系人 马丽，2026-11-20",
    ]


def test_an_answer_recorded_by_mistake_is_taken_back(office: Office) -> None:
    office.confirm()
    office.answer(PHARMACY)

    statement_send_again(
        statement=get(PHARMACY), by=office.confirmer, at=office.world.now, reason="记错了机构"
    )

    assert (get(PHARMACY).state, get(PHARMACY).institution_by) == ("sent", None)


def test_another_region_confirms_nothing_here(office: Office) -> None:
    with nothing_changes(), pytest.raises(NotAllowed):
        statements_confirm(
            period="202610",
            region=office.world.jilin,
            by=office.world.changchun_clearing,
            at=office.world.now,
        )

    assert get().state == "drawn"
