"""An upload as a clerk does it: kept as clean pictures, or refused by name with nothing left behind."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from PIL import Image

from agency.errors import DomainError
from agency.journal.models import AuditEntry
from filings.filing.entry import Agent
from filings.filing.models import Filing, FilingMaterial
from filings.scans import store
from filings.scans.models import Scan, ScanPage
from filings.scans.selectors import offered_papers
from filings.scans.services import Incoming, orphans_remove, scans_add
from tests.filings.making import make_draft, make_in_force, make_submitted
from tests.filings.scans import files
from tests.support.world import World

Login = Callable[[object], Client]
PERMIT = "residence_permit"


def post(client: Client, filing: Filing, *sent: tuple[str, bytes], material: str = PERMIT, **more: object):
    """Send files the way the form does; with `htmx` for the section in place."""
    headers = {"HX-Request": "true"} if more.pop("htmx", False) else {}
    data = {
        "material": material,
        "scans": [SimpleUploadedFile(name, content, "image/jpeg") for name, content in sent],
        **more,
    }
    url = reverse("filings:scan_add", kwargs={"filing_no": filing.filing_no})
    return client.post(url, data, headers=headers)


def add(world: World, filing: Filing, *contents: bytes, material: str = PERMIT):
    incoming = [Incoming(f"{n}.jpg", len(data), io.BytesIO(data)) for n, data in enumerate(contents, 1)]
    return scans_add(filing, incoming, material=material, by=world.clerk, at=world.now)


def test_a_clerk_uploads_and_everybody_of_the_region_finds_it(world: World, as_user: Login) -> None:
    filing = make_draft(world)
    client = as_user(world.clerk)

    page = client.get(f"/filings/{filing.filing_no}/").content.decode()
    assert "每个不超过 10 MB，PDF 不超过 20 页；一次最多 10 个、合计 100 MB" in page
    assert 'accept="image/jpeg' in page and 'capture="environment"' in page and 'data-key="U"' in page
    answer = post(
        client, filing, ("正面.jpg", files.jpeg()), ("两页.pdf", files.pdf(2)), ("坏.jpg", b"GIF89a")
    )

    assert answer.status_code == 302 and answer["Location"].endswith("#scans")
    first, second = Scan.objects.filter(filing=filing)
    assert (first.number, first.came_as, first.page_count, first.file_name) == (
        1,
        "image/jpeg",
        1,
        "正面.jpg",
    )
    assert (second.number, second.came_as, second.page_count) == (2, "application/pdf", 2)
    assert (first.uploaded_by, first.material.code) == (world.clerk, PERMIT)
    page = client.get(answer["Location"]).content.decode()
    assert "已收 2 个文件：居住证" in page
    assert "没有收：坏.jpg：是 GIF 动图，只收 JPEG、PNG、HEIC 照片和 PDF。" in page
    assert "逐页看 2 件" in page and "有效身份证件" in page and "没有扫描件" in page
    logged = AuditEntry.objects.filter(action="scan_added").values_list("subject_no", flat=True)
    assert list(logged) == [filing.filing_no] * 2
    assert AuditEntry.objects.filter(action="refused", detail__code="not_a_scan").count() == 1


def test_the_section_is_swapped_in_place_and_a_photo_counts_like_a_file(world: World, as_user: Login) -> None:
    filing, client = make_draft(world), as_user(world.clerk)

    photo = SimpleUploadedFile("camera.jpg", files.jpeg("green"))
    answer = post(client, filing, ("a.png", files.png()), photos=[photo], htmx=True)

    text = answer.content.decode()
    assert answer.status_code == 200 and text.lstrip().startswith('<div id="scans"')
    assert "已收 2 个文件" in text and "<html" not in text
    again = post(client, filing, ("b.png", files.png()), htmx=True).content.decode()
    assert "b.png：这份材料下已有同一个文件（第 1 件），没有重复保存" in again
    empty = post(client, filing, htmx=True)
    assert empty.status_code == 422 and "请选择要上传的文件，或者拍照。" in empty.content.decode()
    stranger = post(client, filing, ("c.png", files.png()), material="medical_record", htmx=True)
    assert stranger.status_code == 422 and "这一种不在本备案的材料里" in stranger.content.decode()
    plain = client.get(post(client, filing)["Location"]).content.decode()
    assert "请选择要上传的文件，或者拍照。" in plain
    assert Scan.objects.count() == 2


def test_what_is_kept_are_pixels_upright_and_small_enough(world: World) -> None:
    filing = make_draft(world)
    large = files.saved(files.drawn(4000, 3000), "JPEG", exif=files.exif(files.SIDEWAYS))

    done = add(
        world, filing, files.jpeg(orientation=files.SIDEWAYS), files.heic("green"), large, files.active_pdf()
    )

    sizes = [(scan.width, scan.height, scan.page_count) for scan in done.added]
    assert sizes == [(200, 400, 1), (400, 200, 1), (1800, 2400, 1), (834, 1250, 2)]
    for page in ScanPage.objects.filter(scan__filing=filing):
        for small in (False, True):
            path = store.path_of(page.digest, small=small)
            content = path.read_bytes()
            assert not any(word in content for word in (b"SECRET", b"Exif", b"GPS", b"/JS", b"%PDF"))
            assert path.stat().st_mode & 0o077 == 0
            with Image.open(io.BytesIO(content)) as picture:
                picture.load()
                assert picture.format == "JPEG" and not picture.getexif()
                assert max(picture.size) <= (48 if small else 2400)
    with Image.open(store.path_of(done.added[0].pages.get().digest)) as upright:
        assert upright.getpixel((100, 50))[2] > 200 and upright.getpixel((100, 350))[0] > 200


BAD = {
    "empty": (b"", "文件是空的"),
    "gif": (files.saved(files.drawn(), "GIF"), "是 GIF 动图，只收 JPEG、PNG、HEIC 照片和 PDF"),
    "svg": (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "是 SVG 图形"),
    "webp": (files.saved(files.drawn(), "WEBP"), "是 WEBP 图片"),
    "executable": (b"MZ" + bytes(500), "是程序"),
    "package": (files.package(bytes(50_000_000)), "是压缩包"),
    "jpeg and package": (files.jpeg() + files.package(), "夹带了压缩包"),
    "jpeg and page": (files.jpeg(comment=b"<html><script>alert(1)</script>"), "夹带了网页代码"),
    "pdf and page": (files.pdf() + b"<html><body onload=alert(1)>", "夹带了网页代码"),
    "page before pdf": (b"<html><!-- " + files.pdf() + b" -->", "是网页或 XML"),
    "jpeg and pdf": (b"\xff\xd8\xff\xe0%PDF-1.4" + files.jpeg()[4:], "夹带了PDF"),
    "100 megapixels": (files.bomb_png(), "照片超过 6000 万像素"),
    "unpacking text": (files.endless_png(), "文件不完整或已损坏"),
    "several pictures": (files.animated_png(), "一个文件里有 2 张图"),
    "truncated jpeg": (files.saved(files.drawn(1200, 900), "JPEG")[:6000], "文件不完整或已损坏"),
    "only a head": (b"\xff\xd8\xff\xe0" + os.urandom(300), "文件不完整或已损坏"),
    "encrypted pdf": (files.pdf(password="123456"), "PDF 加了密码"),
    "owner's pdf": (files.pdf(password=""), "PDF 加了密码"),
    "21 pages": (files.pdf(21), "PDF 有 21 页，一个文件最多 20 页"),
    "broken pdf": (b"%PDF-1.7\n" + b"x" * 400, "文件不完整或已损坏"),
    "11 MB": (files.jpeg() + bytes(11 * 1024 * 1024), "超过 10 MB"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_a_sentence_and_leaves_nothing(
    world: World, as_user: Login, settings: object, tmp_path: Path, name: str
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path  # type: ignore[attr-defined]
    filing, client = make_draft(world), as_user(world.clerk)
    content, told = BAD[name]
    before = files.files_below()

    answer = post(client, filing, ("居住证.jpg", content), htmx=True)

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "居住证.jpg" in text and told in text
    assert files.files_below() == before
    assert files.files_below(tmp_path) == set()
    assert Scan.objects.count() == ScanPage.objects.count() == 0
    assert not AuditEntry.objects.filter(action="scan_added").exists()


def test_the_same_pages_are_one_scan_and_another_paper_takes_them_too(world: World) -> None:
    filing = make_draft(world)
    first = add(world, filing, files.jpeg(), files.jpeg())
    without_place = add(world, filing, files.jpeg(exif=b"", comment=b""))
    other = add(world, filing, files.jpeg(), material="valid_identity_card")

    assert [scan.number for scan in first.added] == [1] and len(first.known) == 1
    assert not without_place.added and without_place.known[0][1].number == 1
    assert [scan.number for scan in other.added] == [2]
    assert len({page.digest for page in ScanPage.objects.all()}) == 1


def test_more_files_than_allowed_are_refused_before_any_is_read(world: World) -> None:
    filing = make_draft(world)

    with pytest.raises(DomainError, match="一次最多 10 个文件，这次有 11 个，都没有收"):
        add(world, filing, *[files.jpeg()] * 11)

    assert not Scan.objects.exists()


def test_papers_follow_the_checklist_and_an_agent_brings_two_copies(world: World) -> None:
    plain = dict(offered_papers(make_draft(world)))
    agent = Agent(name="周小梅", cert_no="", phone="13800432716", relation="女儿")
    brought = dict(offered_papers(make_draft(world, agent=agent)))

    assert [code for code, _ in plain["本备案登记的材料"]] == ["valid_identity_card", PERMIT]
    assert ("lease_contract", "租房合同") in plain["长期证明（任选一）"]
    assert plain["承诺"] == [("commitment_letter", "个人承诺书")] and plain["其他"] == [
        ("other_paper", "其他材料")
    ]
    assert "代办" not in plain
    assert [name for _, name in brought["代办"]] == ["代办人身份证件复印件", "本人身份证件复印件"]


def test_scans_are_taken_while_something_is_open_and_then_only_shown(world: World, as_user: Login) -> None:
    submitted, in_force = make_submitted(world), make_in_force(world)

    assert add(world, submitted, files.png()).added
    with pytest.raises(DomainError, match="现在是“已生效”，扫描件只能看") as closed:
        add(world, in_force, files.png())
    assert closed.value.code == "scans_closed"
    page = as_user(world.clerk).get(f"/filings/{in_force.filing_no}/").content.decode()
    assert "扫描件只能看，不能再改" in page and "上传扫描件" not in page

    FilingMaterial.objects.filter(filing=in_force, material__code=PERMIT).update(given_as="deferred")
    assert add(world, in_force, files.png()).added


def test_a_write_that_failed_after_the_file_leaves_an_orphan_that_is_swept(
    world: World, settings: object, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    kept = add(world, make_draft(world), files.jpeg()).added[0].pages.get()
    orphan = store.keep(b"nobody's page", b"small")
    unfinished = store.path_of(orphan).with_name(store.UNFINISHED + "1-x")
    unfinished.write_bytes(b"half")
    yesterday = world.now.timestamp() - 2 * 86400
    assert orphans_remove(at=world.now) == 0
    for path in store.kept_files():
        os.utime(path, (yesterday, yesterday))

    assert orphans_remove(at=world.now) == 3

    assert store.digest_on_disk(orphan) == "" and not unfinished.exists()
    said = io.StringIO()
    call_command("sweep_scans", stdout=said)
    assert "清除 0 个没有记录的文件" in said.getvalue()
    assert store.digest_on_disk(kept.digest) == kept.digest


def test_two_hundred_files_at_once_are_refused_with_the_limit(world: World, as_user: Login) -> None:
    filing, photo = make_draft(world), files.jpeg()

    sent = [(f"{number}.jpg", photo) for number in range(200)]
    response = post(as_user(world.clerk), filing, *sent, htmx=True)

    assert response.status_code == 422
    assert "一次最多 10 个文件，这次有 200 个，都没有收" in response.content.decode()
