"""import_people: every row new, changed, unchanged or refused; the same file twice changes nothing."""

from __future__ import annotations

import datetime as dt
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from agency.batches.kinds import CheckRequest
from agency.batches.models import Batch
from agency.batches.services import batch_run
from agency.errors import DomainError
from agency.organisation.models import AreaCode, User
from filings.models import Enrolment, InsuredPerson
from filings.people.check import check_people
from tests.filings.making import enrol, id_number, make_person
from tests.support.world import World

HEADER = "证件类型,证件号码,姓名,险种,参保地区划,人员类别,参保状态,参保日期,单位"
LI = "220102195604182784"
TODAY = dt.date(2026, 11, 20)
GOOD = f"01,{LI},李桂芳,职工,220102,退休,正常,1998-07-01,长春市春城机械制造有限公司"


def write(folder: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8-sig") -> Path:
    path = folder / "people.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding=encoding)
    return path


def check(path: Path, by: User) -> dict[int, str]:
    """Line → code of what is refused."""
    outcome = check_people(CheckRequest(path=path, file_name=path.name, by=by), on=TODAY)
    return {row.line_no: row.code for row in outcome.refused}


def test_a_person_may_have_several_enrolments(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, GOOD, f"01,{LI},李桂芳,居民,220204,居民,暂停,2026/1/1,")

    batch, _ = batch_run(kind="people", path=path, by=world.system, system=world.system, at=world.now)

    person = InsuredPerson.objects.get()
    assert (batch.accepted, batch.unchanged, batch.refused) == (2, 0, 0)
    assert {str(row) for row in person.enrolments.all()} == {"长春市 职工 正常", "吉林市 居民 暂停"}
    assert person.sex == "female"
    assert batch.preview["new_people"] == 1
    assert batch.preview["new_enrolments"] == 2


def test_the_same_file_twice_changes_nothing(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    first, _ = batch_run(kind="people", path=path, by=world.system, system=world.system, at=world.now)

    again, outcome = batch_run(kind="people", path=path, by=world.system, system=world.system, at=world.now)

    assert (again.accepted, again.unchanged) == (0, 1)
    assert again.file == first.file
    assert InsuredPerson.objects.count() == Enrolment.objects.count() == 1


def test_a_changed_status_is_brought_up_to_date(world: World, tmp_path: Path) -> None:
    batch_run(kind="people", path=write(tmp_path, GOOD), by=world.system, system=world.system, at=world.now)

    path = write(tmp_path, GOOD.replace("正常", "终止"))
    batch, _ = batch_run(kind="people", path=path, by=world.system, system=world.system, at=world.now)

    assert batch.preview["changed_enrolments"] == 1
    assert Enrolment.objects.get().status == "ended"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (GOOD.replace("李桂芳", ""), "missing_value"),
        (GOOD.replace("1998-07-01", "去年"), "bad_date"),
        (GOOD.replace("01,", "88,", 1), "unknown_certificate_type"),
        (GOOD.replace(LI, LI[:-1] + "5"), "bad_id_number"),
        (GOOD.replace(LI, "220102560418278"), "bad_id_number"),
        (GOOD.replace(",220102,", ",110101,"), "unknown_region"),
        (GOOD.replace(",220102,", ",abc,"), "unknown_region"),
        (GOOD.replace("职工", "工伤"), "unknown_insurance_type"),
        (GOOD.replace("退休", "退役"), "unknown_category"),
        (GOOD.replace("正常", "不详"), "unknown_status"),
        (GOOD.replace("李桂芳", "李" * 51), "too_long"),
    ],
)
def test_a_bad_row_is_refused_with_its_code(world: World, tmp_path: Path, row: str, code: str) -> None:
    assert check(write(tmp_path, row), world.system) == {2: code}


def test_of_two_rows_for_one_enrolment_the_first_stands(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, GOOD, GOOD.replace("退休", "在职"))

    assert check(path, world.system) == {3: "duplicate_in_file"}


def test_one_number_under_two_names_is_refused(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, GOOD, f"01,{LI},李桂芬,居民,220204,居民,正常,2026-01-01,")

    assert check(path, world.system) == {3: "name_differs"}


def test_a_regions_staff_load_only_their_region(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, GOOD, f"01,{id_number()},王某,居民,220204,居民,正常,2026-01-01,")

    assert check(path, world.clerk) == {3: "not_your_region"}


def test_a_region_does_not_rename_a_person_the_province_does(world: World, tmp_path: Path) -> None:
    person = make_person("李桂兰", cert_no=LI)
    enrol(person, world.changchun)
    path = write(tmp_path, GOOD)
    assert check(path, world.clerk) == {2: "name_differs"}

    batch_run(kind="people", path=path, by=world.system, system=world.system, at=world.now)

    person.refresh_from_db()
    assert person.name == "李桂芳"
    assert person.initials.get().letters == "lgf"


