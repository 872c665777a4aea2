"""The two-sided sheet: sent in their columns, answered; what both agree on is closed, the rest shows both."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.db import IntegrityError, transaction
from openpyxl import load_workbook

from agency.batches.services import kept_path
from agency.errors import DomainError, DomainErrors, NotAllowed
from settlement.reconciliation.models import DifferenceSheet, Discrepancy, ReconciliationRun, TheirAnswer
from settlement.reconciliation.report import digest_of, report_of
from settlement.reconciliation.sent import sent_sheet
from settlement.reconciliation.sent_files import sheet_written
from settlement.reconciliation.sides import agreed_approve, sheet_make
from tests.settlement.reconciliation.answering import answer, filled_csv, filled_xlsx
from tests.settlement.reconciliation.laid_runs import (
    FUND,
    approve,
    case,
    compared,
    difference,
    judge,
    lay_run,
    make_run,
    settle_all,
)
from tests.support.world import World

YES, NO = {"答复": "同意"}, {"答复": "不同意", "理由": "我方另有票据"}


@pytest.fixture
def run(world: World) -> ReconciliationRun:
    """Its file calls the number setl_id and the fund 医保支付."""
    return lay_run(world, columns={"结算编号": "setl_id", FUND: "医保支付", "证件号码": "证件号"})


@pytest.fixture
def sheet(run: ReconciliationRun, world: World) -> DifferenceSheet:
    return make(run, world)


def make(run: ReconciliationRun, world: World, **which: bool) -> DifferenceSheet:
    return sheet_make(run=run, by=world.changchun_clearing, at=world.now - dt.timedelta(hours=1), **which)


def states(run: ReconciliationRun) -> list[str]:
    return list(Discrepancy.objects.filter(run=run).order_by("serial").values_list("state", flat=True))


def row_of(run: ReconciliationRun, serial: int) -> Discrepancy:
    return Discrepancy.objects.get(run=run, serial=serial)


# --- out ----------------------------------------------------------------------------------------------------


def test_it_goes_out_in_their_columns_with_key_and_check(sheet: DifferenceSheet) -> None:
    text = sheet_written(sent_sheet(sheet), "csv", at=sheet.at).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))

    assert rows[0] == [
        *("核对表编号", "差异编号", "校验码", "差异类别", "不符之处", "差额（元）", "我方意见", "我方说明"),
        *("setl_id", "证件号", "医保支付", "答复", "认可金额（元）", "理由"),
    ]
    assert [row[:2] for row in rows[1:]] == [[sheet.sheet_no, f"R20261199999-{n}"] for n in (1, 2, 3)]
    assert rows[2][3:] == [
        *("金额不符", "基金支付总额：我方 560.00，对方 550.00", "10.00", "以我方数据为准", ""),
        *("S2", "2201**********128X", "550.00", "", "", ""),
    ]
    assert rows[3][5] == "-700.00"
    assert len({row[2] for row in rows[1:]}) == 3


def test_an_identity_number_stands_in_full_only_where_it_differs(
    world: World,
) -> None:
    run = make_run(world, columns={"结算编号": "setl_id", "证件号码": "证件号"})
    both = {"ours": case("S2"), "theirs": case("S2", 证件号码="220102199001011299")}
    difference(run, 1, "owner_differs", "S2", columns=["证件号码"], **both)
    difference(run, 2, "amount_differs", "S3", columns=[FUND], ours=case("S3"), theirs=case("S3", "1.00"))
    compared(run, world)

    text = sheet_written(sent_sheet(make(run, world)), "csv", at=world.now).decode("utf-8-sig")

    assert text.count("22010219900101128X") == 1  # ours, beside theirs
    assert text.count("220102199001011299") == 2  # and in their column
    assert text.count("2201**********128X") == 1  # where it is the same


def test_a_workbook_locks_all_but_the_answers(sheet: DifferenceSheet) -> None:
    book = load_workbook(io.BytesIO(sheet_written(sent_sheet(sheet), "xlsx", at=sheet.at)))

    page = book.active
    assert page is not None
    assert page.protection.sheet
    assert [cell.protection.locked for cell in page[3]] == [True] * 11 + [False] * 3
    assert page["I3"].value == "S2"
    assert page["F4"].value == -700
    assert str(page.data_validations.dataValidation[0].sqref) == "L2:L4"


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_same_sheet_has_the_same_bytes(sheet: DifferenceSheet, kind: str) -> None:
    first, again = (sheet_written(sent_sheet(sheet), kind, at=sheet.at) for _ in range(2))

    assert first == again


def test_only_what_is_open_goes_out_unless_all_is_asked_for(run: ReconciliationRun, world: World) -> None:
    judge(row_of(run, 1), world.changchun_clearing, world)
    approve(row_of(run, 1), world.changchun_clearing_2, world)

    assert [make(run, world).rows, make(run, world, everything=True).rows] == [2, 3]

    for serial in (2, 3):
        judge(row_of(run, serial), world.changchun_clearing, world)
        approve(row_of(run, serial), world.changchun_clearing_2, world)
    with pytest.raises(DomainError, match="没有要请对方核对的差异"):
        make(run, world)


def test_it_says_our_verdict_or_what_is_proposed(run: ReconciliationRun, world: World) -> None:
    judge(row_of(run, 1), world.changchun_clearing, world, remedy="reject", note="不是我方的人")
    Discrepancy.objects.filter(serial=2).update(proposed="correct")

    rows = sent_sheet(make(run, world)).rows

    assert [row.cells[6:8] for row in rows] == [
        ("不予认可", "不是我方的人"),
        ("更正我方（建议）", ""),
        ("以我方数据为准", ""),
    ]


@pytest.mark.parametrize("name", ["auditor", "supervisor", "jilin_clearing"])
def test_who_may_not_send_one(run: ReconciliationRun, world: World, name: str) -> None:
    with pytest.raises(NotAllowed):
        sheet_make(run=run, by=getattr(world, name), at=world.now)

    assert not DifferenceSheet.objects.exists()


# --- back ---------------------------------------------------------------------------------------------------


def test_what_they_agree_to_is_judged_and_closed_by_a_second_person(
    sheet: DifferenceSheet, run: ReconciliationRun, world: World
) -> None:
    done = answer(world, filled_csv(sheet, {1: YES, 2: {**NO, "认可金额（元）": "690.00"}}))

    assert (done.agreed, done.disagreed, done.unanswered, done.judged, done.settled) == (1, 1, 1, 1, 0)
    first = row_of(run, 1)
    assert (first.state, first.remedy, first.judged_by) == ("judged", "ask_them", world.changchun_clearing_2)
    assert first.note == f"对方同意（核对表 {sheet}）"
    with pytest.raises(DomainError, match="自己提出的请由另一位同事批准"):
        agreed_approve(run=run, by=world.changchun_clearing_2, at=world.now)

    assert agreed_approve(run=run, by=world.supervisor, at=world.now) == 1

    assert states(run) == ["settled", "open", "open"]
    assert row_of(run, 1).approved_by == world.supervisor
    said = TheirAnswer.objects.get(discrepancy__serial=2)
    assert (said.stance, said.amount_fen, said.reason, said.line_no) == (
        "disagrees",
        69000,
        "我方另有票据",
        3,
    )


def test_a_verdict_of_somebody_else_is_closed_by_bringing_in_their_yes(
    run: ReconciliationRun, world: World
) -> None:
    for serial in (1, 2, 3):
        judge(row_of(run, serial), world.changchun_clearing, world)
    Discrepancy.objects.update(judged_at=world.now - dt.timedelta(hours=2))
    sheet = make(run, world)

    own = answer(world, filled_csv(sheet, {1: YES}), by=world.changchun_clearing)
    assert (own.settled, states(run)) == (0, ["judged", "judged", "judged"])

    done = answer(world, filled_csv(sheet, {2: YES, 3: NO}), by=world.changchun_clearing_2)

    assert (done.judged, done.settled) == (0, 2)  # the first, answered before, is agreed on as well
    assert states(run) == ["settled", "settled", "judged"]
    assert row_of(run, 2).approved_by == world.changchun_clearing_2


def test_a_yes_to_another_verdict_than_there_is_now_closes_nothing(
    run: ReconciliationRun, world: World
) -> None:
    judge(row_of(run, 1), world.changchun_clearing, world, remedy="reject")
    sheet = make(run, world)
    Discrepancy.objects.filter(serial=1).update(remedy="hold")

    assert answer(world, filled_csv(sheet, {1: YES})).settled == 0

    Discrepancy.objects.filter(serial=1).update(remedy="reject", judged_at=world.now)  # judged anew since
    with pytest.raises(DomainError, match="没有可批准的双方一致的结论"):
        agreed_approve(run=run, by=world.supervisor, at=world.now + dt.timedelta(hours=1))
    assert states(run) == ["judged", "open", "open"]


def test_write_offs_and_pairs_need_more_than_a_yes(run: ReconciliationRun, world: World) -> None:
    Discrepancy.objects.filter(serial=2).update(proposed="write_off")

    done = answer(world, filled_csv(make(run, world), {2: YES}))

    assert (done.agreed, done.judged) == (1, 0)
    assert states(run) == ["open", "open", "open"]


def test_the_newest_answer_stands_and_the_older_ones_stay(
    sheet: DifferenceSheet, run: ReconciliationRun, world: World
) -> None:
    judge(row_of(run, 1), world.changchun_clearing, world)
    Discrepancy.objects.filter(serial=1).update(judged_at=world.now - dt.timedelta(hours=2))

    answer(world, filled_csv(sheet, {1: NO}))
    done = answer(world, filled_csv(sheet, {1: YES}))

    assert done.settled == 1
    assert [said.stance for said in TheirAnswer.objects.order_by("pk")] == ["disagrees", "agrees"]


def test_the_same_file_twice_changes_nothing(sheet: DifferenceSheet, world: World) -> None:
    content = filled_csv(sheet, {1: YES, 2: NO})
    answer(world, content)

    again = answer(world, content)

    assert (again.agreed, again.disagreed, again.unchanged, again.judged) == (0, 0, 2, 0)
    assert TheirAnswer.objects.count() == 2


def test_a_workbook_comes_back_with_other_kinds_of_cells(
    sheet: DifferenceSheet, run: ReconciliationRun, world: World
) -> None:
    fill = {1: {**YES, "认可金额（元）": 700}, 2: {"医保支付": 550, **NO}, 3: {"差额（元）": -700.0}}

    done = answer(world, filled_xlsx(sheet, fill), name="答复.xlsx")

    assert (done.agreed, done.disagreed, done.unanswered) == (1, 1, 1)
    assert TheirAnswer.objects.get(discrepancy__serial=1).amount_fen == 70000


TAMPERED = {
    "an amount of ours": (
        {2: {"差额（元）": "1000.00"}},
        "第 3 行：“差额（元）”与发出的不同：发出的是“10.00”",
    ),
    "their own column": ({2: {"医保支付": "560.00"}}, "第 3 行：“医保支付”与发出的不同"),
    "a number": ({1: {"setl_id": "S01"}}, "第 2 行：“setl_id”与发出的不同"),
    "the key": ({1: {"差异编号": "R20261199999-7"}}, "第 2 行：核对表里没有差异“R20261199999-7”"),
    "a key that stands twice": (
        {1: {"差异编号": "R20261199999-2"}},
        "第 3 行：差异 R20261199999-2 在文件里有两行",
    ),
    "the check code": ({3: {"校验码": "0" * 16}}, "第 4 行：校验码与发出的不同"),
    "a row of another sheet": ({3: {"核对表编号": "HD20260100001"}}, "第 4 行：这是另一张核对表"),
    "our stance": ({1: {"我方意见": "更正我方"}}, "第 2 行：“我方意见”与发出的不同"),
    "a word nobody knows": ({1: {"答复": "再议"}}, "第 2 行：答复“再议”应为同意或不同意"),
    "no without a reason": ({1: {"答复": "不同意"}}, "第 2 行：不同意的请写明理由"),
    "a reason without a word": ({1: {"理由": "有误"}}, "没有写同意或不同意"),
    "no amount": ({1: {**NO, "认可金额（元）": "约七百"}}, "第 2 行：认可金额：“约七百”不是金额"),
    "yes to another amount": ({1: {**YES, "认可金额（元）": "699.00"}}, "认可金额应与我方的相同（700.00）"),
}


@pytest.mark.parametrize(("fill", "told"), TAMPERED.values(), ids=list(TAMPERED))
def test_a_row_that_was_tampered_with_refuses_the_file_with_its_line(
    sheet: DifferenceSheet, run: ReconciliationRun, world: World, fill: dict, told: str
) -> None:
    content = filled_csv(sheet, {**fill, **({} if 2 in fill else {2: NO})})

    with pytest.raises(DomainErrors) as refused:
        answer(world, content)

    assert told in refused.value.message
    assert not TheirAnswer.objects.exists()
    assert states(run) == ["open", "open", "open"]


def test_all_lines_that_are_wrong_are_told_at_once(sheet: DifferenceSheet, world: World) -> None:
    with pytest.raises(DomainErrors) as refused:
        answer(world, filled_csv(sheet, {1: {"答复": "再议"}, 3: {"setl_id": "S8"}}))

    assert [error.message[:6] for error in refused.value.errors] == ["第 2 行：", "第 4 行："]


def test_rows_may_stand_in_any_order_and_some_may_be_missing(sheet: DifferenceSheet, world: World) -> None:
    head, first, *_, last = filled_csv(sheet, {1: YES, 3: NO}).decode("utf-8-sig").splitlines()

    done = answer(world, "\r\n".join([head, last, first]).encode())

    assert (done.agreed, done.disagreed, done.unanswered) == (1, 1, 0)


def test_a_sheet_of_another_run_or_region_is_not_there(
    sheet: DifferenceSheet, run: ReconciliationRun, world: World
) -> None:
    other = lay_run(world, "R20261199998", content=b"another")
    content = filled_csv(sheet, {1: YES})

    with pytest.raises(DomainError, match="或不是这次对账发出的"):
        answer(world, content, run=other)
    with pytest.raises(DomainError, match="没有核对表"):
        answer(world, content, by=world.jilin_clearing)
    with pytest.raises(DomainError, match="不是差异核对表：缺少列"):
        answer(world, "结算编号,答复\r\nS1,同意\r\n".encode())

    assert not TheirAnswer.objects.exists()


def test_what_was_kept_of_a_sheet_must_be_what_went_out(sheet: DifferenceSheet, world: World) -> None:
    content = filled_csv(sheet, {1: YES})
    path = kept_path(sheet.file)
    kept = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(kept.replace(b"10.00", b"11.00"))
    try:
        with pytest.raises(DomainError, match="发出的内容找不到或被改过"):
            answer(world, content)
    finally:
        path.write_bytes(kept)

    assert not TheirAnswer.objects.exists()


def test_a_signed_run_takes_no_answers(sheet: DifferenceSheet, run: ReconciliationRun, world: World) -> None:
    content = filled_csv(sheet, {1: YES})
    settle_all(run, world)
    ReconciliationRun.objects.update(
        state="signed", signed_by=world.supervisor, signed_at=world.now, report=report_of(run)
    )

    with pytest.raises(DomainError, match="现在是“已签字”，不能再核对差异"):
        answer(world, content)
    with pytest.raises(DomainError, match="不能再核对差异"):
        make(run, world)

    assert not TheirAnswer.objects.exists()


def test_answers_are_part_of_the_report(sheet: DifferenceSheet, run: ReconciliationRun, world: World) -> None:
    before = digest_of(report_of(run))

    answer(world, filled_csv(sheet, {2: NO}))

    assert digest_of(report_of(run)) != before


def test_what_was_sent_and_answered_never_changes(sheet: DifferenceSheet, world: World) -> None:
    answer(world, filled_csv(sheet, {1: YES}))

    for change in (
        lambda: DifferenceSheet.objects.update(rows=1),
        lambda: TheirAnswer.objects.update(stance="disagrees", reason="x"),
        lambda: TheirAnswer.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert TheirAnswer.objects.get().stance == "agrees"
