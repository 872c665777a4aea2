"""表 6-1、6-2: filled from the round, exported, compared back, and refused where they do not add up."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from agency.journal.models import AuditEntry, PrintedForm
from agency.sheets.as_csv import as_csv
from agency.sheets.as_xlsx import as_xlsx
from agency.sheets.filled import SheetData
from settlement.clearing.compare import compare
from settlement.clearing.models import DifferenceKind
from settlement.quotas.filling import quota_sheet
from settlement.quotas.models import QuotaItem, QuotaRound
from settlement.quotas.services import item_change, round_approve, round_propose, round_return
from settlement.quotas.standing import standing_of_sheet
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_proposed")
HEADER_6_1 = "序号,统筹区,险种,现有额度,核定基数,倍数,核定额度,调整额,调整后额度,应收,应付,备注"
HEADER_6_2 = "序号,险种,月份,清算人次,清算金额,倍数,核定额度,现有额度,调整额"


def lines(data: SheetData) -> list[str]:
    return as_csv(data).decode("utf-8-sig").splitlines()


def change(drawn: QuotaRound, world: World, fen: int, reason: str = "新增病区") -> QuotaRound:
    """长春 职工 gets another amount, and the round is proposed again."""
    round_return(drawn=drawn, by=world.prov_supervisor, at=world.now, reason="请调整")
    item = QuotaItem.objects.get(region=world.changchun, insurance_type="employee")
    item_change(item=item, changed_fen=fen, reason=reason, by=world.prov_finance, at=world.now)
    return round_propose(drawn=drawn, by=world.prov_finance, at=world.now)


def export(form: str, out: Path, *more: str) -> dict[str, str]:
    told = io.StringIO()
    call_command("export_sheet", form, "--period", "2027", "--out", str(out), "--json", *more, stdout=told)
    found: dict[str, str] = json.loads(told.getvalue())
    return found


def test_form_6_1_has_a_row_per_type_and_region(drawn: QuotaRound) -> None:
    rows = lines(quota_sheet("6-1", drawn, None))

    assert rows[0] == HEADER_6_1
    assert len(rows) == 1 + 2 * 12
    assert rows[2] == "2,长春市,职工,0.00,1245.00,2,2490.00,2490.00,2490.00,2490.00,0.00,"
    assert rows[15] == "15,吉林市,居民,0.00,700.00,2,1400.00,1400.00,1400.00,1400.00,0.00,"
    assert rows[3] == "3,吉林市,职工,0.00,0.00,2,0.00,0.00,0.00,0.00,0.00,"


def test_form_6_1_sums_each_type_and_all(drawn: QuotaRound) -> None:
    data = quota_sheet("6-1", drawn, None)

    sums = {line.label: line.values["quota"] for line in data.subtotals()}
    assert sums == {"职工小计": 249_000, "居民小计": 140_000}
    assert data.total()["receivable"] == 389_000


def test_form_6_2_shows_each_base_month_and_the_average_below(drawn: QuotaRound, world: World) -> None:
    data = quota_sheet("6-2", drawn, world.changchun)

    assert data.title == "吉林省长春市统筹区异地医保业务周转金额度调整明细表"
    assert lines(data)[:2] == [HEADER_6_2, "1,职工,202610,2,1245.00,,,,"]
    below = [line for line in data.row_lines() if line.row is not None and not line.row.counted]
    columns = ("insurance_type", "month", "amount", "quota", "current", "adjustment")
    assert [tuple(line.values[name] for name in columns) for line in below] == [
        ("职工", "月均", 124_500, 249_000, 0, 249_000),
        ("居民", "月均", 0, 0, 0, 0),
    ]
    assert data.total() == {"cases": 2, "amount": 124_500}


def test_a_draft_says_what_it_rests_on_and_approved_it_is_signed(drawn: QuotaRound, world: World) -> None:
    draft = quota_sheet("6-1", drawn, None)
    assert (draft.is_draft, draft.names["负责人"]) == (True, "")
    assert draft.remarks[0] == (
        "核定基数为2026年10月的月均清算额；2026年11月、2026年12月未签发，没有计入。自2027-01-01起执行。"
    )

    round_approve(drawn=drawn, by=world.prov_supervisor, at=world.now)

    signed = quota_sheet("6-1", QuotaRound.objects.get(), None)
    assert (signed.is_draft, signed.prepared_on) == (False, world.today)
    assert signed.names == {
        "制表人": "prov_finance",
        "复核人": "prov_finance",
        "负责人": "prov_supervisor",
    }


def test_changed_by_hand_the_adjustment_stays_that_of_the_arithmetic(drawn: QuotaRound, world: World) -> None:
    """调整额 = 核定额度 − 现有额度; what is paid in follows what comes into force."""
    drawn = change(drawn, world, 300_000)

    row = lines(quota_sheet("6-1", drawn, None))[2]
    assert row == "2,长春市,职工,0.00,1245.00,2,2490.00,2490.00,3000.00,3000.00,0.00,新增病区"
    assert "职工调整后额度 3,000.00：新增病区。" in quota_sheet("6-2", drawn, world.changchun).remarks


def test_what_we_export_comes_back_without_a_difference(drawn: QuotaRound, world: World) -> None:
    drawn = change(drawn, world, 300_000)
    sheets = [quota_sheet("6-1", drawn, None)]
    sheets += [quota_sheet("6-2", drawn, region) for region in (world.changchun, world.jilin)]

    for data in sheets:
        for content in (as_csv(data), as_csv(data, "gb18030"), as_xlsx(data)):
            assert compare(data, content, "我方的表").differences == []


def test_another_month_and_another_quota_are_named(drawn: QuotaRound, world: World) -> None:
    data = quota_sheet("6-2", drawn, world.changchun)
    theirs = as_csv(data).decode().replace("1245.00", "1246.00").encode()
    found = compare(data, theirs, "对方.csv").differences
    assert [(item.line, item.column, item.ours, item.theirs) for item in found] == [
        ("职工 202610", "清算金额", "1,245.00", "1,246.00")
    ]

    whole = quota_sheet("6-1", drawn, None)
    theirs = as_csv(whole).decode().replace("700.00,2,1400.00", "700.00,2.5,1400.00").encode()
    found = compare(whole, theirs, "对方.csv").differences
    assert [(item.kind, item.line, item.column) for item in found] == [
        (DifferenceKind.DIFFERS, "吉林市 居民", "倍数")
    ]


@pytest.mark.parametrize(
    ("form_name", "begins"),
    [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF"), ("html", b"<!doctype html>")],
)
def test_the_command_writes_every_format(
    drawn: QuotaRound, tmp_path: Path, form_name: str, begins: bytes
) -> None:
    for form, more in (("6-1", []), ("6-2", ["--region", "长春"])):
        out = tmp_path / f"{form}.{form_name}"

        told = export(form, out, "--format", form_name, *more)

        assert told["file"] == str(out)
        assert len(told["digest"]) == 64
        assert out.read_bytes().strip().lower().startswith(begins.lower())
    assert AuditEntry.objects.filter(action="exported", subject_kind="quota_sheet").count() == 2


def test_the_same_round_gives_the_same_bytes(drawn: QuotaRound, tmp_path: Path) -> None:
    for name in ("csv", "xlsx"):
        first, again = tmp_path / f"a.{name}", tmp_path / f"b.{name}"
        assert export("6-1", first, "--format", name)["digest"] == drawn.digest
        export("6-1", again, "--format", name)
        assert first.read_bytes() == again.read_bytes()


def test_compare_sheet_takes_both_forms_back(drawn: QuotaRound, tmp_path: Path) -> None:
    for form, more in (("6-1", []), ("6-2", ["--region", "220100"])):
        out, told = tmp_path / f"{form}.xlsx", io.StringIO()
        export(form, out, "--format", "xlsx", *more)

        call_command("compare_sheet", form, str(out), "--period", "2027", "--json", *more, stdout=told)

        assert json.loads(told.getvalue())["differences"] == 0


@pytest.mark.parametrize(
    ("form", "period", "more", "told"),
    [
        ("6-1", "2027", ["--region", "长春"], "不分统筹区"),
        ("6-2", "2027", [], "请用 --region"),
        ("6-1", "2026", [], "还没有额度核定"),
        ("6-1", "202701", [], "不是年度"),
        ("6-2", "2027", ["--region", "北京市"], "没有名为"),
    ],
)
def test_what_there_is_not_is_refused_in_a_line(
    drawn: QuotaRound, tmp_path: Path, form: str, period: str, more: list[str], told: str
) -> None:
    out = tmp_path / "none.csv"
    arguments = [form, "--period", period, "--format", "csv", "--out", str(out), *more]
    with pytest.raises(CommandError, match=told):
        call_command("export_sheet", *arguments)
    assert not out.exists()


def test_a_sheet_that_does_not_add_up_is_not_given_out(drawn: QuotaRound, tmp_path: Path) -> None:
    QuotaItem.objects.filter(insurance_type="resident", quota_fen=140_000).update(
        quota_fen=140_001, changed_fen=140_001
    )

    with pytest.raises(CommandError, match="算不平（2027 吉林市 居民）"):
        export("6-1", tmp_path / "none.csv", "--format", "csv")


def test_a_region_sees_its_own_form_once_approved(drawn: QuotaRound, world: World, tmp_path: Path) -> None:
    asked = ("--format", "csv", "--as", "changchun_clearing")
    with pytest.raises(CommandError, match="还没有额度核定"):
        export("6-2", tmp_path / "a.csv", *asked)

    round_approve(drawn=drawn, by=world.prov_supervisor, at=world.now)

    assert export("6-2", tmp_path / "a.csv", *asked)["file"]
    with pytest.raises(CommandError, match="不在您的统筹区"):
        export("6-2", tmp_path / "b.csv", *asked, "--region", "吉林")
    with pytest.raises(CommandError, match="只有省级"):
        export("6-1", tmp_path / "c.csv", *asked)


def test_a_printed_sheet_is_vouched_for_once_approved(
    drawn: QuotaRound, world: World, tmp_path: Path
) -> None:
    export("6-2", tmp_path / "a.pdf", "--format", "pdf", "--region", "长春")
    printed = PrintedForm.objects.get()
    assert standing_of_sheet(printed).label == "草稿，额度尚未批准"  # type: ignore[union-attr]

    round_approve(drawn=drawn, by=world.prov_supervisor, at=world.now)

    standing = standing_of_sheet(printed)
    assert standing is not None and (standing.label, standing.is_effective) == ("已批准", True)
