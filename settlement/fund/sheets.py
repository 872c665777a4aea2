"""周转金的两张表: the statement of account of a holder, and the bank compared, each declared once."""

from __future__ import annotations

from agency.sheets.declare import Column, Group, Kind, Sheet
from settlement.clearing.sheets import SEQ

STATEMENT_KIND, BANK_KIND = "fund_statement", "fund_bank"  # how the log names a print
SIGNED_BY = ("制表人", "复核人", "编制日期")


def _standing(key: str, title: str) -> Column:
    """An amount that stands at a moment: of several there is no sum."""
    return Column(key, title, Kind.MONEY, totalled=False)


STATEMENT = Sheet(
    form="周转金账",
    title="{region}周转金账户明细",
    columns=(
        SEQ,
        Column("day", "日期", Kind.CODE, width=6),
        Column("movement", "编号", Kind.CODE, width=8),
        Column("insurance_type", "险种", Kind.MARK),
        Column("cause", "缘由", width=7),
        Column("note", "说明", width=14),
        Column("debit", "借方", Kind.MONEY),
        Column("credit", "贷方", Kind.MONEY),
        _standing("balance", "余额"),
    ),
    signatories=SIGNED_BY,
)
BANK = Sheet(
    form="银行核对",
    title="省级账户余额核对表",
    columns=(
        Column("day", "日期", Kind.CODE, width=6),
        Group(
            "银行流水",
            (
                Column("come", "收", Kind.MONEY),
                Column("gone", "付", Kind.MONEY),
                _standing("lines", "累计"),
            ),
        ),
        _standing("open", "未核销"),
        _standing("adjusted", "调账"),
        _standing("ledger", "账上余额"),
        _standing("paper", "对账单余额"),
        _standing("difference", "差额"),
        Column("told", "说明", width=14),
    ),
    signatories=SIGNED_BY,
)
