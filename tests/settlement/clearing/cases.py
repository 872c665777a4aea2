"""A worked month of eight clearing cases, one local one and three deductions; every sum is in the tests.

长春→吉林 职工住院: S1, S2 and the reversal of S2; 吉林→长春 居民门诊: S3; 长春→北京 职工住院: S4;
辽宁→吉林 职工购药: S5; 长春 in 长春: S6; 延边→长春 职工住院: S7 and its reversal; 长春→四平 职工生育:
a deduction alone.
Each case costs 1000.00, of which 820.00 in scope, 560.00 from funds (500.00 and 60.00), 140.00 account.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from tests.settlement.records.files import Row, reversal, row

RESIDENT = {"险种": "390", "居民大病保险": "60.00", "职工大额补助": "0.00", "医疗类别": "11"}
AT_CHANGCHUN = {
    "就医地区划": "220102",
    "定点医药机构编号": "H22010200001",
    "定点医药机构名称": "长春市第1医院",
}
YANBIAN = {"参保地区划": "222401", **AT_CHANGCHUN}

CASES: list[Row] = [
    row("S1"),
    row("S2"),
    reversal("R2", "S2"),
    row("S3", 参保地区划="220202", **AT_CHANGCHUN, **RESIDENT),
    row("S4", 就医地区划="110101", 定点医药机构编号="H11010100001", 定点医药机构名称="北京市第1医院"),
    row("S5", 参保地区划="210102", 医疗类别="41", 定点医药机构编号="P22020200009"),
    row("S6", **AT_CHANGCHUN),
    row("S7", **YANBIAN),
    reversal("R7", "S7", **YANBIAN),
]

GROUP = {"参保地区划": "220102", "险种": "职工"}
DEDUCTIONS: list[Row] = [
    {"期别": "202610", "结算编号": "S1", "扣款类别": "审核扣款", "原因": "重复收费", "金额": "100.00"},
    {
        **GROUP,
        "期别": "202610",
        "就医地区划": "110101",
        "医疗类别": "21",
        "定点医药机构编号": "H11010100001",
        "扣款类别": "协议违约",
        "原因": "未按时上传",
        "金额": "50.00",
    },
    {
        **GROUP,
        "期别": "202610",
        "就医地区划": "220302",
        "医疗类别": "51",
        "定点医药机构编号": "H22020200001",
        "扣款类别": "质量保证金",
        "原因": "年度考核",
        "金额": "5.00",
    },
]


def write(path: Path, rows: Sequence[Row]) -> Path:
    """A CSV file with a column for everything that occurs in the rows."""
    names = list(dict.fromkeys(name for one in rows for name in one))
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path
