"""A clearing sheet of the other side as a source: lines, sums, what cannot be read; uploaded, by command, as
compared before."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from openpyxl import load_workbook

from agency.errors import DomainError, NotAllowed
from agency.sheets.as_csv import as_csv
from agency.sheets.as_xlsx import as_xlsx
from settlement.clearing.comparisons import sheet_compare
from settlement.clearing.filling import sheet_data
from settlement.clearing.models import ClearingPeriod, SheetComparison
from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from settlement.reconciliation.sheet_runs import run_of_comparison, run_of_sheet
from settlement.reconciliation.telling import what_differs
from tests.settlement.clearing.conftest import lay_month
from tests.support.ground import Ground
from tests.support.world import World

AsUser = Callable[..., Client]


@pytest.fixture(scope="module")
def laid(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The worked month, computed."""
    with ground(lambda world: lay_month(world, tmp_path_factory.mktemp("month"))):
        yield


@pytest.fixture
def month(laid: None, db: None) -> ClearingPeriod:
    return ClearingPeriod.objects.get(period="202610")


@pytest.fixture
def ours(month: ClearingPeriod, world: World) -> bytes:
    """吉林's sheet 10: 长春 职工 住院 600.00 and 辽宁省 职工 药店购药 700.00."""
    return as_csv(sheet_data("10", month, world.jilin))


def reconcile(world: World, content: bytes, form: str = "10", **more: object) -> ReconciliationRun:
    said = {"period": "202610", "region": world.jilin, "by": world.jilin_clearing, "at": world.now, **more}
    return run_of_sheet(form=form, content=content, file_name="对方的表.csv", **said)


def found(run: ReconciliationRun) -> list[tuple[str, str, list[str], int]]:
    rows = Discrepancy.objects.filter(run=run).order_by("serial")
    return [(row.kind, row.subject, row.columns, row.amount_fen) for row in rows]


def test_our_own_sheet_back_has_no_difference(ours: bytes, world: World) -> None:
    run = reconcile(world, ours)

    assert (run.state, run.source, run.form_no, run.differences) == ("compared", "sheet", "10", 0)
    assert (run.our_cases, run.their_rows, run.matched) == (2, 2, 2)
    assert (run.region, run.scope_region) == (world.jilin, world.jilin)
    assert run.compared[:4] == ["对方统筹区", "险种", "医疗类别", "人次"]


def test_a_line_that_differs_is_one_difference_with_both_sides(ours: bytes, world: World) -> None:
    run = reconcile(world, ours.replace(b"600.00", b"615.00").replace(b",560.00,", b",575.00,", 1))

    row = Discrepancy.objects.get(run=run)
    assert (row.kind, row.subject, row.amount_fen) == ("amount_differs", "长春市 职工 住院", -1500)
    assert row.columns == ["基金支付合计", "应收金额"]
    assert (row.ours["应收金额"], row.theirs["应收金额"]) == ("600.00", "615.00")
    assert row.ours["医疗总费用"] == row.theirs["医疗总费用"] == "1000.00"
    assert (row.their_line, row.times, row.our_correction_no) == (2, 1, 0)
    assert (run.our_cases, run.matched) == (2, 1)


def test_lines_of_one_side_and_lines_twice(ours: bytes, world: World) -> None:
    head, changchun, liaoning = ours.decode("utf-8-sig").splitlines()
    other = changchun.replace("长春市", "四平市")

    run = reconcile(world, "\r\n".join([head, changchun, changchun, other]).encode())

    assert found(run) == [
        ("duplicate", "长春市 职工 住院", [], -60000),
        ("only_ours", "辽宁省 职工 药店购药", [], 70000),
        ("only_theirs", "四平市 职工 住院", [], -60000),
    ]
    assert run.counts == {"duplicate": 1, "only_ours": 1, "only_theirs": 1}
    assert list(Discrepancy.objects.order_by("serial").values_list("times", flat=True)) == [2, 0, 1]
    assert liaoning


def test_sums_are_named_and_weigh_nothing(month: ClearingPeriod, world: World) -> None:
    book = as_xlsx(sheet_data("10", month, world.jilin))

    loaded = load_workbook(io.BytesIO(book))
    page = loaded.active
    assert page is not None
    total = next(row for row in page.iter_rows() if row[0].value == "合计")
    total[-1].value = 1310
    out = io.BytesIO()
    loaded.save(out)

    run = reconcile(world, out.getvalue())

    assert found(run) == [("amount_differs", "合计", ["应收金额"], 0)]
    row = Discrepancy.objects.get(run=run)
    assert (row.ours, row.theirs) == ({"应收金额": "1,300.00"}, {"应收金额": "1,310.00"})
    assert "差额在各行里" in row.evidence["说明"] and row.proposed == "none"


