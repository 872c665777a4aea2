"""无表头的布局: files of cases and of reconciliation without a header, and who declares their order.

[NHSA] 3202 is the platform's 对明细账: what a hospital uploads and what it gets back, each a ZIP with one
tab-separated text whose empty cells read `null`. Neither says who was treated where, so neither can become
a settled case; they are known here so that the refusal can say what the file is, and reconciliation can read
it.
"""

from pathlib import Path

from agency.errors import DomainError
from agency.tabular.headerless import HeaderlessLayout
from agency.tabular.read import Table, open_table
from settlement.records.columns import NEEDED, SPELLINGS

_NUMBER = r"[0-9A-Za-z]{5,40}"
_AMOUNT = r"-?[0-9]{1,10}(\.[0-9]{1,2})?"
_FLAG = r"[01]?"

CASES = HeaderlessLayout(
    title="结算明细",
    columns=(
        "结算编号", "人员编号", "证件类型", "证件号码", "姓名", "险种", "参保地区划", "就医地区划",
        "定点医药机构编号", "定点医药机构名称", "医疗类别", "入院日期", "出院日期", "结算时间", "医疗费总额",
        "全自费", "超限价自费", "先行自付", "符合政策范围", "实际起付线", "统筹基金", "居民大病保险",
        "职工大额补助", "公务员补助", "企业补充", "医疗救助", "其他基金", "基金支付总额", "个人账户",
        "个人现金", "退费标志", "原结算编号",
    ),
    source="接口说明“结算明细”列表的次序",
    signs={
        "参保地区划": r"[0-9]{6}",
        "就医地区划": r"[0-9]{6}",
        "定点医药机构编号": r"[HP][0-9]{11}",
        "结算时间": r"[0-9]{4}.*",
        "医疗费总额": _AMOUNT,
    },
)  # fmt: skip

UPLOADED_3202 = HeaderlessLayout(
    title="3202 对明细账（医药机构上传）",
    columns=(
        "setl_id", "mdtrt_id", "psn_no", "medfee_sumamt", "fund_pay_sumamt", "acct_pay", "refd_setl_flag",
    ),
    source="国家平台接口 3202",
    signs={
        "setl_id": _NUMBER,
        "medfee_sumamt": _AMOUNT,
        "fund_pay_sumamt": _AMOUNT,
        "acct_pay": f"({_AMOUNT})?",
        "refd_setl_flag": _FLAG,
    },
)  # fmt: skip

RESULT_3202 = HeaderlessLayout(
    title="3202 对明细账结果（平台返回）",
    columns=(
        "psn_no", "mdtrt_id", "setl_id", "msgid", "stmt_rslt", "refd_setl_flag", "memo", "medfee_sumamt",
        "fund_pay_sumamt", "acct_pay",
    ),
    source="国家平台接口 3202",
    signs={"setl_id": _NUMBER, "refd_setl_flag": _FLAG, "medfee_sumamt": _AMOUNT, "fund_pay_sumamt": _AMOUNT},
)  # fmt: skip

DETAILS_3202 = (UPLOADED_3202, RESULT_3202)
_KNOWN = frozenset(spelling.casefold() for spelling in SPELLINGS)


def open_cases(path: Path, filename: str) -> Table:
    """A file of settled cases, with a header or in the order of CASES; DomainError for any other one."""
    layouts = (CASES, *DETAILS_3202)
    table = open_table(path, filename=filename, expected=SPELLINGS, layouts=layouts, needed=NEEDED)
    if table.layout in DETAILS_3202:
        raise DomainError(
            "not_settlement_details",
            f"“{filename}”是平台的“{table.layout.title}”文件：每行只有 {len(table.header)} 列，"
            "没有证件、险种和两地区划，不能作为结算明细导入。请改传结算明细。",
        )
    if not table.header:
        told = "".join(table.notes)
        raise DomainError("no_rows", f"“{filename}”里没有内容，一个有字的格都没有：请核对文件。{told}")
    if not any(name.casefold() in _KNOWN for name in table.header):
        raise DomainError(
            "no_header",
            f"“{filename}”前 20 行里没有表头（没有一行写着结算明细的列名）。请加上表头；"
            f"没有表头的，须用制表符分隔，{len(CASES.columns)} 列，次序同“文件要有哪些列”里写的。",
        )
    return table
