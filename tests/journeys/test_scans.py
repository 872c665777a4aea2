"""A paper is scanned at the counter, and looked at page by page: turned, made larger, seen as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Person

pytestmark = pytest.mark.browser

Opens = Callable[[str], Person]


def page_of_a_paper(folder: Path, name: str) -> Path:
    """An upright page, each name another one."""
    image = Image.new("RGB", (600, 850), "white")
    ImageDraw.Draw(image).text((40, 40), name, fill="black")
    image.save(folder / name)
    return folder / name


def size_of(page: Page) -> tuple[int, int]:
    box = page.locator(".glass .leaf").bounding_box()
    assert box is not None
    return round(box["width"]), round(box["height"])


def test_two_pages_are_scanned_and_looked_at_by_keys(person: Opens, tmp_path: Path) -> None:
    clerk = person("cc_intake")
    page = clerk.page
    clerk.goes_to("/filings/queue/mine/")
    page.locator("tbody a.code").first.click()
    clerk.looks()

    # the material comes first: without it nothing is sent, and the files stay chosen
    page.keyboard.press("u")
    expect(page.locator("#id_scan_material")).to_be_focused()
    files = page.locator("#id_scan_scans")
    files.set_input_files([page_of_a_paper(tmp_path, "1.jpg"), page_of_a_paper(tmp_path, "2.jpg")])
    page.get_by_role("button", name="上传扫描件").click()
    expect(page.locator("#id_scan_material")).to_be_focused()
    assert files.evaluate("el => el.files.length") == 2
    assert "请先选择这是哪一种材料" in page.locator("#id_scan_material").evaluate(
        "el => el.validationMessage"
    )

    # what the server refuses keeps its files as well
    page.locator("#id_scan_material").select_option("other_paper")
    files.set_input_files([tmp_path / "1.jpg"] * 11)
    page.get_by_role("button", name="上传扫描件").click()
    expect(page.get_by_text("一次最多 10 个文件，这次有 11 个")).to_be_visible()
    assert files.evaluate("el => el.files.length") == 11

    files.set_input_files([tmp_path / "1.jpg", tmp_path / "2.jpg"])
    page.get_by_role("button", name="上传扫描件").click()
    expect(page.get_by_text("已收 2 个文件：其他材料")).to_be_visible()
    clerk.looks()

    # one page after the other
    page.keyboard.press("v")
    page.wait_for_url(re.compile(r"/scans/$"))
    clerk.looks()
    page.keyboard.press("r")
    across, down = size_of(page)
    assert across > down
    clerk.looks()
    page.keyboard.press("+")
    assert size_of(page) == (round(across * 1.25), round(down * 1.25)) or size_of(page)[0] > across
    page.keyboard.press("j")
    expect(page.get_by_text(re.compile(r"^2 / "))).to_be_visible()
    page.keyboard.press("f")
    across, down = size_of(page)
    assert across < down < 720
    page.keyboard.press("k")
    expect(page.get_by_text(re.compile(r"^1 / "))).to_be_visible()
    expect(page.locator(".glass.held")).to_be_visible()  # it is turned still
    page.keyboard.press("0")
    across, down = size_of(page)
    assert across < down
