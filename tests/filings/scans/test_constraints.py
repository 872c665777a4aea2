"""What the database refuses about scans whatever path is taken, and what check_books finds on the disk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from agency.registry import CHECKS
from filings.filing.models import Filing
from filings.scans import store
from filings.scans.checks import FILES_ARE_THERE, PAGES_FIT, SECOND_PERSON
from filings.scans.models import Scan, ScanPage
from tests.filings.making import make_draft, make_in_force
from tests.filings.scans.files import make_scan
from tests.support.world import World


def broken(name: str, period: str | None = None) -> list[tuple[str, str]]:
    return [(found.subject, found.message) for found in CHECKS[name](period)]


@pytest.mark.parametrize(
    "change",
    [
        {"withdrawn_at": dt.datetime(2026, 11, 20, tzinfo=dt.UTC)},
        {"withdrawn_reason": "没有人撤下"},
        {"page_count": 0},
        {"digest": "0" * 64},
        {"number": 9},
        {"file_name": "改名.jpg", "source_digest": "1" * 64},
    ],
    ids=lambda change: "-".join(change),
)
def test_a_scan_cannot_be_changed_behind_the_services(world: World, change: dict[str, Any]) -> None:
    scan = make_scan(world, make_draft(world))

    with pytest.raises(IntegrityError), transaction.atomic():
        Scan.objects.filter(pk=scan.pk).update(**change)

    assert Scan.objects.filter(pk=scan.pk, withdrawn_at=None, page_count=1, number=1).exists()


def test_scans_and_pages_are_never_deleted_and_never_doubled(world: World) -> None:
    filing = make_draft(world)
    scan = make_scan(world, filing)
    attempts: list[Callable[[], object]] = [
        lambda: ScanPage.objects.filter(scan=scan).delete(),
        lambda: ScanPage.objects.filter(scan=scan).update(digest="0" * 64),
        lambda: _raw("DELETE FROM filings_scan"),
        lambda: make_scan(world, filing),
        lambda: Scan.objects.bulk_create([_copy(scan, number=1, digest="2" * 64, source_digest="2" * 64)]),
        lambda: Scan.objects.bulk_create([_copy(scan, number=2, source_digest="2" * 64)]),
        lambda: Scan.objects.bulk_create([_copy(scan, number=2, digest="2" * 64)]),
        lambda: Scan.objects.bulk_create(
            [_copy(scan, number=2, digest="3", source_digest="3", came_as="a/b")]
        ),
    ]

    for attempt in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()

    assert list(Scan.objects.values_list("number", flat=True)) == [1]


def _copy(scan: Scan, **changes: Any) -> Scan:
    values = {field.name: getattr(scan, field.name) for field in Scan._meta.fields if field.name != "id"}
    return Scan(**{**values, **changes})


def _raw(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_check_books_reads_each_kept_page_in_full(world: World, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    whole, changed, lost = (make_scan(world, make_draft(world), colour=c) for c in ("red", "green", "blue"))
    assert broken(FILES_ARE_THERE) == broken(PAGES_FIT) == []

    path = store.path_of(changed.pages.get().digest)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    store.path_of(lost.pages.get().digest).unlink()
    store.path_of(whole.pages.get().digest, small=True).unlink()

    assert broken(FILES_ARE_THERE) == [
        (f"{whole.filing} 扫描件 1 第 1 页", "小图不在，请从备份恢复"),
        (f"{changed.filing} 扫描件 1 第 1 页", "文件内容与摘要不符，请从备份恢复"),
        (f"{lost.filing} 扫描件 1 第 1 页", "文件不在，请从备份恢复"),
    ]
    assert broken(FILES_ARE_THERE, "202611") == []


def test_check_books_finds_a_scan_without_its_pages_and_one_brought_by_the_reviewer(world: World) -> None:
    good, filing = make_scan(world, make_draft(world), pages=2), make_in_force(world)
    empty = _copy(good, filing=filing, uploaded_by=world.reviewer, uploaded_at=world.now)
    Scan.objects.bulk_create([empty])

    assert broken(PAGES_FIT) == [(f"{filing} 扫描件 1", "页数、字节数或摘要与各页不一致")]
    assert broken(SECOND_PERSON) == [(filing.filing_no, "复核人上传过这份备案的扫描件")]

    Filing.objects.filter(pk=filing.pk).update(reviewed_at=world.now - dt.timedelta(days=1))
    assert broken(SECOND_PERSON) == []
