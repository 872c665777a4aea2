"""对账结果报告 and the tables behind it, each declared once for screen, print, PDF, XLSX and CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agency.sheets.declare import Column, Group, Kind, Sheet
from settlement.clearing.sheets import CARE, INSURANCE, SEQ, money
from settlement.reconciliation.kinds import Remedy

REPORT_FORM = "对账报告"
OPEN_KEY = "open"  # differences that have no approved verdict yet


def count(key: str, title: str) -> Column:
    return Column(key, title, Kind.COUNT)


def side(title: str, prefix: str) -> Group:
    """What one side says of a group of cases."""
    amounts = money(**{f"{prefix}_fee": "总费用", f"{prefix}_fund": "基金", f"{prefix}_account": "个人账户"})
    return Group(title, (count(f"{prefix}_count", "人次"), *amounts))


REPORT = Sheet(
    form=REPORT_FORM,
    title="{region}对账结果报告",
    columns=(
        Column("kind", "类别", Kind.MARK, width=6),
        count("count", "笔数"),
        *money(amount="差额"),
        Group("批准的结论", tuple(count(remedy.value, remedy.label) for remedy in Remedy)),
        count(OPEN_KEY, "未处理"),
        *money(written_off="核销金额"),
    ),
    signatories=("制表人", "签字人", "编制日期", "盖章"),
)
TOTALS = Sheet(
    form="合计不符",
    title="合计不符的分组（按医药机构、险种、医疗类别、参保地）",
    columns=(
        SEQ,
        Column("institution_code", "医药机构编号", Kind.CODE, width=8),
        INSURANCE,
        CARE,
        Column("agency", "参保地", Kind.MARK, width=5),
        side("我方", "our"),
        side("对方", "their"),
        *money(difference="基金和账户差额"),
    ),
    total="所列合计",
    signatories=(),
)


def totals_of(said: Sequence[bool], *, gross: bool) -> Sheet:
    """The groups, with those of their figures that their file says; `gross`: without refunds."""
    theirs = side("对方", "their")
    leaves = tuple(leaf for leaf, is_theirs in zip(theirs.columns, said, strict=True) if is_theirs)
    shown = (replace(one, columns=leaves) if one == theirs else one for one in TOTALS.columns)
    title = f"{TOTALS.title}，不含退费" if gross else TOTALS.title
    return replace(TOTALS, title=title, columns=tuple(shown))


DIFFERENCES = Sheet(
    form="差异清单",
    title="差异和结论",
    columns=(
        Column("serial", "序号", Kind.SEQ),
        Column("kind", "类别", Kind.MARK, width=4),
        Column("subject", "结算编号", Kind.CODE, width=12),
        Column("institution_code", "医药机构编号", Kind.CODE, width=7),
        Column("what", "不符之处", width=15),
        *money(amount="差额"),
        Column("cause", "疑因", width=5),
        Column("remedy", "结论", width=12),
        Column("note", "说明", width=8),
        Column("people", "提出、批准", width=6),
        Column("answer", "对方答复", width=7),
    ),
    total="所列合计",
    signatories=(),
    landscape=True,
)


def differences_of(subject: str) -> Sheet:
    """The differences, of whatever they are about."""
    columns = (replace(one, title=subject) if one.key == "subject" else one for one in DIFFERENCES.leaves)
    return replace(DIFFERENCES, columns=tuple(columns))


UNREAD = Sheet(
    form="读不出的行",
    title="对方文件中读不出的行",
    columns=(
        Column("line", "行号", Kind.SEQ),
        Column("place", "位置", Kind.CODE, width=10),
        Column("column", "列", width=8),
        Column("value", "值", width=12),
        Column("message", "原因", width=26),
    ),
    total="",
    signatories=(),
    landscape=True,
)
