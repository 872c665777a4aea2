"""One case by hand goes the way of a file: the same checks and sentences, kept, released by a colleague."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from agency.batches.models import Batch
from agency.jobs.models import Job
from agency.jobs.services import job_run
from agency.journal.books import check_all
from settlement.by_hand.forms import BY_TITLE
from settlement.records.models import SettlementRecord
from tests.settlement.records.files import RIGHT, reversal, row
from tests.support.world import World

Run = Callable[..., Any]
LogIn = Callable[[object], Client]


def typed(**changes: str) -> dict[str, str]:
    """The form as it is sent."""
    values = {**RIGHT, "险种": "职工", **changes}
    return {**{name: values.get(title, "") for title, name in BY_TITLE.items()}, "reason": "平台漏传"}


@pytest.fixture
def confirm(as_user: LogIn, world: World) -> Callable[[], None]:
    """A colleague releases the newest batch."""

    def run() -> None:
        batch = Batch.objects.order_by("-id")[0]
        as_user(world.changchun_clearing_2).post(
            f"/imports/{batch}/confirm/", {"preview_digest": batch.preview_digest}
        )
        job_run(Job.objects.order_by("-id")[0].job_no)

    return run


def test_a_case_typed_in_waits_for_a_colleague_and_leads_to_its_file(
    as_user: LogIn, world: World, confirm: Run
) -> None:
    client = as_user(world.changchun_clearing)
    answer = client.post("/cases/by-hand/", typed())

    batch = Batch.objects.get()
    assert answer.url == f"/imports/{batch}/"
    page = as_user(world.changchun_clearing_2).get(answer.url).content.decode()
    assert "平台漏传" in page
    assert "2201**********128X" in page
    assert "22010219900101128X" not in page
    assert SettlementRecord.objects.count() == 0

    confirm()

    record = SettlementRecord.objects.get()
    assert (record.batch, record.line_no, record.fund_total_fen) == (batch, 2, 56_000)
    assert check_all(None).broken == []


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"证件号码": "220102199001011281"}, "certno", "校验位"),
        ({"统筹基金": "500.10"}, "fund_pay_sumamt", "相差 -0.10 元"),
        ({"医疗费总额": "1000.001"}, "medfee_sumamt", ""),
        ({"就医地区划": "999999"}, "mdtrtarea_admvs", "区划对照表"),
        ({"结算时间": "昨天"}, "setl_time", ""),
        ({"姓名": ""}, "psn_name", "没有填，请补上。"),
    ],
)
def test_an_error_of_the_import_stands_beside_its_field(
    change: dict[str, str], field: str, sentence: str, as_user: LogIn, world: World
) -> None:
    answer = as_user(world.changchun_clearing).post("/cases/by-hand/", typed(**change))

    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert list(errors) == [field]
    assert sentence in errors[field][0]
    assert "第 2 行" not in errors[field][0]
    assert 'class="errors"' in answer.content.decode()
    assert not Batch.objects.exists()


def test_a_number_that_is_stored_is_said_beside_the_number(load: Run, as_user: LogIn, world: World) -> None:
    load([row("S1")])
    client = as_user(world.changchun_clearing)

    same = client.post("/cases/by-hand/", typed())
    other = client.post("/cases/by-hand/", typed(姓名="李四"))

    assert "库中已有完全相同的一笔" in same.context["form"].errors["setl_id"][0]
    assert "库中已有这个结算编号，内容不同" in other.context["form"].errors["setl_id"][0]


def test_the_same_case_is_not_typed_in_twice(as_user: LogIn, world: World) -> None:
    client = as_user(world.changchun_clearing)
    client.post("/cases/by-hand/", typed())

    again = as_user(world.changchun_clearing_2).post("/cases/by-hand/", typed())

    assert "在等另一位同事确认" in again.content.decode()
    assert Batch.objects.count() == 1


def test_a_stranger_s_case_is_refused(as_user: LogIn, world: World) -> None:
    answer = as_user(world.yanbian_clearing).post("/cases/by-hand/", typed())

    assert "不是本统筹区" in str(answer.context["form"].errors)


def test_a_case_is_reversed_from_its_page(load: Run, as_user: LogIn, world: World, confirm: Run) -> None:
    load([row("S1")])
    client = as_user(world.changchun_clearing)
    assert "/cases/S1/reverse/" in client.get("/cases/S1/").content.decode()
    form = client.get("/cases/S1/reverse/").context["form"]
    assert form.initial["number"] == "S1-T"

    client.post(
        "/cases/S1/reverse/",
        {"number": "S1-T", "settled_at": "2026-10-20 09:00:00", "reason": "重复收费，医院退费"},
    )
    confirm()

    record = SettlementRecord.objects.get(is_reversal=True)
    assert (record.reverses_no, record.total_fee_fen, record.fund_total_fen) == ("S1", -100_000, -56_000)
    assert check_all(None).broken == []
    assert "/cases/S1/reverse/" not in client.get("/cases/S1/").content.decode()


def test_what_is_reversed_already_is_told(load: Run, as_user: LogIn, world: World) -> None:
    load([row("S1"), reversal("R1", "S1")])
    client = as_user(world.changchun_clearing)

    answer = client.post(
        "/cases/S1/reverse/", {"number": "S1-T", "settled_at": "2026-10-20", "reason": "退费"}
    )

    assert answer.status_code == 422
    assert "原结算已由 R1 冲正过" in answer.content.decode()
    assert client.get("/cases/R1/reverse/").status_code == 404


def test_who_may_not_load_types_nothing_in(as_user: LogIn, world: World) -> None:
    assert as_user(world.auditor).get("/cases/by-hand/").status_code == 403
