"""The pages of django-import-export under our content security policy, and in Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import import_export
import pytest
from django.template.loader import get_template
from django.test import Client

from tests.agency.interchange.files import AREA, INSTITUTION, lines, upload
from tests.support.world import World

Login = Callable[[object], Client]
THEIRS = Path(import_export.__file__).parent / "templates"
INLINE = re.compile(r"<script(?![^>]*(?:\bsrc=|application/json))[^>]*>|\sstyle=|\son[a-z]+=|<style", re.I)
ENGLISH = re.compile(r">[^<]*\b(import|export|submit|preview|format|resource|confirm|home)\b[^<]*<", re.I)


def test_no_template_that_is_used_has_inline_scripts_or_styles() -> None:
    names = [path.relative_to(THEIRS).as_posix() for path in THEIRS.rglob("*.html")]

    found = {
        name: INLINE.findall(Path(get_template(name).origin.name).read_text(encoding="utf-8"))
        for name in names
    }

    assert len(names) > 8
    assert {name: marks for name, marks in found.items() if marks} == {}


@pytest.mark.parametrize("page", ["", "import/", "export/"])
def test_pages_are_in_chinese_and_load_nothing_inline(world: World, as_user: Login, page: str) -> None:
    html = as_user(world.prov_supervisor).get(f"{INSTITUTION}{page}").content.decode()
    shown = re.sub(r"<(script|code|head)\b.*?</\1>", "", html, flags=re.S)

    assert INLINE.findall(html) == []
    assert ENGLISH.findall(shown) == []
    assert "导入" in html


def test_the_preview_is_in_chinese_and_escapes_what_the_file_says(world: World, as_user: Login) -> None:
    content = lines("区划代码,名称,统筹区,生效日期", "229889,<script>alert(1)</script>,220100,2027-01-01")

    html = upload(as_user(world.prov_supervisor), AREA, content).content.decode()

    assert "&lt;script&gt;alert(1)" in html
    assert INLINE.findall(html) == []
    assert "确认写入 1 条" in html


def test_a_table_without_a_second_one_asks_for_the_file_only(world: World, as_user: Login) -> None:
    client = as_user(world.prov_supervisor)

    assert "哪一张表" in client.get(f"{INSTITUTION}import/").content.decode()
    assert "哪一张表" not in client.get(f"{AREA}import/").content.decode()
