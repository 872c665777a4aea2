"""A bank statement beside notices, lines and payments: partial, joint and foreign payments; it books none."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client

from agency.errors import DomainError, NotAllowed
from agency.organisation.models import User
from settlement.notices.models import BankLine, Notice, Payment
from settlement.reconciliation.bank_runs import run_of_bank
from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from tests.settlement.notices.statement import (
    CHANGCHUN,
    JILIN,
    NAMES,
    PROVINCE,
    SIPING,
    finance_of,
    lay_notices,
    load,
    make_notice,
    notice,
    row,
)
from tests.support.ground import Ground
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid")
FIRST, SECOND, THIRD = (f"吉医保异清〔2026〕{serial}号" for serial in (1, 2, 3))
Rows = Sequence[dict[str, str]]
AsUser = Callable[..., Client]


@pytest.fixture(scope="module")
def laid(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Three notices: 长春 pays 545.00, 吉林 receives 600.00, 四平 pays 5.00."""
    with ground(lambda world: lay_notices(world, tmp_path_factory.mktemp("notices"))):
        yield


def statement(rows: Rows, names: Sequence[str] = NAMES) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def reconcile(world: World, rows: Rows, by: User | None = None, period: str = "202611") -> ReconciliationRun:
    by = by or world.prov_finance
    return run_of_bank(period=period, content=statement(rows), file_name="对账单.csv", by=by, at=world.now)


