"""Each row of a list is new, unchanged, or refused with one code and a sentence."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from agency.batches.models import Batch
from agency.batches.refused import refused_response
from agency.errors import DomainError
from tests.filings.groups.lists import (
    EMPLOYER,
    HEADER,
    checked,
    loaded,
    make_worker,
    previewed,
    refused,
    row,
    write,
)
from tests.filings.making import make_in_force
from tests.support.world import World


def test_a_list_in_any_order_of_columns_and_either_encoding(world: World, tmp_path: Path) -> None:
    rows = [row(make_worker(world.changchun), 备注="急")]
    turned = [dict(reversed(one.items())) for one in rows]

    utf8 = checked(write(tmp_path, rows), world)
    gb18030 = checked(write(tmp_path, turned, encoding="gb18030"), world)

    assert (utf8.encoding, gb18030.encoding) == ("utf-8", "gb18030")
    assert utf8.accepted == gb18030.accepted == 1
    assert utf8.ignored_columns == ["备注"]
    assert utf8.digest() == gb18030.digest()


def test_platform_names_and_codes_say_the_same(world: World, tmp_path: Path) -> None:
    person = make_worker(world.changchun, category="retired")
    said = {
        "psn_cert_type": "01", "certno": person.cert_no, "psn_name": person.name, "tel": "13800432716",
        "insutype": "310", "insuplc_admdvs": "220102", "rloc_admdvs": "210102", "rloc_rea": "02",
        "dcla_souc": "2", "begndate": "20261120", "resout_addr": "沈阳市和平区文化路3号",
    }  # fmt: skip
    path = write(tmp_path, [{**said, "材料": "医保电子凭证、个人承诺书"}])

    outcome = checked(path, world)

    entry, place = outcome.payload[0].row.entry, outcome.payload[0].judged.place
    assert (entry.kind, entry.channel, entry.insurance_type) == ("retired_relocation", "app", "employee")
    assert (place.area_code, place.name) == ("210100", "辽宁省沈阳市")  # a county counts as its city
    assert outcome.preview["commitments"] == 1


def test_the_preview_counts_and_masks(world: World, tmp_path: Path) -> None:
    one, two = make_worker(world.changchun), make_worker(world.changchun, "钱秀英", employer="")
    agent = {"代办人姓名": "孙经理", "代办人证件号码": "E1234567", "代办人电话": "13900001111"}
    path = write(tmp_path, [row(one, **agent), row(two, 就医地区划="220200", 渠道="app")])

    preview = checked(path, world).preview

    assert preview["kinds"] == [("常驻异地工作人员", 2)]
    assert preview["places"] == [("吉林省吉林市", 1), ("辽宁省沈阳市", 1)]
    assert preview["channels"] == [("医保服务平台APP", 1), ("合作单位", 1)]
    assert preview["employers"] == [(EMPLOYER, 1), ("（未登记单位）", 1)]
    assert (preview["agents"], preview["commitments"]) == (1, 0)
    assert preview["samples"][0]["cert_no"] == one.cert_no[:4] + "*" * 10 + one.cert_no[-4:]
    assert preview["samples"][0]["ends_on"] == ""


REFUSED = [
    ({"姓名": ""}, "missing_value", "姓名"),
    ({"居住地址": ""}, "missing_value", "居住地址"),
    ({"代办人姓名": "孙经理"}, "missing_value", "代办人证件号码"),
    ({"生效日期": "下个月"}, "bad_date", "生效日期"),
    ({"截止日期": "2027-05-19"}, "bad_date", "截止日期"),
    ({"证件类型": "88"}, "bad_id_number", "证件类型"),
    ({"证件号码": "220102196103150012"}, "bad_id_number", "证件号码"),
    ({"险种": "工伤"}, "unknown_insurance_type", "险种"),
    ({"参保地区划": "210100"}, "unknown_region", "参保地区划"),
    ({"就医地区划": "990000"}, "unknown_region", "就医地区划"),
    ({"就医地区划": "210000"}, "unknown_region", "就医地区划"),
    ({"就医地区划": "229900"}, "unknown_region", "就医地区划"),
    ({"备案类型": "长期"}, "unknown_kind", "备案类型"),
    ({"渠道": "朋友"}, "unknown_channel", "渠道"),
    ({"材料": "有效身份证件、护身符"}, "unknown_material", "材料"),
    ({"险种": "居民"}, "not_enrolled", "险种"),
    ({"姓名": "王五"}, "not_accepted", "姓名"),
    ({"联系电话": "12"}, "not_accepted", "联系电话"),
    ({"就医地区划": "220102"}, "not_accepted", "就医地区划"),
    ({"备案类型": "异地安置退休"}, "not_accepted", "备案类型"),
    ({"生效日期": "2016-11-20"}, "not_accepted", "生效日期"),
    ({"材料": "有效身份证件"}, "not_accepted", "材料"),
    ({"材料": "有效身份证件、工作合同（容缺后补）"}, "not_accepted", "材料"),
    ({"外部编号": "9" * 41}, "not_accepted", "外部编号"),
]


def test_every_refusal_has_one_code_a_column_and_a_sentence(world: World, tmp_path: Path) -> None:
    rows = [row(make_worker(world.changchun), **changes) for changes, _, _ in REFUSED]
    suspended = row(make_worker(world.changchun, status="suspended"))
    path = write(tmp_path, [*rows, suspended])

    outcome = checked(path, world)

    assert [(one.code, one.column) for one in outcome.refused] == [
        *((code, column) for _, code, column in REFUSED),
        ("insurance_not_in_force", "险种"),
    ]
    assert all(one.message.startswith(f"第 {one.line_no} 行，{one.column}：") for one in outcome.refused)
    assert all(one.message.endswith("。") and len(one.message) <= 300 for one in outcome.refused)
    assert (outcome.accepted, outcome.unchanged, outcome.rows) == (0, 0, len(REFUSED) + 1)


def test_a_given_end_is_the_one_that_the_kind_gives(world: World, tmp_path: Path) -> None:
    outside = {"备案类型": "其他临时外出就医人员", "材料": "医保电子凭证"}
    people = [make_worker(world.changchun) for _ in range(3)]
    ends = ["2027-05-19", "2027-01-31", ""]
    rows = [row(one, 截止日期=end, **outside) for one, end in zip(people, ends, strict=True)]

    outcome = checked(write(tmp_path, rows), world)

    assert (outcome.accepted, len(outcome.refused)) == (2, 1)
    assert (
        outcome.refused[0].message
        == "第 3 行，截止日期：与规则不符：按规则到 2027-05-19 为止，请照此填写或空着。"
    )


def test_a_stay_that_a_counter_has_taken_in_is_named(world: World, tmp_path: Path) -> None:
    person = make_worker(world.changchun)
    filing = make_in_force(world, person)
    changes = {
        "备案类型": "长期居住",
        "就医地区划": "370200",
        "材料": "有效身份证件、居住证",
        "生效日期": "2026-12-01",
    }

    outcome = checked(write(tmp_path, [row(person, **changes)]), world)

    assert [one.code for one in outcome.refused] == ["overlapping"]
    assert filing.filing_no in outcome.refused[0].message


def test_the_same_row_again_is_unchanged_and_another_content_conflicts(world: World, tmp_path: Path) -> None:
    numbered, plain = make_worker(world.changchun), make_worker(world.changchun)
    rows = [row(numbered, 外部编号="W1"), row(plain)]
    batch = loaded(world, write(tmp_path, rows))

    again = checked(write(tmp_path, rows), world)
    moved = checked(
        write(tmp_path, [row(numbered, 外部编号="W1", 居住地址="别处"), row(plain, 居住地址="别处")]), world
    )

    filing = batch.filings.get(external_no="W1")
    assert (again.accepted, again.unchanged, again.refused) == (0, 2, [])
    assert [(one.code, one.column) for one in moved.refused] == [
        ("conflicts_with_stored", "外部编号"),
        ("overlapping", "生效日期"),
    ]
    assert filing.filing_no in moved.refused[0].message


def test_a_region_loads_its_own_and_learns_nothing_of_others(world: World, tmp_path: Path) -> None:
    here, there = make_worker(world.changchun), make_worker(world.yanbian)
    loaded(world, write(tmp_path, [row(here, 外部编号="W1")]))
    own = {"参保地区划": "222400"}
    rows = [row(here), row(here, **own), row(there, **own)]
    path = write(tmp_path, [*rows, row(there, 就医地区划="110105", 外部编号="W1", **own)])

    assert refused(path, world, world.yanbian_clerk) == {
        2: ("not_your_region", "参保地区划"),
        3: ("not_enrolled", "险种"),
        5: ("conflicts_with_stored", "外部编号"),
    }
    assert "F2026" not in checked(path, world, world.yanbian_clerk).refused[2].message
    assert refused(path, world, world.system)[2] == ("overlapping", "生效日期")


def test_a_workbook_whose_numbers_lost_their_digits(world: World, tmp_path: Path) -> None:
    person = make_worker(world.changchun)
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    book.active.append([*row(person).values()])
    book.active.append([float(person.cert_no[:17] + "0") if name == "证件号码" else value
                        for name, value in row(person).items()])  # fmt: skip
    buffer = io.BytesIO()
    book.save(buffer)
    path = tmp_path / "list.xlsx"
    path.write_bytes(buffer.getvalue())

    outcome = checked(path, world)

    assert (outcome.encoding, outcome.accepted) == ("xlsx", 1)
    assert [(one.code, one.place) for one in outcome.refused] == [("digits_lost", "Sheet!B3")]


@pytest.mark.parametrize("dropped", ["姓名", "渠道", "生效日期"])
def test_a_file_without_a_needed_column_is_refused_whole(world: World, tmp_path: Path, dropped: str) -> None:
    said = row(make_worker(world.changchun))
    del said[dropped]

    with pytest.raises(DomainError) as error:
        checked(write(tmp_path, [said]), world)

    assert error.value.message == f"“list.csv”缺少列：{dropped}。请对照备案名单的列名补齐。"


def test_optional_columns_may_be_absent(world: World, tmp_path: Path) -> None:
    said = row(make_worker(world.changchun))
    for name in ("截止日期", "代办人姓名", "代办人证件号码", "代办人电话", "外部编号"):
        del said[name]

    assert checked(write(tmp_path, [said]), world).accepted == 1


def given_out(batch: Batch) -> bytes:
    return b"".join(refused_response(batch))


def test_refused_rows_come_back_mended_or_are_refused_once_more(world: World, tmp_path: Path) -> None:
    person = make_worker(world.changchun)
    first, again = tmp_path / "first.xlsx", tmp_path / "again.xlsx"
    first.write_bytes(given_out(previewed(world, write(tmp_path, [row(person, 渠道="朋友")]))))
    again.write_bytes(given_out(previewed(world, first)))
    book = openpyxl.load_workbook(again)
    titles = [str(cell.value) for cell in book.active[1]]

    assert titles[:6] == ["行号", "原因代码", "列", "值", "原因", "位置"] and len(titles) == len(set(titles))
    assert refused(again, world) == {2: ("unknown_channel", "渠道")}
    book.active.cell(2, titles.index("渠道") + 1).value = "合作单位"
    book.save(again)
    assert checked(again, world).accepted == 1


def test_a_junk_photo_given_as_a_list_is_told_to_be_no_table(world: World, tmp_path: Path) -> None:
    path = tmp_path / "IMG_0012.jpg"
    path.write_bytes(b"\xff\xd8junk" * 50)
    with pytest.raises(DomainError, match="“IMG_0012.jpg”是照片（JPEG），不是表格"):
        checked(path, world)
    path.write_bytes(b"junk, nothing else")
    with pytest.raises(DomainError, match="“IMG_0012.jpg”不是表格.*只收 Excel（.xlsx）和 CSV"):
        checked(path, world)
