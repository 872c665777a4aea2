"""Files as they come over the counter: good ones, and everything that must not get in."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pillow_heif
from django.conf import settings
from PIL import Image, ImageDraw
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject

from filings.filing.models import Filing
from filings.materials.models import MaterialKind
from filings.scans import store
from filings.scans.models import Scan, ScanPage
from filings.scans.services import digest_of
from tests.support.world import World

SCRIPT = DictionaryObject(
    {
        NameObject("/S"): NameObject("/JavaScript"),
        NameObject("/JS"): TextStringObject("app.alert('SECRET-SCRIPT')"),
    }
)
SIDEWAYS = 6  # EXIF: the camera was held upright


def drawn(width: int = 400, height: int = 200, colour: str = "red") -> Image.Image:
    """Left half blue, right half `colour`."""
    image = Image.new("RGB", (width, height), colour)
    ImageDraw.Draw(image).rectangle((0, 0, width // 2, height), fill="blue")
    return image


def saved(image: Image.Image, as_format: str, **options: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, as_format, **options)
    return target.getvalue()


def exif(orientation: int = 1) -> bytes:
    """What a phone writes into a photo: how it was held, where and by whom."""
    found = Image.Exif()
    found[0x0112], found[0x013B], found[0x010E] = orientation, "SECRET-AUTHOR", "SECRET-PLACE"
    found.get_ifd(0x8825)[1] = "N"
    return found.tobytes()


def jpeg(colour: str = "red", orientation: int = 1, **options: Any) -> bytes:
    options = {"exif": exif(orientation), "comment": b"SECRET-COMMENT", **options}
    return saved(drawn(colour=colour), "JPEG", **options)


def png(colour: str = "red") -> bytes:
    return saved(drawn(colour=colour), "PNG")


def heic(colour: str = "red") -> bytes:
    pillow_heif.register_heif_opener()
    return saved(drawn(colour=colour), "HEIF", quality=80, exif=exif())


def pdf(pages: int = 1, password: str | None = None, **additions: Callable[[PdfWriter], None]) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 300)
    for add in additions.values():
        add(writer)
    if password is not None:
        writer.encrypt(password, "owner")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def active_pdf() -> bytes:
    """A PDF that runs a script when opened and carries a file."""
    return pdf(
        2,
        script=lambda writer: writer.root_object.update({NameObject("/OpenAction"): SCRIPT}),
        attached=lambda writer: writer.add_attachment("SECRET.txt", b"SECRET-ATTACHMENT"),
    )


def package(content: bytes = b"x") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("a.txt", content)
    return target.getvalue()


def bomb_png() -> bytes:
    """100 megapixels in 200 KB: 10 000 × 10 000, told by its head."""
    return saved(Image.new("1", (10_000, 10_000)), "PNG")


def endless_png() -> bytes:
    """A small picture with a text that unpacks to 80 MB."""
    text = b"Comment\0\0" + zlib.compress(bytes(80 * 1024 * 1024), 9)
    chunk = b"zTXt" + text
    head, rest = png()[:33], png()[33:]
    return head + len(text).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big") + rest


def bomb_pdf(shade: int = 0) -> bytes:
    """A page of a kilobyte that unpacks to a hundred megabytes of drawing; each `shade` is another file."""
    drawing = b"%d g\n" % shade + b"0 0 200 300 re f\n" * 6_000_000
    packed = zlib.compress(zlib.compress(drawing, 9), 9)
    writer = PdfWriter()
    page = writer.add_blank_page(200, 300)
    stream = StreamObject()
    stream._data = packed
    both = ArrayObject([NameObject("/FlateDecode")] * 2)
    stream[NameObject("/Filter")] = both
    page[NameObject("/Contents")] = writer._add_object(stream)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def animated_png() -> bytes:
    return saved(drawn(), "PNG", save_all=True, append_images=[drawn(colour="green")])


def files_below(folder: Path | None = None) -> set[str]:
    """Every file below MEDIA_ROOT, unfinished ones too."""
    root = folder or Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def make_scan(
    world: World, filing: Filing, material: str = "residence_permit", colour: str = "red", pages: int = 1
) -> Scan:
    """A scan with its files, as an upload leaves it, without the decoder's process."""
    content, small = saved(drawn(colour=colour), "JPEG"), saved(drawn(80, 40, colour), "JPEG")
    digest = store.keep(content, small)
    scan = Scan.objects.create(
        filing=filing,
        number=Scan.objects.filter(filing=filing).count() + 1,
        material=MaterialKind.objects.get(code=material),
        digest=digest_of([digest] * pages),
        source_digest=digest,
        came_as="image/jpeg",
        page_count=pages,
        size=len(content) * pages,
        width=400,
        height=200,
        file_name="居住证.jpg",
        uploaded_by=world.clerk,
        uploaded_at=world.now,
    )
    for number in range(1, pages + 1):
        ScanPage.objects.create(
            scan=scan, number=number, digest=digest, size=len(content), width=400, height=200
        )
    return scan
