"""列: the columns of a settlement file, each known by its Chinese name and by its platform field name.

The only place where the platform's short names stand. The order is ours: first what every row must have, then
the amounts that may be absent, then the rest; a file may bring its columns in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from operator import itemgetter

from agency.errors import DomainError
from agency.tabular.read import Row
from agency.tabular.values import Cell, is_number_cell, to_date, to_moment
from settlement.records.intake import FileLayout


@dataclass(frozen=True)
class Column:
    """One column. `limit` is how many characters of a text are kept; 0 for what is not kept as text."""

    name: str
    platform: str = ""
    limit: int = 0


COLUMNS = (
    Column("结算编号", "setl_id", 40),
    Column("证件类型", "psn_cert_type"),
    Column("证件号码", "certno", 30),
    Column("姓名", "psn_name", 50),
    Column("险种", "insutype"),
    Column("参保地区划", "insuplc_admdvs"),
    Column("就医地区划", "mdtrtarea_admvs"),
    Column("定点医药机构编号", "fixmedins_code"),
    Column("医疗类别", "med_type"),
    Column("结算时间", "setl_time"),
    Column("医疗费总额", "medfee_sumamt"),
    Column("全自费", "fulamt_ownpay_amt"),
    Column("超限价自费", "overlmt_selfpay"),
    Column("先行自付", "preselfpay_amt"),
    Column("符合政策范围", "inscp_scp_amt"),
    Column("基金支付总额", "fund_pay_sumamt"),
    Column("实际起付线", "act_pay_dedc"),
    Column("统筹基金", "hifp_pay"),
    Column("居民大病保险", "hifmi_pay"),
    Column("职工大额补助", "hifob_pay"),
    Column("公务员补助", "cvlserv_pay"),
    Column("企业补充", "hifes_pay"),
    Column("医疗救助", "maf_pay"),
    Column("其他基金", "oth_pay"),
    Column("个人账户", "acct_pay"),
    Column("个人现金", "psn_cash_pay"),
    Column("医院负担", "hosp_part_amt"),
    Column("人员编号", "psn_no", 30),
    Column("定点医药机构名称", "fixmedins_name"),
    Column("入院日期", "begndate"),
    Column("出院日期", "enddate"),
    Column("退费标志", "refd_setl_flag"),
    Column("原结算编号", "init_setl_id", 40),
    Column("病案号", limit=40),
    Column("诊断", limit=200),
)

(
    SETTLEMENT_NO,
    CERT_TYPE,
    CERT_NO,
    PERSON_NAME,
    INSURANCE_TYPE,
    INSURED_AREA,
    CARE_AREA,
    INSTITUTION,
    CARE_TYPE,
    SETTLED_AT,
) = range(10)
FIRST_AMOUNT, LAST_REQUIRED, LAST_AMOUNT = 10, 15, 26
(
    PERSON_NO,
    INSTITUTION_NAME,
    ADMITTED,
    DISCHARGED,
    REVERSAL_FLAG,
    REVERSES_NO,
    MEDICAL_RECORD,
    DIAGNOSIS,
) = range(27, 35)
DAYS = (SETTLED_AT, ADMITTED, DISCHARGED)
REQUIRED = slice(0, LAST_REQUIRED + 1)
AMOUNTS = slice(FIRST_AMOUNT, LAST_AMOUNT + 1)
SHORTEST_LIMIT = min(column.limit for column in COLUMNS if column.limit)

NAMES = tuple(column.name for column in COLUMNS)
NEEDED = tuple((column.name, column.platform) for column in COLUMNS[: LAST_REQUIRED + 1])
SPELLINGS = NAMES + tuple(column.platform for column in COLUMNS if column.platform)
_BY_SPELLING = {
    spelling.casefold(): index
    for index, column in enumerate(COLUMNS)
    for spelling in (column.name, column.platform)
    if spelling
}


@dataclass(frozen=True)
class Layout(FileLayout):
    """Where our columns stand in one file."""

    _get: Callable[[Sequence[Cell]], tuple[Cell, ...]]

    def pick(self, row: Row) -> tuple[Cell, ...]:
        """The row's cells in the order of COLUMNS; "" where the file has no such column."""
        row.cells.append("")
        return self._get(row.cells)

    def kept_cells(self, row: Row) -> list[Cell]:
        """The cells of a picked row, to be kept as texts: a day that Excel keeps as a number becomes the day,
        since its text would be no day any more when it is read again."""
        cells = row.cells[:-1]  # the last one is our own
        for column in DAYS:
            position = self.positions[column]
            if position >= 0 and is_number_cell(cells[position]):
                with suppress(ValueError):
                    read = to_moment if column == SETTLED_AT else to_date
                    cells[position] = read(cells[position])
        return cells


def read_header(header: Sequence[str]) -> Layout:
    """Match a header row; DomainError when a column is missing that must have values, or stands twice."""
    found: dict[int, int] = {}
    ignored: list[str] = []
    for position, title in enumerate(header):
        column = _BY_SPELLING.get(title.casefold())
        if column is None:
            ignored += [title] if title else []
        elif column in found:
            raise DomainError(
                "duplicate_column",
                f"表头里“{NAMES[column]}”有两列（{header[found[column]]}、{title}），请只留一列再导入。",
            )
        else:
            found[column] = position
    missing = [NAMES[column] for column in range(REQUIRED.stop) if column not in found]
    if missing:
        raise DomainError(
            "missing_column",
            f"文件缺少必须有的列：{'、'.join(missing)}。请核对表头（可用中文名或平台字段名）后再导入。",
            columns=missing,
        )
    positions = tuple(found.get(column, -1) for column in range(len(COLUMNS)))
    return Layout(positions, ignored, itemgetter(*positions))
