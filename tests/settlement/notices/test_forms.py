"""表 7、表 8: what a notice says on paper, who prints it, and what its code says later."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from agency.journal.models import AuditEntry, PrintedForm
from agency.registry import STANDING
from settlement.clearing.models import ClearingPeriod
from settlement.notices.form7 import form_of
from settlement.notices.issuing import notices_void
from tests.settlement.notices.statement import notice
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_notices")
LogIn = Callable[[object], Client]


def run(*arguments: str) -> Any:
    out = io.StringIO()
    call_command("print_form", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_forms_say_what_the_notices_say(world: World) -> None:
    pays, receives = form_of(notice(1)), form_of(notice(2))

    assert pays.heading == "吉林省长春市统筹区2026年10月月度清算付款通知书"
    assert receives.heading == "吉林省吉林市统筹区2026年10月月度清算收款通知书"
    assert pays.rows == (("职工", "1,245.00"), ("居民", "-700.00"))
    assert (pays.total, pays.total_capitals) == ("545.00", "伍佰肆拾伍元整")
    assert (pays.unit, pays.account_no) == ("长春市医疗保障经办机构", "9900000000000220000")
    assert (str(pays.submit_by), str(pays.pay_by), str(pays.issued_on)) == (
        "2026-11-27",
        "2026-12-11",
        "2026-11-20",
    )


def test_the_page_has_the_receipt_to_tear_off_and_its_code(world: World, as_user: LogIn) -> None:
    client = as_user(world.prov_finance)

    html = client.get("/notices/2026-1/print/").content.decode()
    pdf = client.get("/notices/2026-1/notice.pdf")

    printed = PrintedForm.objects.get()
    for text in (
        "吉医保异清〔2026〕1号",
        "付款通知书回执",
        "沿此线裁下",
        "人民币伍佰肆拾伍元整",
        printed.code,
    ):
        assert text in html
    assert (
        html.count("验证码") == html.count(f"<b>{printed.code}</b>") == 1
    )  # on the notice itself, which stays
    assert html.index("验证码") < html.index("沿此线裁下")
    assert pdf.content[:4] == b"%PDF"
    assert (printed.form_no, printed.digest) == ("8", form_of(notice(1)).digest())
    assert AuditEntry.objects.filter(action="printed").count() == 2


def test_the_same_notice_gives_the_same_bytes(world: World, tmp_path: Path) -> None:
    digests = []
    for number in ("吉医保异清〔2026〕2号", "2026-2", "吉医保异清[2026]2号"):
        digests.append(run("7", "--number", number, "--out", str(tmp_path / f"{number}.pdf"))["digest"])

    assert len(set(digests)) == 1
    files = {path.read_bytes() for path in tmp_path.glob("*.pdf")}
    assert len(files) == 1


@pytest.mark.parametrize(
    ("form", "number", "sentence"),
    [
        ("7", "吉医保异清〔2026〕1号", "请打印表 8"),
        ("8", "2026-2", "请打印表 7"),
        ("7", "2026-99", "没有通知书"),
        ("7", "9" * 30, "没有通知书"),
    ],
)
def test_a_wrong_number_is_told(world: World, tmp_path: Path, form: str, number: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run(form, "--number", number, "--out", str(tmp_path / "x.pdf"))
    assert not PrintedForm.objects.exists()


def test_a_region_prints_its_own_alone(world: World, tmp_path: Path) -> None:
    out = str(tmp_path / "x.pdf")

    assert run("8", "--number", "2026-1", "--out", out, "--as", "changchun_clearing")["digest"]
    with pytest.raises(CommandError, match="不属于您的统筹区"):
        run("7", "--number", "2026-2", "--out", out, "--as", "changchun_clearing")


def test_blanks_differ_and_are_not_logged(world: World, as_user: LogIn, tmp_path: Path) -> None:
    digests = {run(form, "--out", str(tmp_path / f"{form}.pdf"))["digest"] for form in ("7", "8")}

    assert len(digests) == 2
    assert not AuditEntry.objects.filter(action="printed").exists()
    listed = as_user(world.prov_finance).get("/forms/").content.decode()
    assert "/notices/?direction=receipt" in listed and "/forms/8/blank.pdf" in listed


def test_a_code_says_genuine_and_after_a_reopening_voided(world: World, as_user: LogIn) -> None:
    client = as_user(world.prov_finance)
    client.get("/notices/2026-1/notice.pdf")
    printed = PrintedForm.objects.get()
    assert "真实有效" in Client().get(f"/verify/{printed.code}/").content.decode()

    notices_void(ClearingPeriod.objects.get(), world.prov_supervisor, world.now)

    standing = STANDING["notice"](printed)
    assert (standing.label, standing.is_effective) == ("已作废", False)
    html = client.get("/notices/2026-1/print/").content.decode()
    assert "已作废" in html and printed.code not in html
    assert PrintedForm.objects.count() == 1
    assert "已作废" in client.get("/notices/2026-1/").content.decode()
