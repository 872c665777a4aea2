"""Settlement files made by hand: one right row, its changes, its reversal, and files of rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

RIGHT = {
    "结算编号": "S1",
    "人员编号": "P100",
    "证件类型": "01",
    "证件号码": "22010219900101128X",
    "姓名": "张三",
    "险种": "310",
    "参保地区划": "220102",
    "就医地区划": "220202",
    "定点医药机构编号": "H22020200001",
    "定点医药机构名称": "吉林市第1医院",
    "医疗类别": "21",
    "入院日期": "2026-10-01",
    "出院日期": "2026-10-09",
    "结算时间": "2026-10-09 10:30:00",
    "医疗费总额": "1000.00",
    "全自费": "100.00",
    "超限价自费": "50.00",
    "先行自付": "30.00",
    "符合政策范围": "820.00",
    "实际起付线": "200.00",
    "统筹基金": "500.00",
    "居民大病保险": "0.00",
    "职工大额补助": "60.00",
    "公务员补助": "0.00",
    "企业补充": "0.00",
    "医疗救助": "0.00",
    "其他基金": "0.00",
    "基金支付总额": "560.00",
    "个人账户": "140.00",
    "个人现金": "300.00",
    "退费标志": "0",
    "原结算编号": "",
}
AMOUNTS = [
    "医疗费总额", "全自费", "超限价自费", "先行自付", "符合政策范围", "实际起付线", "统筹基金",
    "职工大额补助", "基金支付总额", "个人账户", "个人现金",
]  # fmt: skip

Row = dict[str, Any]


def row(number: str = "S1", **changes: Any) -> Row:
    """The right row under another number, with these columns changed (or added)."""
    return {**RIGHT, "结算编号": number, **changes}


def reversal(number: str, of: str, **changes: Any) -> Row:
    """The whole reversal of the right row that has the number `of`."""
    negative = {name: f"-{RIGHT[name]}" for name in AMOUNTS}
    return row(number, 退费标志="1", 原结算编号=of, **{**negative, **changes})


def csv_bytes(rows: Sequence[Row], encoding: str = "utf-8-sig") -> bytes:
    """A CSV file with a column for everything that occurs in the rows."""
    names = list(dict.fromkeys(name for one in rows for name in one))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(rows: Sequence[Row]) -> bytes:
    """A workbook whose cells have the types of the values given."""
    names = list(dict.fromkeys(name for one in rows for name in one))
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "结算明细"
    sheet.append(names)
    for one in rows:
        sheet.append([one.get(name) for name in names])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def write(folder: Path, rows: Sequence[Row], name: str = "cases.csv", encoding: str = "utf-8-sig") -> Path:
    """A file in a folder; its kind follows its name."""
    path = folder / name
    path.write_bytes(xlsx_bytes(rows) if name.endswith(".xlsx") else csv_bytes(rows, encoding))
    return path