def test_other_spellings_of_columns_values_and_encodings_are_read(world: World, tmp_path: Path) -> None:
    header = "psn_cert_type,certno,psn_name,insutype,insuplc_admdvs,psn_type,psn_insu_stas,psn_insu_date,备注"
    row = f"１,{LI},李桂芳,310,220102,退休,正常参保,19980701,不要的列"

    path = write(tmp_path, row, header=header, encoding="gb18030")
    outcome = check_people(CheckRequest(path=path, file_name="名单.csv", by=world.system), on=TODAY)

    assert (outcome.accepted, outcome.encoding) == (1, "gb18030")
    assert outcome.ignored_columns == ["备注"]


def test_a_missing_column_refuses_the_file(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, GOOD, header=HEADER.replace("参保状态", "状态"))

    with pytest.raises(DomainError) as refused:
        check(path, world.system)

    assert refused.value.code == "missing_column"
    assert "参保状态" in refused.value.message


def test_a_file_without_rows_is_refused(world: World, tmp_path: Path) -> None:
    with pytest.raises(DomainError) as refused:
        check(write(tmp_path), world.system)

    assert refused.value.code == "no_rows"


def test_gongzhuling_belongs_to_changchun_by_its_old_code_too(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace(",220102,", ",220381,"))

    batch_run(kind="people", path=path, by=world.system, system=world.system, at=world.now)

    assert Enrolment.objects.get().region == world.changchun


def test_the_command_tells_what_it_did_in_one_json_object(world: World, tmp_path: Path) -> None:
    path, out = write(tmp_path, GOOD, GOOD.replace("正常", "不详")), StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("import_people", str(path), "--json", stdout=out)

    told = json.loads(out.getvalue())
    assert ended.value.code == 2
    assert (told["rows"], told["accepted"], told["unchanged"]) == (2, 1, 0)
    assert told["refused"] == {"unknown_status": 1}


def test_a_file_that_cannot_be_taken_leaves_no_batch(world: World, tmp_path: Path) -> None:
    with pytest.raises(DomainError):
        batch_run(kind="people", path=write(tmp_path), by=world.system, system=world.system, at=world.now)

    assert not Batch.objects.exists()


def test_the_area_table_counts_as_it_stands_on_the_day(world: World, tmp_path: Path) -> None:
    AreaCode.objects.filter(area_code="220184").update(valid_to=dt.date(2029, 12, 31))
    AreaCode.objects.create(
        area_code="220184", region=world.jilin, name="公主岭市", valid_from=dt.date(2030, 1, 1)
    )
    path = write(tmp_path, GOOD.replace(",220102,", ",220184,"))
    request = CheckRequest(path=path, file_name=path.name, by=world.system)

    today, later = check_people(request, on=TODAY), check_people(request, on=dt.date(2030, 1, 1))

    assert today.payload[0].region_id == world.changchun.pk
    assert later.payload[0].region_id == world.jilin.pk


def test_of_another_regions_person_only_the_region_is_told(world: World, tmp_path: Path) -> None:
    make_person("另一个名", cert_no=LI)
    path = write(tmp_path, GOOD)

    assert check(path, world.yanbian_clerk) == {2: "not_your_region"}


def test_a_passport_is_stored_in_capitals_without_spaces(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace(f"01,{LI},", "08,e 1234567a,"))

    batch_run(kind="people", path=path, by=world.system, system=world.system, at=world.now)

    assert InsuredPerson.objects.get().cert_no == "E1234567A"


def test_the_platforms_number_may_come_with_the_file_and_be_added_later(world: World, tmp_path: Path) -> None:
    batch_run(kind="people", path=write(tmp_path, GOOD), by=world.system, system=world.system, at=world.now)
    header, row = f"{HEADER},人员编号", f"{GOOD},22000001234567"
    second = f"01,{LI},李桂芳,居民,220204,居民,正常,2026-01-01,,"

    path = write(tmp_path, row, second, header=header)
    batch, _ = batch_run(kind="people", path=path, by=world.system, system=world.system, at=world.now)
    again, _ = batch_run(kind="people", path=path, by=world.system, system=world.system, at=world.now)

    assert InsuredPerson.objects.get().platform_no == "22000001234567"
    assert (batch.accepted, batch.preview["numbered"], batch.preview["new_enrolments"]) == (2, 1, 1)
    assert (again.accepted, again.unchanged) == (0, 2)


def test_one_person_with_two_platform_numbers_is_refused(world: World, tmp_path: Path) -> None:
    second = f"01,{LI},李桂芳,居民,220204,居民,正常,2026-01-01,,2202"
    path = write(tmp_path, f"{GOOD},2201", second, header=f"{HEADER},人员编号")

    assert check(path, world.system) == {3: "person_no_differs"}
