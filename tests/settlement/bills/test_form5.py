"""Form 5: what it says of a case, who prints it, and what a code says of it later."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from agency.batches.services import batch_run
from agency.journal.models import AuditEntry, PrintedForm
from agency.journal.papers import PRINTED_FORMS
from settlement.bills.form5 import NO_FEES, form5_of
from settlement.matching.services import match_period
from settlement.records.models import SettlementRecord
from tests.settlement.bills.fees import FEES_OF_S1
from tests.settlement.matching.marking import make_filing, make_patient
from tests.settlement.records import files
from tests.settlement.records.files import RIGHT, reversal, row
from tests.support.world import World

Run = Callable[..., Any]
LogIn = Callable[[object], Client]


def form(number: str = "S1") -> Any:
    rows = SettlementRecord.objects.select_related("insured_region", "care_region", "institution")
    return form5_of(rows.get(settlement_no=number))


def load_fees(world: World, folder: Path) -> None:
    path = files.write(folder, FEES_OF_S1, "fees.csv")
    batch_run(kind="fee_classes", path=path, by=world.system, system=world.system, at=world.now)


def test_the_form_says_what_the_case_says(load: Run, world: World) -> None:
    make_filing(world, make_patient(world))
    load([row("S1", 诊断="冠心病", 病案号="00123")])
    match_period("202610", at=world.now)

    said = form()

    assert (said.name, said.sex, str(said.birth_date)) == ("张三", "女", "1990-01-01")
    assert (said.category, said.filing_kind) == ("退休", "异地长期居住人员")
    assert (said.days, said.diagnosis, said.medical_record_no) == ("8", "冠心病", "00123")
    assert (said.in_scope, said.deductible, said.total) == ("820.00", "200.00", "1,000.00")
    assert dict(said.funds)["统筹基金"] == "500.00"
    assert said.total_capitals == "壹仟元整"
    assert (said.fees, said.fees_told) == (NO_FEES, "医药机构没有传来费用分类")


def test_delivered_fee_classes_fill_all_fourteen_rows(load: Run, world: World, tmp_path: Path) -> None:
    load([row("S1")])
    before = form().digest()
    load_fees(world, tmp_path)

    said = form()

    assert [fee.amount for fee in said.fees if fee.amount != "0.00"] == ["300.00", "650.00", "50.00"]
    assert (len(said.fees), said.fees[8].label, said.fees[8].class_b) == (14, "西药费", "600.00")
    assert (said.fees_told, said.digest() == before) == ("", False)


@pytest.mark.parametrize("url", ["/cases/S1/form5/", "/cases/S1/form5.pdf"])
def test_a_print_is_logged_with_its_code(load: Run, as_user: LogIn, world: World, url: str) -> None:
    load([row("S1")])

    response = as_user(world.changchun_clearing).get(url)

    assert response.status_code == 200
    assert response.content.startswith(b"%PDF") is url.endswith("pdf")
    printed = PrintedForm.objects.get()
    assert (printed.form_no, printed.subject_no, printed.digest) == ("5", "S1", form().digest())
    entry = AuditEntry.objects.get(action="printed")
    assert (entry.by, entry.subject_no, entry.region) == (world.changchun_clearing, "S1", world.changchun)


def test_the_print_page_shows_the_case_and_leads_back(load: Run, as_user: LogIn, world: World) -> None:
    load([row("S1")])

    html = as_user(world.prov_clearing).get("/cases/S1/form5/").content.decode()

    for text in (RIGHT["证件号码"], "人民币壹仟元整", "吉林省异地就医住院结算单", "床位费", 'href="../"'):
        assert text in html


def test_who_may_not_print_or_see_the_case_does_not(load: Run, as_user: LogIn, world: World) -> None:
    load([row("S1"), row("S2", 医疗类别="41")])

    assert as_user(world.yanbian_clearing).get("/cases/S1/form5/").status_code == 404
    assert as_user(world.prov_finance).get("/cases/S1/form5/").status_code == 403
    assert as_user(world.prov_clearing).get("/cases/S2/form5/").status_code == 404
    assert "form5" not in as_user(world.prov_finance).get("/cases/S1/").content.decode()
    assert not PrintedForm.objects.exists()


def test_the_case_and_the_list_of_forms_lead_to_it(load: Run, as_user: LogIn, world: World) -> None:
    load([row("S1")])
    client = as_user(world.changchun_clearing)

    assert "/cases/S1/form5.pdf" in client.get("/cases/S1/").content.decode()
    assert "/cases/?care_kind=inpatient" in client.get("/forms/").content.decode()
    client.get("/cases/S1/form5.pdf")
    assert "与现在一致" in client.get("/cases/S1/").content.decode()


def test_the_command_prints_it_blank_or_of_a_case(load: Run, world: World, tmp_path: Path) -> None:
    load([row("S1"), row("S2", 医疗类别="41")])
    out = io.StringIO()
    path = tmp_path / "form5.pdf"

    call_command("print_form", "5", "--number", "S1", "--out", str(path), "--json", stdout=out)
    assert json.loads(out.getvalue())["digest"] == form().digest()
    assert path.read_bytes().startswith(b"%PDF")
    assert PRINTED_FORMS["5"](world.system, world.now, "").pdf.startswith(b"%PDF")

    for number, told in (("S2", "表 5 只用于住院和生育"), ("S9", "没有结算 S9")):
        with pytest.raises(CommandError, match=told):
            call_command("print_form", "5", "--number", number, "--out", str(path))


@pytest.mark.parametrize(
    ("later", "told"), [("", "已结算"), ("fees", "打印后内容有变"), ("reversal", "已冲正")]
)
def test_a_code_says_whether_the_case_still_stands(
    load: Run, as_user: LogIn, world: World, tmp_path: Path, later: str, told: str
) -> None:
    load([row("S1")])
    as_user(world.prov_clearing).get("/cases/S1/form5.pdf")
    code = PrintedForm.objects.get().code
    if later == "fees":
        load_fees(world, tmp_path)
    elif later == "reversal":
        load([reversal("S2", "S1")])

    assert told in Client().get(f"/verify/{code}/").content.decode()


def test_a_reversed_case_prints_without_a_code(load: Run, as_user: LogIn, world: World) -> None:
    load([row("S1"), reversal("S2", "S1")])
    client = as_user(world.prov_clearing)

    assert "已冲正" in client.get("/cases/S1/form5/").content.decode()
    assert not PrintedForm.objects.exists()
    assert "退费" in client.get("/cases/S2/form5/").content.decode()
    assert PrintedForm.objects.get().subject_no == "S2"
