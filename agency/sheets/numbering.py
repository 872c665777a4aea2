"""页码: numbers on the pages of a PDF that was put together from several, so that they are counted through.

Written into the lower right corner in Helvetica, which every reader and printer has.
"""

from __future__ import annotations

from pypdf import PageObject, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

FONT = "/PageNumber"
FROM_RIGHT, FROM_BOTTOM, SIZE, DIGIT = 29, 17, 8, 445  # points; a digit's width in hundredths of a point


def pages_numbered(writer: PdfWriter, front: int) -> None:
    """Write `1 / 70` … on every page behind the first `front` ones."""
    name, kind, base = NameObject("/Type"), NameObject("/Subtype"), NameObject("/BaseFont")
    font = writer._add_object(
        DictionaryObject(
            {name: NameObject("/Font"), kind: NameObject("/Type1"), base: NameObject("/Helvetica")}
        )
    )
    before = writer._add_object(_stream(b"q\n"))
    pages = writer.pages[front:]
    for number, page in enumerate(pages, 1):
        text = f"{number} / {len(pages)}"
        left = int(page.mediabox.width) - FROM_RIGHT - len(text) * DIGIT // 100
        words = f"\nQ q BT {FONT} {SIZE} Tf {left} {FROM_BOTTOM} Td ({text}) Tj ET Q\n"
        _add(page, font, before, writer._add_object(_stream(words.encode())))


def _stream(content: bytes) -> StreamObject:
    stream = StreamObject()
    stream.set_data(content)
    return stream


def _add(page: PageObject, font: IndirectObject, before: IndirectObject, after: IndirectObject) -> None:
    """What stands on the page is fenced off, so that its transformations end with it."""
    resources = page.setdefault(NameObject("/Resources"), DictionaryObject()).get_object()
    fonts = resources.setdefault(NameObject("/Font"), DictionaryObject()).get_object()
    fonts[NameObject(FONT)] = font
    drawn = page.raw_get("/Contents")
    own = drawn if isinstance(drawn.get_object(), StreamObject) else None
    parts = [own] if own is not None else list(drawn.get_object())
    page[NameObject("/Contents")] = ArrayObject([before, *parts, after])
