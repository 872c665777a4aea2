"""PDF: the print page, drawn by WeasyPrint. The same content gives the same bytes, on any day."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from agency.sheets.as_html import created_text, print_context, stylesheet_text
from agency.sheets.draw import draw
from agency.sheets.filled import SheetData

SHEET = "agency/sheets/print.html"


def as_pdf(data: SheetData) -> bytes:
    """The sheet as PDF, from the same template as its print page."""
    return draw(sheet_html(data), stylesheet_text()).pdf


def render_form_pdf(template_name: str, context: Mapping[str, Any], *, at: datetime) -> bytes:
    """A form as PDF. `at` is the moment that the file bears inside: of the act it records, not of printing.

    Templates extend `agency/sheets/form.html` (persons' forms) or are `agency/sheets/print.html`.
    """
    return draw(paper_html(template_name, context, at=at), stylesheet_text()).pdf


def sheet_html(data: SheetData) -> str:
    """What the PDF of a sheet is drawn from."""
    return paper_html(SHEET, print_context(data), at=data.as_of)


def paper_html(template_name: str, context: Mapping[str, Any], *, at: datetime) -> str:
    """What a PDF is drawn from: the print page, with its inner moment."""
    return render_to_string(template_name, {**context, "created": created_text(at), "for_pdf": True})
