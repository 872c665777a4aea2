"""What is printed of a stay stays inside its boxes, however long the values are."""

from __future__ import annotations

import io

from pypdf import PdfReader

from agency.journal.papers import blank_paper
from filings.injuries.form3 import Form3
from filings.stays.patient import PaperStay, Patient


def test_long_numbers_wrap_and_a_heading_never_stands_alone_at_the_foot_of_a_page() -> None:
    said = Form3(
        patient=Patient(name="阿" * 50, phone="1" * 30),
        stay=PaperStay(institution="院" * 100, department="科" * 50, admission_no="Z" * 40),
        place="楼" * 200,
        course="摔" * 600,
    )

    pages = [page.extract_text() for page in PdfReader(io.BytesIO(blank_paper(said).pdf)).pages]

    assert "Z" * 12 in pages[0] and "Z" * 40 not in pages[0]
    assert "1" * 30 not in pages[0]
    assert ["四、承诺" in page for page in pages] == [False, True]
    assert "本人（代理人）郑重承诺" in pages[1]
