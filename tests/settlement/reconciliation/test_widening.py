"""Only what differs was opened; then all of the same file is compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from agency.batches.services import kept_path
from agency.errors import DomainError
from agency.jobs.models import Job
from agency.jobs.services import job_run
from settlement.reconciliation.judging import verdicts_give
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.saved_mappings import mapping_retire, mapping_save
from settlement.reconciliation.sides import sheet_make
from settlement.reconciliation.widening import may_widen, run_widen
from tests.settlement.records.files import row
from tests.support.world import World

AsUser = Callable[..., Client]
Run = Callable[..., Any]
OTHER = {"定点医药机构编号": "H22240100002", "定点医药机构名称": "延边医院"}
HIDDEN = [row("S1", 姓名="李四"), row("S2")]  # their totals agree


@pytest.fixture
def narrow(load: Run, compare: Run) -> ReconciliationRun:
    """A comparison in which nothing was opened, though one name differs."""
    load([row("S1"), row("S2")])
    return compare(HIDDEN, all_details=False)


def test_a_narrow_comparison_says_what_it_did_not_look_at(narrow: ReconciliationRun) -> None:
    assert (narrow.differences, narrow.matched) == (0, 2)
    assert narrow.notes == ["合计相符的 1 组（我方 2 笔）没有逐笔比对。"]


def test_all_of_the_same_file_is_compared(world: World, as_user: AsUser, narrow: ReconciliationRun) -> None:
    client = as_user(world.prov_clearing)
    page = client.get(f"/reconciliation/{narrow}/").content.decode()
    assert "全部逐笔比对" in page
    assert "<small>合计相符的没有逐笔比对</small>" in page

    answer = client.post(f"/reconciliation/{narrow}/widen/", follow=True)

    wider = ReconciliationRun.objects.latest("pk")
    assert answer.redirect_chain == [(f"/reconciliation/{wider}/", 302)]
    assert f"对账 {narrow} 已作废" in answer.content.decode()
    job_run(Job.objects.get().job_no)
    wider.refresh_from_db()
    narrow.refresh_from_db()
    assert (wider.state, wider.file, wider.columns) == ("compared", narrow.file, narrow.columns)
    assert [(one.subject, one.columns) for one in wider.discrepancies.all()] == [("S1", ["姓名"])]
    assert narrow.state == "voided"
    assert "全部逐笔比对</summary>" not in client.get(f"/reconciliation/{wider}/").content.decode()


def test_with_a_verdict_both_stand(world: World, load: Run, compare: Run) -> None:
    load([row("S1"), row("S2")])
    run = compare([*HIDDEN, row("S3", 参保地区划="222401")], all_details=False)
    only = run.discrepancies.get()
    verdicts_give([only.pk], by=world.prov_clearing, at=world.now, remedy="carry", note="下月再看")

    wider = run_widen(run, by=world.prov_clearing, at=world.now)

    run.refresh_from_db()
    assert (run.state, wider.state, wider.all_details) == ("compared", "comparing", True)
    with pytest.raises(DomainError, match=f"已有全部逐笔的对账 {wider}"):
        run_widen(run, by=world.prov_clearing, at=world.now)


def test_with_a_sheet_out_both_stand_so_that_answers_find_it(
    world: World, as_user: AsUser, load: Run, compare: Run
) -> None:
    load([row("S1"), row("S2")])
    run = compare([*HIDDEN, row("S3", 参保地区划="222401")], all_details=False)
    sheet_make(run=run, by=world.prov_clearing, at=world.now)

    answer = as_user(world.prov_clearing).post(f"/reconciliation/{run}/widen/", follow=True)

    run.refresh_from_db()
    assert run.state == "compared"
    assert f"对账 {run} 已有结论或已出核对表，仍然有效" in answer.content.decode()


def test_what_was_widened_is_not_widened_again(
    world: World, as_user: AsUser, narrow: ReconciliationRun
) -> None:
    wider = run_widen(narrow, by=world.prov_clearing, at=world.now)

    answer = as_user(world.prov_clearing_2).post(f"/reconciliation/{narrow}/widen/", follow=True)

    assert answer.redirect_chain == [(f"/reconciliation/{wider}/", 302)]
    assert f"同一份文件已有全部逐笔的对账 {wider}，请看那一次。" in answer.content.decode()
    assert ReconciliationRun.objects.count() == 2


def test_without_its_file_it_is_not_widened_and_stands(
    world: World, as_user: AsUser, narrow: ReconciliationRun
) -> None:
    kept_path(narrow.file).unlink()

    answer = as_user(world.prov_clearing).post(f"/reconciliation/{narrow}/widen/", follow=True)

    assert f"对账 {narrow} 的原件找不到，不能再比对" in answer.content.decode()
    narrow.refresh_from_db()
    assert (narrow.state, ReconciliationRun.objects.count()) == ("compared", 1)


def test_a_wide_one_is_not_widened(world: World, load: Run, compare: Run) -> None:
    load([row("S1")])
    with pytest.raises(DomainError, match="它比的已经是全部"):
        run_widen(compare([row("S1")]), by=world.prov_clearing, at=world.now)


def test_only_whose_it_is_widens_it(world: World, as_user: AsUser, load: Run, compare: Run) -> None:
    load([row("S1")])
    run = compare([row("S1")], by=world.changchun_clearing, all_details=False)
    url = f"/reconciliation/{run}/widen/"

    assert as_user(world.jilin_clearing).post(url).status_code == 404
    assert as_user(world.auditor).post(url).status_code == 403
    assert not may_widen(world.prov_clearing, run)
    refused = as_user(world.prov_clearing).post(url, follow=True)
    assert "请由该统筹区来改" in refused.content.decode()
    wider = run_widen(run, by=world.changchun_clearing, at=world.now)
    assert wider.region == world.changchun


def test_a_saved_mapping_that_was_retired_does_not_stop_it(world: World, load: Run, compare: Run) -> None:
    load([row("S1")])
    who: dict[str, Any] = {"by": world.prov_clearing, "at": world.now}
    columns = {name: name for name in row("S1")}
    saved = mapping_save(name="平台的", source="platform", columns=columns, headings=list(columns), **who)
    run = compare([row("S1")], all_details=False, mapping=saved)
    mapping_retire(saved, **who)

    wider = run_widen(run, **who)

    assert (wider.mapping, wider.columns) == (None, columns)
