"""Totals and bank statements in the browser: the file, its columns agreed to and kept, then compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from agency.batches.models import KeptFile
from agency.journal.books import check_all
from agency.journal.models import AuditEntry
from agency.masking import mask_id
from settlement.reconciliation import sides_checks
from settlement.reconciliation.models import ColumnMapping, Discrepancy, ReconciliationRun, RunTotal
from settlement.reconciliation.saved_mappings import mapping_save
from tests.agency.tabular.test_read_xlsx import saved, workbook
from tests.settlement.clearing.damages import unguarded
from tests.settlement.notices.statement import CHANGCHUN, lay_notices, load, row
from tests.settlement.reconciliation.test_totals_runs import HEAD, OURS, text
from tests.support.ground import Ground
from tests.support.world import World

AsUser = Callable[..., Client]
TOTALS, BANK = "/reconciliation/sources/totals/", "/reconciliation/sources/bank/"
pytestmark = pytest.mark.usefixtures("laid")


@pytest.fixture(scope="module")
def laid(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with ground(lambda world: lay_notices(world, tmp_path_factory.mktemp("notices"))):
        yield


def upload(client: Client, url: str, content: bytes, **said: str) -> HttpResponse:
    file = SimpleUploadedFile("对方的.csv", content)
    return client.post(url, {"period": "202610", "file": file, **said})


def agree(client: Client, url: str, page: HttpResponse, **changed: str) -> HttpResponse:
    """Press the button of the second step with what it shows, but what is `changed`."""
    form = page.context["columns"]
    shown = {field.html_name: field.value() or "" for field in form}
    carried = {field.html_name: field.value() or "" for field in page.context["carried"]}
    kept = page.context["upload"]
    hidden = {"agreed": "yes", "digest": kept.kept.digest, "file_name": kept.name}
    return client.post(url, {**carried, **shown, **hidden, **changed})


def test_before_the_columns_are_agreed_to_it_is_told_how_the_file_was_read(
    world: World, as_user: AsUser
) -> None:
    book, sheet = workbook(HEAD.split(","), OURS[0].split(","), title="十月")
    other = book.create_sheet("十一月")
    for cells in sheet.iter_rows(values_only=True):
        other.append(cells)
    client = as_user(world.prov_clearing)

    page = upload(client, TOTALS, saved(book)).content.decode()

    assert "文件是这样读的" in page
    assert "工作表“十月”、“十一月”的表头一样，只读了前面的“十月”：其余的请另存为单独的文件再导入。" in page
    assert "文件是这样读的" not in upload(client, TOTALS, text(OURS)).content.decode()


def test_columns_are_proposed_agreed_to_and_kept(world: World, as_user: AsUser) -> None:
    client = as_user(world.prov_clearing)
    head = HEAD.replace("参保地", "经办机构").replace("医疗费总额", "费用")

    page = upload(client, TOTALS, text(OURS, head))

    shown = page.content.decode()
    assert page.status_code == 200
    assert "核对列对照" in shown
    assert "费用（如 1000.00）" in shown
    chosen = {field.label: field.value() for field in page.context["columns"] if field.name != "name"}
    assert (chosen["参保地"], chosen["基金支付总额"], chosen["医疗费总额"]) == (
        "经办机构",
        "基金支付总额",
        None,
    )
    assert not ReconciliationRun.objects.exists()

    done = agree(client, TOTALS, page, column5="费用", name="省医保局合计")

    run = ReconciliationRun.objects.get()
    assert done["Location"] == f"/reconciliation/{run}/"
    assert (run.differences, run.columns["医疗费总额"], run.file_name) == (0, "费用", "对方的.csv")
    kept = ColumnMapping.objects.get()
    assert (kept.name, kept.source, kept.region, run.mapping) == ("省医保局合计", "totals", None, kept)
    assert AuditEntry.objects.filter(action="column_mapping_saved", subject_no="省医保局合计").exists()


def test_a_kept_mapping_is_offered_again_to_those_it_is_for(world: World, as_user: AsUser) -> None:
    said = {"columns": {"险种": "保险", "人次": "数"}, "headings": ["保险", "数"], "at": world.now}
    own = mapping_save(name="吉林用", source="totals", by=world.jilin_clearing, **said)
    client = as_user(world.jilin_clearing)

    page = upload(client, TOTALS, text(["职工,2", "居民,1"], "保险,数"), mapping=str(own.pk))
    done = agree(client, TOTALS, page)

    run = ReconciliationRun.objects.get()
    assert done.status_code == 302
    assert (run.differences, run.mapping, run.columns) == (0, own, {"险种": "保险", "人次": "数"})
    assert "吉林用" not in as_user(world.changchun_clearing).get(TOTALS).content.decode()
    assert "吉林用" in as_user(world.prov_clearing).get(TOTALS).content.decode()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"column5": "基金支付总额"}, "对应了两个列"),
        ({"column4": "", "column5": "", "column6": "", "column7": ""}, "没有合计的列"),
        ({"column1": "", "column4": "险种"}, "没有一行读得出"),
        ({"column4": "没有这一列"}, "选择一个有效的选项"),
        ({"period": "2026"}, "期别应为六位数字"),
        ({"period": "2026-10"}, "期别应为六位数字的年月"),
        ({"period": "202613"}, "期别应为六位数字的年月"),
        ({"name": "已有的"}, "已经有名为“已有的”的列对照"),
        ({"digest": "0" * 64}, "上传的文件找不到了"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_kept(
    world: World, as_user: AsUser, changed: dict[str, str], told: str
) -> None:
    said = {"columns": {"人次": "数"}, "headings": ["数"], "at": world.now}
    mapping_save(name="已有的", source="totals", by=world.prov_clearing, **said)
    client = as_user(world.prov_clearing)
    page = upload(client, TOTALS, text(OURS))

    refused = agree(client, TOTALS, page, **changed)

    assert refused.status_code == 422
    assert told in refused.content.decode()
    assert not ReconciliationRun.objects.exists()
    assert ColumnMapping.objects.count() == 1


def test_a_file_of_somebody_else_is_not_taken(world: World, as_user: AsUser) -> None:
    page = upload(as_user(world.prov_clearing), TOTALS, text(OURS))

    refused = agree(as_user(world.prov_clearing_2), TOTALS, page)

    assert "上传的文件找不到了" in refused.content.decode()
    assert KeptFile.objects.filter(kept_by=world.prov_clearing).exists()


def test_scope_and_refunds_are_carried_to_the_second_step(world: World, as_user: AsUser) -> None:
    client = as_user(world.prov_clearing)
    scope = {"scope_institution": "h22020200001", "without_refunds": "on"}
    page = upload(client, TOTALS, text(["2,2000.00"], "人次,医疗费总额"), **scope)

    agree(client, TOTALS, page)

    run = ReconciliationRun.objects.get()
    assert run.scope_institution is not None
    assert (run.scope_institution.code, run.differences) == ("H22020200001", 0)
    assert RunTotal.objects.get(run=run).their_gross_count == 2
    unknown = upload(client, TOTALS, text(OURS), scope_institution="H99999999999")
    assert "没有编号为 H99999999999 的医药机构" in unknown.content.decode()


def test_of_a_saved_mapping_what_this_file_lacks_is_proposed_anew(world: World, as_user: AsUser) -> None:
    """数 is not in this file: 人次 is proposed for it; what the mapping left out stays out."""
    said = {"columns": {"险种": "保险", "人次": "数"}, "headings": ["保险", "数"], "at": world.now}
    saved = mapping_save(name="上次的", source="totals", by=world.prov_clearing, **said)

    page = upload(
        as_user(world.prov_clearing),
        TOTALS,
        text(["职工,2,9.00"], "保险,人次,医疗费总额"),
        mapping=str(saved.pk),
    )

    chosen = {field.label: field.value() for field in page.context["columns"] if field.name != "name"}
    assert (chosen["险种"], chosen["人次"], chosen["医疗费总额"]) == ("保险", "人次", None)


def test_the_second_step_leads_back_to_another_file(world: World, as_user: AsUser) -> None:
    """换一份文件: what was said of the first one stands in the form again."""
    client = as_user(world.prov_clearing)
    scope = {"scope_institution": "h22020200001", "without_refunds": "on"}
    page = upload(client, TOTALS, text(["2,2000.00"], "人次,医疗费总额"), **scope)

    again = client.get(page.context["again_url"])

    assert "换一份文件" in page.content.decode()
    form = again.context["form"]
    filled = [form[name].value() for name in ("period", "scope_institution", "without_refunds")]
    assert filled == ["202610", "h22020200001", "True"]
    unsaid = client.get(upload(client, TOTALS, text(OURS)).context["again_url"]).context["form"]
    assert not unsaid["without_refunds"].value()


@pytest.mark.parametrize("content", [b"%PDF-1.4", b""])
def test_what_is_no_table_is_refused_beside_the_file(world: World, as_user: AsUser, content: bytes) -> None:
    refused = upload(as_user(world.prov_clearing), TOTALS, content)

    assert refused.status_code == 422
    assert 'class="err"' in refused.content.decode()


def test_a_bank_statement_with_two_columns_of_amounts(world: World, as_user: AsUser, tmp_path: Path) -> None:
    load(world, tmp_path / "bank.csv", [row("T1")])
    client = as_user(world.prov_finance)
    head = "交易日期,交易流水号,借方发生额,贷方发生额,对方名称,对方账户,用途"
    content = f"{head}\r\n2026-11-24,T1,,545.00,长春,{CHANGCHUN},\r\n".encode()

    page = upload(client, BANK, content, period="202611")
    assert mask_id(CHANGCHUN) in page.content.decode()
    done = agree(client, BANK, page)

    run = ReconciliationRun.objects.get()
    assert (run.source, run.differences, run.matched) == ("bank", 0, 2)
    shown = client.get(done["Location"]).content.decode()
    assert "我方流水和通知书" in shown and "<h2>合计" not in shown
    assert "相符的流水：一笔付一张 1 笔" in shown
    report = client.get(f"{done['Location']}report/").content.decode()
    assert "省级与开户银行对账结果报告" in report


def test_who_may(world: World, as_user: AsUser) -> None:
    for url in (TOTALS, BANK):
        assert as_user(world.changchun_clearing).get(url).status_code == 200
        assert as_user(world.prov_finance).get(url).status_code == 200
        for name in ("clerk", "supervisor", "prov_auditor"):
            assert as_user(getattr(world, name)).get(url).status_code == 403


def test_a_result_that_was_changed_is_found(world: World, as_user: AsUser) -> None:
    client = as_user(world.prov_clearing)
    agree(client, TOTALS, upload(client, TOTALS, text(OURS[1:])))

    def broken() -> list[tuple[str, str]]:
        found = check_all(None).broken
        return [(one.check, one.subject) for one in found if one.check == sides_checks.RESULTS]

    assert broken() == []
    with unguarded():
        Discrepancy.objects.update(amount_fen=1)

    assert broken() == [(sides_checks.RESULTS, f"对账 {ReconciliationRun.objects.get()}")]
