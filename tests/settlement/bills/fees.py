"""Files of fee classes made by hand."""

from __future__ import annotations

from typing import Any


def fee_row(number: str, fee_class: str, amount: str, **parts: Any) -> dict[str, Any]:
    """One class of a case; all of it 甲类 unless parts are given."""
    values = parts or {"甲类": amount}
    none = {"甲类": "", "乙类": "", "自费": "", "其他": ""}
    return {"结算编号": number, "收费项目类别": fee_class, "金额": amount, **none, **values}


FEES_OF_S1 = [
    fee_row("S1", "床位费", "300.00"),
    fee_row("S1", "09", "650.00", 甲类="50.00", 乙类="600.00"),
    fee_row("S1", "其他费", "50.00", 其他="50.00"),
]
