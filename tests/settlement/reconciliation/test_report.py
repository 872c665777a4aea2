"""The report of a run: what it says, signed by a second person, frozen, the same from the same inputs."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.db import IntegrityError, transaction

from agency.errors import DomainError, NotAllowed
from agency.journal.models import AuditEntry, StateChange
from agency.organisation.models import User
from agency.sheets.as_csv import as_csv
from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from settlement.reconciliation.report import content, digest_of, report_of
from settlement.reconciliation.report_files import report_written
from settlement.reconciliation.report_filling import report_data
from settlement.reconciliation.signing import run_sign
from tests.settlement.clearing.damages import unguarded
from tests.settlement.reconciliation.laid_runs import approve, judge, lay_run, settle_all
from tests.support.world import World


@pytest.fixture
def run(world: World) -> ReconciliationRun:
    return lay_run(world)


@pytest.fixture
def settled(run: ReconciliationRun, world: World) -> ReconciliationRun:
    settle_all(run, world)
    return run


def sign(run: ReconciliationRun, world: World, by: User | None = None) -> ReconciliationRun:
    return run_sign(run=run, by=by or world.changchun_clearing_2, at=world.now + dt.timedelta(hours=1))


def test_the_report_counts_classes_amounts_and_verdicts(settled: ReconciliationRun) -> None:
    lines = as_csv(report_data(settled)).decode("utf-8-sig").splitlines()

    assert lines == [
        "类别,笔数,差额,批准的结论-挂账,批准的结论-补导入,批准的结论-更正我方,批准的结论-请对方更正,"
        "批准的结论-不予认可,批准的结论-与另一条互相对应,批准的结论-尾差核销,批准的结论-转下月继续,"
        "批准的结论-说明即可,未处理,核销金额",
        "相符,3,0.00,0,0,0,0,0,0,0,0,0,0,0.00",
        "我有他无,1,700.00,0,0,0,1,0,0,0,0,0,0,0.00",
        "他有我无,1,-700.00,0,0,0,1,0,0,0,0,0,0,0.00",
        "金额不符,1,10.00,0,0,0,1,0,0,0,0,0,0,0.00",
    ]


def test_behind_it_stand_totals_differences_and_what_could_not_be_read(settled: ReconciliationRun) -> None:
    totals, differences, unread = (
        as_csv(annex).decode("utf-8-sig").splitlines()[1:] for annex in report_data(settled).annexes
    )

    assert totals == [
        "1,H22020200001,职工,住院,长春市,5,5000.00,2800.00,700.00,5,5000.00,2790.00,700.00,10.00"
    ]
    people = "changchun_clearing、changchun_clearing_2"
    assert differences[1] == (
        "2,金额不符,S2,H22020200001,基金支付总额：我方 560.00，对方 550.00,10.00,,请对方更正,请对方核对,"
        f"{people},"
    )
    assert "对方没有；我方 医疗费总额 1000.00，基金支付总额 560.00，个人账户 140.00" in differences[0]
    assert unread == ["7,,基金支付总额,一百,“一百”不是金额。"]


def test_without_verdicts_nobody_signs_and_nothing_changes(run: ReconciliationRun, world: World) -> None:
    first = Discrepancy.objects.get(serial=1)
    judge(first, world.changchun_clearing, world, remedy="carry", note="等对方")

    with pytest.raises(DomainError, match="还有 3 条差异没有批准的结论"):
        sign(run, world)

    approve(first, world.changchun_clearing_2, world)
    with pytest.raises(DomainError, match="还有 2 条差异没有批准的结论"):
        sign(run, world)
    run.refresh_from_db()
    assert (run.state, run.report, run.report_digest) == ("compared", {}, "")


def test_what_is_carried_forward_counts_as_settled(run: ReconciliationRun, world: World) -> None:
    settle_all(run, world, remedy="carry", note="下月再对")

    assert sign(run, world).state == "signed"


def test_whoever_made_the_run_never_signs_it(settled: ReconciliationRun, world: World) -> None:
    with pytest.raises(NotAllowed, match="发起对账的人不能自己签字"):
        sign(settled, world, world.changchun_clearing)

    with pytest.raises(IntegrityError), transaction.atomic():
        ReconciliationRun.objects.filter(pk=settled.pk).update(
            state="signed", signed_by=world.changchun_clearing, signed_at=world.now
        )
    settled.refresh_from_db()
    assert settled.state == "compared"


@pytest.mark.parametrize("name", ["clerk", "auditor", "jilin_clearing", "prov_finance"])
def test_nobody_without_the_right_or_of_another_region_signs(
    settled: ReconciliationRun, world: World, name: str
) -> None:
    with pytest.raises(NotAllowed):
        sign(settled, world, getattr(world, name))

    settled.refresh_from_db()
    assert settled.state == "compared"


def test_a_run_of_the_province_is_signed_by_the_province(world: World) -> None:
    run = lay_run(world, by=world.prov_clearing)
    settle_all(run, world)

    with pytest.raises(NotAllowed, match="属于省级经办机构"):
        sign(run, world, world.supervisor)

    assert sign(run, world, world.prov_supervisor).signed_by == world.prov_supervisor


def test_a_report_that_changed_since_it_was_shown_is_not_signed(run: ReconciliationRun, world: World) -> None:
    shown = digest_of(report_of(run))
    settle_all(run, world)

    with pytest.raises(DomainError, match="对账结果刚有变动"):
        run_sign(run=run, by=world.changchun_clearing_2, at=world.now, seen=shown)

    assert (
        run_sign(run=run, by=world.changchun_clearing_2, at=world.now, seen=digest_of(report_of(run))).state
        == "signed"
    )


def test_the_signature_freezes_report_names_and_digest(settled: ReconciliationRun, world: World) -> None:
    before = content(settled)

    signed = sign(settled, world)

    signed.refresh_from_db()
    assert signed.report["content"] == json.loads(json.dumps(before))
    assert signed.report_digest == digest_of(signed.report)
    assert signed.report["names"]["signer"] == "changchun_clearing_2"
    world.changchun_clearing.display_name = "改了名"
    world.changchun_clearing.save()
    assert report_data(signed).names == {"制表人": "changchun_clearing", "签字人": "changchun_clearing_2"}
    assert "改了名" not in as_csv(report_data(signed).annexes[1]).decode("utf-8-sig")
    change = StateChange.objects.filter(subject_no=signed.run_no).latest("pk")
    assert (change.from_state, change.to_state, change.by) == (
        "compared",
        "signed",
        world.changchun_clearing_2,
    )
    entry = AuditEntry.objects.filter(action="reconciliation_signed").get()
    assert entry.detail["digest"] == signed.report_digest


def test_a_signed_run_is_not_signed_again(settled: ReconciliationRun, world: World) -> None:
    sign(settled, world)

    with pytest.raises(DomainError, match="不能变为"):
        sign(settled, world, world.supervisor)

    settled.refresh_from_db()
    assert settled.signed_by == world.changchun_clearing_2


def test_a_run_of_the_same_inputs_gives_the_same_report(settled: ReconciliationRun, world: World) -> None:
    again = lay_run(world, "R20261199998", by=world.changchun_clearing_2, created_at=world.now)
    assert digest_of(report_of(again)) != digest_of(report_of(settled))

    settle_all(again, world)

    assert content(again) == content(settled)
    assert sign(again, world, world.supervisor).report_digest == sign(settled, world).report_digest


@pytest.mark.parametrize(
    "change",
    [
        {"note": "另一说明"},
        {"subject": "S3"},
        {"ours": {"结算编号": "S1"}},
        {"amount_fen": 1},
        {"cause": "rounding"},
    ],
)
def test_whatever_is_changed_behind_it_another_digest_comes_out(
    settled: ReconciliationRun, change: dict[str, object]
) -> None:
    before = digest_of(report_of(settled))

    with unguarded():
        Discrepancy.objects.filter(serial=1).update(**change)

    assert digest_of(report_of(settled)) != before


@pytest.mark.once
@pytest.mark.parametrize("kind", ["pdf", "xlsx", "csv"])
def test_the_same_bytes_on_any_day(settled: ReconciliationRun, world: World, kind: str) -> None:
    signed = sign(settled, world)
    by = world.auditor

    first, digest = report_written(signed, format_name=kind, by=by, at=world.now)
    later, _ = report_written(signed, format_name=kind, by=by, at=world.now + dt.timedelta(days=9))

    assert first == later
    assert digest == signed.report_digest


def test_a_table_too_long_says_how_many_are_left_out(settled: ReconciliationRun) -> None:
    annex = report_data(settled, 2).annexes[1]

    assert len(annex.rows) == 2
    assert annex.remarks == ("只列前 2 条，另有 1 条，见 XLSX 或差异导出。",)
