"""What is refused, in the sentence that a supervisor reads; nothing is ever written and nothing breaks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from agency.organisation.models import AreaCode, CertificateType
from agency.policy.models import Holiday, Parameter
from tests.agency.interchange.files import (
    AREA,
    CARE_TYPE,
    INSTITUTION,
    PARAMETER,
    PARAMETER_COLUMNS,
    lines,
    may_confirm,
    told,
    upload,
    workbook,
)
from tests.support.world import World

Login = Callable[[object], Client]
AREA_COLUMNS = "区划代码,名称,统筹区,生效日期,失效日期,依据"
HOLIDAY = "/admin/agency/holiday/"


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", b"0" * (100 << 20))
    return buffer.getvalue()


FILES = {
    "empty": (b"", "文件是空的，请重新选择。"),
    "blank": (b"\n \n", "是空的，请重新选择文件。"),
    "only a header": (lines(AREA_COLUMNS), "只有表头，没有数据行"),
    "other columns": (lines("姓名,电话", "张三,13800000000"), "缺少列 区划代码、生效日期"),
    "a column twice": (lines("区划代码,area_code,生效日期", "229889,229889,2027-01-01"), "出现了两次"),
    "the same heading twice": (lines("区划代码,区划代码,生效日期", "1,1,2027-01-01"), "表头有重复的列"),
    "binary": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "是图片（PNG）"),
    "no encoding": (b"\xff\xfa\xff\xff,\xfa\xff\n" * 3, "既不是 UTF-8 也不是 GB18030"),
    "utf-16": ("区划代码,生效日期\n".encode("utf-16"), "UTF-16"),
    "old excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧版 Excel"),
    "pdf": (b"%PDF-1.7\n", "不是表格文件"),
    "zip": (b"PK\x03\x04rubbish", "已损坏"),
    "bomb": (bomb(), "超过上限 64 MB"),
    "too large": (b"a" * (8 * 1024 * 1024 + 1), "超过 8 MB：这里只收小量更正"),
    "one quote": (b'"' + lines(AREA_COLUMNS, "1,2,3,4,5,6"), "引号没有成对"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_cannot_be_taken_is_told_in_one_sentence(world: World, as_user: Login, case: str) -> None:
    content, sentence = FILES[case]
    before = AreaCode.objects.count()

    page = upload(as_user(world.prov_supervisor), AREA, content)

    assert sentence in page.context["form"].errors["import_file"][0]
    assert "outcome" not in page.context
    assert AreaCode.objects.count() == before


def test_no_file_at_all(world: World, as_user: Login) -> None:
    page = as_user(world.prov_supervisor).post(f"{AREA}import/", {"resource": "0"})

    assert page.context["form"].errors["import_file"]


def test_too_many_rows_are_told_before_any_is_judged(world: World, as_user: Login, settings: Any) -> None:
    settings.ADMIN_IMPORT_MAX_ROWS, settings.ADMIN_IMPORT_MAX_CHANGES = 3, 2
    client = as_user(world.prov_supervisor)
    rows = [f"22988{number},区,220100,2027-01-01,," for number in range(4)]

    page = upload(client, AREA, lines(AREA_COLUMNS, *rows))
    fewer = upload(client, AREA, lines(AREA_COLUMNS, *rows[:3]))

    assert "超过 3 行：这里只收小量更正" in page.context["form"].errors["import_file"][0]
    assert "要增改 3 行，一次最多 2 行" in fewer.context["form"].errors["import_file"][0]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("229889,名,229109,2027-01-01,,", "第 2 行“统筹区”：没有代码为“229109”的统筹区，请核对"),
        ("229889,名,,2027-01-01,,", "第 2 行“统筹区”："),
        ("229889,名,220100,明年,,", "第 2 行“生效日期”：“明年”不是日期或时间：请写成 2026-10-05"),
        ("229889,名,220100,,,", "第 2 行“生效日期”：不能空着，这一列用来认出是哪一条。"),
        ("229889,名,220100,2027-02-30,,", "第 2 行“生效日期”：“2027-02-30”不是日期"),
        ("229889,名,220100,2027-01-01,2026-12-31,", "第 2 行：失效日期不能早于生效日期。"),
        ("2298890,名,220100,2027-01-01,,", "第 2 行“区划代码”：确保该变量包含不超过 6 字符"),
        ("229889,名,220100,2027-01-01,,,多出来的", "第 2 行：这一行比表头多出内容"),
        ("229889,,220100,2027-01-01,,", "第 2 行“名称”："),
    ],
)
def test_a_row_is_refused_with_line_column_and_what_to_do(
    world: World, as_user: Login, row: str, sentence: str
) -> None:
    page = upload(as_user(world.prov_supervisor), AREA, lines(AREA_COLUMNS, row))

    assert told(page)[0].startswith(sentence)
    assert not may_confirm(page)
    assert not AreaCode.objects.filter(area_code__startswith="22988").exists()


def test_the_same_row_twice_in_a_file(world: World, as_user: Login) -> None:
    rows = ["229889,甲,220100,2027-01-01,,", "229888,乙,220100,2027-01-01,,", "229889,丙,220100,2027-01-01,,"]

    page = upload(as_user(world.prov_supervisor), AREA, lines(AREA_COLUMNS, *rows))

    assert told(page) == ["第 4 行：与第 2 行是同一条，请只留一行。"]


def test_two_new_rows_that_only_the_database_would_keep_apart(world: World, as_user: Login) -> None:
    """Each is fine alone; the second is refused as its form would refuse it after the first."""
    content = lines(
        "区划代码,名称,简称,类别,排序,生效日期",
        "990000,示例省,示例甲,外省,90,2027-01-01",
        "991000,示例省,示例乙,外省,91,2027-01-01",
    )

    page = upload(as_user(world.prov_supervisor), "/admin/agency/poolingregion/", content)

    assert [sentence.split("：")[0] for sentence in told(page)] == ["第 3 行“名称”"]


def test_digits_that_excel_lost_are_refused_with_their_cell(world: World, as_user: Login) -> None:
    content = workbook(["代码", "名称"], ["01", "身份证"], [12345678901234567890, "示例"])

    page = upload(as_user(world.prov_supervisor), "/admin/agency/certificatetype/", content, name="a.xlsx")

    assert told(page)[0].startswith("第 3 行（表!A3）“代码”：数字超过 15 位，在 Excel 里已经丢了末几位")
    assert not CertificateType.objects.filter(name="示例").exists()


def test_a_value_of_the_wrong_type_is_refused_as_on_the_form(world: World, as_user: Login) -> None:
    row = "filing.lapse_months,220100,六个月,整数,月,说明,,2027-01-01,,"

    page = upload(as_user(world.prov_supervisor), PARAMETER, lines(PARAMETER_COLUMNS, row))

    assert told(page) == ["第 2 行“值”：这个参数是整数，应写成如 6。"]


def test_a_place_belongs_to_one_party(world: World, as_user: Login) -> None:
    content = lines("区划代码,名称,外省,本省统筹区", "999900,示例市,210000,220100", "999800,示例市,,")

    page = upload(as_user(world.prov_supervisor), "/admin/agency/place/", content)

    assert told(page) == [
        "第 2 行：外省和本省统筹区两列必须填一列，也只能填一列。",
        "第 3 行：外省和本省统筹区两列必须填一列，也只能填一列。",
    ]


def test_a_material_rule_with_a_misspelt_paper(world: World, as_user: Login) -> None:
    content = lines(
        "规则,备案类型,范围,参保地,组号,组名,可选材料,可用承诺书代替,可容缺后补,备注,生效日期,失效日期,依据",
        "吉林省,long_term_residence,不限,,9,示例,residense_permit,是,否,,2027-01-01,,",
        "吉林省,long_term_residence,不限,,8,示例,valid_identity_card,也许,否,,2027-01-01,,",
    )

    page = upload(as_user(world.prov_supervisor), "/admin/filings/materialrule/", content)

    assert told(page) == [
        "第 2 行“可选材料”：没有这些材料代码：residense_permit。请先在材料种类里登记。",
        "第 3 行“可用承诺书代替”：“也许”读不懂，请写 是 或 否。",
    ]


# Dated rows


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("2000-01-01,,6", "第 2 行“值”：这一行从 2000-01-01 起已经在用，不能改写"),
        ("2000-01-01,2026-11-18,3", "第 2 行“失效日期”：会改变今天以前的有效日期：失效日期最早填 2026-11-19"),
        (
            "2026-11-19,,6",
            "第 2 行“生效日期”：同一项已有别的日期或全省的行，新的一行最早从今天（2026-11-20）起",
        ),
        ("2027-01-01,,6", "第 2 行“生效日期”：从 2000-01-01 起的一行还在有效，与从 2027-01-01 起的一行"),
    ],
)
def test_a_row_in_use_is_never_overwritten(world: World, as_user: Login, row: str, sentence: str) -> None:
    content = lines("生效日期,失效日期,值,参数,统筹区", f"{row},filing.lapse_months,")

    page = upload(as_user(world.prov_supervisor), PARAMETER, content)

    assert told(page)[0].startswith(sentence)
    assert not may_confirm(page)
    row_in_use = Parameter.objects.get(key="filing.lapse_months")
    assert (row_in_use.value, row_in_use.valid_to) == ("3", None)


def test_a_regions_own_value_takes_the_place_of_the_common_one_from_today_on(
    world: World, as_user: Login
) -> None:
    columns = "参数,统筹区,值,类型,说明,生效日期"
    client = as_user(world.prov_supervisor)

    late = upload(client, PARAMETER, lines(columns, "filing.lapse_months,220100,6,整数,失效,2026-11-19"))
    today = upload(client, PARAMETER, lines(columns, "filing.lapse_months,220100,6,整数,失效,2026-11-20"))

    assert "新的一行最早从今天（2026-11-20）起" in told(late)[0]
    assert may_confirm(today)


def test_a_row_that_has_not_begun_may_be_changed(world: World, as_user: Login) -> None:
    Parameter.objects.filter(key="filing.lapse_months").update(valid_from="2027-01-01")
    content = lines("参数,统筹区,生效日期,值", "filing.lapse_months,,2027-01-01,6")

    assert may_confirm(upload(as_user(world.prov_supervisor), PARAMETER, content))


def test_a_holiday_that_was_is_not_rewritten(world: World, as_user: Login) -> None:
    Holiday.objects.create(date="2026-10-10", kind="work", name="国庆调休")
    content = lines("日期,类型,名称", "2026-10-10,休息,国庆调休")

    page = upload(as_user(world.prov_supervisor), HOLIDAY, content)

    assert told(page)[0].startswith("第 2 行“类型”：2026-10-10 已经到了，不能改写。")


# Who may


def test_who_may_not_change_a_table_may_not_import_it(world: World, as_user: Login) -> None:
    for user in (world.supervisor, world.prov_system):  # they only look at care types
        client = as_user(user)
        for page in ("import/", "process_import/"):
            assert client.post(f"{CARE_TYPE}{page}", {}).status_code == 403
        assert client.get(f"{CARE_TYPE}import/").status_code == 403
        assert client.get(f"{CARE_TYPE}export/").status_code == 200
    assert as_user(world.prov_system).get(f"{INSTITUTION}import/").status_code == 403
    assert as_user(world.prov_system).get("/admin/settlement/sheetcomparison/import/").status_code == 403
    assert as_user(world.clerk).get(f"{CARE_TYPE}import/").status_code == 302


def test_accounts_logs_and_clearing_do_not_go_by_file(world: World, as_user: Login) -> None:
    client = as_user(world.prov_supervisor)

    for model in ("agency/user", "agency/auditentry", "filings/followup", "settlement/clearingline"):
        for page in ("import", "export"):
            response = client.get(f"/admin/{model}/{page}/")
            assert response.status_code == 302  # no such page: taken for a row's number


def test_a_confirmation_is_posted(world: World, as_user: Login) -> None:
    assert as_user(world.prov_supervisor).get(f"{AREA}process_import/").status_code == 405
