"""Writes of scans: take in a file, take it away, put it back. Files first, then the rows that name them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from agency.errors import DomainError
from agency.journal import audit
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from filings.filing.models import Filing
from filings.materials.models import MaterialKind
from filings.scans import store
from filings.scans.intake import Allowance, Read, read_file, refused
from filings.scans.models import Scan, ScanPage
from filings.scans.rules import Limits, tidy_name
from filings.scans.selectors import is_open, limits_on, offered_papers

ORPHAN_AGE = dt.timedelta(days=1)


class Readable(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file as it comes: its name, its length, and where to read it."""

    name: str
    size: int
    stream: Readable


@dataclass
class TakenIn:
    """What became of the files of one upload."""

    added: list[Scan] = field(default_factory=list)
    known: list[tuple[str, Scan]] = field(default_factory=list)
    refused: list[tuple[str, DomainError]] = field(default_factory=list)


def scans_add(
    filing: Filing, files: Iterable[Incoming], *, material: str, by: User, at: dt.datetime
) -> TakenIn:
    """Take in several files as proof of one paper. Each stands for itself: one that is refused keeps none of
    the others out. DomainError when nothing could be taken at all."""
    on = timezone.localdate(at)
    limits, files = limits_on(on), list(files)
    _require_open(filing, by, on)
    paper = _paper(filing, material)
    if not files:
        raise DomainError("no_file", "请选择要上传的文件。", field="scans")
    if len(files) > limits.files_at_once:
        told = f"一次最多 {limits.files_at_once} 个文件，这次有 {len(files)} 个，都没有收。请分几次传。"
        raise DomainError("too_many_files", told, field="scans")
    done, allowance = TakenIn(), Allowance()
    for incoming in files:
        name = tidy_name(incoming.name)
        try:
            scan, is_new = _take_in(filing, incoming, name, limits, allowance, paper=paper, by=by, at=at)
        except DomainError as error:
            done.refused.append((name, error))
            continue
        if is_new:
            done.added.append(scan)
        else:
            done.known.append((name, scan))
    return done


def _take_in(
    filing: Filing,
    incoming: Incoming,
    name: str,
    limits: Limits,
    allowance: Allowance,
    *,
    paper: MaterialKind,
    by: User,
    at: dt.datetime,
) -> tuple[Scan, bool]:
    """The scan, and whether it is new; the slow part before the lock, nothing on disk until accepted."""
    if incoming.size > limits.file_bytes:
        raise refused("file_too_large", limits)
    data = incoming.stream.read(limits.file_bytes + 1)
    source_digest = hashlib.sha256(data).hexdigest()
    known = Scan.objects.current().filter(filing=filing, material=paper, source_digest=source_digest).first()
    if known is not None:
        return known, False
    return _store(filing, read_file(data, limits, allowance), name, source_digest, paper=paper, by=by, at=at)


@transaction.atomic
def _store(
    filing: Filing,
    read: Read,
    name: str,
    source_digest: str,
    *,
    paper: MaterialKind,
    by: User,
    at: dt.datetime,
) -> tuple[Scan, bool]:
    """Under the filing's lock: still open, not there yet; then the files, the rows and the log."""
    _lock(filing)
    _require_open(filing, by, timezone.localdate(at))
    digests = [hashlib.sha256(page.content).hexdigest() for page in read.pages]
    digest = digest_of(digests)
    known = _same(filing, paper, digest, source_digest)
    if known is not None:
        return known, False
    for page in read.pages:
        store.keep(page.content, page.small)
    last = Scan.objects.filter(filing=filing).aggregate(last=Max("number"))["last"] or 0
    scan = Scan.objects.create(
        filing=filing,
        number=last + 1,
        material=paper,
        digest=digest,
        source_digest=source_digest,
        came_as=read.came_as,
        page_count=len(read.pages),
        size=sum(len(page.content) for page in read.pages),
        width=read.pages[0].width,
        height=read.pages[0].height,
        file_name=name,
        uploaded_by=by,
        uploaded_at=at,
    )
    ScanPage.objects.bulk_create(
        ScanPage(
            scan=scan, number=number, digest=of, size=len(page.content), width=page.width, height=page.height
        )
        for number, (page, of) in enumerate(zip(read.pages, digests, strict=True), 1)
    )
    _log("scan_added", scan, by=by, at=at, pages=scan.page_count, digest=digest)
    return scan, True


