"""The report's page, its signature in the browser and by command, its papers and their verification."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from agency.journal.models import AuditEntry, PrintedForm
from settlement.reconciliation.models import Discrepancy, ReconciliationRun
from tests.settlement.reconciliation.laid_runs import lay_run, settle_all
from tests.support.ground import Ground
from tests.support.world import World

AsUser = Callable[..., Client]
URL = "/reconciliation/R20261199999/report"
pytestmark = pytest.mark.usefixtures("laid")


@pytest.fixture(scope="module")
def laid(ground: Ground) -> Iterator[None]:
    with ground(lay_run):
        yield


@pytest.fixture
def run(world: World) -> ReconciliationRun:
    return ReconciliationRun.objects.get()


@pytest.fixture
def settled(run: ReconciliationRun, world: World) -> ReconciliationRun:
    settle_all(run, world)
    return run


def text(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def press_sign(client: Client, page: str) -> str:
    seen = page.split('name="seen" value="')[1].split('"')[0]
    response = client.post(f"{URL}/sign/", {"seen": seen})
    assert response["Location"] == f"{URL}/"
    return text(client, f"{URL}/")


def test_the_page_says_what_was_found_and_what_is_in_the_way(
    run: ReconciliationRun, world: World, as_user: AsUser
) -> None:
    page = text(as_user(world.changchun_clearing_2), f"{URL}/")

    assert "长春市与吉林市对账结果报告" in page
    assert "还有 3 条差异没有批准的结论" in page
    assert "基金支付总额：我方 560.00，对方 550.00" in page
    assert "签字确认对账结果" not in page


def test_the_maker_is_told_that_another_signs(
    settled: ReconciliationRun, world: World, as_user: AsUser
) -> None:
    page = text(as_user(world.changchun_clearing), f"{URL}/")

    assert "发起对账的人不能自己签字" in page
    assert "签字确认对账结果" not in page


def test_a_second_person_signs_what_is_shown(
    settled: ReconciliationRun, world: World, as_user: AsUser
) -> None:
    client = as_user(world.changchun_clearing_2)

    page = press_sign(client, text(client, f"{URL}/"))

    settled.refresh_from_db()
    assert settled.signed_by == world.changchun_clearing_2
    assert "已签字，结果从此不变" in page
    assert settled.report_digest[:12] in page


def test_what_changed_since_it_was_shown_is_not_signed(
    settled: ReconciliationRun, world: World, as_user: AsUser
) -> None:
    client = as_user(world.changchun_clearing_2)
    page = text(client, f"{URL}/")
    Discrepancy.objects.filter(serial=1).update(note="改过的说明")

    assert "对账结果刚有变动" in press_sign(client, page)

    settled.refresh_from_db()
    assert settled.state == "compared"


def test_who_may_see_it_and_who_may_sign(settled: ReconciliationRun, world: World, as_user: AsUser) -> None:
    names = ("auditor", "supervisor", "yanbian_clearing", "prov_auditor", "clerk")
    seen = {name: as_user(getattr(world, name)).get(f"{URL}/").status_code for name in names}
    signed = {name: as_user(getattr(world, name)).post(f"{URL}/sign/").status_code for name in names}

    assert list(seen.values()) == [200, 200, 404, 200, 403]
    assert list(signed.values()) == [403, 302, 404, 403, 403]
    settled.refresh_from_db()
    assert settled.state == "compared"  # nobody had been shown what was to be signed


def test_papers_and_files_are_logged_and_verified(
    settled: ReconciliationRun, world: World, as_user: AsUser
) -> None:
    client = as_user(world.changchun_clearing_2)
    draft = text(client, f"{URL}/print/")
    press_sign(client, text(client, f"{URL}/"))

    paper = text(client, f"{URL}/print/")
    pdf = client.get(f"{URL}.pdf")

    settled.refresh_from_db()
    printed = PrintedForm.objects.get(digest=settled.report_digest)
    assert "草稿" in draft
    assert "草稿" not in paper
    assert printed.code in paper
    assert pdf.content.startswith(b"%PDF")
    assert "已签字（changchun_clearing_2）" in text(client, f"/verify/{printed.code}/")
    exported = AuditEntry.objects.filter(action="exported", subject_no=settled.run_no)
    assert [entry.detail["format"] for entry in exported] == ["pdf"]


def test_a_draft_says_so_when_it_is_verified(run: ReconciliationRun, world: World, as_user: AsUser) -> None:
    client = as_user(world.changchun_clearing_2)
    text(client, f"{URL}/print/")
    code = PrintedForm.objects.get().code

    assert "草稿，还没有签字" in text(client, f"/verify/{code}/")
    settle_all(run, world)
    assert "打印之后结果又有变动" in text(client, f"/verify/{code}/")


def command(name: str, *arguments: str) -> dict[str, object]:
    out = io.StringIO()
    call_command(name, *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_commands_sign_and_export(settled: ReconciliationRun, world: World, tmp_path: Path) -> None:
    said = command("sign_reconciliation", settled.run_no, "--as=supervisor")
    out = tmp_path / "report.xlsx"
    told = command("export_reconciliation", settled.run_no, "--format=xlsx", f"--out={out}")

    settled.refresh_from_db()
    assert said == {"run": settled.run_no, "differences": 3, "digest": settled.report_digest}
    assert told == {"file": str(out), "digest": settled.report_digest, "signed": True}
    assert out.read_bytes().startswith(b"PK")


def test_commands_say_why_they_could_not(run: ReconciliationRun, world: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="还有 3 条差异"):
        command("sign_reconciliation", run.run_no)
    with pytest.raises(CommandError, match="没有对账 R0"):
        command("export_reconciliation", "R0", "--format=pdf", f"--out={tmp_path / 'x.pdf'}")
    with pytest.raises(CommandError, match="不属于您的统筹区"):
        command("export_reconciliation", run.run_no, "--format=csv", "--out=x", "--as=yanbian_clearing")

    assert list(tmp_path.iterdir()) == []
