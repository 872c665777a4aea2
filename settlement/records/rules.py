"""规则: what a settled case must fulfil: arithmetic over fen, and how a reversal meets its original [NHSA].

Amounts are a list of fen in the order of AMOUNT_NAMES; `content` is the list of texts of `content.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from agency.money import yuan

AMOUNT_NAMES = (
    "医疗费总额", "全自费", "超限价自费", "先行自付", "符合政策范围", "基金支付总额", "实际起付线",
    "统筹基金", "居民大病保险", "职工大额补助", "公务员补助", "企业补充", "医疗救助", "其他基金",
    "个人账户", "个人现金", "医院负担",
)  # fmt: skip
TOTAL, FUND_TOTAL, ACCOUNT, CASH, HOSPITAL = 0, 5, 14, 15, 16
PARTS, FUNDS = slice(1, 5), slice(7, 14)


def parts_gap(amounts: Sequence[int]) -> int:
    """医疗费总额 less its four parts (起付线 lies inside 政策范围内 and is not added)."""
    return amounts[TOTAL] - sum(amounts[PARTS])


def funds_gap(amounts: Sequence[int], account_inside: bool) -> int:
    """基金支付总额 less the seven funds (and the account, where the insured region delivers it inside)."""
    return amounts[FUND_TOTAL] - sum(amounts[FUNDS]) - (amounts[ACCOUNT] if account_inside else 0)


def payers_gap(amounts: Sequence[int], account_inside: bool) -> int:
    """医疗费总额 less fund, account, cash and hospital; an account inside the fund is not added again."""
    account = 0 if account_inside else amounts[ACCOUNT]
    return amounts[TOTAL] - amounts[FUND_TOTAL] - account - amounts[CASH] - amounts[HOSPITAL]


def parts_message(amounts: Sequence[int]) -> str:
    return _message("、".join(AMOUNT_NAMES[PARTS]), amounts[TOTAL], parts_gap(amounts))


def funds_message(amounts: Sequence[int], account_inside: bool) -> str:
    parts = "七项基金与个人账户" if account_inside else "七项基金"
    return _message(parts, amounts[FUND_TOTAL], funds_gap(amounts, account_inside))


def payers_message(amounts: Sequence[int], account_inside: bool) -> str:
    parts = f"基金支付总额、{'' if account_inside else '个人账户、'}个人现金、医院负担"
    return _message(parts, amounts[TOTAL], payers_gap(amounts, account_inside))


def _message(parts: str, total: int, gap: int) -> str:
    return f"{parts}之和是 {yuan(total - gap)} 元，相差 {yuan(gap)} 元。请向平台或医疗机构核对后改正。"


def flag_contradicts(is_reversal: bool, total_fen: int) -> bool:
    """退费标志 against the sign of 医疗费总额; a total of nil contradicts neither."""
    return total_fen > 0 if is_reversal else total_fen < 0


SAME_IN_REVERSAL = {
    "cert_type": "证件类型",
    "cert_no": "证件号码",
    "insured_region": "参保统筹区",
    "care_region": "就医统筹区",
    "insurance_type": "险种",
    "care_kind": "医疗类别",
    "institution": "定点医药机构",
}


def reversal_mismatch(
    ours: dict[str, str], our_amounts: Sequence[int], theirs: dict[str, str], their_amounts: Sequence[int]
) -> str:
    """Why a reversal does not cancel its original; empty when it does: same parties, amounts negated [P]."""
    for key, name in SAME_IN_REVERSAL.items():
        if ours[key] != theirs[key]:
            return f"{name}与原结算不同"
    for name, mine, other in zip(AMOUNT_NAMES, our_amounts, their_amounts, strict=True):
        if mine != -other:
            return f"{name}应为 {yuan(-other)} 元，实为 {yuan(mine)} 元，相差 {yuan(mine + other)} 元"
    return ""
