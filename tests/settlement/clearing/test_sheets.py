"""清算表 9–14: headings, order, figures and what is printed of the worked month."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from agency.errors import DomainError
from agency.organisation.models import PoolingRegion
from agency.sheets.as_csv import as_csv
from settlement.clearing.filling import MonthBook, sheet_data
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.proofs import SheetProof
from settlement.clearing.sheets import SHEETS
from tests.settlement.records.files import row
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_month")
HEADINGS = {
    "9": "序号,统筹区,应收-职工人次,应收-职工金额,应收-居民人次,应收-居民金额,应收-小计,应付-职工人次,"
    "应付-职工金额,应付-居民人次,应付-居民金额,应付-小计,扣款-应收侧,扣款-应付侧,轧差,收付",
    "10": "序号,对方统筹区,险种,医疗类别,人次,医疗总费用,政策范围内费用,基金支付合计,个人账户,扣款,"
    "上期挂账转入,本期挂账转出,应收金额",
    "11": "序号,对方统筹区,险种,医疗类别,人次,医疗总费用,政策范围内费用,基金支付合计,个人账户,扣款,"
    "上期挂账转入,本期挂账转出,应付金额",
    "12": "序号,方向,对方统筹区,医疗类别,人次,统筹基金,大额医疗费用补助,公务员医疗补助,企业补充,医疗救助,"
    "其他,个人账户,合计,扣款,上期挂账转入,本期挂账转出,应收付金额",
    "13": "序号,方向,对方统筹区,医疗类别,人次,统筹基金,大病保险,医疗救助,其他,个人账户,合计,扣款,"
    "上期挂账转入,本期挂账转出,应收付金额",
    "14": "序号,方向,对方统筹区,医药机构编号,医药机构名称,险种,医疗类别,结算编号,扣款类别,原因,金额",
}


def rows(form: str, month: ClearingPeriod, region: PoolingRegion | None) -> list[list[str]]:
    """The data rows of the CSV."""
    text = as_csv(sheet_data(form, month, region)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


@pytest.mark.parametrize("form", HEADINGS)
def test_the_header_row_is_as_other_programs_expect(month: ClearingPeriod, world: World, form: str) -> None:
    region = None if form == "9" else world.jilin

    first = as_csv(sheet_data(form, month, region)).decode("utf-8-sig").split("\r\n")[0]

    assert first == HEADINGS[form]


def test_sheet_10_lists_what_is_owed_to_the_care_region(month: ClearingPeriod, world: World) -> None:
    nil = ["0.00", "0.00"]
    assert rows("10", month, world.jilin) == [
        [
            "1",
            "长春市",
            "职工",
            "住院",
            "1",
            "1000.00",
            "820.00",
            "560.00",
            "140.00",
            "100.00",
            *nil,
            "600.00",
        ],
        [
            "2",
            "辽宁省",
            "职工",
            "药店购药",
            "1",
            "1000.00",
            "820.00",
            "560.00",
            "140.00",
            "0.00",
            *nil,
            "700.00",
        ],
    ]


def test_sheet_11_mirrors_it_and_keeps_rows_that_net_to_nil(month: ClearingPeriod, world: World) -> None:
    owed = [(line[1], line[2], line[3], line[4], line[-1]) for line in rows("11", month, world.changchun)]

    assert owed == [
        ("吉林市", "职工", "住院", "1", "600.00"),
        ("四平市", "职工", "生育", "0", "-5.00"),
        ("北京市", "职工", "住院", "1", "650.00"),
    ]
    assert rows("11", month, world.yanbian) == [
        ["1", "长春市", "职工", "住院", "0", "0.00", "0.00", "0.00", "0.00", "0.00", "0.00", "0.00", "0.00"]
    ]


def test_sheets_12_and_13_split_the_funds_and_put_the_rest_in_other(
    month: ClearingPeriod, world: World
) -> None:
    assert rows("12", month, world.jilin)[0] == [
        *("1", "应收", "长春市", "住院", "1", "500.00", "60.00", "0.00", "0.00", "0.00", "0.00"),
        *("140.00", "700.00", "100.00", "0.00", "0.00", "600.00"),
    ]
    assert rows("13", month, world.jilin) == [
        ["1", "应付", "长春市", "普通门诊", "1", "500.00", "60.00", "0.00", "0.00", "140.00", "700.00"]
        + ["0.00", "0.00", "0.00", "700.00"]
    ]


def test_sheet_14_lists_every_deduction_on_its_side(month: ClearingPeriod, world: World) -> None:
    listed = [line[1:4] + line[5:] for line in rows("14", month, world.changchun)]

    assert listed == [
        ["应付", "吉林市", "H22020200001", "职工", "住院", "S1", "审核扣款", "重复收费", "100.00"],
        ["应付", "四平市", "H22020200001", "职工", "生育", "", "质量保证金", "年度考核", "5.00"],
        ["应付", "北京市", "H11010100001", "职工", "住院", "", "协议违约", "未按时上传", "50.00"],
    ]
    assert [line[1] for line in rows("14", month, world.jilin)] == ["应收"]


def test_sheet_9_has_every_region_in_force_and_the_platform(month: ClearingPeriod) -> None:
    found = {line[1]: line[2:] for line in rows("9", month, None)}

    assert list(found)[:3] == ["省直", "长春市", "吉林市"]
    assert list(found)[-1] == "跨省（省平台）"
    assert len(found) == 13
    assert found["长春市"] == [
        *("0", "0.00", "1", "700.00", "700.00", "2", "1245.00", "0", "0.00", "1245.00"),
        *("0.00", "155.00", "-545.00", "付"),
    ]
    assert found["吉林市"] == [
        *("2", "1300.00", "0", "0.00", "1300.00", "0", "0.00", "1", "700.00", "700.00"),
        *("100.00", "0.00", "600.00", "收"),
    ]
    assert found["跨省（省平台）"] == [
        *("1", "650.00", "0", "0.00", "650.00", "1", "700.00", "0", "0.00", "700.00"),
        *("50.00", "0.00", "-50.00", "付"),
    ]
    assert found["延边州"] == ["0", "0.00"] * 2 + ["0.00"] + ["0", "0.00"] * 2 + ["0.00"] * 4 + [""]


def test_employees_stand_first_then_counterparts_then_kinds(
    month: ClearingPeriod, load: Callable[..., object], compute: Callable[..., ClearingPeriod], world: World
) -> None:
    more = [
        row("A1", 参保地区划="229901"),
        row("A2", 参保地区划="229900", 医疗类别="51"),
        row("A3", 参保地区划="229900", 医疗类别="11"),
        row("A4", 参保地区划="110101"),
        row("A5", 险种="390", 职工大额补助="0.00", 居民大病保险="60.00", 参保地区划="229900"),
    ]
    load(more)

    order = [tuple(line[1:4]) for line in rows("10", compute(), world.jilin)]

    assert order == [
        ("省直", "职工", "普通门诊"),
        ("省直", "职工", "生育"),
        ("长春市", "职工", "住院"),
        ("长白山", "职工", "住院"),
        ("北京市", "职工", "住院"),
        ("辽宁省", "职工", "药店购药"),
        ("省直", "居民", "住院"),
    ]


def test_an_unsigned_sheet_is_a_draft_without_a_date(month: ClearingPeriod, world: World) -> None:
    data = sheet_data("10", month, world.jilin)

    assert data.is_draft
    assert (data.prepared_label, data.as_of) == ("草稿", world.now)
    assert data.title == "吉林省吉林市统筹区异地医保费用收款清算表"
    assert data.organisation == "吉林省社会医疗保险管理局"


def test_sheet_9_tells_of_the_local_cases(month: ClearingPeriod) -> None:
    assert sheet_data("9", month, None).remarks[1] == (
        "另有参保地与就医地相同（或不算异地）的明细 1 笔，不参加清算。"
    )


def test_every_sheet_of_every_region_proves_itself(month: ClearingPeriod) -> None:
    book = MonthBook(month)
    proofs = []
    for form in SHEETS:
        for party in [None] if form == "9" else book.parties.pooling:
            data = sheet_data(form, month, party, book)
            proofs += list(SheetProof(data, book, party).proofs())

    assert len(proofs) == 3 + 12 * (4 * 3 + 2)
    assert [proof for proof in proofs if not proof.ok] == []
    assert {proof.value for proof in proofs if proof.value} == {"12 / 12", "11-20 12:00 计算时核对"}


@pytest.mark.parametrize(("form", "needs_region"), [("9", True), ("10", False), ("15", False)])
def test_a_sheet_that_does_not_exist_is_refused(
    month: ClearingPeriod, world: World, form: str, needs_region: bool
) -> None:
    with pytest.raises(DomainError) as refused:
        sheet_data(form, month, world.jilin if needs_region else None)

    assert refused.value.code == "no_such_sheet"
