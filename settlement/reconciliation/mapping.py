"""列对照: which heading of their file is which of our columns: proposed from the header, agreed by a person.

A mapping is {our column: their heading}. Without one only our own names and the platform's count; the words
below are what files call the columns otherwise, and only ever proposed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agency.errors import DomainError
from agency.tabular.read import header_name
from settlement.reconciliation.fields import BY_NAME, NUMBER
from settlement.records.columns import COLUMNS, NAMES

OTHER_WORDS: dict[str, tuple[str, ...]] = {
    "结算编号": (
        "结算ID", "结算号", "结算流水号", "结算序号", "结算单号", "医保结算编号", "医保结算号", "setl_sn",
    ),
    "证件类型": ("证件种类", "人员证件类型"),
    "证件号码": ("证件号", "身份证号", "身份证号码", "公民身份号码", "社会保障号码", "身份证"),
    "姓名": ("人员姓名", "参保人姓名", "患者姓名", "病人姓名"),
    "险种": ("险种类型", "参保险种", "保险类型", "医保类型"),
    "参保地区划": ("参保地", "参保区划", "参保地医保区划", "参保所属医保区划", "参保统筹区", "insu_admdvs"),
    "就医地区划": ("就医地", "就医区划", "就医地医保区划", "就医统筹区", "mdtrtarea_admdvs"),
    "定点医药机构编号": (
        "定点医药机构编码", "医药机构编号", "医药机构编码", "定点机构编号", "定点机构编码", "医疗机构编号",
        "医疗机构编码", "机构编号", "机构编码", "医院编号", "医院编码", "medins_no",
    ),
    "医疗类别": ("医疗类别代码", "就医类别", "就诊类别", "就诊类型", "医疗类型"),
    "结算时间": ("结算日期", "就诊结算时间", "医保结算时间", "setl_date", "mdtrt_setl_time"),
    "医疗费总额": ("医疗费用总额", "医疗总费用", "费用总额", "总费用", "总金额", "费用合计"),
    "全自费": ("全自费金额", "自费金额", "自费费用"),
    "超限价自费": ("超限价", "超限价金额", "超限价自费费用"),
    "先行自付": ("先行自付金额", "先自付金额", "乙类先自付"),
    "符合政策范围": ("符合政策范围金额", "政策范围内费用", "政策范围内", "范围内费用", "inscp_amt"),
    "实际起付线": ("实际支付起付线", "起付线", "起付标准"),
    "统筹基金": ("统筹基金支付", "基本医保统筹基金", "统筹支付", "基本统筹支付"),
    "居民大病保险": ("大病保险", "居民大病支付", "大病保险支付"),
    "职工大额补助": ("大额补助", "大额医疗费用补助", "大额支付", "大额补助支付"),
    "公务员补助": ("公务员医疗补助", "公务员补助支付"),
    "企业补充": ("企业补充医疗保险", "企业补充支付"),
    "医疗救助": ("医疗救助支付", "医疗救助基金"),
    "其他基金": ("其他支出", "其他基金支付", "其他支付", "othfund_pay"),
    "基金支付总额": ("基金支付合计", "基金总额", "基金合计", "医保基金支付", "医保支付", "optins_pay_sumamt"),
    "个人账户": ("个人账户支付", "个人账户支出", "个账支付", "账户支付"),
    "个人现金": ("个人现金支付", "现金支付", "现金", "cash_payamt"),
    "医院负担": ("医院负担金额", "医院承担", "ownpay_hosp_part"),
    "人员编号": ("个人编号", "参保人编号", "医保编号", "人员ID"),
    "定点医药机构名称": ("医药机构名称", "定点机构名称", "医疗机构名称", "机构名称", "医院名称"),
    "入院日期": ("入院时间", "开始日期", "就诊日期"),
    "出院日期": ("出院时间", "结束日期"),
    "退费标志": ("退费结算标志", "冲正标志", "冲销标志", "退费"),
    "原结算编号": ("原结算ID", "原结算号", "原结算流水号", "被冲正结算编号"),
    "病案号": ("住院号", "病历号"),
    "诊断": ("诊断名称", "主要诊断", "出院诊断"),
}  # fmt: skip
ALL_WORDS = tuple(word for name in NAMES for word in (name, *OTHER_WORDS[name]))


def _key(heading: str) -> str:
    return header_name(heading).casefold()


def proposed(headings: Sequence[str]) -> dict[str, str]:
    """The mapping that a header speaks for: our names before the platform's, those before other words; no
    heading serves twice. For a person to agree to, or to change."""
    free = {_key(heading): heading for heading in headings if heading}
    found: dict[str, str] = {}
    for words in _words():
        for name, wanted in words.items():
            heading = next((free.pop(_key(word)) for word in wanted if _key(word) in free), None)
            if heading is not None and found.setdefault(name, heading) is not heading:
                free[_key(heading)] = heading
    return {name: found[name] for name in NAMES if name in found}


def _words() -> tuple[Mapping[str, tuple[str, ...]], ...]:
    platform = {column.name: (column.platform,) for column in COLUMNS if column.platform}
    return {name: (name,) for name in NAMES}, platform, OTHER_WORDS


def own_columns(headings: Sequence[str]) -> dict[str, str]:
    """The mapping of a file whose columns are called by our names or the platform's; DomainError when one of
    them stands twice."""
    found: dict[str, str] = {}
    spelled = {_key(word): col.name for col in COLUMNS for word in (col.name, col.platform) if word}
    for heading in headings:
        name = spelled.get(_key(heading))
        if name is not None and name in found:
            raise DomainError(
                "duplicate_column", f"表头里“{name}”有两列（{found[name]}、{heading}），请只留一列。"
            )
        if name is not None:
            found[name] = heading
    return found


def positions(headings: Sequence[str], columns: Mapping[str, str]) -> dict[int, int]:
    """Index of our column → place in the file. DomainError when the mapping does not fit the header."""
    places = {_key(heading): place for place, heading in enumerate(headings) if heading}
    check_columns(columns)
    missing = [heading for heading in columns.values() if _key(heading) not in places]
    if missing:
        raise DomainError(
            "missing_column",
            f"文件里没有列对照所说的列：{'、'.join(missing)}。请核对文件，或另选列对照。",
            field="mapping",
            columns=missing,
        )
    return {BY_NAME[name].index: places[_key(heading)] for name, heading in columns.items()}


def check_columns(columns: Mapping[str, str]) -> None:
    """DomainError for a mapping that could serve no file: unknown columns, one heading for two, no number."""
    unknown = [name for name in columns if name not in BY_NAME]
    if unknown:
        raise DomainError("unknown_column", f"没有名为{'、'.join(unknown)}的列。", field="columns")
    keys = [_key(heading) for heading in columns.values()]
    twice = next((heading for heading in columns.values() if keys.count(_key(heading)) > 1), None)
    if twice is not None:
        raise DomainError(
            "column_used_twice", f"文件的“{twice}”列对应了两个列，请只选一处。", field="columns"
        )
    if not columns.get(NUMBER.name):
        raise DomainError(
            "missing_column",
            f"文件里没有“{NUMBER.name}”（setl_id）：对账按结算编号进行。请核对表头，或选用列对照。",
            field="columns",
            columns=[NUMBER.name],
        )
