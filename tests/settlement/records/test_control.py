"""Control totals: typed in or carried by the file, beside what was read; a gap asks for a reason, and the
second person chooses whether refused rows keep the others out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agency.batches.confirming import control_enter, default_choice, figures_compared
from agency.batches.models import Batch
from agency.batches.services import batch_load
from agency.errors import DomainError
from agency.jobs.models import Job
from agency.jobs.services import job_run
from agency.journal.books import check_all
from agency.journal.models import AuditEntry
from agency.policy.models import Parameter
from settlement.records.carried import totals_row
from settlement.records.columns import NAMES
from settlement.records.models import SettlementRecord
from settlement.records.reference import read_reference
from tests.settlement.records.files import csv_bytes, row, xlsx_bytes
from tests.support.world import World

Run = Callable[..., Any]
LogIn = Callable[[object], Client]
TOTALS = {"结算编号": "合计", "医疗费总额": "2000.00", "基金支付总额": "1120.00", "个人账户": "280.00"}


@pytest.fixture
def upload(as_user: LogIn, world: World) -> Callable[..., Batch]:
    """A file, uploaded by 省级结算 and checked."""

    def run(rows: list[Any], name: str = "十月.csv") -> Batch:
        content = xlsx_bytes(rows) if name.endswith("xlsx") else csv_bytes(rows)
        as_user(world.prov_clearing).post(
            "/imports/new/settlements/", {"file": SimpleUploadedFile(name, content)}
        )
        job_run(Job.objects.order_by("-id")[0].job_no)
        return Batch.objects.order_by("-id")[0]

    return run


@pytest.fixture
def confirm(as_user: LogIn, world: World) -> Callable[..., Any]:
    """Confirm as a colleague, and let the worker load; the answer of the page."""

    def run(batch: Batch, **typed: str) -> Any:
        typed = {"preview_digest": batch.preview_digest, **typed}
        answer = as_user(world.prov_clearing_2).post(f"/imports/{batch}/confirm/", typed)
        for job in Job.objects.filter(kind="batch_load", state="queued"):
            job_run(job.job_no)
        batch.refresh_from_db()
        return answer

    return run


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_a_totals_row_at_the_end_is_no_case_and_is_compared(name: str, upload: Run, confirm: Run) -> None:
    batch = upload([row("A"), row("B"), {**TOTALS, "证件类型": "共2笔"}], name)

    assert (batch.rows, batch.accepted, batch.refused) == (2, 2, 0)
    assert batch.preview["carried"] == {
        "all": {"cases": 2, "total_fee_fen": 200_000, "fund_fen": 112_000, "account_fen": 28_000}
    }
    confirm(batch)
    assert batch.state == "loaded"
    assert check_all(None).broken == []


def test_rows_that_are_known_already_are_part_of_the_file_s_totals(load: Run, upload: Run) -> None:
    load([row("A")])

    batch = upload([row("A"), row("B"), TOTALS])

    assert (batch.unchanged, batch.preview["control"]["all"]["total_fee_fen"]) == (1, 200_000)


def test_a_gap_is_shown_with_its_amount_and_asks_for_a_reason(
    upload: Run, confirm: Run, as_user: LogIn, world: World
) -> None:
    batch = upload([row("A"), TOTALS])

    html = as_user(world.prov_clearing_2).get(f"/imports/{batch}/").content.decode()
    refused = confirm(batch)

    assert "560.00" in html
    assert "有差异" in html
    assert refused.status_code == 422
    assert "控制合计有差异，确认须写明原因" in refused.content.decode()
    assert (batch.state, SettlementRecord.objects.count()) == ("previewed", 0)

    confirm(batch, reason="平台报表含外省一笔")
    assert (batch.state, batch.difference_reason) == ("loaded", "平台报表含外省一笔")
    assert AuditEntry.objects.get(action="batch_loaded").detail["difference_reason"] == "平台报表含外省一笔"


def test_the_uploader_types_totals_in_by_insurance_type(
    upload: Run, confirm: Run, as_user: LogIn, world: World
) -> None:
    batch = upload([row("A"), row("B", 险种="390")])
    client = as_user(world.prov_clearing)

    bad = client.post(f"/imports/{batch}/control/", {"all__cases": "两", "all__fund_fen": "1.234"})
    assert bad.status_code == 422
    typed = {"all__cases": "2", "employee__fund_fen": "560", "resident__total_fee_fen": "１，０００.01"}
    assert client.post(f"/imports/{batch}/control/", typed).status_code == 302

    batch.refresh_from_db()
    assert batch.control == {
        "all": {"cases": 2}, "employee": {"fund_fen": 56_000}, "resident": {"total_fee_fen": 100_001},
    }  # fmt: skip
    assert "0.01" in client.get(f"/imports/{batch}/").content.decode()
    assert confirm(batch).status_code == 422


def test_the_uploader_types_totals_in_by_insured_region_and_insurance_type(
    upload: Run, confirm: Run, as_user: LogIn, world: World
) -> None:
    batch = upload([row("A"), row("B", 参保地区划="222401"), row("C", 参保地区划="222401", 险种="390")])
    client = as_user(world.prov_clearing)
    typed = {
        "220100_employee__cases": "1",
        "222400_employee__total_fee_fen": "1000",
        "220200_resident__cases": "3",  # nothing of it is in the file
    }

    assert client.post(f"/imports/{batch}/control/", typed).status_code == 302

    batch.refresh_from_db()
    told = [(one.group, one.stated, one.ours, one.gap) for one in figures_compared(batch)]
    assert told == [
        ("长春市 职工", "1", "1", ""),
        ("吉林市 居民", "3", "0", "3"),
        ("延边州 职工", "1,000.00", "1,000.00", ""),
    ]
    assert "按参保地和险种填写" in client.get(f"/imports/{batch}/").content.decode()
    assert confirm(batch).status_code == 422


def test_who_confirms_does_not_type_what_would_fit(upload: Run, as_user: LogIn, world: World) -> None:
    batch = upload([row("A")])

    answer = as_user(world.prov_clearing_2).post(f"/imports/{batch}/control/", {"all__cases": "1"})

    assert answer.status_code == 422
    assert Batch.objects.get().control == {}


def test_all_or_nothing_writes_nothing_while_a_row_is_refused(upload: Run, confirm: Run) -> None:
    batch = upload([row("A"), row("B", 险种="777")])

    refused = confirm(batch, write_choice="all")
    assert refused.status_code == 422
    assert "没有写入任何内容" in refused.content.decode()
    assert (batch.state, SettlementRecord.objects.count()) == ("previewed", 0)

    confirm(batch, write_choice="accepted")
    assert (batch.state, batch.write_choice, SettlementRecord.objects.count()) == ("loaded", "accepted", 1)


def test_the_default_is_a_dated_parameter(upload: Run, confirm: Run, world: World) -> None:
    assert default_choice(world.today) == "accepted"
    Parameter.objects.filter(key="batches.write_choice").update(value="all")

    batch = upload([row("A"), row("B", 险种="777")])

    assert confirm(batch).status_code == 422
    assert batch.state == "previewed"


def test_no_other_way_in_leads_past_the_reason(upload: Run, world: World) -> None:
    batch = upload([row("A")])
    control_enter(batch, by=world.prov_clearing, at=world.now, totals={"all": {"cases": 7}})

    with pytest.raises(DomainError, match="须写明原因"):
        batch_load(batch, by=world.prov_clearing_2, at=world.now, preview_digest=batch.preview_digest)

    assert SettlementRecord.objects.count() == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"证件号码": "22010219900101128X"},
        {"医疗费总额": "壹佰"},
        {"结算编号": "合计金额"},
    ],
)
def test_what_only_looks_like_a_totals_row_is_refused_as_a_row(changes: Any, check: Run) -> None:
    outcome = check([row("A"), {**TOTALS, **changes}])

    assert (outcome.rows, len(outcome.refused)) == (2, 1)


@pytest.mark.parametrize(
    ("cells", "cases"),
    [
        ({"险种": "310"}, None),
        ({"医疗类别": "21"}, None),
        ({"退费标志": "0"}, None),
        ({"证件类型": "01"}, None),
        ({"入院日期": "20261001"}, None),
        ({"姓名": "9" * 5000}, None),
        ({"姓名": "1234567890"}, None),
        ({"险种": "310", "姓名": "1,002"}, 1002),
        ({"姓名": "123456789"}, 123_456_789),
        ({"退费标志": "0", "险种": "共2笔"}, 2),
    ],
)
def test_codes_and_flags_beside_the_amounts_are_no_count(
    world: World, cells: dict[str, str], cases: int | None
) -> None:
    said = {**TOTALS, **cells}

    found = totals_row(9, [said.get(name, "") for name in NAMES], read_reference())

    assert found is not None
    figures = found.figures
    assert (found.label, figures.get("cases"), figures["total_fee_fen"]) == ("合计", cases, 200_000)


def totals(label: str, total: str) -> dict[str, str]:
    return {"结算编号": label, "医疗费总额": total}


@pytest.mark.parametrize(
    ("labels", "grand"),
    [
        ([("合计", "1000.00"), ("合计", "1000.00"), ("合计", "2000.00")], 200_000),
        ([("小计", "1000.00"), ("小计", "1000.00"), ("合计", "2000.00")], 200_000),
        ([("合计", "1000.00"), ("合计", "1000.00"), ("总计", "2000.07")], 200_007),
        ([("合计", "2000.00"), ("合计", "2000.00")], 200_000),
        ([("合计", "1000.00"), ("合计", "1000.01")], None),
        ([("总计", "1000.00"), ("总计", "1000.01")], None),
        ([("总计", "2000.00"), ("合计", "1000.00")], None),
        ([("小计", "2000.00"), ("合计", "2000.01"), ("小计", "7.00")], 200_001),
    ],
)
def test_of_several_totals_rows_one_is_the_file_s_or_none_is_and_that_is_told(
    labels: list[tuple[str, str]], grand: int | None, check: Run
) -> None:
    outcome = check([row("A"), row("B"), *(totals(*one) for one in labels)])

    assert (outcome.rows, outcome.accepted, len(outcome.refused)) == (2, 2, 0)
    stated = outcome.preview["carried"].get("all", {}).get("total_fee_fen")
    assert stated == grand
    told = "".join(outcome.notes)
    if grand is None:
        assert "看不出哪一行是全部的合计" in told
    else:
        last = max(place for place, (label, _) in enumerate(labels) if label != "小计")
        assert f"全部的合计是第 {4 + last} 行，与预览对照" in told
    assert outcome.preview["carried_lines"] == list(range(4, 4 + len(labels)))
