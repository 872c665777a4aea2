"""小计: a file's sums of its regions and insurance types, each beside what was read of that part."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from agency.batches.confirming import figures_compared
from agency.batches.models import Batch
from agency.jobs.models import Job
from agency.jobs.services import job_run
from agency.journal.books import check_all
from settlement.records.models import SettlementRecord
from tests.settlement.records.files import Row, csv_bytes, row, write, xlsx_bytes
from tests.support.world import World

Run = Callable[..., Any]
LogIn = Callable[[object], Client]
CHANGCHUN, YANBIAN = {"参保地区划": "220102"}, {"参保地区划": "222401"}


def sums(cases: int, **cells: str) -> Row:
    """A row of sums of that many of the right row, with what it says of itself."""
    return {
        "医疗费总额": f"{cases}000.00", "基金支付总额": f"{560 * cases}.00", "个人账户": f"{140 * cases}.00",
        "诊断": f"共{cases}笔", **cells,
    }  # fmt: skip


def label(text: str, cases: int, **cells: str) -> Row:
    return sums(cases, 结算编号=text, **cells)


@pytest.fixture
def parts(check: Run) -> Run:
    """What a check of rows says of each part: line, group, cases stated and read; and all notes as one."""

    def run(*rows: Row) -> tuple[list[tuple[Any, ...]], str]:
        outcome = check(list(rows))
        assert outcome.refused == []
        found = outcome.preview["carried_parts"]
        told = [(p["line"], p["group"], p["stated"]["cases"], p["ours"]["cases"]) for p in found]
        return told, "".join(outcome.notes)

    return run


BY_REGION = [
    row("A", **CHANGCHUN),
    row("B", **CHANGCHUN, 险种="390"),
    label("长春市小计", 2),
    row("C", **YANBIAN),
    sums(1, 姓名="小计", 参保地区划="222400"),
    label("合计", 3),
]


@pytest.mark.parametrize("name", ["十月.csv", "十月.xlsx"])
def test_a_file_with_sums_of_its_regions_is_compared_with_each(
    name: str, as_user: LogIn, world: World
) -> None:
    client = as_user(world.prov_clearing)
    content = xlsx_bytes(BY_REGION) if name.endswith("xlsx") else csv_bytes(BY_REGION)
    client.post("/imports/new/settlements/", {"file": SimpleUploadedFile(name, content)})
    job_run(Job.objects.get().job_no)

    batch = Batch.objects.get()
    assert (batch.rows, batch.accepted, batch.refused) == (3, 3, 0)
    figures = figures_compared(batch)
    told = [(one.source, one.group, one.stated, one.ours) for one in figures if one.label == "医疗费总额"]
    assert told == [
        ("文件合计行", "全部", "3,000.00", "3,000.00"),
        ("文件小计行（第 4 行）", "长春市", "2,000.00", "2,000.00"),
        ("文件小计行（第 6 行）", "延边州", "1,000.00", "1,000.00"),
    ]
    assert (len(figures), any(one.differs for one in figures)) == (12, False)
    html = client.get(f"/imports/{batch}/").content.decode()
    assert "控制合计<b>全部相符</b>" in html
    assert "文件小计行（第 6 行）" in html


def test_a_sum_that_differs_is_confirmed_only_with_a_reason(as_user: LogIn, world: World) -> None:
    rows = [row("A", **CHANGCHUN), row("C", **YANBIAN), label("延边州小计", 2), label("合计", 2)]
    upload = SimpleUploadedFile("十月.csv", csv_bytes(rows))
    as_user(world.prov_clearing).post("/imports/new/settlements/", {"file": upload})
    job_run(Job.objects.get().job_no)
    batch, client = Batch.objects.get(), as_user(world.prov_clearing_2)
    typed = {"preview_digest": batch.preview_digest}

    refused = client.post(f"/imports/{batch}/confirm/", typed)

    assert refused.status_code == 422
    assert "控制合计有差异，确认须写明原因" in refused.content.decode()
    assert "<b>1,000.00</b>" in refused.content.decode()
    assert client.post(f"/imports/{batch}/confirm/", {**typed, "reason": "对方多算一笔"}).status_code == 302
    job_run(Job.objects.get(kind="batch_load").job_no)
    assert SettlementRecord.objects.count() == 2
    assert check_all(None).broken == []


@pytest.mark.parametrize(
    ("said", "group"),
    [
        (label("延边州小计", 1), "延边州"),
        (label("小计：延边", 1), "延边州"),
        (label("222400小计", 1), "延边州"),
        (label("延边州合计", 1), "延边州"),
        (label("延边州职工小计", 1), "延边州 职工"),
        (label("职工（延边州）小计", 1), "延边州 职工"),
        (sums(1, 姓名="小计", 结算编号="延边州"), "延边州"),
        (sums(1, 姓名="小计", 参保地区划="延边州", 险种="310"), "延边州 职工"),
        (sums(1, 姓名="小计", 参保地区划="222401"), "延边州"),
        (label("小计", 1), "延边州"),
        (label("职工小计", 1), "延边州 职工"),
        (label("龙井市人民医院小计", 1), "延边州"),
        (sums(1, 姓名="小计", 就医地区划="220200"), "就医地 吉林市"),
        (sums(1, 姓名="小计", 参保地区划="222400", 就医地区划="220200"), "延边州"),
    ],
)
def test_of_what_a_row_is_stands_in_its_label_its_cells_or_the_rows_above(
    said: Row, group: str, parts: Run
) -> None:
    found, told = parts(row("A", **CHANGCHUN), label("长春市小计", 1), row("B", **YANBIAN), said)

    read = 2 if group == "就医地 吉林市" else 1  # both were treated there
    assert found == [(3, "长春市", 1, 1), (5, group, 1, read)]
    assert "没有对照" not in told


def test_a_region_named_once_is_all_that_was_read_of_it_wherever_it_stands(parts: Run, load: Run) -> None:
    load([row("A", **CHANGCHUN)])  # unchanged rows are part of the file

    found, told = parts(
        row("A", **CHANGCHUN),
        row("B", **YANBIAN),
        row("C", **CHANGCHUN, 险种="390"),
        label("长春市小计", 2),
        label("延边州小计", 1),
        label("吉林市小计", 0),
        label("职工小计", 2),
        label("居民小计", 3),
    )

    assert found == [
        (5, "长春市", 2, 2), (6, "延边州", 1, 1), (7, "吉林市", 0, 0), (8, "职工", 2, 2), (9, "居民", 3, 1),
    ]  # fmt: skip
    assert "没有全部的合计行" in told


def test_sums_within_a_region_are_of_the_rows_above_them(parts: Run) -> None:
    found, _ = parts(
        row("A", **YANBIAN),
        row("B", **YANBIAN),
        label("职工小计", 2),
        row("C", **YANBIAN, 险种="390"),
        label("居民小计", 1),
        label("延边州小计", 3),
        row("D", **CHANGCHUN),
        label("职工小计", 2),
        label("长春市小计", 1),
    )

    assert found == [
        (4, "延边州 职工", 2, 2), (6, "延边州 居民", 1, 1), (7, "延边州", 3, 3), (9, "长春市 职工", 2, 1),
        (10, "长春市", 1, 1),
    ]  # fmt: skip


def test_what_nobody_can_place_is_told_with_its_row(parts: Run) -> None:
    found, told = parts(
        row("A", **CHANGCHUN), row("B", **YANBIAN, 就医地区划="220102"), label("小计", 2), label("小计", 2),
        label("合计", 2),
    )  # fmt: skip

    assert found == []
    assert "第 4、5 行的小计看不出是哪个统筹区的" in told
    assert "没有对照，请人工核对" in told


def test_a_row_of_an_unknown_area_or_with_a_word_behind_the_sum_is_refused_as_a_row(check: Run) -> None:
    odd = [sums(1, 姓名="小计", 参保地区划="延吉那边"), label("合计金额", 1), label("小计表", 1)]

    outcome = check([row("A"), *odd])

    assert (outcome.rows, len(outcome.refused), outcome.preview["carried_parts"]) == (4, 3, [])


def test_very_many_sums_show_what_differs(check: Run) -> None:
    rows = [one for n in range(210) for one in (row(f"S{n}"), label("小计", 1 if n < 205 else 2))]

    outcome = check(rows)

    shown = outcome.preview["carried_parts"]
    assert (len(shown), sum(p["stated"] != p["ours"] for p in shown)) == (200, 5)
    assert "另有 10 行没有列" in "".join(outcome.notes)


def test_a_command_says_which_sum_differs_and_asks_for_attention(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, [row("A", **YANBIAN), label("延边州小计", 2)])
    out = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("import_settlements", str(path), stdout=out)

    assert ended.value.code == 2
    assert "文件小计行（第 3 行） 延边州医疗费总额 2,000.00，读到 1,000.00，差 1,000.00" in out.getvalue()


def test_many_sums_that_agree_are_folded_and_what_differs_is_not(as_user: LogIn, world: World) -> None:
    rows = [one for n in range(9) for one in (row(f"S{n}"), label("小计", 1 if n else 2))]
    upload = SimpleUploadedFile("十月.csv", csv_bytes(rows))
    client = as_user(world.prov_clearing)
    client.post("/imports/new/settlements/", {"file": upload})
    job_run(Job.objects.get().job_no)

    answer = client.get(f"/imports/{Batch.objects.get()}/")

    assert "<summary>相符的小计 32 项</summary>" in answer.content.decode()
    assert [one.source for one in answer.context["figures"]] == ["文件小计行（第 3 行）"] * 4
