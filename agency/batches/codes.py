"""拒绝代码: what each code of a refused row is called; every kind of import labels its own."""

from __future__ import annotations

_LABELS: dict[str, str] = {}


def label_codes(labels: dict[str, str]) -> None:
    """Give codes their Chinese names; called in a slice's codes.py."""
    _LABELS.update(labels)


def code_label(code: str) -> str:
    """The Chinese name of a refusal code."""
    return _LABELS.get(code, code)


label_codes(
    {
        "missing_value": "缺必填内容",
        "digits_lost": "Excel 已丢位数",
        "bad_number": "金额或数字不对",
        "bad_date": "日期不对",
        "bad_id_number": "证件号码不对",
        "unknown_region": "区划不认识",
        "unknown_insurance_type": "险种不认识",
        "unknown_kind": "类别不认识",
        "duplicate_in_file": "文件内重复",
        "conflicts_with_stored": "与已有的不同",
        "not_your_region": "不是本统筹区的",
    }
)
