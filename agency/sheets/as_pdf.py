"""PDF: the print page, drawn by WeasyPrint. The same content gives the same bytes, on any day."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from django.template.loader import render_to_string

from agency.sheets import fonts
from agency.sheets.as_html import created_text, print_context, stylesheet_text
from agency.sheets.filled import SheetData


def as_pdf(data: SheetData) -> bytes:
    """The sheet as PDF, from the same template as its print page."""
    return render_form_pdf("agency/sheets/print.html", print_context(data), at=data.as_of)


def render_form_pdf(template_name: str, context: Mapping[str, Any], *, at: datetime) -> bytes:
    """A form as PDF. `at` is the moment that the file bears inside: of the act it records, not of printing.

    Templates extend `agency/sheets/form.html` (persons' forms) or are `agency/sheets/print.html`.
    """
    html = render_to_string(template_name, {**context, "created": created_text(at), "for_pdf": True})
    identifier = hashlib.sha256(html.encode()).hexdigest()[:32]
    weasyprint = fonts.weasyprint()
    with fonts.drawing:
        document = weasyprint.HTML(string=html, url_fetcher=_nothing_from_outside())
        return document.write_pdf(
            stylesheets=[_stylesheet()],
            font_config=fonts.font_configuration(),
            pdf_identifier=identifier.encode(),
        )


@cache
def _stylesheet() -> Any:
    """forms.css, parsed once per process."""
    return fonts.weasyprint().CSS(string=stylesheet_text(), font_config=fonts.font_configuration())


@cache
def _nothing_from_outside() -> Any:
    """A form is whole in itself: while it is drawn nothing is read from disk or network."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols=frozenset({"data"}), allow_redirects=False)
