"""The way of a file of deductions in the browser."""

from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agency.batches.models import Batch
from agency.jobs.models import Job
from agency.jobs.services import job_run
from settlement.deductions.models import Deduction
from tests.settlement.deductions.rows import by_case, by_group
from tests.settlement.records.files import csv_bytes
from tests.support.world import World


def test_a_file_is_uploaded_previewed_and_confirmed(
    cases: None, as_user: Callable[[object], Client], world: World
) -> None:
    content = csv_bytes([by_group(), by_case("S2"), by_case("S9")])
    maker, checker = as_user(world.prov_clearing), as_user(world.prov_clearing_2)

    maker.post("/imports/new/deductions/", {"file": SimpleUploadedFile("扣款.csv", content)})
    job_run(Job.objects.get().job_no)
    batch = Batch.objects.get(kind="deductions")
    preview = checker.get(f"/imports/{batch.batch_no}/").content.decode()
    checker.post(f"/imports/{batch.batch_no}/confirm/", {"preview_digest": batch.preview_digest})
    job_run(Job.objects.order_by("-id")[0].job_no)

    for text in ("计入2026年10月 2 笔", "1,000.00", "120.50", "1,120.50", "库中没有这笔结算"):
        assert text in preview
    assert Deduction.objects.count() == 2
    assert (
        f"/deductions/?batch={batch.batch_no}" in checker.get(f"/imports/{batch.batch_no}/").content.decode()
    )
