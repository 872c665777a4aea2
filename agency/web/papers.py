"""打印的答复: a person's form as an answer: its print page, or its PDF to look at in the browser."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from agency.journal.papers import Paper, Printable, paper_page, paper_pdf
from agency.web.request import StaffRequest


def answer_with_page(request: StaffRequest, printable: Printable) -> HttpResponse:
    """The print page; logged as a print of whoever asked; the view has asked whether they may."""
    return HttpResponse(paper_page(printable, by=request.user, at=request.now))


def answer_with_pdf(request: StaffRequest, printable: Printable, file_stem: str) -> HttpResponse:
    """The PDF, logged as the page is; `file_stem` is what the browser calls it, without `.pdf`."""
    return inline_pdf(paper_pdf(printable, by=request.user, at=request.now), file_stem)


def inline_pdf(paper: Paper, file_stem: str) -> HttpResponse:
    """A form that is printed already, to look at; kept as `file_stem`.pdf."""
    response = HttpResponse(paper.pdf, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, f"{file_stem}.pdf") or ""
    return response
