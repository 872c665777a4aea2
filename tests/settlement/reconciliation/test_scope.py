"""Whose cases are ours: a region's run, a scope, and who may compare at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agency.errors import DomainError, NotAllowed, SomeoneElseWasFirst
from agency.organisation.models import Institution
from settlement.reconciliation.giving_up import run_void
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.selectors import run_named, runs_visible
from settlement.reconciliation.services import run_compare
from tests.settlement.records.files import row
from tests.support.world import World

Run = Callable[..., Any]
TO_CHANGCHUN = {"参保地区划": "222401", "就医地区划": "220102", "定点医药机构编号": "H22010200001"}
CASES = [row("S1"), row("S2", **TO_CHANGCHUN), row("S3", 参保地区划="222401")]


def subjects(run: ReconciliationRun) -> list[str]:
    assert run.state == "compared", run.message
    return [row.subject for row in run.discrepancies.all()]


def test_a_regions_run_has_the_cases_to_which_it_is_a_party(load: Run, compare: Run, world: World) -> None:
    load(CASES)

    run = compare([row("S2", **TO_CHANGCHUN)], by=world.changchun_clearing)

    assert (run.region, run.our_cases, run.matched, subjects(run)) == (world.changchun, 2, 1, ["S1"])


def test_a_scope_of_a_region_takes_either_side(load: Run, compare: Run, world: World) -> None:
    load(CASES)

    run = compare([row("S1")], scope_region=world.changchun)

    assert (run.region, run.our_cases, run.matched, subjects(run)) == (None, 2, 1, ["S2"])


def test_a_scope_within_a_regions_own_run_narrows_it(load: Run, compare: Run, world: World) -> None:
    load(CASES)

    run = compare([row("S2", **TO_CHANGCHUN)], by=world.changchun_clearing, scope_region=world.yanbian)

    assert (run.our_cases, run.matched, subjects(run)) == (1, 1, [])


def test_a_scope_of_an_institution(load: Run, compare: Run) -> None:
    load(CASES)
    hospital = Institution.objects.get(code="H22010200001")

    run = compare([row("S2", **TO_CHANGCHUN)], scope_institution=hospital, source="hospital")

    assert (run.our_cases, run.matched, subjects(run)) == (1, 1, [])


def test_rows_beyond_the_scope_are_only_theirs_and_it_is_told(load: Run, compare: Run, world: World) -> None:
    load(CASES)

    run = compare(CASES, scope_region=world.changchun)

    assert (run.matched, subjects(run)) == (2, ["S3"])
    assert run.notes == ["他有我无的有 1 笔，按对方所写不在所选的范围内：对方文件的范围可能更大，请核对。"]


@pytest.mark.parametrize("who", ["clerk", "auditor", "prov_auditor", "prov_system", "supervisor"])
def test_others_may_not_compare(compare: Run, world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        compare([row("S1")], by=getattr(world, who))

    assert not ReconciliationRun.objects.exists()


def test_a_run_is_seen_by_its_region_and_the_province(load: Run, compare: Run, world: World) -> None:
    load(CASES)
    own, provincial = compare(CASES, by=world.changchun_clearing), compare(CASES)

    assert set(runs_visible(world.prov_auditor)) == {own, provincial}
    assert list(runs_visible(world.auditor)) == [own]
    assert list(runs_visible(world.yanbian_clearing)) == list(runs_visible(world.clerk)) == []
    with pytest.raises(DomainError, match="没有编号为"):
        run_named(world.yanbian_clearing, own.run_no)


@pytest.mark.parametrize("period", ["2026-10", "202613", ""])
def test_a_period_that_is_none_is_refused(compare: Run, period: str) -> None:
    with pytest.raises(DomainError, match="不是期别"):
        compare([row("S1")], period=period)


def test_a_compared_run_is_voided_with_a_reason_once(load: Run, compare: Run, world: World) -> None:
    load(CASES)
    run = compare(CASES[:2])
    with pytest.raises(DomainError, match="请写明原因"):
        run_void(run, by=world.prov_clearing, at=world.now, reason=" ")

    run_void(run, by=world.prov_clearing, at=world.now, reason="拿错了文件")

    run.refresh_from_db()
    assert (run.state, run.differences, run.discrepancies.count()) == ("voided", 1, 1)
    with pytest.raises(DomainError, match="已作废"):
        run_void(run, by=world.prov_clearing, at=world.now, reason="再来")


def test_a_run_is_compared_once(load: Run, compare: Run, world: World) -> None:
    load(CASES)
    run = compare(CASES[:2])
    before = (run.result_digest, run.discrepancies.count())

    with pytest.raises(SomeoneElseWasFirst, match="已经比对过"):
        run_compare(run, by=world.prov_clearing, at=world.now)

    run.refresh_from_db()
    assert (run.state, run.result_digest, run.discrepancies.count()) == ("compared", *before)
