"""Totals only: their groups beside ours by what their file says, with refunds and without."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from agency.errors import DomainError, NotAllowed
from settlement.reconciliation.models import Discrepancy, ReconciliationRun, RunTotal
from settlement.reconciliation.report_filling import report_data
from settlement.reconciliation.source_columns import proposed
from settlement.reconciliation.totals_file import WORDS
from settlement.reconciliation.totals_runs import run_of_totals
from tests.settlement.clearing.conftest import lay_month
from tests.support.ground import Ground
from tests.support.world import World

AsUser = Callable[..., Client]
pytestmark = pytest.mark.usefixtures("laid")
HEAD = "定点医药机构编号,险种,医疗类别,参保地,人次,医疗费总额,基金支付总额,个人账户"
# The worked month: S1; S2 and its reversal; S3; S4; S5; S6 in 长春; S7 and its reversal.
OURS = [
    "H11010100001,职工,住院,长春市,1,1000.00,560.00,140.00",
    "H22010200001,居民,普通门诊,吉林市,1,1000.00,560.00,140.00",
    "H22010200001,职工,住院,长春市,1,1000.00,560.00,140.00",
    "H22010200001,职工,住院,延边州,0,0.00,0.00,0.00",
    "H22020200001,职工,住院,长春市,1,1000.00,560.00,140.00",
    "P22020200009,职工,药店购药,辽宁省,1,1000.00,560.00,140.00",
]


@pytest.fixture(scope="module")
def laid(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with ground(lambda world: lay_month(world, tmp_path_factory.mktemp("month"))):
        yield


def text(lines: Sequence[str], head: str = HEAD) -> bytes:
    return "\r\n".join([head, *lines]).encode()


def reconcile(world: World, content: bytes, **more: object) -> ReconciliationRun:
    said = {"period": "202610", "by": world.prov_clearing, "at": world.now, **more}
    return run_of_totals(content=content, file_name="合计.csv", **said)


def changed(at: int, line: str) -> list[str]:
    return [*OURS[:at], line, *OURS[at + 1 :]]


def found(run: ReconciliationRun) -> list[tuple[str, str, list[str], int]]:
    rows = Discrepancy.objects.filter(run=run).order_by("serial")
    return [(row.kind, row.subject, row.columns, row.amount_fen) for row in rows]


def test_the_same_totals_agree(world: World) -> None:
    run = reconcile(world, text(OURS))

    assert (run.source, run.state, run.differences) == ("totals", "compared", 0)
    assert (run.our_cases, run.their_rows, run.matched) == (6, 6, 6)
    total = RunTotal.objects.get(run=run, agency_code="222400")
    assert (total.our_count, total.our_gross_count, total.our_gross_fee_fen) == (0, 1, 100000)
    assert total.agrees


def test_a_group_that_differs_says_by_how_much(world: World) -> None:
    run = reconcile(world, text(changed(4, "H22020200001,职工,住院,长春市,2,1000.00,550.00,140.00")))

    row = Discrepancy.objects.get(run=run)
    assert (row.kind, row.subject, row.amount_fen) == (
        *("amount_differs", "H22020200001 职工 住院 长春市"),
        1000,
    )
    assert row.columns == ["人次", "基金支付总额"]
    assert (row.ours["人次"], row.theirs["人次"]) == ("1", "2")
    assert (row.ours["基金支付总额"], row.theirs["基金支付总额"]) == ("560.00", "550.00")
    assert (row.institution_code, row.insured_region_code, row.their_line) == ("H22020200001", "220100", 6)
    assert (run.our_cases, run.matched) == (6, 5)
    assert [total.agrees for total in run.totals.all()].count(False) == 1


def test_the_page_of_a_group_tells_the_gap_of_every_figure(world: World, as_user: AsUser) -> None:
    reconcile(world, text(changed(4, "H22020200001,职工,住院,长春市,2001,1000.00,550.00,140.00")))

    page = as_user(world.prov_clearing).get(f"/reconciliation/differences/{Discrepancy.objects.get()}/")

    lines = {line.title: (line.ours, line.theirs, line.gap) for line in page.context["lines"]}
    assert list(lines)[:2] == ["人次", "基金支付总额"]  # what differs first, as the file has it
    assert lines["人次"] == ("1", "2,001", "-2,000")
    assert lines["基金支付总额"] == ("560.00", "550.00", "+10.00")
    assert lines["险种"] == ("职工", "职工", "")
    assert "<b>-2,000</b>" in page.content.decode()


def test_groups_of_one_side_and_rows_twice(world: World) -> None:
    lines = [OURS[0], OURS[0], *OURS[2:], "H22030200001,职工,住院,长春市,1,900.00,500.00,100.00"]

    run = reconcile(world, text(lines))

    assert found(run) == [
        ("duplicate", "H11010100001 职工 住院 长春市", [], 0),
        ("only_ours", "H22010200001 居民 普通门诊 吉林市", [], 70000),
        ("only_theirs", "H22030200001 职工 住院 长春市", [], -60000),
    ]
    assert run.counts == {"duplicate": 1, "only_ours": 1, "only_theirs": 1}


def test_what_nets_to_nil_need_not_be_named(world: World) -> None:
    assert reconcile(world, text([*OURS[:3], *OURS[4:]])).differences == 0


def test_their_file_may_say_less(world: World) -> None:
    by_type = reconcile(world, text(["职工,4,2240.00", "居民,1,561.00"], "险种,人次,基金支付总额"))
    whole = reconcile(world, text(["合计只有一行,5,5000.00"], "说明,结算人次,医疗总费用"))

    assert found(by_type) == [("amount_differs", "居民", ["基金支付总额"], -100)]
    assert whole.differences == 0
    assert whole.notes == ["没有用到的列：说明；同一组的几行已相加。"]


def test_rows_that_a_further_column_divides_are_added_up(world: World) -> None:
    head = HEAD.replace("人次", "人员类别,人次")
    halves = [
        "H22020200001,职工,住院,长春市,在职,1,400.00,260.00,40.00",
        "H22020200001,职工,住院,长春市,退休,0,600.00,300.00,100.00",
    ]
    lines = [
        line.replace(",0,0.00", ",在职,0,0.00").replace(",1,1000.00", ",在职,1,1000.00") for line in OURS
    ]

    assert reconcile(world, text([*lines[:4], *halves, lines[5]], head)).differences == 0


def test_platform_names_and_codes_are_understood(world: World) -> None:
    head = (
        "fixmedins_code,insutype,med_type,setl_optins,"
        "fixmedins_setl_cnt,medfee_sumamt,fund_pay_sumamt,acct_pay"
    )
    lines = [
        "H11010100001,310,21,220102,1,1000.00,560.00,140.00",
        "H22010200001,390,11,220200,1,1000.00,560.00,140.00",
        "h22010200001,310,21,220100,1,1000.00,560.00,140.00",
        "H22020200001,310,22,220104,1,1000.00,560.00,140.00",
        "P22020200009,310,41,210102,1,1000.00,560.00,140.00",
    ]

    assert reconcile(world, text(lines, head)).differences == 0


def test_totals_without_refunds(world: World) -> None:
    """Two cases were refunded: S2 of 吉林's hospital and S7 of 长春's."""
    lines = changed(4, "H22020200001,职工,住院,长春市,2,2000.00,1120.00,280.00")
    lines[3] = "H22010200001,职工,住院,延边州,1,1000.00,560.00,140.00"

    said = reconcile(world, text(lines), without_refunds=True)
    unsaid = reconcile(world, text(lines))

    assert said.differences == 0
    assert said.compared[4:] == [f"{name}（不含退费）" for name in HEAD.split(",")[4:]]
    rows = Discrepancy.objects.filter(run=unsaid)
    assert [(row.cause, row.proposed) for row in rows] == [("reversal_pair", "ask_them")] * 2
    assert "对方没有算退费" in rows[0].evidence["说明"]


def test_what_their_file_does_not_say_is_no_gap(world: World, as_user: AsUser) -> None:
    """Neither fee nor account: the page and the report have a dash, not nil and all of ours as a gap."""
    head = "定点医药机构编号,险种,医疗类别,参保地,人次,基金支付总额"
    lines = [",".join([*line.split(",")[:5], line.split(",")[6]]) for line in OURS]
    lines[0] = "H11010100001,职工,住院,长春市,1,550.00"
    run = reconcile(world, text(lines, head))

    page = as_user(world.prov_clearing).get(f"/reconciliation/{run}/")

    group = page.context["totals"][0]
    figures = [(figure.theirs, figure.gap) for figure in group.figures]
    assert figures == [(1, 0), (None, 0), (550_00, 10_00), (None, 0)]
    assert [figure.theirs for figure in page.context["sums"]] == [5, None, 2790_00, None]
    data = report_data(run)
    annex = next(one for one in data.annexes if one.sheet.form == "合计不符")
    assert [leaf.key for leaf in annex.sheet.leaves if leaf.key.startswith("their")] == [
        "their_count",
        "their_fund",
    ]
    assert annex.rows[0].values["difference"] == 10_00
    told = next(remark for remark in data.remarks if remark.startswith("合计分组"))
    assert told.endswith("对方 5 人次、基金 2,790.00。")


def test_totals_without_refunds_are_shown_without(world: World, as_user: AsUser) -> None:
    """Their file has no figure with refunds: the page opens on those without, so does the report."""
    lines = changed(4, "H22020200001,职工,住院,长春市,2,2000.00,1110.00,280.00")
    lines[3] = "H22010200001,职工,住院,延边州,1,1000.00,560.00,140.00"
    run = reconcile(world, text(lines), without_refunds=True)
    client = as_user(world.prov_clearing)

    page = client.get(f"/reconciliation/{run}/")

    assert page.context["gross"] is True
    assert [figure.gap for figure in page.context["totals"][0].figures] == [0, 0, 10_00, 0]
    with_refunds = client.get(f"/reconciliation/{run}/", {"refunds": "yes"}).context["totals"][0]
    assert [figure.theirs for figure in with_refunds.figures] == [None] * 4
    annex = next(one for one in report_data(run).annexes if one.sheet.form == "合计不符")
    assert annex.title.endswith("不含退费")
    row = annex.rows[0].values
    assert (row["our_count"], row["their_count"], row["difference"]) == (2, 2, 10_00)


def test_a_group_leads_to_its_details(world: World, as_user: AsUser) -> None:
    """找出是哪几笔: the upload of details opens with month and institution filled in."""
    reconcile(world, text(changed(0, "H11010100001,职工,住院,长春市,1,1000.00,550.00,140.00")))
    client = as_user(world.prov_clearing)

    links = client.get(f"/reconciliation/differences/{Discrepancy.objects.get()}/").context["links"]

    assert [link.label for link in links] == ["找出是哪几笔"]
    form = client.get(links[0].url).context["form"]
    filled = [form[name].value() for name in ("period", "source", "scope_institution")]
    assert filled == ["202610", "hospital", "H11010100001"]


def test_both_figures_side_by_side(world: World) -> None:
    head = "险种,人次,人次(不含退费),基金支付总额,基金支付总额（不含退费）"

    run = reconcile(world, text(["职工,4,6,2240.00,3360.00", "居民,1,1,560.00,561.00"], head))

    assert found(run) == [("amount_differs", "居民", ["基金支付总额（不含退费）"], 0)]
    assert RunTotal.objects.get(run=run, insurance_type="employee").their_gross_fund_fen == 336000


def test_an_account_inside_the_fund_is_recognised(world: World) -> None:
    run = reconcile(world, text(changed(0, "H11010100001,职工,住院,长春市,1,1000.00,700.00,140.00")))

    row = Discrepancy.objects.get(run=run)
    assert (row.cause, row.amount_fen) == ("account_share", -14000)


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ("H1,职工,住院,长春市,1.5,1.00,1.00,0", "bad_number", "人次"),
        ("H1,职工,住院,长春市,1,一千,1.00,0", "bad_number", "医疗费总额"),
        ("H1,离休,住院,长春市,1,1.00,1.00,0", "unknown_insurance_type", "险种"),
        ("H1,职工,手术,长春市,1,1.00,1.00,0", "unknown_care_type", "医疗类别"),
        ("H1,职工,住院,火星,1,1.00,1.00,0", "unknown_region", "参保地"),
        (",职工,住院,长春市,1,1.00,1.00,0", "missing_value", "定点医药机构编号"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(world: World, line: str, code: str, column: str) -> None:
    run = reconcile(world, text([*OURS, line]))

    unread = run.unread.get()
    assert (unread.line_no, unread.code, unread.column) == (8, code, column)
    assert (run.differences, run.unread_rows, run.their_rows) == (0, 1, 7)


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_their_rows_and_columns_changes_nothing(world: World, seed: int) -> None:
    lines = [*changed(4, "H22020200001,职工,住院,长春市,2,1000.00,550.00,140.00"), OURS[0]]
    dealt = random.Random(seed)
    places = list(range(8))
    dealt.shuffle(places)
    rows = [line.split(",") for line in dealt.sample(lines, len(lines))]
    mixed = [",".join(row[place] for place in places) for row in [HEAD.split(","), *rows]]

    plain, other = reconcile(world, text(lines)), reconcile(world, text(mixed[1:], mixed[0]))

    assert found(other) == found(plain)
    assert other.result_digest == plain.result_digest


def test_sums_in_their_file_are_passed_over(world: World) -> None:
    run = reconcile(world, text([*OURS, "合 计,,,,5,5000.00,2800.00,700.00"]))

    assert (run.differences, run.their_rows, run.unread_rows) == (0, 6, 0)


def test_a_region_compares_what_it_is_a_party_to(world: World) -> None:
    run = reconcile(world, text([OURS[1], OURS[4], OURS[5]]), by=world.jilin_clearing)
    scoped = reconcile(world, text([OURS[5]]), scope_region=world.liaoning)

    assert (run.region, run.differences, run.our_cases) == (world.jilin, 0, 3)
    assert (scoped.differences, scoped.our_cases) == (0, 1)
    with pytest.raises(NotAllowed):
        reconcile(world, text(OURS), by=world.auditor)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a,b,c\r\n1,2,3\r\n", "没有合计的列"),
        (HEAD.encode(), "没有一行合计"),
        (text(["H1,离休,住院,长春市,1,1.00,1.00,0"]), "没有一行读得出"),
    ],
)
def test_a_file_that_is_no_totals_is_not_kept(world: World, content: bytes, told: str) -> None:
    with pytest.raises(DomainError, match=told):
        reconcile(world, content)

    assert not ReconciliationRun.objects.exists()


def test_no_heading_serves_twice() -> None:
    assert proposed(["经办机构", "统筹区", "人次", "总费用", "金额"], WORDS) == {
        "参保地": "经办机构",
        "人次": "人次",
        "医疗费总额": "总费用",
    }


def test_the_command(world: World, tmp_path: Path) -> None:
    path = tmp_path / "totals.csv"
    path.write_bytes(text(OURS[1:]))
    out = io.StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("reconcile_totals", str(path), "--period=202610", "--json", stdout=out)

    assert ended.value.code == 2
    assert json.loads(out.getvalue())["classes"] == {"相符": 5, "我有他无": 1}
    with pytest.raises(CommandError, match="没有这个统筹区或医药机构"):
        call_command("reconcile_totals", str(path), "--period=202610", "--scope=火星")
    with pytest.raises(CommandError, match="不是期别"):
        call_command("reconcile_totals", str(path), "--period=2026")
