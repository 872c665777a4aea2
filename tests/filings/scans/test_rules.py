"""What a file is, what it carries, how its name is shown, and when scans may come and go."""

import pytest

from filings.filing.states import FilingState
from filings.scans.rules import (
    HEIC,
    JPEG,
    PDF,
    PNG,
    Limits,
    hidden_in,
    kind_of,
    looks_like,
    sentence,
    takes_scans,
    tidy_name,
)

LIMITS = Limits(10 * 1024 * 1024, 20, 2400, 60_000_000, 10)


@pytest.mark.parametrize(
    ("head", "kind", "seems"),
    [
        (b"\xff\xd8\xff\xe0", JPEG, ""),
        (b"\x89PNG\r\n\x1a\n", PNG, ""),
        (b"\0\0\0\x18ftypheic", HEIC, ""),
        (b"%PDF-1.7", PDF, ""),
        (b"\r\n%PDF-1.4", PDF, ""),
        (b"\0\0\0\x18ftypisom", "", ""),
        (b"GIF89a", "", "GIF 动图"),
        (b"MZ\x90", "", "程序"),
        (b"PK\x03\x04", "", "压缩包或 Office 文件"),
        (b"RIFF\x10\0\0\0WEBPVP8", "", "WEBP 图片"),
        (b"<?xml version='1.0'?><svg xmlns='x'/>", "", "SVG 图形"),
        (b"\xef\xbb\xbf<!DOCTYPE html>", "", "网页或 XML"),
        ("姓名".encode(), "", ""),
    ],
)
def test_a_file_is_what_its_first_bytes_say(head: bytes, kind: str, seems: str) -> None:
    assert kind_of(head) == kind
    assert looks_like(head) == seems


@pytest.mark.parametrize(
    ("data", "kind", "hidden"),
    [
        (b"\xff\xd8\xff" + b"x" * 100 + b"PK\x05\x06" + b"\0" * 18, JPEG, "压缩包"),
        (b"\xff\xd8\xffRar!\x1a\x07\0", JPEG, "压缩包"),
        (b"\xff\xd8\xff<ScRiPt>alert(1)", JPEG, "网页代码"),
        (b"%PDF-1.7\n<!DOCTYPE  html>", PDF, "网页代码"),
        (b"\x89PNG\r\n\x1a\n%PDF-1.7", PNG, "PDF"),
        (b"\xff\xd8\xff" + b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", JPEG, ""),
        (b"\xff\xd8\xff\xff\xd9" + b"\0\0\0\x18ftypmp42 a short film behind the photo", JPEG, ""),
        (b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj", PDF, ""),
    ],
)
def test_what_a_file_is_besides_is_found(data: bytes, kind: str, hidden: str) -> None:
    assert hidden_in(data, kind) == hidden


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("居住证.jpg", "居住证.jpg"),
        ("C:\\Users\\wang\\居住证.jpg", "居住证.jpg"),
        ("../../etc/passwd", "passwd"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("a\nb\x00c.pdf", "abc.pdf"),
        ("周桂兰220102196103150021.jpg", "周桂兰2201**********0021.jpg"),
        ("微信图片_13800432716.jpg", "微信图片_*********16.jpg"),
        ("", "未命名"),
    ],
)
def test_a_name_is_shown_without_tricks_and_whole_numbers(name: str, shown: str) -> None:
    assert tidy_name(name) == shown


def test_a_long_name_keeps_its_ending() -> None:
    assert tidy_name("长" * 300 + ".jpeg") == "长" * 95 + ".jpeg"
    assert len(tidy_name("长" * 300)) == 100


def test_sentences_name_the_limit_and_what_to_do() -> None:
    assert "10 MB" in sentence("file_too_large", LIMITS, {})
    assert "有 21 页，一个文件最多 20 页" in sentence("too_many_pages", LIMITS, {"count": 21})
    assert "6000 万像素" in sentence("too_many_pixels", LIMITS, {})
    assert sentence("not_a_scan", LIMITS, {"what": "GIF 动图"}).startswith("是 GIF 动图，只收")
    assert sentence("not_a_scan", LIMITS, {}).startswith("是认不出的文件")


@pytest.mark.parametrize(
    ("state", "owes", "takes"),
    [
        (FilingState.DRAFT, False, True),
        (FilingState.UNDER_REVIEW, False, True),
        (FilingState.AWAITING_SUPPLEMENT, False, True),
        (FilingState.IN_FORCE, True, True),
        (FilingState.IN_FORCE, False, False),
        (FilingState.EXPIRED, True, False),
        (FilingState.CANCELLED, True, False),
        (FilingState.LAPSED, True, False),
    ],
)
def test_scans_come_and_go_while_something_is_open(state: FilingState, owes: bool, takes: bool) -> None:
    assert takes_scans(state, owes_papers=owes) is takes
