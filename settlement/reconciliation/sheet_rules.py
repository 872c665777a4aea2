"""清算表的一行差在哪里: what one that differs may come from, by its own columns. Pure. [P]"""

from __future__ import annotations

from collections.abc import Mapping

from agency.money import yuan
from agency.sheets.declare import Value
from settlement.reconciliation.kinds import Cause, DiscrepancyKind

# a column of the line that one side may not have counted, in the order in which they are tried
PARTS = (
    ("deducted", Cause.DEDUCTION, "扣款"),
    ("account", Cause.ACCOUNT_SHARE, "个人账户"),
    ("carried_in", Cause.OTHER_MONTH, "上期挂账转入"),
    ("carried_out", Cause.OTHER_MONTH, "本期挂账转出"),
)
TOLD = {
    DiscrepancyKind.ONLY_OURS: "对方的表没有这一行；我方这一行背后的明细在我方的表里点数字看。",
    DiscrepancyKind.ONLY_THEIRS: "我方的表没有这一行，请对方给出这一行背后的明细。",
    DiscrepancyKind.DUPLICATE: "对方的表里这一行写了不止一次，请对方只留一行。",
    DiscrepancyKind.AMOUNT_DIFFERS: "请在我方的表里点数字看这一行背后的明细，或与对方的明细对账。",
}


def line_cause(
    kind: DiscrepancyKind, ours: Mapping[str, Value], theirs: Mapping[str, Value], amount: str
) -> tuple[str, str]:
    """(likely cause or "", what speaks for it) of a line; `amount`: the column of what it is worth."""
    gap = _fen(ours, amount) - _fen(theirs, amount)
    if kind == DiscrepancyKind.AMOUNT_DIFFERS and gap:
        for key, cause, label in PARTS:
            if abs(gap) in {abs(_fen(ours, key)), abs(_fen(theirs, key))}:
                return cause, f"差额 {yuan(abs(gap))} 元等于这一行的{label}，请核对是不是有一方没有计入。"
    return "", TOLD[kind]


def _fen(values: Mapping[str, Value], key: str) -> int:
    value = values.get(key)
    return value if isinstance(value, int) else 0