def test_a_sum_of_their_own_lines_is_not_said_to_be_ours(month: ClearingPeriod, world: World) -> None:
    loaded = load_workbook(io.BytesIO(as_xlsx(sheet_data("10", month, world.jilin))))
    page = loaded.active
    assert page is not None
    line = next(row for row in page.iter_rows() if row[0].value == 1)
    line[-1].value = line[-1].value + 15
    out = io.BytesIO()
    loaded.save(out)

    run = reconcile(world, out.getvalue())

    total = Discrepancy.objects.get(run=run, subject="合计")
    assert what_differs(total) == "应收金额：对方各行之和 1,315.00，对方 1,300.00"


@pytest.mark.parametrize(
    ("due", "cause", "told"),
    [
        (b"700.00", "deduction", "差额 100.00 元等于这一行的扣款"),
        (b"460.00", "account_share", "差额 140.00 元等于这一行的个人账户"),
        (b"615.00", "", "点数字看这一行背后的明细"),
    ],
)
def test_a_line_says_by_its_own_columns_what_it_may_come_from(
    ours: bytes, world: World, due: bytes, cause: str, told: str
) -> None:
    row = Discrepancy.objects.get(run=reconcile(world, ours.replace(b"600.00", due)))

    assert (row.cause, row.proposed) == (cause, "ask_them")
    assert told in row.evidence["说明"]


