"""画 PDF: HTML that is whole in itself becomes a PDF. Knows no Django: a bare process can do it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from agency.sheets import fonts


@dataclass(frozen=True)
class Drawn:
    """A PDF; how many pages it has, and on which of them (from 0) each `id="paper-…"` begins."""

    pdf: bytes
    pages: int
    starts: dict[str, int]


def draw(html: str, style: str) -> Drawn:
    """The HTML set with a stylesheet; the same input gives the same bytes."""
    identifier = hashlib.sha256(html.encode()).hexdigest()[:32]
    weasyprint = fonts.weasyprint()
    with fonts.drawing:
        document = weasyprint.HTML(string=html, url_fetcher=_nothing_from_outside()).render(
            stylesheets=[_stylesheet(style)], font_config=fonts.font_configuration()
        )
        pdf = document.write_pdf(pdf_identifier=identifier.encode())
    starts = {
        name: place
        for place, page in reversed(list(enumerate(document.pages)))  # an anchor is on each of its pages
        for name in page.anchors
        if name.startswith("paper-")
    }
    return Drawn(pdf, len(document.pages), starts)


@cache
def _stylesheet(text: str) -> Any:
    """A stylesheet, parsed once per process."""
    return fonts.weasyprint().CSS(string=text, font_config=fonts.font_configuration())


@cache
def _nothing_from_outside() -> Any:
    """A form is whole in itself: while it is drawn nothing is read from disk or network."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols=frozenset({"data"}), allow_redirects=False)
