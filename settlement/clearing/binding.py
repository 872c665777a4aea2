"""装订: a bundle's papers as one PDF with pages and bookmarks, or as a ZIP of files; drawn apart.

The same papers give the same bytes: every moment inside a file is the month's, never that of the binding.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import groupby
from queue import SimpleQueue
from typing import Any, BinaryIO

from django.utils import timezone
from django.utils.safestring import mark_safe
from pypdf import PdfReader, PdfWriter
from pypdf.constants import PageLabelStyle

from agency.batches.kinds import Progress, no_progress
from agency.sheets.as_csv import as_csv
from agency.sheets.as_html import print_context, stylesheet_text
from agency.sheets.as_pdf import paper_html, sheet_html
from agency.sheets.as_xlsx import as_xlsx
from agency.sheets.drawing_apart import DrawingApart
from agency.sheets.numbering import pages_numbered
from settlement.clearing.bundle import BundlePaper
from settlement.clearing.pictures import Picture

SIDE_BY_SIDE = 2  # processes that draw at a time
AT_ONCE = 10  # sheets in one document: a form costs half of what it costs alone
LIST_NAME, SUMS_NAME = "目录.csv", "SHA256SUMS.txt"
HEADINGS = ("统筹区", "表", "文件", "内容摘要", "验证码", "文件摘要")


@dataclass(frozen=True)
class Binding:
    """What is bound: `at` is the moment inside; `pictures` come last; `is_draft`: 草稿 across each page."""

    title: str
    papers: Sequence[BundlePaper]
    at: dt.datetime
    is_draft: bool = False
    pictures: Sequence[Picture] = ()


@dataclass(frozen=True)
class Bound:
    """How it was bound: pages (of a PDF), and how large the drawing process has been."""

    pages: int
    peak_kb: int


@dataclass(frozen=True)
class _Part:
    """Papers drawn as one document: their bytes, and on which page of it each begins."""

    pdf: bytes
    pages: int
    begins: list[tuple[BundlePaper, int]]


# --- one PDF ------------------------------------------------------------------------------------------------


def bind_pdf(binding: Binding, target: BinaryIO, progress: Progress = no_progress) -> Bound:
    """One PDF: a list of contents, the papers, the pictures; pages numbered through, bookmarks."""
    with ExitStack() as stack:
        drawings = [stack.enter_context(DrawingApart(stylesheet_text())) for _ in range(SIDE_BY_SIDE)]
        parts = _drawn(binding, drawings, progress)
        listed = drawings[0].draw(_list_html(binding, parts))
    writer = _bound_writer([_Part(listed.pdf, listed.pages, []), *parts])
    writer.metadata = {
        "/Title": binding.title,
        "/CreationDate": f"D:{binding.at.astimezone(dt.UTC):%Y%m%d%H%M%SZ}",
    }
    writer.page_mode = "/UseOutlines"
    writer.write(target)
    return Bound(len(writer.pages), max(drawing.peak_kb for drawing in drawings))


def _drawn(binding: Binding, drawings: list[DrawingApart], progress: Progress) -> list[_Part]:
    """The parts in their order; as many are drawn at a time as there are `drawings`."""
    free: SimpleQueue[DrawingApart] = SimpleQueue()
    for drawing in drawings:
        free.put(drawing)

    def part(papers: list[BundlePaper], html: str) -> _Part:
        drawing = free.get()
        try:
            return _part(papers, html, drawing)
        finally:
            free.put(drawing)

    documents = [(papers, _source(binding, papers)) for papers in _documents(binding.papers)]
    if binding.pictures:
        documents.append(([BundlePaper("图表", "附")], _pictures_html(binding)))
    found, done = [], 0
    with ThreadPoolExecutor(len(drawings)) as pool:
        for made in pool.map(lambda document: part(*document), documents):
            found.append(made)
            done = min(done + len(made.begins), len(binding.papers))
            progress(done, len(binding.papers))
    return found


def _documents(papers: Sequence[BundlePaper]) -> Iterator[list[BundlePaper]]:
    """Sheets that follow one another, up to AT_ONCE; a paper that came as PDF stays by itself."""
    for is_bound, found in groupby(papers, key=lambda paper: paper.is_bound_with_others):
        together = list(found)
        step = AT_ONCE if is_bound else 1
        for start in range(0, len(together), step):
            yield together[start : start + step]


def _source(binding: Binding, papers: list[BundlePaper]) -> str:
    """What papers that are drawn together are drawn from; of one that came as PDF nothing."""
    if not papers[0].is_bound_with_others:
        return papers[0].source.html if papers[0].source is not None else ""
    bound = [(place, _bound(paper)) for place, paper in enumerate(papers)]
    return _html("agency/sheets/bundle.html", binding, {"papers": bound, "title": binding.title})


def _part(papers: list[BundlePaper], html: str, drawing: DrawingApart) -> _Part:
    if not html:
        return _Part(papers[0].pdf, len(PdfReader(io.BytesIO(papers[0].pdf)).pages), [(papers[0], 0)])
    drawn = drawing.draw(html)
    begins = [(paper, drawn.starts.get(f"paper-{place}", 0)) for place, paper in enumerate(papers)]
    return _Part(drawn.pdf, drawn.pages, begins)


def _pictures_html(binding: Binding) -> str:
    first, *rest = binding.pictures
    context = {"title": f"{binding.title}　图表", "first": first, "rest": rest}
    return _html("settlement/clearing/bundle_pictures.html", binding, context)


def _bound(paper: BundlePaper) -> dict[str, Any]:
    """What stands on the paper's pages: of a sheet its context, of a form its pages (`body`)."""
    if paper.data is not None:
        return print_context(paper.data)
    assert paper.source is not None
    body = paper.source.html.partition("<main>")[2].partition("</main>")[0]
    return {"body": mark_safe(body)}  # rendered by a template of ours


