"""Area codes and the pooling regions they lead to, by the date of the settlement."""

from collections.abc import Callable
from typing import Any

import pytest

from settlement.records.models import SettlementRecord
from tests.settlement.records.files import row

Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("area", "region"),
    [
        ("220100", "长春市"),
        ("220102", "长春市"),
        ("220199", "长春市"),
        ("220184", "长春市"),
        ("220381", "长春市"),
        ("220581", "梅河口市"),
        ("220582", "通化市"),
        ("220599", "通化市"),
        ("222401", "延边州"),
        ("222426", "延边州"),
        ("229900", "省直"),
        ("229901", "长白山"),
        ("220788", "松原市"),
        ("110101", "北京市"),
        ("150100", "内蒙古自治区"),
    ],
)
def test_an_area_code_leads_to_its_pooling_region(load: Run, area: str, region: str) -> None:
    load([row(参保地区划=area, 就医地区划="220202")])

    record = SettlementRecord.objects.get()
    assert (record.insured_region.name, record.insured_area_code) == (region, area)


@pytest.mark.parametrize(
    ("settled", "region"), [("2020-06-30 23:59:59", "四平市"), ("2020-07-01 00:00:00", "长春市")]
)
def test_gongzhuling_moved_to_changchun_in_the_middle_of_2020(load: Run, settled: str, region: str) -> None:
    load([row(参保地区划="220381", 结算时间=settled, 入院日期="", 出院日期="")])

    assert SettlementRecord.objects.get().insured_region.name == region


def test_the_digits_of_the_institution_do_not_decide_the_region(load: Run) -> None:
    load([row(就医地区划="229901", 定点医药机构编号="H22010200008")])

    assert SettlementRecord.objects.get().care_region.name == "长白山"


def test_a_local_case_is_kept_and_counted_apart(load: Run) -> None:
    batch = load([row(就医地区划="220104"), row("S2")])

    assert (batch.accepted, batch.preview["local"]) == (2, 1)


def test_care_outside_the_province_is_ours_when_the_person_is(check: Run) -> None:
    outcome = check([row(就医地区划="310100"), row("S2", 参保地区划="110000")])

    assert (outcome.accepted, outcome.refused) == (2, [])


def test_an_unknown_institution_becomes_a_stub(load: Run) -> None:
    load([row(定点医药机构编号="P22020299999", 定点医药机构名称="新开的药房")])

    institution = SettlementRecord.objects.get().institution
    assert (institution.code, institution.name, institution.is_stub) == ("P22020299999", "新开的药房", True)


def test_another_name_of_the_institution_changes_nothing(load: Run, check: Run) -> None:
    load([row(定点医药机构编号="P22020299999", 定点医药机构名称="新开的药房")])

    assert check([row(定点医药机构编号="P22020299999", 定点医药机构名称="大药房")]).unchanged == 1