def test_what_cannot_be_read_is_named_with_its_line(ours: bytes, world: World) -> None:
    run = reconcile(world, ours.replace(b"600.00", "六百".encode()))

    assert (run.differences, run.unread_rows, run.our_cases, run.matched) == (0, 1, 1, 1)
    unread = run.unread.get()
    assert (unread.line_no, unread.place, unread.code, unread.column, unread.value) == (
        *(2, "第2行第13列", "bad_number"),
        *("应收金额", "六百"),
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_their_lines_and_columns_changes_nothing(ours: bytes, world: World, seed: int) -> None:
    head, changchun, liaoning = (line.split(",") for line in ours.decode("utf-8-sig").splitlines())
    siping = [cell.replace("长春市", "四平市") for cell in changchun]
    baishan = [cell.replace("长春市", "白山市") for cell in changchun]
    twice = [cell.replace("600.00", "601.00") for cell in changchun]
    lines = [changchun, twice, siping, baishan, liaoning]
    dealt = random.Random(seed)
    places = list(range(len(head)))
    dealt.shuffle(lines)
    dealt.shuffle(places)
    text = "\r\n".join(",".join(line[place] for place in places) for line in [head, *lines])

    plain = reconcile(world, _text(head, [changchun, twice, siping, baishan, liaoning]))
    dealt_run = reconcile(world, text.encode())

    assert found(dealt_run) == found(plain)
    assert dealt_run.result_digest == plain.result_digest


def _text(head: list[str], lines: list[list[str]]) -> bytes:
    return "\r\n".join(",".join(line) for line in [head, *lines]).encode()


def test_a_column_that_they_lack_is_told(ours: bytes, world: World) -> None:
    head, *lines = (line.split(",") for line in ours.decode("utf-8-sig").splitlines())
    without = [[cell for at, cell in enumerate(line) if head[at] != "扣款"] for line in [head, *lines]]

    run = reconcile(world, _text(without[0], without[1:]))

    assert run.notes == ["对方的表没有这些列，没有比对：扣款。"]
    assert "扣款" not in run.compared


def test_the_sheet_of_the_province_is_for_the_province(month: ClearingPeriod, world: World) -> None:
    content = as_csv(sheet_data("9", month, None))

    run = reconcile(world, content, form="9", region=None, by=world.prov_clearing)
    assert (run.region, run.scope_region, run.differences) == (None, None, 0)
    for by in (world.jilin_clearing, world.prov_auditor):
        with pytest.raises(NotAllowed):
            reconcile(world, content, form="9", region=None, by=by)
    with pytest.raises(NotAllowed):
        reconcile(world, content, form="10", by=world.changchun_clearing)
    assert ReconciliationRun.objects.count() == 1


@pytest.mark.parametrize("content", [b"a,b\r\n1,2\r\n", b"%PDF-1.4", b""])
def test_a_file_that_is_no_such_sheet_is_not_kept(
    month: ClearingPeriod, world: World, content: bytes
) -> None:
    with pytest.raises(DomainError):
        reconcile(world, content)

    assert not ReconciliationRun.objects.exists()


@pytest.fixture
def comparison(ours: bytes, world: World) -> SheetComparison:
    return sheet_compare(
        form="10",
        period="202610",
        region=world.jilin,
        stream=io.BytesIO(ours.replace(b"600.00", b"615.00")),
        file_name="对方的表.csv",
        by=world.jilin_clearing,
        at=world.now,
    )


def test_a_comparison_becomes_a_run_and_stays(comparison: SheetComparison, world: World) -> None:
    run = run_of_comparison(comparison=comparison, by=world.jilin_clearing, at=world.now)

    assert found(run) == [("amount_differs", "长春市 职工 住院", ["应收金额"], -1500)]
    assert (run.file, run.ours_digest) == (comparison.file, comparison.our_digest)
    assert comparison.rows.count() == 1


def test_the_page_of_a_comparison_leads_to_its_run(
    comparison: SheetComparison, world: World, as_user: AsUser
) -> None:
    client = as_user(world.jilin_clearing)
    url = f"/reconciliation/sources/comparisons/{comparison}/"

    assert url in client.get(f"/clearing/comparisons/{comparison}/").content.decode()
    assert "转为对账" in client.get(url).content.decode()
    assert url not in as_user(world.prov_auditor).get(f"/clearing/comparisons/{comparison}/").content.decode()

    response = client.post(url)

    run = ReconciliationRun.objects.get()
    assert response["Location"] == f"/reconciliation/{run}/"
    assert "615.00" in client.get(f"/reconciliation/{run}/report/").content.decode()
    assert as_user(world.yanbian_clearing).post(url).status_code == 404


def test_a_sheet_is_uploaded_on_its_page(ours: bytes, world: World, as_user: AsUser) -> None:
    client = as_user(world.jilin_clearing)
    url = "/reconciliation/sources/sheet/"
    file = {"file": SimpleUploadedFile("对方的表.csv", ours)}

    assert "清算表对账" in client.get(url).content.decode()
    refused = client.post(url, {"form_no": "17", "period": "202610", **file})
    assert refused.status_code == 422
    assert "年终的表写四位年度" in refused.content.decode()
    wrong = client.post(url, {"form_no": "11", "period": "202610", "file": SimpleUploadedFile("a.csv", ours)})
    assert "不像表 11：缺少列应付金额" in wrong.content.decode()

    again = {"file": SimpleUploadedFile("对方的表.csv", ours)}
    done = client.post(url, {"form_no": "10", "period": "202610", **again})

    assert done["Location"] == f"/reconciliation/{ReconciliationRun.objects.get()}/"


def test_the_page_of_a_sheet_has_lines_and_no_totals(ours: bytes, world: World, as_user: AsUser) -> None:
    """A sheet is not added up: no table of nil, lines instead of cases, and the way to our sheet."""
    run = reconcile(world, ours.replace(b"600.00", b"615.00"))
    client = as_user(world.jilin_clearing)

    text = client.get(f"/reconciliation/{run}/").content.decode()

    assert "我方行数" in text and "我方笔数" not in text
    assert "每一组的人次和金额两边都相符" not in text and "逐笔比对" not in text
    shown = client.get(f"/reconciliation/differences/{Discrepancy.objects.get()}/")
    assert "看完整证件号码" not in shown.content.decode()  # a line has none
    links = shown.context["links"]
    assert [(link.text, link.url) for link in links] == [
        (f"{world.jilin} 表 10", "/clearing/202610/sheets/10/220200/")
    ]
    assert client.get(links[0].url).status_code == 200


def test_the_province_says_whose_sheet_it_is(ours: bytes, world: World, as_user: AsUser) -> None:
    client = as_user(world.prov_clearing)
    url = "/reconciliation/sources/sheet/"

    def post(**said: str) -> object:
        file = SimpleUploadedFile("对方的表.csv", ours)
        return client.post(url, {"period": "202610", "file": file, **said})

    assert "表 10 要选统筹区" in post(form_no="10").content.decode()  # type: ignore[attr-defined]
    region = str(world.jilin.pk)
    assert "表 9 是全省的表" in post(form_no="9", region=region).content.decode()  # type: ignore[attr-defined]
    assert post(form_no="10", region=region).status_code == 302  # type: ignore[attr-defined]
    assert as_user(world.auditor).get(url).status_code == 403


def test_the_command_tells_what_differs(ours: bytes, world: World, tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes(ours.replace(b"600.00", b"615.00"))
    arguments = ["10", str(path), "--period=202610", "--region=吉林", "--json"]
    out = io.StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("reconcile_sheet", *arguments, stdout=out)

    run = ReconciliationRun.objects.get()
    assert ended.value.code == 2
    assert json.loads(out.getvalue()) == {
        "run": run.run_no,
        "classes": {"相符": 1, "金额不符": 1},
        "differences": 1,
    }
    assert run.by_command
    with pytest.raises(CommandError, match="还没有计算"):
        call_command("reconcile_sheet", "10", str(path), "--period=202609", "--region=吉林")