def digest_of(pages: Iterable[str]) -> str:
    """The digest of a scan, from the digests of its pages in their order."""
    return hashlib.sha256("".join(pages).encode()).hexdigest()


@transaction.atomic
def scan_withdraw(scan: Scan, *, by: User, at: dt.datetime, reason: str) -> Scan:
    """Take a scan away: it no longer proves anything, and stays with who, when and why."""
    filing = scan.filing
    _lock(filing)
    _require_open(filing, by, timezone.localdate(at))
    scan.refresh_from_db()
    if scan.is_withdrawn:
        raise DomainError("already_withdrawn", f"第 {scan.number} 件已由{scan.withdrawn_by}撤下。")
    if not reason.strip():
        raise DomainError("reason_missing", "请写明撤下的原因。", field="reason")
    scan.withdrawn_by, scan.withdrawn_at, scan.withdrawn_reason = by, at, reason.strip()[:500]
    scan.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    _log("scan_withdrawn", scan, by=by, at=at, reason=scan.withdrawn_reason)
    return scan


@transaction.atomic
def scan_restore(scan: Scan, *, by: User, at: dt.datetime) -> Scan:
    """Put back what was taken away; its number and place are as before. The log keeps that it was away."""
    filing = scan.filing
    _lock(filing)
    _require_open(filing, by, timezone.localdate(at))
    scan.refresh_from_db()
    if not scan.is_withdrawn:
        raise DomainError("not_withdrawn", f"第 {scan.number} 件没有撤下，不用恢复。")
    known = _same(filing, scan.material, scan.digest, scan.source_digest)
    if known is not None:
        told = f"同样的文件已重新上传为第 {known.number} 件，不用恢复。"
        raise DomainError("same_scan_is_there", told, number=known.number)
    scan.withdrawn_by, scan.withdrawn_at, scan.withdrawn_reason = None, None, ""
    scan.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_reason"])
    _log("scan_restored", scan, by=by, at=at)
    return scan


def scan_look(scan: Scan, page: int, *, by: User, at: dt.datetime) -> bytes:
    """A page in full, with a line in the log that `by` looked; DomainError when the file is not as it was."""
    row = scan.pages.get(number=page)
    try:
        content = store.path_of(row.digest).read_bytes()
    except OSError:
        content = b""
    if hashlib.sha256(content).hexdigest() != row.digest:
        told = f"第 {scan.number} 件第 {page} 页的文件丢失或被改动，不能显示。请系统管理员从备份恢复。"
        raise DomainError("scan_file_damaged", told)
    _log("scan_viewed", scan, by=by, at=at, page=page)
    return content


def orphans_remove(*, at: dt.datetime) -> int:
    """Remove kept files that no page names: a write that failed between file and row left them a day ago."""
    removed, latest = 0, (at - ORPHAN_AGE).timestamp()
    for path in store.kept_files():
        digest = path.name.removesuffix(store.SMALL)
        if path.stat().st_mtime >= latest or ScanPage.objects.filter(digest=digest).exists():
            continue
        path.unlink(missing_ok=True)
        removed += 1
    return removed


def _same(filing: Filing, paper: MaterialKind, digest: str, source_digest: str) -> Scan | None:
    """A current scan of the same paper with the same pages, or from the same file."""
    rows = Scan.objects.current().filter(filing=filing, material=paper)
    return (rows.filter(digest=digest) | rows.filter(source_digest=source_digest)).first()


def _lock(filing: Filing) -> None:
    filing.refresh_from_db(from_queryset=Filing.objects.select_for_update())


def _require_open(filing: Filing, by: User, on: dt.date) -> None:
    access.require(by, May.TAKE_IN_FILINGS, filing.insured_region)
    if not is_open(filing, on):
        state = filing.state_on(on)
        told = f"{filing.filing_no} 现在是“{state.label}”，扫描件只能看，不能再改。"
        raise DomainError("scans_closed", told, state=state.value)


def _paper(filing: Filing, code: str) -> MaterialKind:
    """The kind of paper by its code, one that this filing may have."""
    offered = {known for _, papers in offered_papers(filing) for known, _ in papers}
    if code not in offered:
        raise DomainError("no_such_paper", "请先选择这是哪一种材料。", field="material")
    return MaterialKind.objects.get(code=code)


def _log(action: str, scan: Scan, *, by: User, at: dt.datetime, **detail: object) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject_kind=Filing.machine.kind,
        subject_no=scan.filing.filing_no,
        region=scan.filing.insured_region,
        scan=scan.number,
        **detail,
    )
