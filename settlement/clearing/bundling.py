"""打包的写入: make a month's bundle and keep it for who asked; not anew while nothing has changed."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from agency.batches.kinds import Progress, no_progress
from agency.batches.models import KeptFile
from agency.batches.services import file_keep, kept_path
from agency.errors import DomainError
from agency.jobs.models import Job
from agency.jobs.states import JobState
from agency.journal import audit
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from agency.periods import period_label
from settlement.clearing.binding import Binding, bind_pdf, bind_zip
from settlement.clearing.bundle import PROVINCE, content_digest, papers_coded, papers_of, require_papers
from settlement.clearing.export import pooling_region
from settlement.clearing.filling import MonthBook, party_named_as_then
from settlement.clearing.gallery import pictures_of
from settlement.clearing.rules import Party
from settlement.clearing.selectors import month_named

KIND = "month_bundle"
WRITERS = {"pdf": bind_pdf, "zip": bind_zip}
FORMATS = {"pdf": "一个 PDF", "zip": "压缩包（PDF、XLSX、CSV）"}


def bundle_make(
    *, period: str, region_code: str, kind: str, by: User, at: dt.datetime, progress: Progress = no_progress
) -> dict[str, Any]:
    """All papers of a month (`region_code` "": of all regions) as one file; what a job keeps as its result.

    Errors: NotAllowed, `not_computed`, `no_such_bundle`, `does_not_add_up`.
    """
    region = bundle_region(region_code, by)
    if kind not in WRITERS:
        raise DomainError("no_such_bundle", f"没有“{kind}”这种打包：可用 {'、'.join(WRITERS)}。")
    month = month_named(period)
    if month is None:
        raise DomainError("not_computed", f"{period_label(period)}还没有计算，没有表可以打包。")
    book = MonthBook(month)
    party = party_named_as_then(month, region) if region is not None else None
    papers = papers_of(book, party, by)
    require_papers(book, papers)
    content = content_digest(papers, f"{kind} {party.code if party else ''}")
    result = _made_before(content)
    if result is None:
        coded = papers_coded(papers, by=by, at=at)
        binding = _binding(book, party, coded)
        result = {"content": content, "papers": len(papers), **_bound(binding, kind, party, by, at, progress)}
    told = {"format": kind, "digest": result["file"], "papers": len(papers)}
    audit.record("exported", by=by, at=at, subject_kind="period", subject_no=period, region=region, **told)
    return result


def bundle_region(region_code: str, by: User) -> PoolingRegion | None:
    """Whose bundle is meant; NotAllowed when it is not for this person."""
    region = pooling_region(region_code) if region_code else None
    access.require(by, May.READ_CLEARING, region)
    if region is None and not access.sees_all(by):
        raise DomainError("region_missing", "全省的表只有省级经办机构可以打包；请选本统筹区。")
    return region


def _made_before(content: str) -> dict[str, Any] | None:
    """The result of a bundle of the same papers, while its file is there."""
    done = Job.objects.filter(kind=KIND, state=JobState.DONE, result__content=content).first()
    if done is None or bundle_path(done) is None:
        return None
    return {**done.result, "again": True}


def _binding(book: MonthBook, party: Party | None, papers: list[Any]) -> Binding:
    month = book.month
    at = month.signed_at if month.is_signed else month.computed_at
    assert at is not None
    title = f"{period_label(month.period)}清算表　{party.name if party else PROVINCE}"
    return Binding(title, papers, at, not month.is_signed, pictures_of(book, party))


def _bound(
    binding: Binding, kind: str, party: Party | None, by: User, at: dt.datetime, progress: Progress
) -> dict[str, Any]:
    """Bind into a file beside, then keep it under its digest."""
    name = f"{binding.title.replace('　', ' ')}.{kind}"
    with tempfile.TemporaryFile() as stream:
        bound = WRITERS[kind](binding, stream, progress)
        size = stream.tell()
        stream.seek(0)
        kept = file_keep(stream, name=name, by=by, at=at)
    return {"file": kept.digest, "name": name, "size": size, "pages": bound.pages, "peak_kb": bound.peak_kb}


# --- reads --------------------------------------------------------------------------------------------------


def bundles_of(by: User, period: str) -> QuerySet[Job]:
    """What somebody asked for of a month, newest first."""
    return Job.objects.filter(kind=KIND, subject_kind="period", subject_no=period, created_by=by)


def bundle_path(job: Job) -> Path | None:
    """Where the file of a bundle lies; None when it is not made, or not there any more."""
    kept = KeptFile.objects.filter(digest=job.result.get("file", "")).first()
    path = kept_path(kept) if kept is not None else None
    return path if path is not None and path.is_file() else None
