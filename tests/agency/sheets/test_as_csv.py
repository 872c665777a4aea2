"""CSV is for programs: a header, the rows, nothing else; byte for byte as the contract says."""

import pytest

from agency.sheets.as_csv import as_csv, inert
from agency.sheets.filled import Row
from tests.agency.sheets.examples import FORM_6_1, FORM_14, filled, worked_10

EXPECTED = (
    "序号,对方统筹区,险种,医疗类别,人次,医疗总费用,政策范围内费用,基金支付合计,个人账户,扣款,"
    "上期挂账转入,本期挂账转出,应收金额\r\n"
    "1,省直,职工,普通门诊,2,1134.30,967.96,624.25,3.46,0.00,0.00,0.00,627.71\r\n"
    "2,吉林市,职工,住院,1,53708.36,44869.18,26882.19,0.00,0.00,0.00,0.00,26882.19\r\n"
    "3,省直,居民,住院,3,204103.00,180829.19,144053.56,0.00,1256.02,0.00,0.00,142797.54\r\n"
    "4,北京市,居民,住院,-1,-1000.00,-800.00,-600.00,0.00,0.00,0.00,0.00,-600.00\r\n"
)


def test_the_bytes_are_utf_8_with_a_byte_order_mark() -> None:
    assert as_csv(worked_10()) == b"\xef\xbb\xbf" + EXPECTED.encode()


def test_another_encoding_when_it_is_asked_for() -> None:
    assert as_csv(worked_10(), encoding="gb18030") == EXPECTED.encode("gb18030")


@pytest.mark.parametrize("text", ["=1+1", "+86", "-甲", "@SUM(A1)", "\t=1", "\r=1"], ids=repr)
def test_a_text_that_looks_like_a_formula_is_made_inert(text: str) -> None:
    row = Row("r", {"institution": text, "reason": "普通", "kind": "其他", "amount": -1230})
    line = as_csv(filled(FORM_14, (row,))).decode("utf-8-sig").split("\r\n", 1)[1]

    assert inert(text) == f"'{text}"
    assert f"'{text}" in line
    assert line.endswith(",其他,普通,-12.30\r\n")


def test_names_with_commas_and_rare_characters_survive() -> None:
    row = Row("r", {"institution": '长春"一,二"医院䶮', "kind": "其他", "amount": 100})

    assert '"长春""一,二""医院䶮"' in as_csv(filled(FORM_14, (row,)), encoding="gb18030").decode("gb18030")


def test_rows_that_do_not_count_are_left_out() -> None:
    rows = (Row("a", {"region": "长春市"}), Row("b", {"region": "月均"}, counted=False))
    text = as_csv(filled(FORM_6_1, rows)).decode("utf-8-sig")

    assert text.split("\r\n")[1:] == ["1,长春市,,0.00,0.00,,0.00,0.00,0.00,0.00,0.00,", ""]