def _alone(paper: BundlePaper, drawing: DrawingApart) -> bytes:
    """The same PDF that the paper is when it is printed by itself."""
    if paper.data is not None:
        return drawing.draw(sheet_html(paper.data)).pdf
    return drawing.draw(paper.source.html).pdf if paper.source is not None else paper.pdf


def _html(template: str, binding: Binding, context: dict[str, Any]) -> str:
    return paper_html(template, {"is_draft": binding.is_draft, **context}, at=binding.at)


def _list_html(binding: Binding, parts: list[_Part]) -> str:
    rows, page = [], 1
    for part in parts:
        rows += [(paper, page + begins) for paper, begins in part.begins]
        page += part.pages
    context = {"title": binding.title, "rows": rows, "pages": page - 1}
    return _html("settlement/clearing/bundle_list.html", binding, context)


def _bound_writer(parts: list[_Part]) -> PdfWriter:
    """All parts behind one another, bookmarks by whose they are; pages are counted from behind the list."""
    writer = PdfWriter()
    groups: dict[str, Any] = {}
    for part in parts:
        before = len(writer.pages)
        writer.append(io.BytesIO(part.pdf), import_outline=False)
        for paper, begins in part.begins:
            at = before + begins
            if paper.group not in groups:
                groups[paper.group] = writer.add_outline_item(title=paper.group, page_number=at)
            writer.add_outline_item(title=paper.name, page_number=at, parent=groups[paper.group])
    front = parts[0].pages
    writer.set_page_label(0, front - 1, prefix="目录", start=1, style=PageLabelStyle.DECIMAL)
    writer.set_page_label(front, len(writer.pages) - 1, start=1, style=PageLabelStyle.DECIMAL)
    pages_numbered(writer, front)
    return writer


# --- files --------------------------------------------------------------------------------------------------


def bind_zip(binding: Binding, target: BinaryIO, progress: Progress = no_progress) -> Bound:
    """A ZIP: each sheet as PDF, XLSX and CSV, in a folder for whose it is; a list, and all files' digests."""
    rows: list[tuple[str, ...]] = []
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package,
        DrawingApart(stylesheet_text()) as drawing,
    ):
        moment = timezone.localtime(binding.at).timetuple()[:6]
        for number, paper in enumerate(binding.papers, 1):
            for extension, content in _files(paper, drawing):
                name = f"{paper.group}/{paper.name}.{extension}"
                _add(package, name, content, moment)
                told = hashlib.sha256(content).hexdigest()
                rows.append((paper.group, paper.name, name, paper.digest, paper.code, told))
            progress(number, len(binding.papers))
        _add(package, LIST_NAME, _list_csv(rows), moment)
        sums = "".join(f"{row[-1]}  {row[2]}\n" for row in rows)
        _add(package, SUMS_NAME, sums.encode(), moment)
    return Bound(0, drawing.peak_kb)


def _files(paper: BundlePaper, drawing: DrawingApart) -> Iterator[tuple[str, bytes]]:
    yield "pdf", _alone(paper, drawing)
    if paper.data is not None:
        plain = replace(paper.data, code=None, verify_url=None)  # only what is on paper bears a code
        yield "xlsx", as_xlsx(plain)
        yield "csv", as_csv(plain)


def _add(package: zipfile.ZipFile, name: str, content: bytes, moment: Any) -> None:
    member = zipfile.ZipInfo(name, moment)
    member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    package.writestr(member, content)


def _list_csv(rows: list[tuple[str, ...]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")
