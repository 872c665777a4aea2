"""Why somebody can or cannot settle: each case written out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from filings.eligibility.coverage import city_of, counted_prefix, covers
from filings.eligibility.facts import Answer, Asked, FilingFact, HospitalFact, InsuranceFact
from filings.eligibility.rules import answer
from filings.exemptions.rules import FILING, NONE, TEMPORARY, Need

DAY = dt.date(2026, 11, 20)
CHANGCHUN, JILIN, PROVINCIAL, SHANDONG = 1, 2, 9, 37
INSURED = InsuranceFact("长春市", "职工", "normal", "正常", dt.date(2010, 1, 1), None, in_force=True)
QINGDAO = HospitalFact(
    name="青岛某院",
    code="H37020000001",
    region_id=SHANDONG,
    is_outside=True,
    city_code="370200",
    place_name="山东省青岛市",
    city_region_ids=frozenset({SHANDONG}),
    connected=frozenset({("inpatient", "cross_province")}),
)
NEEDED = Need(FILING, None, "[S0]", "跨省就医，须先备案。")


def filing(number: str = "F2026110001", **changes: Any) -> FilingFact:
    """A long-term filing for 青岛, in force since March."""
    values: dict[str, Any] = {
        "state": "in_force",
        "in_force": True,
        "kind_label": "异地长期居住人员",
        "place_name": "山东省青岛市",
        "region_id": SHANDONG,
        "is_outside": True,
        "area_code": "370200",
        "begins_on": dt.date(2026, 3, 1),
    }
    return FilingFact(number=number, **{**values, **changes})


def ask(*filings: FilingFact, hospital: HospitalFact = QINGDAO, **changes: Any) -> Answer:
    """In hospital in 青岛 on 2026-11-20, insured in 长春."""
    values: dict[str, Any] = {
        "on": DAY,
        "care_kind": "inpatient",
        "care_kind_label": "住院",
        "is_cross_region": True,
        "is_own_region": False,
        "hospital": hospital,
        "insurance": INSURED,
        "region_name": "长春市",
        "need": NEEDED,
        "scope": "cross_province",
        "scope_label": "跨省异地",
        "filings": filings,
    }
    return answer(Asked(**{**values, **changes}))


def hospital(**changes: Any) -> HospitalFact:
    fields = {name: getattr(QINGDAO, name) for name in QINGDAO.__slots__}
    return HospitalFact(**{**fields, **changes})


def codes(found: Answer) -> list[str]:
    return [reason.code for reason in found.reasons]


def told(found: Answer) -> str:
    return "".join(reason.sentence for reason in found.reasons)


def test_a_filing_in_force_for_the_city_lets_the_person_settle() -> None:
    found = ask(filing())

    assert found.may_settle
    (basis,) = found.basis
    assert basis.sentence == (
        "备案 F2026110001（异地长期居住人员，山东省青岛市）已生效，2026-03-01 起，长期有效。"
    )
    assert basis.filing_no == "F2026110001"


def test_who_never_filed_is_told_so_and_what_to_do() -> None:
    found = ask()

    assert codes(found) == ["no_filing"] and found.wants_filing
    assert told(found) == "此人在本参保地从没有办过异地就医备案。"
    assert "医院结算前补办，仍可直接结算" in found.reasons[0].advice
    assert "办临时备案" in ask(need=Need(TEMPORARY, None, "[S2]", "")).reasons[0].advice


def test_old_filings_for_other_places_are_none_for_this_one() -> None:
    elsewhere = filing(area_code="370600", in_force=False, state="expired", ends_on=dt.date(2026, 8, 31))

    assert codes(ask(elsewhere)) == ["no_filing_for_place"]
    assert told(ask(elsewhere)) == "没有到山东省青岛市的备案。"


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"state": "under_review"}, "filing_under_review", "还在等复核"),
        ({"state": "draft", "deadline_on": dt.date(2027, 2, 20)}, "filing_is_draft", "还是草稿"),
        ({"state": "awaiting_supplement"}, "filing_awaits_supplement", "退回补正"),
        (
            {"state": "awaiting_supplement", "was_in_force": True, "proof_due_on": dt.date(2026, 11, 10)},
            "filing_awaits_supplement",
            "容缺的材料 2026-11-10 前没有补来",
        ),
        (  # the same, once the nightly command has recorded it
            {"state": "awaiting_supplement", "was_in_force": True, "ends_on": dt.date(2026, 11, 10)},
            "filing_awaits_supplement",
            "容缺的材料逾期没有补来",
        ),
        (
            {"state": "lapsed", "was_in_force": True, "ends_on": dt.date(2026, 11, 10)},
            "filing_lapsed",
            "容缺的材料逾期没有补来，已失效，最后有效日 2026-11-10",
        ),
        (  # asked about a day before it began, whatever became of it
            {"state": "superseded", "was_in_force": True, "begins_on": dt.date(2026, 12, 1)},
            "filing_begins_later",
            "从 2026-12-01 起才有效",
        ),
        (
            {"state": "lapsed", "was_in_force": True, "begins_on": dt.date(2026, 12, 1)},
            "filing_begins_later",
            "2026-11-20 还没有生效",
        ),
        ({"begins_on": dt.date(2026, 12, 1)}, "filing_begins_later", "从 2026-12-01 起才有效"),
        (
            {"state": "expired", "begins_on": dt.date(2026, 12, 1), "ends_on": dt.date(2027, 5, 31)},
            "filing_begins_later",
            "2026-11-20 还没有生效",
        ),
        ({"state": "expired", "ends_on": dt.date(2026, 9, 15)}, "filing_expired", "最后有效日 2026-09-15"),
        ({"state": "cancelled", "ends_on": dt.date(2026, 9, 28)}, "filing_cancelled", "2026-09-28"),
        ({"state": "cancelled"}, "filing_cancelled", "已撤销，没有有效日"),
        (
            {"state": "superseded", "ends_on": dt.date(2026, 9, 28), "successor_no": "F2026110009"},
            "filing_superseded",
            "已变更为 F2026110009，最后有效日 2026-09-28",
        ),
        ({"state": "declined"}, "filing_declined", "不予受理"),
        ({"state": "lapsed"}, "filing_lapsed", "已失效"),
    ],
)
def test_a_filing_for_the_place_that_is_not_in_force_says_which_and_why(
    changes: dict[str, Any], code: str, words: str
) -> None:
    found = ask(filing(in_force=False, **changes))

    assert codes(found) == [code]
    assert words in told(found) and "F2026110001" in told(found)
    assert found.reasons[0].filing_no and found.reasons[0].advice


def test_all_that_is_under_way_is_told_and_of_what_ended_the_last() -> None:
    found = ask(
        filing("F1", in_force=False, state="expired", ends_on=dt.date(2025, 9, 15)),
        filing("F2", in_force=False, state="expired", ends_on=dt.date(2026, 9, 15)),
        filing("F3", in_force=False, state="draft"),
        filing("F4", in_force=False, state="under_review"),
        filing("F5", area_code="370600", place_name="山东省烟台市"),
    )

    assert [(reason.code, reason.filing_no) for reason in found.reasons] == [
        ("filing_is_draft", "F3"),
        ("filing_under_review", "F4"),
        ("filing_expired", "F2"),
        ("place_differs", "F5"),
    ]


def test_a_filing_for_another_place_names_it() -> None:
    found = ask(filing(area_code="370600", place_name="山东省烟台市"))

    assert codes(found) == ["place_differs"]
    assert told(found) == "备案 F2026110001 的就医地是山东省烟台市，青岛某院在山东省青岛市，不在其中。"


def test_settlements_that_a_referral_allows_are_used_up() -> None:
    found = ask(filing(settlements_allowed=1, settled=1))

    assert codes(found) == ["settlements_used_up"] and found.wants_filing
    assert "可直接结算 1 次，到 2026-11-20 已结算 1 次，次数用完" in told(found)
    left = ask(filing(settlements_allowed=2, settled=1))
    assert left.may_settle and "可结算 2 次，已结算 1 次" in left.basis[0].sentence


def test_a_filing_that_names_a_kind_of_care_is_for_that_alone() -> None:
    found = ask(filing(care_kind="outpatient", care_kind_label="普通门诊"))

    assert codes(found) == ["care_kind_differs"] and "只为普通门诊，不管住院" in told(found)
    assert ask(filing(care_kind="inpatient")).may_settle


def test_of_several_that_serve_the_one_that_lasts_longest_is_named() -> None:
    found = ask(filing("F1", ends_on=dt.date(2027, 1, 1)), filing("F2"), filing("F3", ends_on=DAY))

    assert found.basis[0].filing_no == "F2"


def test_a_hospital_that_is_not_connected_for_this_kind_of_care_and_scope() -> None:
    nowhere = ask(filing(), hospital=hospital(connected=frozenset()))
    only_near = ask(filing(), hospital=hospital(connected=frozenset({("inpatient", "in_province")})))
    other_care = ask(filing(), care_kind="outpatient", care_kind_label="普通门诊")

    assert codes(nowhere) == codes(only_near) == codes(other_care) == ["institution_not_connected"]
    assert told(only_near) == "青岛某院没有开通跨省异地的住院联网直接结算。"
    assert told(other_care) == "青岛某院没有开通跨省异地的普通门诊联网直接结算，只开通了住院。"


def test_a_hospital_that_is_not_designated_on_the_day() -> None:
    over = hospital(is_designated=False, designated_to=dt.date(2026, 6, 30))
    later = hospital(is_designated=False, designated_from=dt.date(2027, 1, 1))

    assert codes(ask(filing(), hospital=over)) == ["institution_not_designated"]
    assert "定点到 2026-06-30 为止" in told(ask(filing(), hospital=over))
    assert "2027-01-01 起才是定点" in told(ask(filing(), hospital=later))


def test_of_an_institution_known_only_from_a_file_nothing_is_guessed() -> None:
    stub = hospital(is_stub=True, is_designated=False, region_id=None, connected=frozenset())
    placeless = hospital(region_id=None)

    assert codes(ask(hospital=stub)) == ["institution_unknown"]
    assert codes(ask(hospital=placeless)) == ["institution_place_unknown"]


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"status": "suspended", "status_label": "暂停"}, "insurance_suspended", "参保已暂停"),
        ({"status": "ended", "ends_on": dt.date(2026, 6, 30)}, "insurance_ended", "最后一天是 2026-06-30"),
        ({"ends_on": dt.date(2026, 11, 19)}, "insurance_ended", "已终止"),
        ({"begins_on": dt.date(2027, 1, 1)}, "insurance_begins_later", "从 2027-01-01 起参保"),
    ],
)
def test_insurance_that_is_not_in_force_says_how(changes: dict[str, Any], code: str, words: str) -> None:
    fields = {name: getattr(INSURED, name) for name in INSURED.__slots__}

    found = ask(filing(), insurance=InsuranceFact(**{**fields, "in_force": False, **changes}))

    assert codes(found) == [code] and words in told(found)


def test_who_is_not_in_the_register_is_not_enrolled() -> None:
    found = ask(filing(), insurance=None, elsewhere=True)

    assert codes(found) == ["not_enrolled"] and "长春市" in told(found)
    assert "此人另有外地参保，外地的情况请向外地经办机构查询。" in found.remarks


def test_every_reason_is_told_at_once() -> None:
    found = ask(insurance=None, hospital=hospital(is_designated=False, connected=frozenset()))

    assert codes(found) == [
        "not_enrolled", "institution_not_designated", "institution_not_connected", "no_filing"
    ]  # fmt: skip
    assert found.basis == ()


def test_where_no_filing_is_needed_the_rule_is_the_reason() -> None:
    exempt = Need(NONE, None, "[S0]", "在校学生，不用备案。")

    found = ask(need=exempt)

    assert found.may_settle
    assert [(b.code, b.sentence, b.source) for b in found.basis] == [
        ("no_filing_needed", "在校学生，不用备案。", "[S0]")
    ]
    assert ask(filing(), need=exempt).basis[0].code == "filing_in_force"
    assert codes(ask(need=exempt, hospital=hospital(connected=frozenset()))) == ["institution_not_connected"]


def test_at_home_and_between_regions_that_are_not_yidi_nothing_is_filed_or_connected() -> None:
    home = hospital(connected=frozenset(), name="长春某院", place_name="长春市", region_id=CHANGCHUN)

    at_home = ask(hospital=home, is_cross_region=False, is_own_region=True)
    beside = ask(hospital=home, is_cross_region=False, region_name="省直")

    assert at_home.basis[0].sentence == "长春某院就在参保地长春市，不是异地就医，不用备案。"
    assert beside.basis[0].sentence == "省直与长春市之间不算异地就医，不用备案。"
    assert codes(ask(hospital=home, is_cross_region=False, insurance=None)) == ["not_enrolled"]


@pytest.mark.parametrize(
    ("place", "where", "covered"),
    [
        ({}, {}, True),  # the city
        ({"area_code": "370600"}, {}, False),  # another city of the province
        ({"names_province": True, "area_code": "370000"}, {}, True),  # the whole province
        ({"region_id": 21, "area_code": "210200"}, {}, False),
        ({"region_id": None, "area_code": ""}, {}, False),  # a draft without a place
        ({}, {"region_id": None}, False),
        ({"region_id": JILIN, "is_outside": False, "area_code": "220200"},
         {"is_outside": False, "region_id": JILIN, "city_region_ids": frozenset({JILIN})}, True),
        ({"region_id": CHANGCHUN, "is_outside": False, "area_code": "220100"},
         {"is_outside": False, "region_id": PROVINCIAL,
          "city_region_ids": frozenset({PROVINCIAL, CHANGCHUN})}, True),  # 省直 stands in 长春
        ({"region_id": JILIN, "is_outside": False, "area_code": "220200"},
         {"is_outside": False, "region_id": CHANGCHUN,
          "city_region_ids": frozenset({PROVINCIAL, CHANGCHUN})}, False),
    ],
)  # fmt: skip
def test_what_a_filing_covers(place: dict[str, Any], where: dict[str, Any], covered: bool) -> None:
    assert covers(filing(**place), hospital(**where)) is covered


def test_cities_by_their_codes() -> None:
    assert [city_of(code) for code in ("370202", "370200", "429004")] == ["370200", "370200", "429004"]
    assert [counted_prefix(code) for code in ("370200", "110000", "429004")] == ["3702", "11", "429004"]


def test_what_one_act_cures_is_one_thing_to_do() -> None:
    """An expired filing here and one for another place: a single new filing solves both."""
    expired = filing(state="expired", in_force=False, ends_on=dt.date(2026, 10, 1))
    elsewhere = filing("F2026110002", area_code="110000", region_id=11, place_name="北京市")

    found = ask(expired, elsewhere)

    assert [reason.code for reason in found.reasons] == ["filing_expired", "place_differs"]
    assert [(cause.label, len(cause.reasons)) for cause in found.causes] == [("备案", 2)]
    assert found.to_do == "只有一件事要办：备案，新办一份，或办好其中一份，就都解决"


def test_things_that_take_several_acts_are_counted_apart() -> None:
    ended = replace(QINGDAO, is_designated=False, designated_to=dt.date(2026, 1, 1), connected=frozenset())
    uninsured = replace(INSURED, status="suspended", in_force=False)

    found = ask(hospital=ended, insurance=uninsured)

    assert [(cause.label, len(cause.reasons)) for cause in found.causes] == [
        ("参保", 1),
        ("医药机构", 2),
        ("备案", 1),
    ]
    assert found.to_do == "有 3 件事要办（参保、医药机构、备案），都办好才能直接结算"
    assert [cause.how for cause in found.causes] == ["", "换一家定点并已联网的就都解决", ""]
    assert ask(filing()).to_do == "" and ask().to_do == "只有一个原因"
