"""Who needs no filing: each case written out, on rows and on the seeded table."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from agency.organisation.models import Institution, PoolingRegion
from filings.exemptions.rules import COUNTY, FILING, NONE, PREFECTURE, Asked, RuleRow, level_of, need_for
from filings.exemptions.selectors import area_of, filing_need
from filings.models import ExemptionRule

DAY = dt.date(2026, 11, 20)
NATIONAL = RuleRow("national", NONE, scope="in_province", source="[S0]")
JILIN_CITY = RuleRow("jilin", "temporary", scope="in_province", place_level="prefecture", source="[S2]")
STUDENTS = RuleRow("national", NONE, person_group="student", source="[S0]", note="看学生证")
AT_CITY = Asked(region_id=1, scope="in_province", place_level="prefecture", place_name="吉林市")


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("220100", PREFECTURE),  # 长春市
        ("220199", PREFECTURE),  # 长春市本级
        ("220102", PREFECTURE),  # 南关区
        ("220122", COUNTY),  # 农安县
        ("220183", COUNTY),  # 德惠市
        ("220581", COUNTY),  # 梅河口市, a pooling region and yet a county-level city
        ("222400", PREFECTURE),  # 延边州
        ("222401", COUNTY),  # 延吉市: in an autonomous prefecture every city is at county level
        ("229900", PREFECTURE),  # 省直
        ("229901", PREFECTURE),  # 长白山: no prefecture stands above it
        ("429004", COUNTY),  # 仙桃市, directly under its province
        ("110000", PREFECTURE),
        ("2201", PREFECTURE),
        ("２２０１２２", PREFECTURE),
    ],
)
def test_a_code_says_whether_a_place_is_at_county_level(code: str, level: str) -> None:
    assert level_of(code) == level


def test_jilins_row_stands_before_the_national_one() -> None:
    need = need_for([NATIONAL, JILIN_CITY], AT_CITY)

    assert (need.needs, need.rule, need.source) == ("temporary", JILIN_CITY, "[S2]")
    assert need.sentence == "吉林市属地市级，省内异地就医，须先办临时备案。"
    assert need_for([NATIONAL], AT_CITY).is_exempt


def test_who_somebody_is_goes_before_where_they_go() -> None:
    student = Asked(region_id=1, scope="in_province", place_level="prefecture", student=True)

    need = need_for([NATIONAL, JILIN_CITY, STUDENTS], student)

    assert need.is_exempt and need.sentence == "在校学生，不用备案（看学生证）。"
    assert need_for([STUDENTS], AT_CITY).needs == FILING


def test_a_regions_own_row_a_kind_of_care_and_the_newest_start_go_first() -> None:
    own = RuleRow("national", FILING, region_id=1, scope="in_province")
    of_another = RuleRow("jilin", NONE, region_id=2, scope="in_province")
    assert need_for([JILIN_CITY, own, of_another], AT_CITY).rule is own

    pharmacy = RuleRow("jilin", NONE, scope="in_province", place_level="prefecture", care_kind="pharmacy")
    at_pharmacy = Asked(region_id=1, scope="in_province", place_level="prefecture", care_kind="pharmacy")
    assert need_for([JILIN_CITY, pharmacy], AT_CITY).rule is JILIN_CITY
    assert need_for([JILIN_CITY, pharmacy], at_pharmacy).rule is pharmacy

    newer = RuleRow("national", FILING, scope="in_province", valid_from=dt.date(2026, 1, 1))
    assert need_for([newer, NATIONAL], AT_CITY).rule is newer


def test_without_any_row_a_filing_is_needed() -> None:
    need = need_for([], AT_CITY)

    assert (need.needs, need.rule, need.source) == (FILING, None, "[P]")
    assert need.sentence == "没有一条免备案规则适用，须先备案。"


@pytest.mark.parametrize(
    ("insured", "area_code", "facts", "needs", "source"),
    [
        ("220100", "220200", {}, "temporary", "[S2]"),  # 长春 → 吉林市, a prefecture-level city
        ("220100", "220221", {}, "none", "[S2]"),  # → 永吉县
        ("220100", "220581", {}, "none", "[S2]"),  # → 梅河口市
        ("220100", "222401", {}, "none", "[S2]"),  # → 延吉市
        ("220100", "222499", {}, "temporary", "[S2]"),  # a code not in the table counts as the city itself
        ("220100", "229901", {}, "temporary", "[S2]"),  # → 长白山
        ("220100", "229900", {}, "none", "[P]"),  # → 省直, in the same city: no filing could name it
        ("229900", "220102", {}, "none", "[P]"),  # and the other way
        ("220100", "220102", {}, "none", "[P]"),  # at home
        ("220100", "220200", {"student": True}, "none", "[S0]"),
        ("220100", "220200", {"emergency": True}, "none", "[N22]"),
        ("220100", "370200", {}, "filing", "[S0,S4]"),  # 青岛
        ("220100", "370200", {"student": True}, "none", "[S0]"),
        ("220100", "110000", {"emergency": True}, "none", "[N22]"),
    ],
)
def test_what_the_seeded_table_says(
    db: None, insured: str, area_code: str, facts: dict[str, bool], needs: str, source: str
) -> None:
    region = PoolingRegion.objects.get(code=insured)

    need = filing_need(region, area_code, care_kind="inpatient", on=DAY, **facts)

    assert (need.needs, need.source) == (needs, source)


def test_with_jilins_rows_closed_the_national_rule_holds_from_the_day_after(db: None) -> None:
    ExemptionRule.objects.filter(rule_set="jilin").update(valid_to=DAY)
    changchun = PoolingRegion.objects.get(code="220100")

    assert filing_need(changchun, "220200", on=DAY).needs == "temporary"
    assert filing_need(changchun, "220200", on=DAY + dt.timedelta(days=1)).source == "[S0]"


@pytest.mark.parametrize(
    ("code", "region", "found"),
    [
        ("H22018200009", "220100", ("220182", COUNTY)),  # 榆树市: its own figures lie in its region
        ("H22010200009", "229900", ("229900", PREFECTURE)),  # 省直 uses hospitals of 长春
        ("H22010200019", "229901", ("229901", PREFECTURE)),
        ("H37020000099", "370000", ("370200", PREFECTURE)),
        ("H22010200029", "370000", ("370000", PREFECTURE)),  # figures that are not of its province
        ("H22010200039", "", ("220102", PREFECTURE)),  # of no known region
    ],
)
def test_a_hospital_counts_where_its_region_is(
    db: None, code: str, region: str, found: tuple[str, str]
) -> None:
    where = PoolingRegion.objects.filter(code=region).first()
    area = area_of(Institution.objects.create(code=code, name="某院", region=where), DAY)

    assert (area.code, area.level) == found


def test_two_rows_of_one_condition_and_unknown_words_are_refused_by_the_database(db: None) -> None:
    known = ExemptionRule.objects.filter(rule_set="jilin", place_level="county").get()
    same = {"rule_set": "jilin", "scope": "in_province", "place_level": "county", "needs": "filing"}
    with pytest.raises(ValidationError, match="条件相同"):
        ExemptionRule(**same).full_clean()
    for wrong in (same, {**same, "person_group": "child"}, {**same, "needs": "perhaps", "scope": "any"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ExemptionRule.objects.create(**wrong)

    assert str(known) == "省内 县级 免备案"
