"""One deduction by hand goes the way of a file: the same checks, kept, released by a colleague."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from agency.batches.models import Batch
from agency.jobs.models import Job
from agency.jobs.services import job_run
from agency.journal.books import check_all
from settlement.deductions.models import Deduction, DeductionKind
from tests.settlement.records.files import row
from tests.support.world import World

Run = Callable[..., Any]
LogIn = Callable[[object], Client]
PAGE = "/deductions/by-hand/"
OF_CASE = {
    "settlement_no": "S1",
    "period": "202610",
    "kind": "审核扣款",
    "amount": "120.50",
    "external_no": "审2026-7",
    "reason": "重复收费",
}
OF_GROUP = {
    **OF_CASE,
    "settlement_no": "",
    "insured_region": "220100",
    "care_region": "220200",
    "insurance_type": "职工",
    "care_kind": "住院",
    "institution": "H22020200001",
    "kind": "协议违约",
    "external_no": "",
}


@pytest.fixture
def client(load: Run, as_user: LogIn, world: World) -> Client:
    load([row("S1")])
    return as_user(world.changchun_clearing)


@pytest.mark.parametrize("typed", [OF_CASE, OF_GROUP])
def test_a_deduction_typed_in_is_released_by_a_colleague(
    typed: dict[str, str], client: Client, as_user: LogIn, world: World
) -> None:
    answer = client.post(PAGE, typed)

    batch = Batch.objects.filter(kind="deductions").get()
    assert answer.url == f"/imports/{batch}/"
    assert not Deduction.objects.exists()
    colleague = as_user(world.changchun_clearing_2)
    page = colleague.get(answer.url).content.decode()
    assert "手工录入扣款" in page
    assert "重复收费" in page

    colleague.post(f"/imports/{batch}/confirm/", {"preview_digest": batch.preview_digest})
    job_run(Job.objects.filter(subject_no=batch.batch_no).order_by("-id")[0].job_no)

    found = Deduction.objects.get()
    assert (found.batch, found.line_no, found.amount_fen, found.period) == (batch, 2, 12_050, "202610")
    assert DeductionKind(found.kind).label == typed["kind"]
    assert (found.record is not None) == bool(typed["settlement_no"])
    assert (found.insured_region.code, found.care_region.code) == ("220100", "220200")
    assert check_all(None).broken == []


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"settlement_no": "S9"}, "settlement_no", "库中没有这笔结算"),
        ({"amount": "-1"}, "amount", "应为正数"),
        ({"amount": "1.005"}, "amount", "小数超过两位"),
        ({"period": "202613"}, "period", "六位数字的年月"),
        ({"reason": ""}, "reason", "请写明扣款的原因"),
        ({"settlement_no": ""}, "insured_region", "不写结算编号时"),
        ({"institution": "H22020200001"}, "settlement_no", "请去掉：定点医药机构编号"),
    ],
)
def test_an_error_of_the_import_stands_beside_its_field(
    change: dict[str, str], field: str, sentence: str, client: Client
) -> None:
    answer = client.post(PAGE, {**OF_CASE, **change})

    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert list(errors) == [field]
    assert sentence in errors[field][0]
    assert "第 2 行" not in errors[field][0]
    assert not Batch.objects.filter(kind="deductions").exists()


def test_the_same_deduction_is_not_typed_in_twice(client: Client, as_user: LogIn, world: World) -> None:
    client.post(PAGE, OF_CASE)

    again = as_user(world.changchun_clearing_2).post(PAGE, OF_CASE)

    assert "在等另一位同事确认" in again.content.decode()
    assert Batch.objects.filter(kind="deductions").count() == 1


def test_the_list_and_the_case_lead_to_it(client: Client, as_user: LogIn, world: World) -> None:
    assert f'href="{PAGE}"' in client.get("/deductions/").content.decode()
    assert f'href="{PAGE}?case=S1"' in client.get("/cases/S1/").content.decode()
    assert client.get(f"{PAGE}?case=S1").context["form"].initial["settlement_no"] == "S1"
    assert as_user(world.auditor).get(PAGE).status_code == 403


def test_a_stranger_s_case_is_refused(client: Client, as_user: LogIn, world: World) -> None:
    answer = as_user(world.yanbian_clearing).post(PAGE, OF_CASE)

    assert "不属于本统筹区" in str(answer.context["form"].errors)
