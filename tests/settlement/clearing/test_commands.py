"""The clearing's commands: what they do, what they say, how they end."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from agency.journal.models import AuditEntry
from agency.sheets.as_xlsx import as_xlsx
from agency.sheets.digest import digest
from settlement.clearing.filling import sheet_data
from settlement.clearing.models import ClearingPeriod, RegionConfirmation, SheetComparison
from settlement.clearing.selectors import signed_periods
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_month")


def run(*arguments: str) -> Any:
    """The one JSON object that the command prints."""
    out = io.StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def run_to_exit(*arguments: str) -> tuple[int, Any]:
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command(*arguments, "--json", stdout=out)
    return int(str(ended.value.code)), json.loads(out.getvalue())


def refused(*arguments: str) -> str:
    out = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command(*arguments, stdout=out)
    assert out.getvalue() == ""
    return str(error.value)


def test_sign_period_names_who_has_not_confirmed(month: ClearingPeriod) -> None:
    run("confirm_period", "202610", "--region", "220100")

    message = refused("sign_period", "202610")

    assert message.startswith("还没有确认：省直、吉林市、四平市")
    assert signed_periods() == set()


def test_a_person_acts_in_their_own_name_and_region(month: ClearingPeriod, world: World) -> None:
    assert run("confirm_period", "202610", "--as", "jilin_clearing") == {"confirmed": 1}

    assert RegionConfirmation.objects.get().by == world.jilin_clearing


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["clear_period", "2026-10"], "“2026-10”不是期别：请写成六位年月，如 202610。"),
        (["clear_period", "202612"], "2026年12月没有结算明细和扣款，请先导入。"),
        (["confirm_period", "202612"], "2026年12月还没有计算，没有清算表。"),
        (["confirm_period", "202610", "--region", "北京市"], "没有名为“北京市”的统筹区"),
        (["sign_period", "202612"], "2026年12月还没有计算，请先由省级计算。"),
        (["sign_period", "202610", "--as", "clerk"], "您没有“签发清算”的权限，请联系主管。"),
        (["sign_period", "202610", "--as", "nobody"], "没有名为 nobody 的在用账户。"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    month: ClearingPeriod, arguments: list[str], said: str
) -> None:
    message = refused(*arguments)

    assert said in message
    assert "\n" not in message
    assert signed_periods() == set()
    assert not RegionConfirmation.objects.exists()


@pytest.mark.parametrize("format_name", ["csv", "xlsx", "pdf", "html"])
def test_export_sheet_writes_the_same_bytes_each_time(
    month: ClearingPeriod, world: World, tmp_path: Path, format_name: str
) -> None:
    contents = []
    for name in ("one", "two"):
        path = tmp_path / f"{name}.{format_name}"
        told = run(
            *("export_sheet", "10", "--period", "202610", "--region", "吉林市"),
            *("--format", format_name, "--out", str(path)),
        )
        contents.append(path.read_bytes())
        assert told == {"file": str(path), "digest": digest(sheet_data("10", month, world.jilin))}

    assert contents[0] == contents[1]
    assert AuditEntry.objects.filter(action="exported", subject_no="202610/10/220200").count() == 2


def test_export_sheet_gives_what_the_engine_gives(month: ClearingPeriod, tmp_path: Path) -> None:
    path = tmp_path / "9.xlsx"

    run("export_sheet", "9", "--period", "202610", "--format", "xlsx", "--out", str(path))

    assert path.read_bytes() == as_xlsx(sheet_data("9", month, None))


@pytest.mark.parametrize(
    ("form", "more", "said"),
    [
        ("7", [], "没有清算表 7：月度清算有表 9 至表 14。"),
        ("10", [], "表 10 是统筹区的表：请用 --region 指明统筹区，如 长春。"),
        ("9", ["--region", "长春"], "表 9 是全省的表，不分统筹区：请去掉 --region。"),
        ("9", ["--as", "jilin_clearing"], "表 9 是全省的表，只有省级经办机构可以看。"),
        ("10", ["--region", "长春", "--as", "jilin_clearing"], "这条记录属于长春市，不在您的统筹区。"),
        ("10", ["--region", "长春", "--format", "doc"], "没有“doc”这种格式：可用 csv、xlsx、pdf、html。"),
        ("10", ["--region", "长春", "--encoding", "big5"], "没有“big5”这种编码：可用 utf-8、gb18030。"),
        ("10", ["--region", "长春", "--period", "202601"], "2026年1月还没有计算，没有清算表。"),
    ],
)
def test_export_sheet_refuses_and_writes_nothing(
    month: ClearingPeriod, tmp_path: Path, form: str, more: list[str], said: str
) -> None:
    path = tmp_path / "out"
    given = ["export_sheet", form, "--period", "202610", "--format", "csv", "--out", str(path)]

    assert refused(*given, *more) == said
    assert not path.exists()
    assert not AuditEntry.objects.filter(action="exported").exists()


def test_compare_sheet_ends_with_2_when_something_differs(month: ClearingPeriod, tmp_path: Path) -> None:
    path = tmp_path / "theirs.csv"
    given = ["compare_sheet", "10", str(path), "--period", "202610", "--region", "吉林"]
    run("export_sheet", "10", "--period", "202610", "--region", "吉林", "--format", "csv", "--out", str(path))

    assert run(*given) == {"lines": 2, "differences": 0}
    path.write_text(path.read_text(encoding="utf-8").replace("600.00", "610.00"), encoding="utf-8")
    assert run_to_exit(*given) == (2, {"lines": 2, "differences": 1})
    assert SheetComparison.objects.count() == 2


def test_compare_sheet_needs_attention_when_figures_are_missing(
    month: ClearingPeriod, tmp_path: Path
) -> None:
    path = tmp_path / "theirs.csv"
    run("export_sheet", "10", "--period", "202610", "--region", "吉林", "--format", "csv", "--out", str(path))
    lines = [line.split(",") for line in path.read_text(encoding="utf-8-sig").splitlines()]
    path.write_text("\n".join(",".join(line[:5] + line[12:]) for line in lines), encoding="utf-8")

    code, told = run_to_exit("compare_sheet", "10", str(path), "--period", "202610", "--region", "吉林")

    lacking = [
        "医疗总费用",
        "政策范围内费用",
        "基金支付合计",
        "个人账户",
        "扣款",
        "上期挂账转入",
        "本期挂账转出",
    ]
    assert (code, told) == (2, {"lines": 2, "differences": 0, "not_compared": lacking})
    kept = SheetComparison.objects.get()
    assert kept.summary.startswith("比对过的列没有不同；未比对的列：医疗总费用、")
    assert not kept.is_same