@pytest.fixture
def both(world: World, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Register the lines of a statement, then reconcile it."""

    def run(rows: Rows, **more: object) -> ReconciliationRun:
        load(world, tmp_path / "bank.csv", rows)
        return reconcile(world, rows, **more)

    return run


def found(run: ReconciliationRun) -> list[tuple[str, str, int, str]]:
    """(class, what it is about, amount, what it is like) of each difference."""
    rows = Discrepancy.objects.filter(run=run).order_by("serial")
    return [(row.kind, row.subject, row.amount_fen, row.evidence.get("像", "")) for row in rows]


def test_one_line_for_one_notice(both) -> None:  # type: ignore[no-untyped-def]
    run = both([row("T1")])

    assert (run.source, run.state, run.differences, run.matched, run.our_cases) == (
        *("bank", "compared"),
        *(0, 2, 2),
    )
    assert run.notes[0] == "相符的流水：一笔付一张 1 笔。"
    assert run.notes[1] == "付清的通知书：一笔付清 1 张。"
    assert run.notes[2] == "还没到期、也没有付款的通知书 2 张，合计 605.00 元，不算差异。"


def test_one_line_for_several_notices_and_several_for_one(both, world: World) -> None:  # type: ignore[no-untyped-def]
    make_notice(world, world.changchun, 10000)
    joint = f"{FIRST}、吉医保异清〔2026〕90号"

    run = both(
        [
            row("T1", 金额="645.00", 摘要=joint),
            row("T2", 金额="3.00", 对方账号=SIPING, 摘要=THIRD),
            row("T3", 金额="2.00", 对方账号=SIPING, 摘要=THIRD),
        ]
    )

    assert run.differences == 0
    assert run.notes[:2] == [
        "相符的流水：一笔付一张 2 笔，一笔付几张 1 笔。",
        "付清的通知书：一笔付清 2 张，几笔付清 1 张。",
    ]


def test_a_notice_paid_in_part_is_open_with_its_rest(both, world: World) -> None:  # type: ignore[no-untyped-def]
    run = both([row("T1", 金额="300.00", 摘要=FIRST)])

    assert found(run) == [("amount_differs", FIRST, 24500, "部分付款")]
    one = Discrepancy.objects.get(run=run)
    assert (one.ours["金额"], one.theirs) == ("545.00", {"金额": "300.00", "流水": "T1"})
    assert one.evidence["说明"] == "部分付款：已付 300.00，还差 245.00。"
    assert one.proposed == "carry"
    assert run.matched == 1  # the line is used up


def test_a_joint_payment_that_says_nothing_is_recognised(both, world: World) -> None:  # type: ignore[no-untyped-def]
    make_notice(world, world.changchun, 10000)

    run = both([row("T1", 金额="645.00")])

    line, other = found(run)[0], found(run)[1]
    assert line == ("only_theirs", "2026-11-24 T1", -64500, "合并付款")
    assert other[:2] == ("only_ours", "吉医保异清〔2026〕90号")  # its last day was today
    assert Discrepancy.objects.get(run=run, serial=1).evidence["通知书"] == (
        f"{FIRST}、吉医保异清〔2026〕90号"
    )


def test_foreign_payments_are_told_by_whose_account_they_came_from(both) -> None:  # type: ignore[no-untyped-def]
    run = both(
        [
            row("T1", 对方账号=SIPING),  # 四平 pays what 长春 owes
            row("T2", 对方账号="8800000000000660011", 对方户名="长春市财政局"),
            row("T3", 金额="12.35", 对方账号="", 对方户名="", 摘要="结息"),
            row("T4", 金额="9.99", 对方账号=JILIN),  # 吉林 owes nothing
        ]
    )

    assert found(run) == [
        ("only_theirs", "2026-11-24 T1", -54500, "他方付款"),
        ("only_theirs", "2026-11-24 T2", -54500, "账号没有登记"),
        ("only_theirs", "2026-11-24 T3", -1235, "没有对应的通知书"),
        ("only_theirs", "2026-11-24 T4", -999, "他方付款"),
    ]
    rows = list(Discrepancy.objects.filter(run=run).order_by("serial"))
    assert f"登记的是四平市，金额等于 长春市 {FIRST}" in rows[0].evidence["说明"]
    assert FIRST in rows[1].evidence["说明"]
    assert [row.proposed for row in rows] == ["ask_them", "ask_them", "none", "ask_them"]


def test_a_difference_leads_to_its_notice_and_its_line(both, world: World, as_user: AsUser) -> None:  # type: ignore[no-untyped-def]
    """In part: its notice and the line that paid; not registered: where statements are imported."""
    both([row("T1", 金额="300.00", 摘要=FIRST)])
    reconcile(world, [row("T1", 金额="300.00", 摘要=FIRST), row("T9", 金额="7.00")])
    client = as_user(world.prov_finance)

    def page(**which: object) -> HttpResponse:
        one = Discrepancy.objects.filter(**which).latest("pk")
        return client.get(f"/reconciliation/differences/{one}/")

    in_part = page(subject=FIRST).context["links"]
    assert [(link.label, link.text) for link in in_part] == [("通知书", FIRST), ("银行流水", "T1")]
    assert {client.get(link.url).status_code for link in in_part} == {200}
    missing = page(subject="2026-11-24 T9").context["links"]
    assert [(link.label, link.remedy) for link in missing] == [("补导入", "import")]
    assert client.get(missing[0].url).status_code == 200
    clearing = as_user(world.prov_clearing)
    one = Discrepancy.objects.get(subject="2026-11-24 T9")
    assert clearing.get(f"/reconciliation/differences/{one}/").context["links"] == []


def test_what_a_line_is_like_is_told_as_its_cause(both, world: World, as_user: AsUser) -> None:  # type: ignore[no-untyped-def]
    make_notice(world, world.changchun, 10000)
    run = both([row("T1", 金额="645.00")])
    line = Discrepancy.objects.get(run=run, serial=1)

    text = as_user(world.prov_finance).get(f"/reconciliation/differences/{line}/").content.decode()

    assert "合并付款" in text and "看不出像哪一种" not in text
    listed = as_user(world.prov_finance).get(f"/reconciliation/{run}/differences/").content.decode()
    assert "<td>合并付款<small>" in listed
    chosen = as_user(world.prov_finance).get("/reconciliation/differences/chosen/", {"pick": f"{line}"})
    assert "<td>合并付款<small>" in chosen.content.decode()


def test_what_is_paid_too_much_stays_on_the_line(both) -> None:  # type: ignore[no-untyped-def]
    run = both([row("T1", 金额="600.00", 摘要=FIRST)])

    assert found(run) == [("amount_differs", "2026-11-24 T1", -5500, "多付")]
    one = Discrepancy.objects.get(run=run)
    assert one.evidence["说明"] == f"已核销 {FIRST}，多付 55.00 元，没有别的未付的通知书与它相符。"
    assert (one.ours, one.columns) == ({"金额": "545.00", "通知书": FIRST}, ["金额"])
    assert one.evidence["未核销"] == "55.00"


def test_what_is_not_registered_or_not_on_the_statement(both, world: World, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    load(world, tmp_path / "bank.csv", [row("T1"), row("T2", 金额="7.00"), row("T4", 日期="2026-11-29")])

    run = reconcile(world, [row("T2", 金额="8.00"), row("T3", 金额="9.00")])

    assert found(run) == [
        ("amount_differs", "2026-11-24 T2", -100, ""),
        ("only_theirs", "2026-11-24 T3", -900, ""),
        ("only_ours", "2026-11-24 T1", 54500, ""),
    ]
    rows = list(Discrepancy.objects.filter(run=run).order_by("serial"))
    assert [row.proposed for row in rows] == ["correct", "import", "correct"]
    assert rows[0].columns == ["金额"]


def test_lines_of_another_month_and_lines_twice(both) -> None:  # type: ignore[no-untyped-def]
    run = reconcile_twice(both)

    assert found(run) == [
        ("period_differs", "2026-10-31 T0", 0, ""),
        ("duplicate", "2026-11-24 T1", 0, ""),
    ]
    assert Discrepancy.objects.get(run=run, kind="duplicate").times == 2


def reconcile_twice(both) -> ReconciliationRun:  # type: ignore[no-untyped-def]
    from tests.support.world import the_world

    both([row("T1")])
    return reconcile(the_world(), [row("T1"), row("T1"), row("T0", 日期="2026-10-31")])


def test_a_notice_that_is_due_and_has_no_line(world: World) -> None:
    Notice.objects.all()
    last = notice(1).pay_by

    run = reconcile(world, [row("T9", 日期=f"{last}", 金额="1.00")], period=f"{last:%Y%m}")

    kinds = [(kind, subject, fen) for kind, subject, fen, _ in found(run)]
    assert ("only_ours", FIRST, 54500) in kinds
    assert ("only_ours", SECOND, 60000) in kinds
    told = Discrepancy.objects.get(run=run, subject=FIRST).evidence
    assert told["收付款截止"] == str(last)


def test_a_region_reconciles_its_own_account(world: World, tmp_path: Path) -> None:
    by = finance_of("220100")
    rows = [row("C1", 方向="付", 对方账号=PROVINCE), row("C2", 方向="付", 金额="1.00", 对方账号=PROVINCE)]
    load(world, tmp_path / "bank.csv", rows[:1], by=by)

    run = reconcile(world, rows, by=by)

    assert run.region == world.changchun
    assert found(run) == [("only_theirs", "2026-11-24 C2", -100, "")]
    assert run.matched == 2


def test_it_books_nothing(both) -> None:  # type: ignore[no-untyped-def]
    both([row("T1")])
    before = (BankLine.objects.count(), Payment.objects.count())

    run = both([row("T1")])

    assert (BankLine.objects.count(), Payment.objects.count()) == before
    assert run.differences == 0


def test_a_bank_may_call_its_columns_otherwise(both, world: World, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    load(world, tmp_path / "bank.csv", [row("T1")])
    names = ("交易日期", "交易流水号", "借方发生额", "贷方发生额", "对方名称", "对方账户", "用途")
    line = dict(zip(names, ("20261124", "T1", "0.00", "545.00", "长春", CHANGCHUN, ""), strict=True))
    signs = ("记账日期", "流水", "借贷标志", "发生额", "对方单位", "交易对手账号", "附言")
    same = dict(zip(signs, ("2026-11-24", "T1", "贷", "545.00", "长春", CHANGCHUN, ""), strict=True))

    for names_used, row_said in ((names, line), (signs, same)):
        content = statement([row_said], names_used)
        run = run_of_bank(
            period="202611", content=content, file_name="行.csv", by=world.prov_finance, at=world.now
        )
        assert (run.differences, run.matched) == (0, 2)
    assert run.columns == {
        "日期": "记账日期",
        "流水号": "流水",
        "方向": "借贷标志",
        "金额": "发生额",
        "对方户名": "对方单位",
        "对方账号": "交易对手账号",
        "摘要": "附言",
    }


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_lines_and_columns_changes_nothing(both, world: World, seed: int) -> None:  # type: ignore[no-untyped-def]
    rows = [
        row("T1", 金额="300.00", 摘要=FIRST),
        row("T2", 对方账号=SIPING),
        row("T3", 金额="12.35", 对方账号="", 摘要="结息"),
        row("T4", 金额="1.00"),
        row("T4", 金额="1.00"),
    ]
    plain = both(rows[:4])
    dealt = random.Random(seed)
    again = reconcile(world, rows)

    mixed = run_of_bank(
        period="202611",
        content=statement(dealt.sample(rows, 5), dealt.sample(NAMES, len(NAMES))),
        file_name="x.csv",
        by=world.prov_finance,
        at=world.now,
    )

    assert found(mixed) == found(again)
    assert mixed.result_digest == again.result_digest != plain.result_digest


def test_what_cannot_be_read_and_sums(both, world: World) -> None:  # type: ignore[no-untyped-def]
    run = reconcile(world, [row("T1", 金额="五百"), row("T2", 金额="1.00"), {"日期": "合计", "金额": "1.00"}])

    assert (run.their_rows, run.unread_rows) == (2, 1)
    unread = run.unread.get()
    assert (unread.line_no, unread.code, unread.column, unread.value) == (2, "bad_number", "金额", "五百")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a,b,c\r\n1,2,3\r\n", "不像银行对账单：缺少列日期"),
        ("日期,流水号,方向\r\n2026-11-24,T1,收\r\n".encode(), "缺少列金额"),
        (",".join(NAMES).encode(), "没有一行流水"),
    ],
)
def test_a_file_that_is_no_statement_is_not_kept(world: World, content: bytes, told: str) -> None:
    with pytest.raises(DomainError, match=told):
        run_of_bank(period="202611", content=content, file_name="x.csv", by=world.prov_finance, at=world.now)

    assert not ReconciliationRun.objects.exists()


@pytest.mark.parametrize("name", ["clerk", "auditor", "supervisor", "prov_system"])
def test_who_may_not(world: World, name: str) -> None:
    with pytest.raises(NotAllowed):
        reconcile(world, [row("T1")], by=getattr(world, name))


def test_the_command(world: World, tmp_path: Path) -> None:
    path = tmp_path / "bank.csv"
    load(world, path, [row("T1")])
    out = io.StringIO()

    call_command("reconcile_bank", str(path), "--period=202611", "--json", stdout=out)

    run = ReconciliationRun.objects.get()
    assert json.loads(out.getvalue()) == {"run": run.run_no, "classes": {"相符": 2}, "differences": 0}
    with pytest.raises(CommandError, match="不是期别"):
        call_command("reconcile_bank", str(path), "--period=11")
