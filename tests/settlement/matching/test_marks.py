"""Which mark a case gets, as a table; and that the statement says what 能否结算 says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from filings.eligibility.coverage import covers, reach_of
from filings.eligibility.facts import FilingFact, HospitalFact
from filings.exemptions.models import ExemptionRule
from filings.filing.spans import with_valid_days
from filings.models import Filing
from settlement.matching.services import match_batch
from tests.settlement.matching.marking import make_filing, make_patient, marks
from tests.settlement.records.files import reversal, row
from tests.support.world import World

Run = Callable[..., Any]
DAY = dt.date


def mark_of(load: Run, world: World, **columns: Any) -> tuple[str, str | None]:
    """The mark of one case with these columns."""
    batch = load([row("S1", **columns)])
    match_batch(batch, at=world.now)
    return marks()["S1"]


def test_a_case_under_a_filing_in_force_names_it(load: Run, world: World) -> None:
    filing = make_filing(world, make_patient(world))

    assert mark_of(load, world) == ("in_force", filing.filing_no)


@pytest.mark.parametrize(
    ("changes", "mark"),
    [
        ({"begins_on": DAY(2026, 10, 1)}, "in_force"),
        ({"ends_on": DAY(2026, 10, 1)}, "in_force"),
        ({"ends_on": DAY(2026, 9, 30)}, "expired"),
        ({"begins_on": DAY(2026, 10, 2)}, "late"),
        ({"begins_on": DAY(2026, 10, 9)}, "late"),
        ({"begins_on": DAY(2026, 10, 10)}, "expired"),
        ({"state": "cancelled", "ends_on": DAY(2026, 10, 3)}, "in_force"),
        ({"state": "cancelled", "ends_on": None}, "none"),
        ({"state": "superseded", "ends_on": DAY(2026, 9, 30)}, "expired"),
        ({"state": "draft", "effective_at": None, "deadline_on": DAY(2026, 12, 31)}, "none"),
        ({"proof_due_on": DAY(2026, 10, 1), "proof_lapses_on": DAY(2026, 10, 9)}, "in_force"),
        ({"proof_due_on": DAY(2026, 9, 30), "proof_lapses_on": DAY(2026, 10, 9)}, "expired"),
        ({"care_kind": "inpatient"}, "in_force"),
        ({"care_kind": "maternity"}, "other_kind"),
        ({"care_area_code": "222400"}, "in_force"),  # inside the province the region is the place
    ],
)
def test_the_dates_and_the_kind_of_care_of_a_filing_decide(
    load: Run, world: World, changes: dict[str, Any], mark: str
) -> None:
    filing = make_filing(world, make_patient(world), **changes)

    assert mark_of(load, world) == (mark, None if mark == "none" else filing.filing_no)


def test_a_filing_for_another_place_is_told(load: Run, world: World) -> None:
    filing = make_filing(world, make_patient(world), care_region=world.yanbian, care_area_code="222400")

    assert mark_of(load, world) == ("other_place", filing.filing_no)


def test_a_filing_of_another_region_of_insurance_does_not_count(load: Run, world: World) -> None:
    make_filing(world, make_patient(world), insured_region=world.yanbian)

    assert mark_of(load, world) == ("none", None)


def test_who_is_in_no_register_has_none(load: Run, world: World) -> None:
    assert mark_of(load, world) == ("none", None)


@pytest.mark.parametrize(
    ("columns", "mark"),
    [
        ({"就医地区划": "220221"}, "exempt"),  # 永吉县: county level
        ({"就医地区划": "220103"}, "exempt"),  # at home
        ({"就医地区划": "229900"}, "exempt"),  # 省直 shares the city
        ({"就医地区划": "370202"}, "none"),
        ({"就医地区划": "220202", "入院日期": "", "出院日期": ""}, "none"),
    ],
)
def test_who_needs_no_filing_is_said_by_the_rule_table(
    load: Run, world: World, columns: dict[str, Any], mark: str
) -> None:
    assert mark_of(load, world, **columns) == (mark, None)


def test_a_rule_holds_from_its_day_on(load: Run, world: World) -> None:
    """Jilin's row is closed at the end of September: from October on the national one lets all go [S0]."""
    ExemptionRule.objects.filter(rule_set="jilin", place_level="prefecture").update(valid_to=DAY(2026, 9, 30))
    batch = load([row("S1"), row("S2", 入院日期="2026-09-30")])
    match_batch(batch, at=world.now)

    assert {number: mark for number, (mark, _) in marks().items()} == {"S1": "exempt", "S2": "none"}


