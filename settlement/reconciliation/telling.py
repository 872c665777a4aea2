"""差异的说法: what a difference says in a line of text, for reports and for files to the other side. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from agency.masking import mask_id
from settlement.reconciliation.kinds import DETAILS, DiscrepancyKind, SourceKind
from settlement.reconciliation.models import Discrepancy

OURS, THEIRS = "我方", "对方"
NUMBERS_OF_PEOPLE = frozenset({"证件号码"})
SUBJECTS = {SourceKind.SHEET: "表里的行", SourceKind.TOTALS: "分组", SourceKind.BANK: "流水或通知书"}
LISTED = {
    SourceKind.SHEET: "表里的行 · 医药机构",
    SourceKind.TOTALS: "分组 · 医药机构",
    SourceKind.BANK: "流水或通知书",
    **dict.fromkeys(DETAILS, "结算编号 · 医药机构"),
}
OF_SEVERAL = "对象 · 医药机构"
SINGLE = {SourceKind.SHEET: "这一行", SourceKind.TOTALS: "这一组"}
WEIGHTS = ("医疗费总额", "基金支付总额", "个人账户")  # what a whole case is told by
SAID_AT_MOST = 6
NOTHING = "（空）"
LIKE = "像"  # of evidence: what a bank line looks like

Values = Mapping[str, str]


def subject_title(source: str) -> str:
    """What the differences of such a run are about: mostly settlement numbers."""
    return SUBJECTS.get(SourceKind(source), "结算编号")


def listed_title(sources: Collection[str]) -> str:
    """What a list calls that which its differences are about; `sources`: of their runs, if known."""
    titles = {LISTED[SourceKind(source)] for source in sources}
    return titles.pop() if len(titles) == 1 else OF_SEVERAL


def single_title(source: str) -> str:
    """What one side may lack: mostly a case."""
    return SINGLE.get(SourceKind(source), "这一笔")


def likely(row: Discrepancy) -> str:
    """疑因 in a word or two: the cause, or what a bank line looks like."""
    return str(row.get_cause_display()) if row.cause else str(row.evidence.get(LIKE, ""))


def shown_value(column: str, value: str, *, masked: bool = True) -> str:
    """One value as it may be read: identity numbers without their middle, unless it is asked for."""
    if not value:
        return NOTHING
    return mask_id(value) if masked and column in NUMBERS_OF_PEOPLE else value


def what_differs(row: Discrepancy, *, masked: bool = True) -> str:
    """不符之处: which columns say what on either side, or what only one of them has. Not `masked`: identity
    numbers in full where they are what differs."""
    kind = DiscrepancyKind(row.kind)
    if kind == DiscrepancyKind.ONLY_OURS:
        return f"对方没有；{_whole(OURS, row.ours, row.subject)}"
    if kind == DiscrepancyKind.ONLY_THEIRS:
        return f"我方没有；{_whole(THEIRS, row.theirs, row.subject)}"
    parts = [_column(name, row.ours, row.theirs, masked) for name in row.columns]
    if kind == DiscrepancyKind.DUPLICATE:
        parts.insert(0, f"对方报了 {row.times} 次")
    return "；".join(parts)


def _column(name: str, ours: Values, theirs: Values, masked: bool) -> str:
    sides = ((OURS, ours), (THEIRS, theirs))
    told = (_said(side, shown_value(name, values.get(name, ""), masked=masked)) for side, values in sides)
    return f"{name}：{'，'.join(told)}"


def _said(side: str, value: str) -> str:
    """What a side says; a sum of their own lines is nothing that we say."""
    return value if value.startswith(THEIRS) else f"{side} {value}"


def _whole(side: str, values: Values, subject: str) -> str:
    """A whole case by its amounts; of anything else what there is of it beside its name."""
    names = [name for name in WEIGHTS if name in values]
    names = names or [name for name in sorted(values) if values[name] and values[name] not in subject]
    told = (f"{name} {shown_value(name, values[name])}" for name in names[:SAID_AT_MOST])
    return f"{side} {'，'.join(told)}"
