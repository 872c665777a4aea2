"""The seven kinds, each told once: what it needs beside identity, when it ends, who looks at it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agency.errors import DomainErrors
from filings.filing.forms import papers_not_shown
from filings.filing.referrals import Referral, referral_reasons
from filings.filing.selectors import queue
from filings.filing.services import filing_submit
from filings.materials.selectors import groups_of
from filings.models import Filing
from tests.filings.making import enrol, make_draft, make_person, make_submitted, stored
from tests.support.world import World

D = dt.date
ID = {"valid_identity_card": "original"}
HOUSEHOLD = {"household_first_page": "original", "household_own_page": "copy"}
REFERRAL = {
    "referring_institution": "H22010000001",
    "diagnosis": "左肺占位性病变",
    "referred_on": D(2026, 11, 19),
}
# kind, what is given beside identity, more of the entry, what is said when those are left out, last day
KINDS: list[tuple[str, dict[str, str], dict[str, Any], list[str], D | None]] = [
    ("retired_relocation", HOUSEHOLD, {}, ["缺长期证明"], None),
    ("retired_relocation", {"commitment_letter": "original"}, {}, ["缺长期证明"], None),
    ("long_term_residence", {"lease_contract": "original"}, {}, ["缺长期证明"], None),
    ("long_term_work", {"residence_permit": "copy"}, {}, ["缺长期证明"], None),
    ("maternity", {"maternal_handbook": "original"}, {}, ["缺生育证明"], None),
    (
        "referral",
        {"diagnosis_certificate": "copy"},
        REFERRAL,
        ["请填写转出医院", "请填写诊断", "请填写转诊日期", "缺转诊证明"],
        D(2027, 5, 19),
    ),
    ("emergency", {}, {}, [], D(2027, 5, 19)),
    ("temporary_other", {}, {}, [], D(2027, 5, 19)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "papers", "more", "told", "ends_on"), KINDS)
def test_a_kind_needs_its_papers_and_ends_on_its_day(
    world: World, kind: str, papers: dict[str, str], more: dict[str, Any], told: list[str], ends_on: D | None
) -> None:
    person = make_person()
    enrol(person, world.changchun)
    bare = make_draft(world, person, kind=kind, materials={}, address="某处")
    with pytest.raises(DomainErrors) as refused:
        filing_submit(bare, by=world.clerk, at=world.now)
    assert [reason.message.split("，")[0].rstrip("。") for reason in refused.value.errors] == [
        *told[:-1], "缺身份凭证", *told[-1:]
    ]  # fmt: skip
    assert stored(bare).state == "draft"

    whole = make_draft(world, person, kind=kind, materials=ID | papers, **more)
    filing = filing_submit(whole, by=world.clerk, at=world.now)

    assert filing.state == ("in_force" if kind == "emergency" else "under_review")
    assert filing.ends_on == ends_on
    assert filing.reviewed_by is None


def test_only_the_retired_may_relocate(world: World) -> None:
    person = make_person()
    enrol(person, world.changchun, category="working")
    filing = make_draft(world, person, kind="retired_relocation")

    with pytest.raises(DomainErrors) as refused:
        filing_submit(filing, by=world.clerk, at=world.now)

    assert [reason.code for reason in refused.value.errors] == ["not_retired"]


ON, BEGINS = D(2026, 11, 20), D(2026, 11, 20)
WHOLE = Referral("H1", "长春市第1医院", True, "肺占位", D(2026, 11, 19), None)


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"settlements_allowed": 3}, []),
        ({"hospital_typed": "", "hospital_name": "", "may_refer": False}, ["referring_institution_missing"]),
        ({"hospital_name": "", "may_refer": False}, ["unknown_institution"]),
        ({"may_refer": False}, ["may_not_refer"]),
        ({"diagnosis": ""}, ["diagnosis_missing"]),
        ({"referred_on": None}, ["referral_date_missing"]),
        ({"referred_on": D(2026, 11, 21)}, ["referral_ahead"]),
        ({"referred_on": D(2026, 11, 20)}, []),
        ({"settlements_allowed": 0}, ["bad_settlements_allowed"]),
        ({"settlements_allowed": 100}, ["bad_settlements_allowed"]),
    ],
)
def test_what_a_referral_must_say(changed: dict[str, Any], codes: list[str]) -> None:
    fields = {name: getattr(WHOLE, name) for name in Referral.__slots__}
    told = referral_reasons(Referral(**{**fields, **changed}), region_name="长春市", on=ON, begins_on=BEGINS)

    assert [reason.code for reason in told] == codes


def test_a_referral_does_not_begin_before_it_was_written() -> None:
    told = referral_reasons(WHOLE, region_name="长春市", on=ON, begins_on=D(2026, 11, 18))

    assert [(reason.code, reason.field) for reason in told] == [("begins_before_referral", "begins_on")]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("H22020000002", "may_not_refer"),  # of 吉林市: its referral is not 长春's
        ("H22010000001", ""),
        ("H11000000001", ""),  # a regional medical centre, wherever it stands
    ],
)
def test_who_may_refer_the_insured_of_changchun(world: World, code: str, told: str) -> None:
    person = make_person()
    enrol(person, world.changchun)
    referral = REFERRAL | {"referring_institution": code}
    filing = make_draft(world, person, kind="referral", materials=ID | {"medical_record": "copy"}, **referral)

    if not told:
        assert filing_submit(filing, by=world.clerk, at=world.now).state == "under_review"
        return
    with pytest.raises(DomainErrors) as refused:
        filing_submit(filing, by=world.clerk, at=world.now)
    assert [reason.code for reason in refused.value.errors] == [told]


def test_a_hospital_is_named_only_where_the_filing_goes(world: World) -> None:
    person = make_person()
    enrol(person, world.changchun)
    filing = make_draft(world, person, kind="temporary_other", care_institution="H11000000003")

    with pytest.raises(DomainErrors) as refused:
        filing_submit(filing, by=world.clerk, at=world.now)

    assert [(reason.code, reason.field) for reason in refused.value.errors] == [
        ("institution_elsewhere", "care_institution")
    ]
    there = make_draft(
        world,
        person,
        kind="temporary_other",
        province="110000",
        city="",
        care_institution="H11000000003",
    )
    assert filing_submit(there, by=world.clerk, at=world.now).care_institution is not None


def test_the_elderly_take_the_green_channel_and_others_may_be_let_in(world: World) -> None:
    old = make_draft(world)
    assert old.green_channel is True

    young = make_person(birth_date=D(1990, 1, 1))
    enrol(young, world.changchun)
    assert make_draft(world, young).green_channel is False
    assert make_draft(world, young, kind="temporary_other", green_channel=True).green_channel is True


def test_the_green_channel_stands_first_in_the_queue_of_review(world: World) -> None:
    young = make_person(birth_date=D(1990, 1, 1))
    enrol(young, world.changchun)
    first = make_submitted(world, young, kind="temporary_other")
    old = make_submitted(world)

    assert list(queue("to_review", world.reviewer, world.now.date())) == [old, first]


@pytest.mark.parametrize("count", ["40000", "1" + "0" * 30, "-5", "0", "两次"])
def test_a_count_of_settlements_without_sense_is_refused_on_the_form(
    world: World, as_user: Callable[[object], Client], count: str
) -> None:
    person = make_person()
    enrol(person, world.changchun)
    said = {"action": "draft", "cert_type": "01", "cert_no": person.cert_no, "name": person.name}
    said |= {"kind": "referral", "settlements_allowed": count}

    page = as_user(world.clerk).post(reverse("filings:filing_new"), said)

    assert (page.status_code, "不限次数就空着" in page.content.decode()) == (422, True)
    assert not Filing.objects.exists()
    # of another kind the field is neither judged nor kept
    as_user(world.clerk).post(reverse("filings:filing_new"), said | {"kind": "temporary_other"})
    assert Filing.objects.get().settlements_allowed is None


def test_a_promise_for_papers_asked_for_no_longer_is_not_kept(world: World) -> None:
    letter = {
        "valid_identity_card": "original",
        "social_security_card": "copy",
        "commitment_letter": "original",
    }
    region, on = world.changchun, world.now.date()
    groups = groups_of("temporary_other", scope="cross_province", region=region, on=on)

    assert papers_not_shown(groups, letter | {"residence_permit": "deferred"}) == {
        "social_security_card": "copy"
    }
