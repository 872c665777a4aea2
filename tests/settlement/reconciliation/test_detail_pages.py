"""A file of cases in the browser: uploaded, its columns agreed to, compared by the worker, its run opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from agency.jobs.models import Job
from agency.jobs.services import job_run
from settlement.reconciliation.models import ColumnMapping, ReconciliationRun
from tests.settlement.reconciliation.test_source_pages import agree, upload
from tests.settlement.records.files import csv_bytes, row
from tests.support.world import World

AsUser = Callable[..., Client]
Run = Callable[..., Any]
DETAILS = "/reconciliation/sources/details/"
DEARER = {"统筹基金": "510.00", "基金支付总额": "570.00", "个人现金": "290.00"}


def theirs(*rows: dict[str, str], **renamed: str) -> bytes:
    """A file whose headings are called otherwise."""
    text = csv_bytes(list(rows)).decode("utf-8-sig")
    head, rest = text.split("\n", 1)
    for name, heading in renamed.items():
        head = head.replace(name, heading)
    return f"{head}\n{rest}".encode()


def test_from_upload_to_its_run(world: World, as_user: AsUser, load: Run) -> None:
    load([row("S1"), row("S2")])
    client = as_user(world.prov_clearing)
    content = theirs(row("S1", **DEARER), row("S2"), 结算编号="结算流水号", 姓名="参保人姓名")

    page = upload(client, DETAILS, content, source="platform", all_details="on")

    chosen = {field.label: field.value() for field in page.context["columns"]}
    assert (chosen["结算编号"], chosen["姓名"], chosen["险种"]) == ("结算流水号", "参保人姓名", "险种")
    assert "2201**********128X" in page.content.decode()
    assert not ReconciliationRun.objects.exists()

    done = agree(client, DETAILS, page, name="平台十月")

    run = ReconciliationRun.objects.get()
    assert done["Location"] == f"/reconciliation/{run}/"
    assert (run.state, run.source, run.mapping) == ("comparing", "platform", ColumnMapping.objects.get())
    assert "正在比对" in client.get(done["Location"]).content.decode()
    job_run(Job.objects.get().job_no)
    run.refresh_from_db()
    assert (run.state, run.matched, run.differences) == ("compared", 1, 1)
    assert "平台十月" in client.get(DETAILS).content.decode()


def test_a_region_compares_what_it_is_a_party_to(world: World, as_user: AsUser, load: Run) -> None:
    load([row("S1")])
    client = as_user(world.yanbian_clearing)

    page = upload(client, DETAILS, theirs(row("S1")), source="region")
    agree(client, DETAILS, page)
    job_run(Job.objects.get().job_no)

    run = ReconciliationRun.objects.get()
    assert (run.region, run.our_cases, run.counts) == (world.yanbian, 0, {"only_theirs": 1})
    assert not run.all_details


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"column0": ""}, "对账按结算编号进行"),
        ({"column3": "结算编号"}, "对应了两个列"),
        ({"scope_institution": "H00000000000"}, "没有编号为 H00000000000 的医药机构"),
        ({"source": "bank"}, "有效的选项"),
        ({"period": "2026"}, "期别应为六位数字"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_kept(
    world: World, as_user: AsUser, changed: dict[str, str], told: str
) -> None:
    client = as_user(world.prov_clearing)
    page = upload(client, DETAILS, theirs(row("S1")), source="platform")

    refused = agree(client, DETAILS, page, **changed)

    assert refused.status_code == 422
    assert told in refused.content.decode()
    assert not ReconciliationRun.objects.exists() and not Job.objects.exists()


def test_a_file_that_is_none_is_refused_and_others_may_not(world: World, as_user: AsUser) -> None:
    client = as_user(world.prov_clearing)

    assert upload(client, DETAILS, b"\n\n", source="platform").status_code == 422
    assert "明细对账" in client.get("/reconciliation/").content.decode()
    assert as_user(world.prov_auditor).get(DETAILS).status_code == 403
    assert "sources/details" not in as_user(world.prov_auditor).get("/reconciliation/").content.decode()
