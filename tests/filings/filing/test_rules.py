"""The rules of filings: dates, and every reason that keeps one from being submitted."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from filings.filing.rules import (
    Agent,
    BeginSpan,
    CarePlace,
    Insurance,
    Overlap,
    Reason,
    Submission,
    is_phone,
    submission_reasons,
)
from filings.filing.validity import Terms, add_months, validity
from tests.filings.making import id_number

LONG = Terms("long_term", None, 6)
SHORT = Terms("temporary", 6, 0)
RETIRED = Insurance("retired", "退休", "正常", in_force=True)
TODAY = dt.date(2026, 11, 20)
WHOLE = Submission(
    on=TODAY,
    received_on=TODAY,
    begin_span=BeginSpan(back=365, ahead=365),
    region_name="长春市",
    insurance_label="职工",
    insurance=RETIRED,
    phone="13800432716",
    kind="long_term_residence",
    terms=LONG,
    place=CarePlace(province_chosen=True, complete=True),
    begins_on=TODAY,
    ends_on=None,
    address="青岛市市南区",
    agent=Agent(),
    person_cert_no="220102196103150025",
)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-11-20", 6, "2027-05-20"),
        ("2026-08-31", 6, "2027-02-28"),
        ("2027-08-31", 6, "2028-02-29"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-01-31", 12, "2027-01-31"),
    ],
)
def test_months_are_added_to_the_same_day_or_the_months_last(start: str, months: int, end: str) -> None:
    assert add_months(day(start), months) == day(end)


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("2026-07-06", "2027-01-05"),
        ("2026-09-02", "2027-03-01"),
        ("2026-09-01", "2027-02-28"),
        ("2026-08-28", "2027-02-27"),
        ("2026-08-29", "2027-02-28"),  # February has no such day: its last day
        ("2026-08-30", "2027-02-28"),
        ("2026-08-31", "2027-02-28"),
        ("2027-08-31", "2028-02-29"),
        ("2026-03-31", "2026-09-30"),
    ],
)
def test_a_temporary_filing_ends_with_its_sixth_month(begins: str, ends: str) -> None:
    assert validity(day(begins), SHORT, scope="cross_province").ends_on == day(ends)


def test_a_long_term_filing_has_no_end_and_a_lock_outside_the_province() -> None:
    span = validity(TODAY, LONG, scope="cross_province")

    assert (span.ends_on, span.locked_until) == (None, day("2027-05-20"))


@pytest.mark.parametrize(
    ("terms", "scope"), [(LONG, "in_province"), (SHORT, "cross_province"), (SHORT, "in_province")]
)
def test_there_is_no_lock_inside_the_province_or_for_temporary_filings(terms: Terms, scope: str) -> None:
    assert validity(TODAY, terms, scope=scope).locked_until is None


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("13800432716", True),
        ("138 0043 2716", True),
        ("0431-88776655", True),
        ("04318877665", True),
        ("88776655", True),
        ("0085298765432", True),
        ("1380043271", False),
        ("23800432716", False),
        ("没有", False),
    ],
)
def test_a_phone_number_is_mobile_fixed_or_international(number: str, right: bool) -> None:
    assert is_phone(number) is right


def test_a_whole_submission_has_no_reason_against_it() -> None:
    assert submission_reasons(WHOLE) == []


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"insurance_label": "", "insurance": None}, "insurance_type_missing", "insurance_type"),
        ({"insurance": None}, "not_enrolled", "insurance_type"),
        (
            {"insurance": replace(RETIRED, status_label="暂停", in_force=False)},
            "insurance_not_in_force",
            "insurance_type",
        ),
        ({"phone": ""}, "phone_missing", "phone"),
        ({"phone": "12345"}, "bad_phone", "phone"),
        ({"kind": "", "terms": None}, "kind_missing", "kind"),
        ({"terms": None, "address": ""}, "kind_not_offered", "kind"),
        ({"terms": replace(LONG, offered=False)}, "kind_not_offered", "kind"),
        (
            {"kind": "retired_relocation", "insurance": replace(RETIRED, category="working")},
            "not_retired",
            "kind",
        ),
        ({"place": CarePlace()}, "place_missing", "province"),
        ({"place": CarePlace(province_chosen=True)}, "city_missing", "city"),
        (
            {"place": CarePlace(province_chosen=True, complete=True, is_own_region=True)},
            "place_is_insured_region",
            "city",
        ),
        (
            {"place": CarePlace(province_chosen=True, complete=True, is_cross_region=False)},
            "not_cross_region",
            "city",
        ),
        ({"begins_on": None}, "begin_missing", "begins_on"),
        ({"begins_on": day("2062-11-20")}, "begin_far_away", "begins_on"),
        ({"begins_on": day("9999-12-31")}, "begin_far_away", "begins_on"),
        ({"begins_on": day("2025-11-19")}, "begin_far_away", "begins_on"),
        ({"begins_on": day("2026-01-01"), "ends_on": day("2026-11-19")}, "over_already", "begins_on"),
        ({"overlap": Overlap("F2026100001")}, "overlapping", "begins_on"),
        ({"has_material_rules": False}, "material_rules_missing", "kind"),
        ({"address": ""}, "address_missing", "address"),
    ],
)
def test_each_reason_stands_beside_its_field(changes: dict[str, object], code: str, field: str) -> None:
    reasons = submission_reasons(replace(WHOLE, **changes))  # type: ignore[arg-type]

    assert [(reason.code, reason.field) for reason in reasons] == [(code, field)]


def test_all_reasons_come_at_once_in_the_order_of_the_page() -> None:
    lack = Reason("material_missing", "material_1", "缺身份凭证。")
    bare = replace(
        WHOLE, insurance_label="", insurance=None, phone="", kind="", terms=None, place=CarePlace(),
        begins_on=None, missing_materials=[lack],
    )  # fmt: skip

    assert [reason.field for reason in submission_reasons(bare)] == [
        "insurance_type", "phone", "kind", "province", "begins_on", "material_1",
    ]  # fmt: skip


@pytest.mark.parametrize("begins_on", ["2025-11-20", "2027-11-20"])
def test_a_begin_may_lie_as_far_away_as_the_parameters_say(begins_on: str) -> None:
    assert submission_reasons(replace(WHOLE, begins_on=day(begins_on))) == []


def test_a_begin_is_measured_from_the_day_of_receipt() -> None:
    waited = replace(WHOLE, on=TODAY + dt.timedelta(days=60), begins_on=TODAY - dt.timedelta(days=330))

    assert submission_reasons(waited) == []


def test_a_renewal_is_told_from_which_day_it_may_begin() -> None:
    other = Overlap("F2026100001", day("2026-11-30"))

    assert "生效日期请填 2026-12-01 或以后" in submission_reasons(replace(WHOLE, overlap=other))[0].message


def test_a_temporary_filing_needs_no_address() -> None:
    assert submission_reasons(replace(WHOLE, kind="temporary_other", terms=SHORT, address="")) == []


def test_an_agent_gives_all_four_or_nothing() -> None:
    reasons = submission_reasons(replace(WHOLE, agent=Agent(name="李四")))

    assert [reason.field for reason in reasons] == ["agent_cert_no", "agent_phone", "agent_relation"]


@pytest.mark.parametrize(
    ("cert_no", "code"),
    [
        ("220102196103150025", "agent_is_the_person"),
        ("220102196103150026", "bad_id_number"),
        ("22010219610315002", "bad_id_number"),
    ],
)
def test_an_agents_number_must_be_right_and_another_persons(cert_no: str, code: str) -> None:
    agent = Agent("李四", cert_no, "13800000000", "女儿")

    assert [reason.code for reason in submission_reasons(replace(WHOLE, agent=agent))] == [code]


@pytest.mark.parametrize("cert_no", [id_number("220104", "19880229"), "E12345678"])
def test_an_agent_with_a_right_number_or_a_passport_is_taken(cert_no: str) -> None:
    agent = Agent("李四", cert_no, "13800000000", "女儿")

    assert submission_reasons(replace(WHOLE, agent=agent)) == []
