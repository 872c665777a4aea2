"""The way of a file in the browser: upload, preview with totals, refused rows, confirmed by a colleague."""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agency.batches.models import Batch
from agency.batches.selectors import confirmers
from agency.jobs.models import Job
from agency.jobs.services import job_run
from settlement.records.models import SettlementRecord
from tests.settlement.records.files import csv_bytes, row
from tests.support.world import World

LogIn = Callable[[object], Client]


@pytest.fixture
def batch(as_user: LogIn, world: World) -> Batch:
    """A file with one faulty row, uploaded and checked."""
    content = csv_bytes([row("A"), row("B", 参保地区划="222401", 险种="390"), row("C", 险种="777")])
    upload = SimpleUploadedFile("十月.csv", BytesIO(content).read())
    response = as_user(world.prov_clearing).post("/imports/new/settlements/", {"file": upload})
    assert response.status_code == 302
    job_run(Job.objects.get().job_no)
    return Batch.objects.get()


def test_the_preview_shows_totals_and_refused_rows(batch: Batch, as_user: LogIn, world: World) -> None:
    html = as_user(world.prov_clearing_2).get(f"/imports/{batch.batch_no}/").content.decode()

    assert "将写入的明细" in html
    assert "2026年10月 2 条" in html
    for text in ("长春市", "延边州", "2,000.00", "1,120.00", "280.00", "险种不认识"):
        assert text in html
    assert SettlementRecord.objects.count() == 0


def test_a_colleague_confirms_and_the_cases_are_there(batch: Batch, as_user: LogIn, world: World) -> None:
    client = as_user(world.prov_clearing_2)

    client.post(f"/imports/{batch.batch_no}/confirm/", {"preview_digest": batch.preview_digest})
    job_run(Job.objects.order_by("-id")[0].job_no)

    assert sorted(SettlementRecord.objects.values_list("settlement_no", flat=True)) == ["A", "B"]
    html = client.get(f"/imports/{batch.batch_no}/").content.decode()
    assert f"/cases/?batch={batch.batch_no}" in html
    assert "/cases/A/" in client.get(f"/cases/?batch={batch.batch_no}").content.decode()


def test_the_uploader_is_told_who_may_confirm(batch: Batch, as_user: LogIn, world: World) -> None:
    html = as_user(world.prov_clearing).get(f"/imports/{batch.batch_no}/").content.decode()

    assert "您上传的文件不能自己确认。" in html
    assert f"{world.prov_clearing_2}（省级经办机构）" in html
    assert f"{world.prov_supervisor}（省级经办机构）" in html
    told = html[html.index("等待确认") : html.index("</p>", html.index("等待确认"))]
    for nobody in (world.prov_clearing, world.prov_auditor, world.changchun_clearing):
        assert f"{nobody}（" not in told


def test_a_region_s_file_waits_for_its_own_people_first(as_user: LogIn, world: World) -> None:
    upload = SimpleUploadedFile("十月.csv", csv_bytes([row("A")]))
    as_user(world.changchun_clearing).post("/imports/new/settlements/", {"file": upload})
    job_run(Job.objects.get().job_no)

    named = confirmers(Batch.objects.get(), 9)

    assert named[:2] == [world.changchun_clearing_2, world.supervisor]
    assert set(named[2:]) == {world.prov_clearing, world.prov_clearing_2, world.prov_supervisor}


def test_a_check_that_broke_off_can_be_made_once_more(
    as_user: LogIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_user(world.prov_clearing)
    client.post("/imports/new/settlements/", {"file": SimpleUploadedFile("a.csv", csv_bytes([row("A")]))})
    with monkeypatch.context() as broken:
        broken.setattr("settlement.records.batches.read_header", lambda header: 1 / 0)
        job_run(Job.objects.get().job_no)
    batch = Batch.objects.get()
    url = f"/imports/{batch.batch_no}/check-again/"

    assert "再检查一次" in client.get(f"/imports/{batch.batch_no}/").content.decode()
    assert as_user(world.prov_auditor).post(url).status_code == 403
    client = as_user(world.prov_clearing)
    client.post(url)
    client.post(url)  # one is enough

    assert Job.objects.filter(kind="batch_check").count() == 2
    job_run(Job.objects.order_by("-id")[0].job_no)
    batch.refresh_from_db()
    assert (batch.state, batch.accepted) == ("previewed", 1)
    assert "再检查一次" not in client.get(f"/imports/{batch.batch_no}/").content.decode()


def test_many_refused_rows_are_sent_as_csv_while_they_are_read(
    batch: Batch, as_user: LogIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_user(world.prov_clearing)
    monkeypatch.setattr("agency.batches.refused.WORKBOOK_ROWS", 0)
    monkeypatch.setattr("agency.batches.refused.READ_AT_ONCE", 1)

    html = client.get(f"/imports/{batch.batch_no}/").content.decode()
    answer = client.get(f"/imports/{batch.batch_no}/refused/")

    assert answer.streaming
    assert answer["Content-Disposition"] == f'attachment; filename="{batch.batch_no}-refused.csv"'
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("行号,原因代码,列,值,原因,位置,结算编号,")
    assert lines[1].startswith("4,unknown_insurance_type,险种,777,")
    assert (len(lines), "下载拒绝行（CSV）" in html) == (2, True)
