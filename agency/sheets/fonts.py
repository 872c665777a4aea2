"""字体: the Chinese fonts of printed forms, from a pip package, and WeasyPrint's hold on them.

WeasyPrint and Pango are loaded on first use, so that the site lives without them. Noto Sans SC sets tables,
Noto Serif SC titles; both have the rare characters of names (䶮, 𬍡).
"""

import atexit
import os
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from agency.errors import DomainError

SANS, SERIF = "Noto Sans SC Form", "Noto Serif SC Form"  # as forms.css names them
PACKAGE = "pylopdf_fonts_zh_cn"
drawing = threading.Lock()  # Pango's font map is kept for the process and must not be shared in parallel


class PdfUnavailable(DomainError):
    """不能生成 PDF: a library or font of the machine is missing; the message names it."""

    def __init__(self, missing: str, cure: str) -> None:
        super().__init__(
            "pdf_unavailable", f"不能生成 PDF：缺少{missing}。请系统管理员{cure}。", missing=missing
        )


def font_paths() -> dict[str, Path]:
    """Family name → font file; raises PdfUnavailable when a file is not there."""
    if find_spec(PACKAGE) is None:
        raise PdfUnavailable("中文字体", "安装 pylopdf-fonts-zh-cn（pip install -r requirements.txt）")
    import pylopdf_fonts_zh_cn as fonts

    paths = {SANS: Path(fonts.sans_path()), SERIF: Path(fonts.serif_path())}
    for path in paths.values():
        if not path.is_file():
            raise PdfUnavailable(f"中文字体文件 {path.name}", "重新安装 pylopdf-fonts-zh-cn")
    return paths


def weasyprint() -> Any:
    """The WeasyPrint module; raises PdfUnavailable when it or Pango cannot be loaded."""
    try:
        import weasyprint as module
    except ImportError as error:
        raise PdfUnavailable("WeasyPrint", "运行 pip install -r requirements.txt") from error
    except OSError as error:
        raise PdfUnavailable(
            "系统库 Pango", "运行 apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        ) from error
    return module


def font_configuration() -> Any:
    """The process's FontConfiguration, which knows both families."""
    pid = os.getpid()  # a forked child must not use, or clean up, its parent's
    if pid not in _configurations:
        _configurations[pid] = _new_configuration()
        atexit.register(_configurations.pop, pid, None)  # removes its copies of the fonts from the disk
    return _configurations[pid]


def problems() -> list[str]:
    """What keeps this machine from making PDFs, or makes it slow: a sentence each; empty if all is well."""
    try:
        weasyprint()
        font_paths()
    except PdfUnavailable as error:
        return [error.message]
    from weasyprint.text.ffi import harfbuzz_subset

    if harfbuzz_subset is None:
        return ["生成 PDF 很慢：缺少系统库 HarfBuzz-Subset，请运行 apt-get install libharfbuzz-subset0。"]
    return []


_configurations: dict[int, Any] = {}


def _new_configuration() -> Any:
    module = weasyprint()
    from weasyprint.text.fonts import FontConfiguration

    configuration = FontConfiguration()
    faces = "".join(
        f'@font-face{{font-family:"{family}";src:url("{path.as_uri()}")}}'
        for family, path in font_paths().items()
    )
    module.CSS(string=faces, font_config=configuration)  # reading the rules loads the fonts
    return configuration
