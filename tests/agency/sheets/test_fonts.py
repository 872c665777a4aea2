"""What PDF needs from the machine is checked by name, since its lack would show as boxes or slowness."""

from pathlib import Path

import pylopdf_fonts_zh_cn
import pytest
from fontTools.ttLib import TTFont

from agency.sheets import fonts


@pytest.mark.parametrize("family", [fonts.SANS, fonts.SERIF])
def test_the_fonts_have_the_characters_of_forms_and_rare_names(family: str) -> None:
    known = TTFont(fonts.font_paths()[family]).getBestCmap()

    assert [letter for letter in "䶮𬍡㛃堃玥□√（）：％￥〇①" if ord(letter) not in known] == []


def test_the_subsetting_library_is_installed() -> None:
    from weasyprint.text.ffi import harfbuzz_subset

    assert harfbuzz_subset is not None, "apt-get install libharfbuzz-subset0"


def test_this_machine_can_make_pdfs() -> None:
    assert fonts.problems() == []


def test_a_missing_font_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pylopdf_fonts_zh_cn, "serif_path", lambda: Path("/nowhere/NotoSerifSC-Regular.otf"))

    with pytest.raises(fonts.PdfUnavailable) as refusal:
        fonts.font_paths()

    assert refusal.value.code == "pdf_unavailable"
    assert refusal.value.message == (
        "不能生成 PDF：缺少中文字体文件 NotoSerifSC-Regular.otf。请系统管理员重新安装 pylopdf-fonts-zh-cn。"
    )
    assert fonts.problems() == [refusal.value.message]
