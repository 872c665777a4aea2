"""分进程画 PDF: the same bytes as in one process, drawn by processes that are replaced."""

from __future__ import annotations

import os
import signal

import pytest

from agency.errors import DomainError
from agency.sheets.as_html import stylesheet_text
from agency.sheets.draw import draw
from agency.sheets.drawing_apart import DrawingApart

PAGE = "<!doctype html><html><body><h1 id='paper-0'>{}</h1><p id='paper-1'>吉林</p></body></html>"
TWO = PAGE.replace("<p ", "<p style='break-before: page' ")


def test_a_page_drawn_apart_has_the_same_bytes() -> None:
    with DrawingApart(stylesheet_text()) as drawing:
        drawn = drawing.draw(PAGE.format("长春"))

    assert drawn.pdf.startswith(b"%PDF-")
    assert drawn == draw(PAGE.format("长春"), stylesheet_text())


def test_it_tells_where_each_paper_begins() -> None:
    with DrawingApart(stylesheet_text()) as drawing:
        drawn = drawing.draw(TWO.format("长春"))

    assert (drawn.pages, drawn.starts) == (2, {"paper-0": 0, "paper-1": 1})


def test_a_paper_of_two_pages_begins_on_its_first() -> None:
    drawn = draw("<section id='paper-0'>一<p style='break-before: page'>二</p></section>", stylesheet_text())

    assert (drawn.pages, drawn.starts) == (2, {"paper-0": 0})


def test_the_process_is_replaced_after_some_documents() -> None:
    pids = []
    with DrawingApart(stylesheet_text(), documents=2) as drawing:
        for number in range(5):
            drawing.draw(PAGE.format(number))
            assert drawing._process is not None
            pids.append(drawing._process.pid)

    assert len(set(pids)) == 3
    assert [pids[0], pids[2]] == [pids[1], pids[3]]
    assert drawing._process is None
    assert 20_000 < drawing.peak_kb < 1_000_000


def test_a_process_that_dies_is_told_as_a_refusal_and_replaced() -> None:
    with DrawingApart(stylesheet_text()) as drawing:
        drawing.draw(PAGE.format("一"))
        assert drawing._process is not None
        os.kill(drawing._process.pid, signal.SIGKILL)

        with pytest.raises(DomainError) as refused:
            drawing.draw(PAGE.format("二"))

        assert refused.value.code == "not_drawn"
        assert drawing.draw(PAGE.format("三")).pages == 1
