"""The pages of conflicts and corrections: side by side, proposing, deciding, what others see of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agency.batches.services import batch_undo
from settlement.corrections.models import Correction
from settlement.records.models import SettlementRecord
from tests.settlement.corrections.conftest import OTHER
from tests.settlement.records.files import row
from tests.support.world import World

Run = Callable[..., Any]
LogIn = Callable[[object], Client]
QUEUE, LIST = "/corrections/", "/corrections/all/"


def page_of(refusal: Any) -> str:
    return reverse("settlement:conflict_detail", args=[refusal.batch.batch_no, refusal.line_no])


def test_the_queue_names_the_columns_that_differ(
    load: Run, conflict: Run, as_user: LogIn, world: World
) -> None:
    load([row("S1"), row("S2")])
    conflict(row("S1", **OTHER), row("S2", 姓名="李四"))

    text = as_user(world.changchun_clearing).get(QUEUE).content.decode()
    narrowed = as_user(world.prov_clearing).get(QUEUE, {"settlement_no": "S2"}).content.decode()

    assert "没有待处理的冲突" in text  # the system account's file is no file of 长春
    assert "姓名" in narrowed
    assert "基金支付总额" not in narrowed


def test_a_conflict_stands_side_by_side_with_masked_numbers(
    load: Run, conflict: Run, as_user: LogIn, world: World
) -> None:
    load([row("S1")])
    text = as_user(world.prov_clearing).get(page_of(conflict())).content.decode()

    assert text.count('class="differs"') == 3
    assert "560.00" in text
    assert "570.00" in text
    assert "2201**********128X" in text
    assert "22010219900101128X" not in text


def test_the_case_s_page_names_the_correction_that_waits(
    load: Run, conflict: Run, propose: Run, as_user: LogIn, world: World
) -> None:
    load([row("S1")])
    correction = propose(conflict())
    client = as_user(world.prov_clearing_2)

    before = client.get("/cases/S1/").content.decode()
    client.post(f"/corrections/{correction}/approve/")
    after = client.get("/cases/S1/").content.decode()

    assert ("待审批的更正" in before, f'href="/corrections/{correction}/"' in before) == (True, True)
    assert "待审批的更正" not in after


def test_a_correction_whose_file_was_undone_says_so_and_offers_no_approval(
    load: Run, conflict: Run, propose: Run, as_user: LogIn, world: World
) -> None:
    load([row("S1")])
    refusal = conflict(row("S1", **OTHER), row("S9"))
    correction = propose(refusal)
    batch_undo(refusal.batch, by=world.prov_supervisor, at=world.now, reason="传错了")

    html = as_user(world.prov_clearing_2).get(f"/corrections/{correction}/").content.decode()

    assert f"依据的文件（批次 {refusal.batch}）已撤回或撤销，不能批准。" in html
    assert "批准更正</summary>" not in html
    assert "不予更正" in html

    mine = as_user(correction.proposed_by)
    assert "撤回后没有要处理的冲突" in mine.get(f"/corrections/{correction}/").content.decode()
    done = mine.post(f"/corrections/{correction}/withdraw/", {"reason": "传错了"}, follow=True)
    assert "依据的文件也已撤回或撤销，没有要处理的冲突。" in done.content.decode()


def test_proposing_and_approving_on_the_pages(load: Run, conflict: Run, as_user: LogIn, world: World) -> None:
    load([row("S1")])
    refusal = conflict()

    without = as_user(world.prov_clearing).post(page_of(refusal), {"reason": " "})
    assert without.status_code == 422
    assert "请写明原因" in without.content.decode()

    answer = as_user(world.prov_clearing).post(page_of(refusal), {"reason": "医院说明"})
    correction = Correction.objects.get()
    assert answer.url == f"/corrections/{correction}/"

    own = as_user(world.prov_clearing).get(answer.url).content.decode()
    assert "提出更正的人不能自己审批" in own
    home = as_user(world.prov_clearing_2).get("/").content.decode()
    assert f"更正结算 {correction.settlement_no}" in home

    as_user(world.prov_clearing_2).post(f"{answer.url}approve/")
    assert SettlementRecord.objects.count() == 3
    done = as_user(world.prov_clearing_2).get(answer.url).content.decode()
    assert "新记录" in done
    assert "已更正" in as_user(world.prov_clearing_2).get(LIST, {"state": "approved"}).content.decode()


def test_no_is_said_with_a_reason(
    load: Run, conflict: Run, propose: Run, as_user: LogIn, world: World
) -> None:
    load([row("S1")])
    correction = propose(conflict())
    client = as_user(world.prov_clearing_2)

    assert client.post(f"/corrections/{correction}/reject/", {"reason": ""}).status_code == 422
    assert client.post(f"/corrections/{correction}/reject/", {"reason": "依据不足"}).status_code == 302

    correction.refresh_from_db()
    assert (correction.state, correction.decided_by) == ("rejected", world.prov_clearing_2)


def test_the_home_page_counts_open_conflicts(load: Run, conflict: Run, as_user: LogIn, world: World) -> None:
    load([row("S1"), row("S2")])
    conflict(row("S1", **OTHER), row("S2", 姓名="李四"))

    text = as_user(world.prov_clearing).get("/").content.decode()

    assert "待处理的编号冲突" in text


def test_the_page_of_a_corrected_case_shows_what_holds_and_leads_to_the_rest(
    corrected: Run, as_user: LogIn, world: World
) -> None:
    correction = corrected()
    client = as_user(world.prov_clearing)

    now = client.get("/cases/S1/").content.decode()
    old = client.get("/cases/S1/", {"version": "0"}).content.decode()

    assert "570.00" in now
    assert correction.proposal_no in now
    assert f"第 {correction.line_no} 行" in now
    assert "不是现在的内容" in old
    assert "已更正" in old
    assert client.get("/cases/S1/", {"version": "9"}).status_code == 404


def test_an_export_of_a_corrected_case_comes_back_unchanged(
    corrected: Run, as_user: LogIn, world: World, tmp_path: Any
) -> None:
    from agency.batches.kinds import CheckRequest
    from settlement.records.batches import check_settlements

    corrected()
    path = tmp_path / "out.csv"
    path.write_bytes(b"".join(as_user(world.prov_clearing).get("/cases/export/csv/")))

    outcome = check_settlements(CheckRequest(path=path, file_name="out.csv", by=world.system))

    assert (outcome.rows, outcome.unchanged) == (1, 1)


@pytest.mark.parametrize(("subject", "seen"), [("S1", "128X"), ("S1@2", "5678")])
def test_each_version_s_number_is_unmasked_as_it_is(
    subject: str, seen: str, corrected: Run, as_user: LogIn, world: World
) -> None:
    corrected(证件号码="220102199001015678")

    text = as_user(world.prov_clearing).post("/unmask/", {"subject": subject}).content.decode()

    assert seen in text


def test_a_correction_is_not_seen_by_strangers(corrected: Run, as_user: LogIn, world: World) -> None:
    correction = corrected()

    assert as_user(world.yanbian_clearing).get(f"/corrections/{correction}/").status_code == 404
    assert as_user(world.jilin_clearing).get(f"/corrections/{correction}/").status_code == 200


def test_the_queue_costs_the_same_for_many_lines(
    load: Run, conflict: Run, as_user: LogIn, world: World, django_assert_num_queries: Any
) -> None:
    load([row(f"S{number}") for number in range(12)])
    conflict(row("S0", **OTHER))
    client = as_user(world.prov_clearing)
    client.get(QUEUE)
    with CaptureQueriesContext(connection) as one:
        client.get(QUEUE)
    conflict(*(row(f"S{number}", **OTHER) for number in range(1, 12)))

    with django_assert_num_queries(len(one)):
        client.get(QUEUE)


def test_a_refused_row_of_a_preview_leads_to_its_conflict(
    load: Run, conflict: Run, as_user: LogIn, world: World
) -> None:
    load([row("S1")])
    refusal = conflict()

    text = as_user(world.prov_clearing).get(f"/imports/{refusal.batch}/").content.decode()

    assert page_of(refusal) in text


def test_the_new_number_of_a_proposal_is_masked_and_can_be_unmasked(
    load: Run, conflict: Run, propose: Run, as_user: LogIn, world: World
) -> None:
    load([row("S1")])
    proposal = propose(conflict(row("S1", 姓名="李四", 证件号码="220102199001015678"))).proposal_no
    client = as_user(world.prov_clearing)

    text = client.get(f"/corrections/{proposal}/").content.decode()

    assert f'name="subject" value="{proposal}"' in text
    assert "220102199001015678" not in text
    assert "220102199001015678" in client.post("/unmask/", {"subject": proposal}).content.decode()
