"""扫描件的核对: what was kept is there, byte for byte, and was brought by somebody else than the reviewer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from django.db.models import F

from agency.registry import CHECKS
from agency.web.parts import Broken
from filings.scans import store
from filings.scans.models import Scan, ScanPage
from filings.scans.services import digest_of

FILES_ARE_THERE = "扫描件文件齐全未改"
PAGES_FIT = "扫描件与各页一致"
SECOND_PERSON = "扫描件不由复核人上传"
CHUNK = 2000


@CHECKS.register(FILES_ARE_THERE, order=110)
def files_are_there(period: str | None) -> Iterator[Broken]:
    """Each page's file, also of scans taken away, lies there with its digest; read in pieces. Belongs to no
    month, so only the whole check reads the disk."""
    if period is not None:
        return
    rows = ScanPage.objects.order_by("pk").values_list(
        "scan__filing__filing_no", "scan__number", "number", "digest"
    )
    for filing_no, scan, page, digest in rows.iterator(chunk_size=CHUNK):
        found = store.digest_on_disk(digest)
        subject = f"{filing_no} 扫描件 {scan} 第 {page} 页"
        if not found:
            yield Broken(FILES_ARE_THERE, subject, "文件不在，请从备份恢复")
        elif found != digest:
            yield Broken(FILES_ARE_THERE, subject, "文件内容与摘要不符，请从备份恢复")
        elif not store.path_of(digest, small=True).is_file():
            yield Broken(FILES_ARE_THERE, subject, "小图不在，请从备份恢复")


@CHECKS.register(PAGES_FIT, order=111)
def pages_fit(period: str | None) -> Iterator[Broken]:
    """A scan's digest, count of pages and size follow from its pages."""
    if period is not None:
        return
    rows = ScanPage.objects.order_by("scan_id", "number").values_list("scan_id", "digest", "size")
    pages = groupby(rows.iterator(chunk_size=CHUNK), key=lambda row: row[0])
    scan_id, own = next(pages, (None, None))
    for scan in Scan.objects.select_related("filing").order_by("pk").iterator(chunk_size=CHUNK):
        found: list[tuple[int, str, int]] = []
        if own is not None and scan_id == scan.pk:
            found = list(own)
            scan_id, own = next(pages, (None, None))
        said = (scan.page_count, scan.size, scan.digest)
        if said != (len(found), sum(row[2] for row in found), digest_of(row[1] for row in found)):
            yield Broken(PAGES_FIT, f"{scan.filing} 扫描件 {scan.number}", "页数、字节数或摘要与各页不一致")


@CHECKS.register(SECOND_PERSON, order=112)
def brought_by_another(period: str | None) -> Iterator[Broken]:
    """Nobody reviews a filing to which they had brought a paper before."""
    rows = Scan.objects.filter(
        uploaded_by=F("filing__reviewed_by"), uploaded_at__lte=F("filing__reviewed_at")
    )
    for number in rows.order_by("filing_id").values_list("filing__filing_no", flat=True).distinct():
        yield Broken(SECOND_PERSON, number, "复核人上传过这份备案的扫描件")
