"""解码: the one place that touches a foreign file's inside, in a process of its own with hard limits.

Run as `python -I decoder.py '{"kind": …}'` with the file on stdin; imports nothing of the program and writes
no file. Answers on stdout one line of JSON, then the pages: for each the picture and its small one, as JPEG
made from pixels alone. What breaks here breaks this process and nothing else (docs/adr/0013).
"""

from __future__ import annotations

import io
import json
import resource
import signal
import sys
import warnings
from collections.abc import Iterator
from typing import Any

from PIL import Image

MEMORY_BYTES = 2 * 1024**3
CPU_SECONDS = 15
PAGE_SECONDS = 4  # of CPU time; an A4 page at 300 dpi takes half of one
QUALITY, SMALL_QUALITY = 82, 70
SMALL_SIDE = 48  # no number can be read from it, however much of the picture it fills (docs/rules.md)
MOST_DPI, POINTS_PER_INCH = 300, 72
ORIENTATION = 0x0112  # of EXIF: how the camera was held
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
PICTURES = {"image/jpeg": ("JPEG", "MPO"), "image/png": ("PNG",), "image/heic": ("HEIF",)}


class Refused(Exception):
    """Why the file is not taken: a code of rules.SENTENCES with the facts that its sentence names."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.answer = {"refused": code, "facts": facts}


def limit_process() -> None:
    """No more memory and time than a picture needs, and no file written at all."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def begin_page() -> None:
    """From here on one page's worth of CPU time; then the system ends this process, wherever it is."""
    signal.setitimer(signal.ITIMER_PROF, PAGE_SECONDS)


def picture(data: bytes, kind: str, side: int, most_pixels: int) -> Image.Image:
    """The one picture of a file, upright, at most `side` long; its size is read before it is decoded."""
    if kind == "image/heic":
        import pillow_heif

        pillow_heif.options.DECODE_THREADS = 2
        pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    image: Image.Image = Image.open(io.BytesIO(data), formats=PICTURES[kind])
    if image.width * image.height > most_pixels:
        raise Refused("too_many_pixels")
    # the further pictures of a phone's JPEG (MPO) are its preview and depth; elsewhere they are pages
    frames = 1 if kind == "image/jpeg" else getattr(image, "n_frames", 1)
    if frames > 1:
        raise Refused("several_pictures", count=frames)
    turn = TURNS.get(image.getexif().get(ORIENTATION, 1))
    if kind != "image/jpeg":  # a JPEG is decoded small at once; the others need their colours for it
        image = flat(image)
    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2)
    image = flat(image)
    return image.transpose(turn) if turn is not None else image


def flat(image: Image.Image) -> Image.Image:
    """Pixels alone, grey or coloured, what is transparent on white paper."""
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda level: level / 256).convert("L")
    if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image)
    image = image.convert("L" if image.mode in ("1", "L") else "RGB")
    image.info = {}
    return image


def pdf_pages(data: bytes, side: int, most_pages: int) -> Iterator[Image.Image]:
    """Each page of a PDF drawn; scripts, attachments, links and actions are never looked at."""
    import pypdfium2
    from pypdfium2 import raw

    begin_page()
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = raw.FPDF_GetLastError() == raw.FPDF_ERR_PASSWORD or "password" in str(error).lower()
        raise Refused("encrypted" if locked else "broken") from error
    if raw.FPDF_GetSecurityHandlerRevision(document) != -1:
        raise Refused("encrypted")
    if len(document) > most_pages:
        raise Refused("too_many_pages", count=len(document))
    if not len(document):
        raise Refused("broken")
    document.init_forms()  # so that what was filled in is drawn; the library has no script engine
    for number in range(len(document)):
        begin_page()
        page = document[number]
        longest = max(page.get_size())
        scale = min(side / longest, MOST_DPI / POINTS_PER_INCH) if longest else 0
        if not scale or min(page.get_size()) * scale < 1:
            raise Refused("broken")
        yield page.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")
        page.close()


def as_jpeg(image: Image.Image, quality: int) -> bytes:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=quality)
    return target.getvalue()


def encoded(image: Image.Image) -> tuple[dict[str, int], bytes]:
    """One page with its small picture: what the answer's head says of them, and their bytes."""
    large = as_jpeg(image, QUALITY)
    width, height = image.size
    image.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.BILINEAR)
    small = as_jpeg(image, SMALL_QUALITY)
    return {"width": width, "height": height, "size": len(large), "small": len(small)}, large + small


def answer(data: bytes, asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The head and the bytes; or a head that says why not."""
    Image.MAX_IMAGE_PIXELS = asked["most_pixels"]
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        if asked["kind"] == "application/pdf":
            pages: Iterator[Image.Image] = pdf_pages(data, asked["side"], asked["most_pages"])
        else:
            pages = iter([picture(data, asked["kind"], asked["side"], asked["most_pixels"])])
        done = [encoded(page) for page in pages]
    except Refused as refused:
        return refused.answer, b""
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return {"refused": "too_many_pixels", "facts": {}}, b""
    except MemoryError:
        return {"refused": "too_heavy", "facts": {}}, b""
    except Exception:  # whatever a broken file makes the libraries raise
        return {"refused": "broken", "facts": {}}, b""
    return {"pages": [head for head, _ in done]}, b"".join(body for _, body in done)


def main() -> None:
    limit_process()
    head, body = answer(sys.stdin.buffer.read(), json.loads(sys.argv[1]))
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + body)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
