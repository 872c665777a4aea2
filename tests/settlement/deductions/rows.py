"""Rows of deduction files made by hand."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]


def by_case(number: str = "S1", **changes: Any) -> Row:
    """审核扣款 of 120.50 from a case, in 202610."""
    return {
        "期别": "202610",
        "结算编号": number,
        "扣款类别": "审核扣款",
        "原因": "重复收费",
        "金额": "120.50",
        "扣款编号": "",
        **changes,
    }


def by_group(**changes: Any) -> Row:
    """协议违约 of 1,000.00 from 长春's inpatients in a hospital of 吉林."""
    return {
        **by_case(""),
        "参保地区划": "220100",
        "就医地区划": "220202",
        "险种": "职工",
        "医疗类别": "住院",
        "定点医药机构编号": "H22020200001",
        "扣款类别": "协议违约",
        "金额": "1,000.00",
        **changes,
    }