def test_care_without_admission_is_judged_by_its_settlement(load: Run, world: World) -> None:
    make_filing(world, make_patient(world), begins_on=DAY(2026, 10, 5))

    assert mark_of(load, world, 入院日期="", 出院日期="", 医疗类别="11")[0] == "in_force"


def test_a_settlement_late_at_night_is_of_its_day_in_shanghai(load: Run, world: World) -> None:
    make_filing(world, make_patient(world), begins_on=DAY(2026, 10, 9))
    late = {"入院日期": "", "出院日期": "", "医疗类别": "11", "结算时间": "2026-10-09 00:30:00"}

    assert mark_of(load, world, **late)[0] == "in_force"


@pytest.mark.parametrize(
    ("area", "named", "mark"),
    [
        ("370202", "370200", "in_force"),
        ("370102", "370200", "other_place"),
        ("370102", "370000", "in_force"),
        ("110105", "110000", "other_place"),
    ],
)
def test_in_another_province_the_city_or_the_province_is_the_place(
    load: Run, world: World, area: str, named: str, mark: str
) -> None:
    person = make_patient(world)
    shandong = type(world.jilin).objects.get(code="370000")
    make_filing(world, person, care_region=shandong, care_area_code=named)

    assert mark_of(load, world, 就医地区划=area)[0] == mark


def test_of_several_the_one_that_says_most_stands_behind_the_case(load: Run, world: World) -> None:
    person = make_patient(world)
    make_filing(world, person, ends_on=DAY(2026, 9, 20), kind="temporary_other")
    make_filing(world, person, care_region=world.yanbian, care_area_code="222400")
    short = make_filing(world, person, ends_on=DAY(2026, 12, 1), kind="referral")
    assert mark_of(load, world) == ("in_force", short.filing_no)

    longest = make_filing(world, person, kind="long_term_work")
    match_batch(load([row("S2")]), at=world.now)
    assert marks()["S2"] == ("in_force", longest.filing_no)


def test_a_reversal_and_another_provinces_insured_have_no_mark(load: Run, world: World) -> None:
    batch = load([row("S1"), reversal("S2", "S1"), row("S3", 参保地区划="110000")])

    found = match_batch(batch, at=world.now)

    assert set(marks()) == {"S1"}
    assert (found.cases, found.changed, found.marks["none"]) == (1, 1, 1)


@pytest.mark.parametrize("on", [DAY(2026, 9, 14), DAY(2026, 9, 15), DAY(2026, 10, 1), DAY(2026, 11, 20)])
def test_valid_days_are_those_on_which_a_filing_is_in_force(world: World, on: dt.date) -> None:
    person = make_patient(world)
    for number, changes in enumerate(
        (
            {},
            {"ends_on": DAY(2026, 10, 1)},
            {"state": "expired", "ends_on": DAY(2026, 9, 30)},
            {"state": "cancelled", "ends_on": DAY(2026, 10, 1)},
            {"state": "cancelled"},
            {"state": "declined", "effective_at": None},
            {"proof_due_on": DAY(2026, 9, 20), "proof_lapses_on": DAY(2026, 9, 30)},
            {"proof_due_on": DAY(2026, 9, 1), "proof_lapses_on": DAY(2026, 9, 30)},
            {
                "ends_on": DAY(2026, 9, 18),
                "proof_due_on": DAY(2026, 9, 20),
                "proof_lapses_on": DAY(2026, 9, 30),
            },
        )
    ):
        make_filing(
            world, person, kind=KINDS[number % len(KINDS)], care_area_code=f"2202{number:02d}", **changes
        )

    by_days = {
        filing.filing_no
        for filing in with_valid_days()
        if filing.begins_on <= on and (filing.last_day is None or filing.last_day >= on)
    }

    assert by_days == set(Filing.objects.in_force(on).values_list("filing_no", flat=True))


KINDS = ("long_term_residence", "long_term_work", "temporary_other", "referral")


@pytest.mark.parametrize("outside", [False, True])
@pytest.mark.parametrize("region", [1, 2, 3])
@pytest.mark.parametrize("named", ["370000", "370200", "370100", "220200"])
def test_what_covers_a_hospital_reaches_its_place(outside: bool, region: int, named: str) -> None:
    code = "370000" if outside else "220200"
    filing = FilingFact("F1", "in_force", True, "", "", region, names_province=named == code, area_code=named)
    hospital = HospitalFact(
        "", "", region_id=1, is_outside=outside, city_code="370200", city_region_ids=frozenset({1, 2})
    )

    reach = reach_of(1, code, "370202", {2}, is_outside=outside)
    reached = region in reach.region_ids and (reach.area_codes is None or named in reach.area_codes)

    assert reached is covers(filing, hospital)
