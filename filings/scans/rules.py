"""扫描件的判断: what a file is by its content, what it may not carry, who may add when. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agency.masking import mask_id
from filings.filing.states import OPEN, FilingState

MEGABYTE = 1024 * 1024
NAME_LENGTH = 100
ZIP_TAIL = 66 * 1024  # where the end of a ZIP package stands: 22 bytes and a comment of at most 64 KB
HEAD = 1024

JPEG, PNG, HEIC, PDF = "image/jpeg", "image/png", "image/heic", "application/pdf"
KINDS = {JPEG: "JPEG 照片", PNG: "PNG 图片", HEIC: "HEIC 照片", PDF: "PDF"}

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"}
_OTHER_FILES = (
    (b"GIF8", "GIF 动图"),
    (b"BM", "BMP 图片"),
    (b"II*\0", "TIFF 图片"),
    (b"MM\0*", "TIFF 图片"),
    (b"PK", "压缩包或 Office 文件"),
    (b"Rar!", "压缩包"),
    (b"7z\xbc\xaf", "压缩包"),
    (b"\x1f\x8b", "压缩包"),
    (b"MZ", "程序"),
    (b"\x7fELF", "程序"),
    (b"#!", "程序"),
    (b"\xd0\xcf\x11\xe0", "旧版 Office 文件"),
)
_MARKUP = re.compile(rb"<(?:html|script|!doctype\s+html|svg|iframe|\?php)[\s>/]", re.IGNORECASE)
_PACKAGES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_LONG_NUMBER = re.compile(r"[0-9]{11,18}[Xx]?")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one upload may be, as the parameters of the day say."""

    file_bytes: int
    pdf_pages: int
    side_px: int
    picture_pixels: int
    files_at_once: int

    @property
    def file_mb(self) -> int:
        return self.file_bytes // MEGABYTE


def kind_of(data: bytes) -> str:
    """The content type by the first bytes; "" for what is not taken. The name says nothing."""
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return HEIC
    return PDF if data[:HEAD].lstrip().startswith(b"%PDF-") else ""


def looks_like(data: bytes) -> str:
    """What a file that is not taken seems to be, for the sentence that says so; "" when nobody knows."""
    for magic, name in _OTHER_FILES:
        if data.startswith(magic):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP 图片"
    head = data[:HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"<"):
        return "SVG 图形" if b"<svg" in head else "网页或 XML"
    return ""


def hidden_in(data: bytes, kind: str) -> str:
    """What a picture or PDF is besides: a package, a web page, a PDF; "" for one that is only itself.

    What a phone adds behind its picture (a short film, a depth map) is let pass: it is not kept anyway.
    """
    if data.rfind(b"PK\x05\x06", max(0, len(data) - ZIP_TAIL)) >= 0 or any(
        mark in data for mark in _PACKAGES
    ):
        return "压缩包"
    if _MARKUP.search(data):
        return "网页代码"
    if kind != PDF and b"%PDF-" in data[:HEAD]:
        return "PDF"
    return ""


def tidy_name(name: str) -> str:
    """The file's name as it is shown: no folders, no control signs, long numbers masked, at most 100."""
    text = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    text = "".join(sign for sign in text if unicodedata.category(sign)[0] not in "CZ" or sign == " ").strip()
    text = _LONG_NUMBER.sub(lambda found: mask_id(found[0]), text)
    stem, dot, ending = text.rpartition(".")
    if len(text) > NAME_LENGTH and dot and len(ending) <= 5:
        return f"{stem[: NAME_LENGTH - len(ending) - 1]}.{ending}"
    return text[:NAME_LENGTH] or "未命名"


def sentence(code: str, limits: Limits, facts: Mapping[str, Any]) -> str:
    """Why a file was not taken and what to do about it."""
    count, what = facts.get("count", 0), str(facts.get("what") or "")
    seems = f"是 {what}" if what[:1].isascii() and what else f"是{what or '认不出的文件'}"
    told = {
        "empty_file": "文件是空的，请重新拍照或扫描。",
        "file_too_large": f"超过 {limits.file_mb} MB，请调低扫描的清晰度，或分成几个文件。",
        "not_a_scan": f"{seems}，只收 JPEG、PNG、HEIC 照片和 PDF。",
        "hidden_content": f"里面夹带了{what}，不是单纯的照片或 PDF。请重新拍照或扫描。",
        "encrypted": "PDF 加了密码，请去掉密码（打开后另存，或打印成 PDF）再传。",
        "too_many_pages": f"PDF 有 {count} 页，一个文件最多 {limits.pdf_pages} 页，请拆开再传。",
        "too_many_pixels": f"照片超过 {limits.picture_pixels // 1_000_000}00 万像素，请调低相机的像素再拍。",
        "several_pictures": f"一个文件里有 {count} 张图，请每张存成一个文件，或存成 PDF。",
        "too_heavy": "打开要用的内存或时间太多，请重新扫描成普通的照片或 PDF。",
        "not_opened": "没有打开看：这次上传里前面的文件花的时间太多。请单独再传这一个。",
        "busy": "没有打开看：别的上传正在处理，没有等到。请过一会儿再传这一个。",
        "broken": "文件不完整或已损坏，打不开。请重新拍照或扫描。",
    }
    return told[code]


def takes_scans(state: FilingState, *, owes_papers: bool) -> bool:
    """Whether scans may come and go: while the filing is open, and while a promised paper is to come [P]."""
    return state in OPEN or (state == FilingState.IN_FORCE and owes_papers)
