"""压缩包: which one text file a ZIP holds, before anybody unpacks it."""

from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from agency.tabular.source import unreadable


def text_member(archive: ZipFile, filename: str, limit: int) -> str:
    """The name of the one file that is packed."""
    members = [member for member in archive.infolist() if not _is_by_the_way(member.filename)]
    if any(member.filename.startswith(("word/", "ppt/")) for member in members):
        raise unreadable(filename, "不是 XLSX 表格，是 Word 或 PowerPoint 文件：请另存为 .xlsx 或 CSV。")
    if any(member.filename in ("content.xml", "xl/workbook.bin") for member in members):
        raise unreadable(filename, "不是 XLSX 表格，是 ODS 或 XLSB：请另存为 .xlsx。")
    if not members:
        raise unreadable(filename, "是空的压缩包，里面没有文件。")
    if len(members) > 1:
        named = "、".join(f"“{_safe(member.filename)}”" for member in members[:3])
        named += "…" if len(members) > 3 else ""
        why = f"不是 XLSX 表格，是装了 {len(members)} 个文件的压缩包（{named}）"
        raise unreadable(filename, f"{why}：请只装一个文本文件，或解压后逐个上传。")
    (member,) = members
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in member.filename or _safe(path.name) != path.name:
        why = f"里的文件名“{_safe(member.filename)}”指向压缩包以外，可能有害：没有打开。请重新压缩。"
        raise unreadable(filename, why)
    if member.flag_bits & 1:
        raise unreadable(filename, "有密码，打不开：请不设密码重新压缩。")
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise unreadable(filename, "的压缩方式不认识：请用普通 ZIP 重新压缩。")
    if member.file_size > limit:
        why = f"展开后有 {member.file_size >> 20} MB，超过上限 {limit >> 20} MB：请拆成几份。"
        raise unreadable(filename, why, "too_large")
    with archive.open(member) as stream:
        if stream.read(4)[:2] == b"PK":
            raise unreadable(filename, "里面又是压缩包或 XLSX：请先解压，再上传里面的文件。")
    return member.filename


def _is_by_the_way(name: str) -> bool:
    """Folders, and what macOS and Windows put beside files."""
    return (
        name.endswith("/")
        or name.startswith("__MACOSX/")
        or name.rpartition("/")[2] in (".DS_Store", "Thumbs.db")
    )


def _safe(name: str) -> str:
    """A name for a message."""
    return "".join(char if char.isprintable() else "?" for char in name)[:60]
