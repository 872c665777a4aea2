"""参保登记文件的列: each known by its Chinese name and by its platform field name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agency.tabular.read import TableError, header_name


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file; `also` are further names that platforms give it."""

    key: str
    title: str
    platform: str
    required: bool = True
    also: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which the column is known."""
        return tuple(name for name in (self.title, self.platform, *self.also) if name)


COLUMNS: tuple[Column, ...] = (
    Column("cert_type", "证件类型", "psn_cert_type"),
    Column("cert_no", "证件号码", "certno"),
    Column("name", "姓名", "psn_name"),
    Column("insurance_type", "险种", "insutype"),
    Column("area_code", "参保地区划", "insuplc_admdvs"),
    Column("category", "人员类别", "psn_type"),
    Column("status", "参保状态", "psn_insu_stas"),
    Column("begins_on", "参保日期", "psn_insu_date"),
    Column("employer", "单位", "emp_name", required=False),
    Column("platform_no", "人员编号", "psn_no", required=False),
)
TITLES = {column.key: column.title for column in COLUMNS}
EXPECTED = [name for column in COLUMNS for name in column.names]
NEEDED = [column.names for column in COLUMNS if column.required]


def column_places(
    header: Sequence[str],
    filename: str,
    columns: Sequence[Column] = COLUMNS,
    subject: str = "参保登记",
) -> tuple[dict[str, int], list[str]]:
    """Where each column stands in the file, and the names of columns that nobody asked for.

    Raises TableError when a column that must have values is missing, or stands twice under two of its names.
    """
    by_name = {header_name(name).casefold(): column for column in columns for name in column.names}
    places: dict[str, int] = {}
    ignored: list[str] = []
    for index, name in enumerate(header):
        column = by_name.get(name.casefold())
        if column is None:
            ignored += [name] if name else []
        elif column.key in places:
            raise TableError("duplicate_column", f"“{filename}”里“{column.title}”有两列，请只留一列再导入。")
        else:
            places[column.key] = index
    missing = [column.title for column in columns if column.required and column.key not in places]
    if missing:
        raise TableError(
            "missing_column",
            f"“{filename}”缺少列：{'、'.join(missing)}。请对照{subject}的列名补齐。",
            columns=missing,
        )
    return places, ignored
