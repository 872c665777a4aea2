"""The way of a file in the browser: upload, preview with totals, refused rows, confirmed by a colleague."""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agency.batches.models import Batch
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
