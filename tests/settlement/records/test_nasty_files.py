"""Every nasty file, by command and in the browser: its sentence of expected.csv, nothing stored for it."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.html import escape

from agency.jobs.models import Job
from agency.jobs.services import job_run
from settlement.records.models import SettlementRecord
from tests.settlement.records.nasty import BIG, FOLDER, MADE, content_of, expected
from tests.support.world import World

pytestmark = pytest.mark.once

LogIn = Callable[[object], Client]
LINES = expected()


def told_by_command(path: Path) -> str:
    out = StringIO()
    try:
        call_command("import_settlements", str(path), stdout=out)
    except CommandError as error:
        return str(error)
    except SystemExit as ended:
        assert ended.code == 2
    return out.getvalue()


def told_in_browser(client: Client, path: Path) -> str:
    """What the page of the batch says, or that of the upload."""
    upload = SimpleUploadedFile(path.name, path.read_bytes())
    response = client.post("/imports/new/settlements/", {"file": upload}, follow=True)
    assert response.status_code in (200, 422)
    if response.status_code == 422:
        return response.content.decode()
    job = Job.objects.get()
    job_run(job.job_no)
    job.refresh_from_db()
    assert job.state == "done", job.message
    return client.get(response.redirect_chain[-1][0]).content.decode()


def test_every_file_has_its_sentence() -> None:
    assert [line["file"] for line in LINES] == sorted(MADE)
    assert len(LINES) >= 40
    assert {path.name for path in FOLDER.iterdir()} == set(MADE) - BIG | {"expected.csv"}


@pytest.mark.parametrize("line", LINES, ids=[line["file"] for line in LINES])
def test_a_nasty_file_is_told_in_one_sentence(
    line: dict[str, str], as_user: LogIn, world: World, tmp_path: Path
) -> None:
    path = tmp_path / line["file"]
    path.write_bytes(content_of(line["file"]))

    page = told_in_browser(as_user(world.prov_clearing), path)
    stored_before_anybody_confirms = SettlementRecord.objects.count()
    lines = told_by_command(path)

    assert escape(line["told"]) in page
    assert line["told"] in lines
    assert stored_before_anybody_confirms == 0
    assert SettlementRecord.objects.count() == int(line["stored"])
