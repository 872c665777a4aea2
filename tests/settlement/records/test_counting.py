"""How often a person settled under a filing, as filings ask it of the settled cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from agency.organisation.models import Institution, InstitutionConnection
from agency.policy.care import CareKind
from filings.eligibility.counting import CountedSpan, settled_under
from filings.eligibility.selectors import Question, answer_to
from filings.models import Filing
from tests.filings.making import enrol, make_in_force, make_person
from tests.settlement.records.files import RIGHT, reversal, row
from tests.support.world import World

Run = Callable[..., Any]


def span_of(world: World) -> CountedSpan:
    return CountedSpan(
        cert_type="01",
        cert_no=RIGHT["证件号码"],
        insured_region_id=world.changchun.pk,
        care_region_ids=frozenset({world.jilin.pk}),
        area_prefix="",
        begins_on=dt.date(2026, 10, 1),
        ends_on=dt.date(2026, 10, 31),
    )


def test_net_settlements_of_the_person_in_the_place_and_days(load: Run, world: World) -> None:
    outpatient = {"医疗类别": "11", "入院日期": "", "出院日期": ""}
    load(
        [
            row("S1"),
            row("S2", 结算时间="2026-11-05 09:00:00", 入院日期="2026-10-31", 出院日期="2026-11-05"),
            row("S3", **outpatient),  # counts from its settlement, S2 from its admission
            row("S4", 入院日期="2026-09-30"),  # began before
            row("S5", 结算时间="2026-11-01 00:00:00", **outpatient),  # settled after
            row("S6", 就医地区划="222401"),  # somewhere else
            row("S7", 证件号码="11010519491231002X"),  # somebody else
        ]
    )
    span = span_of(world)

    assert settled_under(span) == 3
    assert settled_under(replace(span, care_region_ids=frozenset({world.yanbian.pk}))) == 1
    assert settled_under(replace(span, area_prefix="2202")) == 3
    assert settled_under(replace(span, area_prefix="2203")) == 0
    assert settled_under(replace(span, insured_region_id=world.jilin.pk)) == 0


def test_what_was_reversed_counts_no_more_even_when_the_reversal_came_later(load: Run, world: World) -> None:
    load([row("S1"), row("S2")])
    load([reversal("R1", of="S1", 结算时间="2026-11-10 10:00:00", 入院日期="", 出院日期="")])

    assert settled_under(span_of(world)) == 1


def test_a_referral_is_used_up_by_what_was_settled_and_free_again_after_a_reversal(
    load: Run, world: World
) -> None:
    person = make_person("张三", cert_no=RIGHT["证件号码"])
    enrol(person, world.changchun)
    place = {"kind": "temporary_other", "province": "220000", "city": "220200"}
    filing = make_in_force(world, person, begins_on=dt.date(2026, 10, 1), **place)
    Filing.objects.filter(pk=filing.pk).update(settlements_allowed=1)
    hospital = Institution.objects.create(code="H22020200901", name="吉林市某院", region=world.jilin)
    InstitutionConnection.objects.create(
        institution=hospital, care_kind=CareKind.INPATIENT, scope="in_province"
    )

    def reasons(on: dt.date) -> list[str]:
        question = Question(world.clerk, person, hospital, on, CareKind.INPATIENT)
        return [reason.code for reason in answer_to(question).answer.reasons]

    assert reasons(world.today) == []
    load([row("S1", 入院日期="2026-10-05")])
    assert reasons(world.today) == ["settlements_used_up"]
    assert reasons(dt.date(2026, 10, 4)) == []
    load([reversal("R1", of="S1", 入院日期="2026-10-05")])
    assert reasons(world.today) == []
