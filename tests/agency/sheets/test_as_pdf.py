"""PDF: Chinese fonts inside, header rows on every page, the same bytes for the same data."""

import io
import os
import subprocess
import sys

import pytest
from django.template import TemplateDoesNotExist
from pypdf import PdfReader

from agency.sheets.as_html import form_context
from agency.sheets.as_pdf import as_pdf, render_form_pdf
from tests.agency.sheets.examples import CODE, FORM_10, SIGNED_AT, URL, WORKED_10, filled, worked_10

SCRIPT = (
    "import sys, django\n"
    "django.setup()\n"
    "from agency.sheets.as_pdf import as_pdf\n"
    "from tests.agency.sheets.examples import worked_10\n"
    "sys.stdout.buffer.write(as_pdf(worked_10()))\n"
)


@pytest.fixture(scope="module")
def signed() -> bytes:
    return as_pdf(worked_10())


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def font_names(pdf: bytes) -> set[str]:
    fonts = PdfReader(io.BytesIO(pdf)).pages[0]["/Resources"]["/Font"].values()
    return {str(font.get_object()["/BaseFont"]).partition("+")[2] for font in fonts}


def test_the_text_is_there_with_rare_characters(signed: bytes) -> None:
    (text,) = pages(signed)

    for part in (
        "吉林省长春市统筹区异地医保费用收款清算表",
        "王秀兰",
        "李䶮",
        "欧阳𬍡",
        "169,707.44",
        "-600.00",
        CODE,
    ):
        assert part in text
    assert "第 1 页　共 1 页" in text
    assert "草稿" not in text


def test_only_the_chinese_fonts_of_the_package_are_embedded(signed: bytes) -> None:
    assert font_names(signed) == {"Noto-Sans-SC-Form", "Noto-Serif-SC-Form"}
    fonts = PdfReader(io.BytesIO(signed)).pages[0]["/Resources"]["/Font"].values()
    for font in fonts:
        descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert len(descriptor["/FontFile3"].get_object().get_data()) > 1000


def test_a_landscape_sheet_lies_on_a4(signed: bytes) -> None:
    box = PdfReader(io.BytesIO(signed)).pages[0].mediabox

    assert (round(box.width), round(box.height)) == (842, 595)


def test_a_long_sheet_repeats_its_header_on_every_page() -> None:
    texts = pages(as_pdf(filled(FORM_10, WORKED_10[:2] * 60)))

    assert len(texts) == 5
    for number, text in enumerate(texts, start=1):
        assert "医疗类别" in text
        assert f"第 {number} 页　共 5 页" in text
    assert ["制表人" in text for text in texts] == [False, False, False, False, True]


def test_an_unsigned_sheet_is_marked_on_every_page() -> None:
    texts = pages(as_pdf(filled(FORM_10, WORKED_10[:2] * 30, prepared_on=None)))

    assert len(texts) == 3
    assert all("草稿" in text for text in texts)


def test_the_file_bears_the_moment_of_signing(signed: bytes) -> None:
    facts = PdfReader(io.BytesIO(signed)).metadata

    assert facts["/CreationDate"] == facts["/ModDate"] == "D:20261120093015+08'00"
    assert facts["/Title"] == "吉林省长春市统筹区异地医保费用收款清算表 2026年10月"


def test_the_same_data_gives_the_same_bytes_after_other_work(signed: bytes) -> None:
    as_pdf(filled(FORM_10, (), organisation="龘靐齉"))

    assert as_pdf(worked_10()) == signed


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_same_data_gives_the_same_bytes_in_another_process(signed: bytes, seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    elsewhere = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, check=True, env=environment
    ).stdout

    assert elsewhere == signed


def test_a_form_in_two_copies_has_two_upright_pages() -> None:
    context = form_context(
        form="1",
        title="吉林省医疗保险异地就医登记备案表",
        number="F2026110001",
        copies=("经办机构留存", "参保人留存"),
        code=CODE,
        verify_url=URL,
    )
    pdf = render_form_pdf("agency/sheets/form.html", context, at=SIGNED_AT)
    first, second = pages(pdf)
    box = PdfReader(io.BytesIO(pdf)).pages[0].mediabox

    assert (round(box.width), round(box.height)) == (595, 842)
    assert "经办机构留存" in first
    assert "参保人留存" in second
    for text in (first, second):
        assert "F2026110001" in text
        assert CODE in text
    assert pdf == render_form_pdf("agency/sheets/form.html", context, at=SIGNED_AT)


def test_an_unknown_template_is_an_error() -> None:
    with pytest.raises(TemplateDoesNotExist):
        render_form_pdf("agency/sheets/no_such_form.html", {}, at=SIGNED_AT)
