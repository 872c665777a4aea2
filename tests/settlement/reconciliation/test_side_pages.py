"""Pages and commands of the two-sided sheet."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from agency.journal.books import check_all
from agency.journal.models import AuditEntry
from settlement.reconciliation import sides_checks
from settlement.reconciliation.models import DifferenceSheet, Discrepancy, ReconciliationRun, TheirAnswer
from settlement.reconciliation.sides import sheet_make
from settlement.reconciliation.signing import run_sign
from tests.settlement.clearing.damages import unguarded
from tests.settlement.reconciliation.answering import answer, filled_csv, filled_xlsx
from tests.settlement.reconciliation.laid_runs import lay_run, settle_all
from tests.support.ground import Ground
from tests.support.world import World

AsUser = Callable[..., Client]
URL = "/reconciliation/R20261199999/sheet/"
YES, NO = {"答复": "同意"}, {"答复": "不同意", "理由": "我方另有票据"}
pytestmark = pytest.mark.usefixtures("laid")


@pytest.fixture(scope="module")
def laid(ground: Ground) -> Iterator[None]:
    with ground(lay_run):
        yield


@pytest.fixture
def run(world: World) -> ReconciliationRun:
    return ReconciliationRun.objects.get()


@pytest.fixture
def sheet(run: ReconciliationRun, world: World) -> DifferenceSheet:
    return sheet_make(run=run, by=world.changchun_clearing, at=world.now)


def text(client: Client, url: str = URL) -> str:
    return client.get(url).content.decode()


def upload(client: Client, content: bytes, name: str = "答复.xlsx") -> object:
    return client.post(f"{URL}answers/", {"file": SimpleUploadedFile(name, content)})


def test_a_sheet_is_made_sent_answered_and_closed(
    run: ReconciliationRun, world: World, as_user: AsUser
) -> None:
    maker, other = as_user(world.changchun_clearing), as_user(world.changchun_clearing_2)
    assert maker.post(f"{URL}make/", {"which": "open"})["Location"] == URL
    sheet = DifferenceSheet.objects.get()
    file = maker.get(f"/reconciliation/sheets/{sheet}/xlsx/")
    assert file.content.startswith(b"PK")

    assert upload(maker, filled_xlsx(sheet, {1: YES, 2: NO}))["Location"] == URL  # type: ignore[index]

    page = text(maker)
    assert "同意 1 条，不同意 1 条，未答复 1 条；按对方同意提出结论 1 条" in page
    assert "我方另有票据" in page
    assert "结论是您提出的，由另一位同事批准" in page
    assert "批准双方一致的结论" in text(other)
    assert other.post(f"{URL}approve/")["Location"] == URL
    assert "已批准双方一致的结论 1 条" in text(other)
    assert Discrepancy.objects.get(serial=1).state == "settled"


def test_the_list_is_narrowed_by_what_they_say(sheet: DifferenceSheet, world: World, as_user: AsUser) -> None:
    answer(world, filled_csv(sheet, {1: YES, 2: NO}))
    client = as_user(world.auditor)

    shown = {
        stance: [
            number for number in ("S1", "S2", "S9") if f">{number}<" in text(client, f"{URL}?stance={stance}")
        ]
        for stance in ("", "agrees", "waiting", "disagrees", "unanswered", "nonsense")
    }

    assert shown == {
        "": ["S1", "S2", "S9"],
        "agrees": ["S1"],
        "waiting": ["S1"],
        "disagrees": ["S2"],
        "unanswered": ["S9"],
        "nonsense": ["S1", "S2", "S9"],
    }


def test_a_file_that_was_tampered_with_is_refused_beside_the_field(
    sheet: DifferenceSheet, world: World, as_user: AsUser
) -> None:
    client = as_user(world.changchun_clearing_2)

    response = upload(client, filled_csv(sheet, {2: {"差额（元）": "1.00"}}), "答复.csv")

    page = response.content.decode()  # type: ignore[attr-defined]
    assert response.status_code == 422  # type: ignore[attr-defined]
    assert "第 3 行：“差额（元）”与发出的不同" in page
    assert not TheirAnswer.objects.exists()
    assert upload(client, b"", "x.csv").status_code == 422  # type: ignore[attr-defined]


def test_who_may_see_send_answer_and_approve(sheet: DifferenceSheet, world: World, as_user: AsUser) -> None:
    names = ("auditor", "supervisor", "yanbian_clearing", "clerk")
    clients = [as_user(getattr(world, name)) for name in names]

    assert [client.get(URL).status_code for client in clients] == [200, 200, 404, 403]
    file = f"/reconciliation/sheets/{sheet}/csv/"
    assert [client.get(file).status_code for client in clients] == [200, 200, 404, 403]
    assert clients[0].get(f"/reconciliation/sheets/{sheet}/pdf/").status_code == 404
    for path in ("make/", "answers/"):
        assert [client.post(URL + path).status_code for client in clients] == [403, 403, 404, 403]
    assert [client.post(f"{URL}approve/").status_code for client in clients] == [403, 302, 404, 403]
    assert DifferenceSheet.objects.count() == 1


def test_what_goes_out_and_comes_in_is_logged(sheet: DifferenceSheet, world: World, as_user: AsUser) -> None:
    as_user(world.auditor).get(f"/reconciliation/sheets/{sheet}/csv/")
    answer(world, filled_csv(sheet, {1: YES}))

    details = {
        entry.action: entry.detail
        for entry in AuditEntry.objects.filter(subject_kind="reconciliation", subject_no="R20261199999")
    }
    assert details["difference_sheet_made"] == {"sheet": str(sheet), "rows": 3, "digest": sheet.digest}
    assert details["exported"]["what"] == "difference_sheet"
    counts = {"agreed": 1, "disagreed": 0, "unanswered": 2, "unchanged": 0, "judged": 1, "settled": 0}
    assert details["answers_imported"] == {"sheet": str(sheet), **counts}


def command(name: str, *arguments: str) -> dict[str, object]:
    out = io.StringIO()
    call_command(name, *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_commands_send_and_take_answers(run: ReconciliationRun, world: World, tmp_path: Path) -> None:
    out = tmp_path / "sheet.csv"
    said = command("send_differences", run.run_no, f"--out={out}", "--as=changchun_clearing")
    sheet = DifferenceSheet.objects.get()
    assert said == {"sheet": str(sheet), "rows": 3, "file": str(out), "digest": sheet.digest}

    out.write_bytes(filled_csv(sheet, {1: YES}))
    told = command("import_answers", str(out), "--as=changchun_clearing_2")
    assert (told["run"], told["sheet"], told["agreed"], told["judged"]) == (run.run_no, str(sheet), 1, 1)

    out.write_bytes(filled_csv(sheet, {2: NO}))
    with pytest.raises(SystemExit) as ended:
        command("import_answers", str(out))
    assert ended.value.code == 2
    with pytest.raises(CommandError, match="只写成 xlsx、csv"):
        command("send_differences", run.run_no, f"--out={tmp_path / 'sheet.pdf'}")
    assert DifferenceSheet.objects.count() == 1


def broken() -> list[tuple[str, str]]:
    mine = {sides_checks.SHEETS, sides_checks.ANSWERS, sides_checks.REPORTS}
    return [(found.check, found.subject) for found in check_all(None).broken if found.check in mine]


def test_the_checks_find_nothing_where_nothing_is_wrong(
    sheet: DifferenceSheet, run: ReconciliationRun, world: World
) -> None:
    answer(world, filled_csv(sheet, {1: NO}))
    settle_all(run, world)
    run_sign(run=run, by=world.supervisor, at=world.now)

    assert broken() == []


def test_the_checks_name_what_was_damaged(
    sheet: DifferenceSheet, run: ReconciliationRun, world: World
) -> None:
    answer(world, filled_csv(sheet, {1: NO}))
    settle_all(run, world)
    run_sign(run=run, by=world.supervisor, at=world.now)

    with unguarded():
        Discrepancy.objects.filter(serial=2).update(note="改过")
        TheirAnswer.objects.update(discrepancy=_stranger(world))
        DifferenceSheet.objects.update(rows=7)

    assert broken() == [
        (sides_checks.REPORTS, "对账 R20261199999"),
        (sides_checks.SHEETS, f"核对表 {sheet}"),
        (sides_checks.ANSWERS, f"核对表 {sheet} 第 2 行"),
    ]


def _stranger(world: World) -> Discrepancy:
    other = lay_run(world, "R20261199998", content=b"another")
    return Discrepancy.objects.filter(run=other).first()  # type: ignore[return-value]
