"""对账的分类: whose file it is, the classes of differences in their order, likely causes, and what to do."""

from django.db import models


class SourceKind(models.TextChoices):
    PLATFORM = "platform", "平台明细"
    REGION = "region", "对方统筹区明细"
    HOSPITAL = "hospital", "医药机构明细"
    TOTALS = "totals", "只有合计"
    BANK = "bank", "银行流水"
    SHEET = "sheet", "清算表"


# compared case by case; the others by groups, lines of a sheet or of a statement
DETAILS = (SourceKind.PLATFORM, SourceKind.REGION, SourceKind.HOSPITAL)


class DiscrepancyKind(models.TextChoices):
    """The first that applies, in this order (interfaces.md, Reconciliation classes)."""

    DUPLICATE = "duplicate", "重复"
    ONLY_OURS = "only_ours", "我有他无"
    ONLY_THEIRS = "only_theirs", "他有我无"
    REVERSAL_DIFFERS = "reversal_differs", "冲正状态不符"
    OWNER_DIFFERS = "owner_differs", "归属不符"
    PERIOD_DIFFERS = "period_differs", "期别不符"
    AMOUNT_DIFFERS = "amount_differs", "金额不符"


MATCHED = "相符"  # what is in none of the classes; counted, not kept


class Cause(models.TextChoices):
    """疑因: what a difference most likely comes from; empty: nothing speaks for any."""

    OTHER_MONTH = "other_month", "同一笔在前后月"
    REVERSAL_PAIR = "reversal_pair", "符号或冲正对不上"
    DEDUCTION = "deduction", "差额等于扣款"
    ACCOUNT_SHARE = "account_share", "差额等于个人账户"
    DIGITS_SWAPPED = "digits_swapped", "编号数字颠倒"
    OTHER_NUMBER = "other_number", "同人同日同机构另一编号"
    TWIN_ROW = "twin_row", "同一行报了两次"
    ROUNDING = "rounding", "尾差"
    FILING_MISSING = "filing_missing", "没有有效备案"


class Remedy(models.TextChoices):
    """处理: what is proposed, and what a verdict says."""

    HOLD = "hold", "挂账"
    IMPORT = "import", "补导入"
    CORRECT = "correct", "更正我方"
    ASK_THEM = "ask_them", "请对方更正"
    REJECT = "reject", "不予认可"
    PAIR = "pair", "与另一条互相对应"
    WRITE_OFF = "write_off", "尾差核销"
    CARRY = "carry", "转下月继续"
    NONE = "none", "说明即可"
