"""Manual reimbursement: only where nothing is settled directly, once per stay, with its history."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from agency.errors import DomainError, NotAllowed
from agency.journal import workflow
from agency.journal.models import PrintedForm
from agency.journal.papers import PRINTED_FORMS
from filings.models import ManualReimbursement, ReimbursementPaper
from filings.reimbursements.checks import no_direct_settlement_beside, region_is_of_the_stay
from filings.reimbursements.notice import notice_of
from filings.reimbursements.printing import notice_pdf
from filings.reimbursements.services import (
    reimbursement_done,
    reimbursement_open,
    reimbursement_reopen,
    reimbursement_take,
    reimbursement_withdraw,
)
from filings.reimbursements.standing import standing_of_notice
from filings.stays.services import stay_change
from tests.filings.making import make_in_force
from tests.filings.staying import make_late_stay, make_reimbursement, make_stay, stay_entry
from tests.support.world import World


def test_a_stay_settled_before_it_was_filed_waits_once(world: World) -> None:
    stay = make_late_stay(world)

    case = reimbursement_open(stay, by=world.clerk, at=world.now)
    with pytest.raises(DomainError, match="已经列入手工报销 R2026110001") as refused:
        reimbursement_open(stay, by=world.clerk, at=world.now)

    assert (case.reimbursement_no, case.state, case.assigned_to) == ("R2026110001", "waiting", world.clerk)
    assert refused.value.facts["number"] == case.reimbursement_no
    assert ManualReimbursement.objects.count() == 1


def test_a_stay_that_can_be_settled_directly_is_refused(world: World) -> None:
    with pytest.raises(DomainError, match="仍可直接结算"):
        reimbursement_open(make_stay(world), by=world.clerk, at=world.now)
    with pytest.raises(NotAllowed):
        make_late = make_late_stay(world, admission_no="ZY2")
        reimbursement_open(make_late, by=world.yanbian_clerk, at=world.now)

    assert not ManualReimbursement.objects.exists()


def test_it_is_taken_on_withdrawn_listed_again_and_done(world: World) -> None:
    case = make_reimbursement(world)

    reimbursement_take(case, by=world.system, at=world.now)
    with pytest.raises(DomainError, match="请写明不再报销的原因"):
        reimbursement_withdraw(case, by=world.clerk, at=world.now, reason=" ")
    reimbursement_withdraw(case, by=world.clerk, at=world.now, reason="材料不齐，本人放弃")
    with pytest.raises(DomainError):
        reimbursement_take(case, by=world.clerk, at=world.now)
    reimbursement_reopen(case, by=world.clerk, at=world.now, reason="补齐了")
    reimbursement_done(case, by=world.clerk, at=world.now, note="已转财务")
    with pytest.raises(DomainError, match="不能变为"):
        reimbursement_reopen(case, by=world.clerk, at=world.now, reason="再来")

    steps = workflow.history(ManualReimbursement.machine, case.reimbursement_no)
    assert [step["label"] for step in steps] == ["待报销", "不再报销", "待报销", "已办结"]


def test_a_stay_that_turns_out_to_settle_directly_is_not_closed_and_is_found(world: World) -> None:
    case = make_reimbursement(world)
    assert list(no_direct_settlement_beside(None)) == list(region_is_of_the_stay(None)) == []

    stay_change(case.stay, by=world.clerk, at=world.now, entry=stay_entry(), version=1)

    with pytest.raises(DomainError, match="可以直接结算"):
        reimbursement_done(case, by=world.clerk, at=world.now, note="已办")
    assert [broken.subject for broken in no_direct_settlement_beside(None)] == [case.reimbursement_no]
    ManualReimbursement.objects.update(insured_region=world.jilin)
    assert [broken.subject for broken in region_is_of_the_stay(None)] == [case.reimbursement_no]


def test_the_notice_says_why_and_what_to_bring_and_stands_for_the_queue(world: World) -> None:
    stay = make_late_stay(world, make_in_force(world, begins_on=dt.date(2026, 11, 1)))
    case = make_reimbursement(world, stay)

    said = notice_of(case, world.today)
    paper = notice_pdf(case, by=world.clerk, at=world.now)
    printed = PrintedForm.objects.get()

    assert "晚于医院结算日 2026-11-15" in said.why
    assert [paper.name for paper in said.papers] == ["医疗费用票据", "费用清单", "诊断证明", "病历或出院小结"]
    assert paper.pdf.startswith(b"%PDF") and paper.digest == said.digest()
    by_number = PRINTED_FORMS["手工报销"](world.clerk, world.now, case.reimbursement_no)
    assert by_number.digest == paper.digest
    with pytest.raises(DomainError, match=f"没有手工报销 {case.reimbursement_no}"):
        PRINTED_FORMS["手工报销"](world.yanbian_clerk, world.now, case.reimbursement_no)
    assert standing_of_notice(printed).is_effective  # type: ignore[union-attr]
    stay_change(stay, by=world.clerk, at=world.now, version=1, entry=stay_entry(
        filing=stay.filing, settled_on=dt.date(2026, 11, 16)))  # fmt: skip
    assert standing_of_notice(printed).label == "打印后有更正"  # type: ignore[union-attr]
    reimbursement_withdraw(case, by=world.clerk, at=world.now, reason="不报了")
    assert standing_of_notice(printed).label == "不再报销"  # type: ignore[union-attr]


def test_the_database_knows_the_states_and_takes_a_stay_once(world: World) -> None:
    case = make_reimbursement(world)
    other = make_reimbursement(world, make_late_stay(world, admission_no="ZY2"))
    rows = ManualReimbursement.objects.filter(pk=other.pk)

    for change in ({"stay": case.stay}, {"state": "paid"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReimbursementPaper.objects.update(valid_to="1999-01-01")
