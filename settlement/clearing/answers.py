"""文件的答复: a written sheet as an answer: a PDF to look at, the others to keep."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from settlement.clearing.export import CONTENT_TYPES


def answer_with_file(content: bytes, extension: str, file_stem: str) -> HttpResponse:
    """The file; `file_stem` is what the browser calls it, without its extension."""
    response = HttpResponse(content, content_type=CONTENT_TYPES[extension])
    kept = extension != "pdf"
    response["Content-Disposition"] = content_disposition_header(kept, f"{file_stem}.{extension}") or ""
    return response
