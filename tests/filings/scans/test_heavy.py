"""A file that unpacks without end is stopped, and takes no second turn of the decoder in one upload."""

from __future__ import annotations

import io

import pytest

from agency.errors import DomainError
from filings.scans import intake
from filings.scans.intake import UPLOAD_SECONDS, WAIT_SECONDS, Allowance, read_file
from filings.scans.models import Scan
from filings.scans.selectors import limits_on
from filings.scans.services import Incoming, scans_add
from tests.filings.making import make_draft
from tests.filings.scans import files
from tests.support.world import World


def test_after_a_file_that_had_to_be_stopped_nothing_more_of_the_upload_is_opened(world: World) -> None:
    contents = {
        "好.jpg": files.jpeg(),
        "弹.pdf": files.bomb_pdf(0),
        "弹2.pdf": files.bomb_pdf(1),
        "后.png": files.png(),
    }
    incoming = [Incoming(name, len(data), io.BytesIO(data)) for name, data in contents.items()]

    done = scans_add(make_draft(world), incoming, material="residence_permit", by=world.clerk, at=world.now)

    assert [scan.file_name for scan in done.added] == ["好.jpg"]
    assert [(name, error.code) for name, error in done.refused] == [
        ("弹.pdf", "too_heavy"),
        ("弹2.pdf", "not_opened"),
        ("后.png", "not_opened"),
    ]
    assert "请单独再传这一个" in done.refused[2][1].message
    assert Scan.objects.count() == 1


def test_all_files_of_an_upload_share_one_span_of_time(world: World) -> None:
    limits = limits_on(world.today)
    fresh, spent = Allowance(), Allowance(seconds=0)

    assert 0 < fresh.left <= WAIT_SECONDS < UPLOAD_SECONDS
    with pytest.raises(DomainError, match="没有打开看") as refused:
        read_file(files.jpeg(), limits, spent)
    assert refused.value.code == "not_opened"
    assert len(read_file(files.jpeg(), limits, fresh).pages) == 1


def test_whoever_waits_for_other_uploads_in_vain_is_told_so(world: World) -> None:
    with intake._at_once, intake._at_once, pytest.raises(DomainError, match="别的上传正在处理") as refused:
        read_file(files.jpeg(), limits_on(world.today), Allowance(seconds=0.2))

    assert refused.value.code == "busy"
