"""Manual reimbursement never stands beside a direct settlement of the same stay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from agency.errors import DomainError
from agency.organisation.models import Institution
from filings.models import ManualReimbursement, Stay
from filings.reimbursements.services import (
    reimbursement_done,
    reimbursement_open,
    reimbursement_reopen,
    reimbursement_withdraw,
)
from filings.stays.settled import settled_directly
from settlement.records.of_stay import nothing_paid_twice
from tests.filings.making import enrol, make_person
from tests.filings.staying import make_late_stay
from tests.settlement.records.files import RIGHT, reversal, row
from tests.support.world import World

Run = Callable[..., Any]


def stay_of_the_case(world: World, **changes: Any) -> Stay:
    """Written down by hand: in hospital from 2026-10-01, settled on 2026-10-09, without a filing."""
    person = make_person("张三", cert_no=RIGHT["证件号码"])
    enrol(person, world.changchun)
    dates = {"admitted_on": dt.date(2026, 10, 1), "settled_on": dt.date(2026, 10, 9)}
    at, _ = Institution.objects.get_or_create(
        code=RIGHT["定点医药机构编号"], defaults={"name": "吉林市第1医院", "region": world.jilin}
    )
    stay = make_late_stay(world, None, **{"institution": at, "admission_no": "ZY77", **dates, **changes})
    Stay.objects.filter(pk=stay.pk).update(person=person)
    return Stay.objects.select_related("person").get(pk=stay.pk)


def test_what_the_hospital_settled_is_not_reimbursed_by_hand_too(
    load: Run, world: World, as_user: Callable[[object], Client]
) -> None:
    load([row("S1")])
    stay = stay_of_the_case(world)

    with pytest.raises(DomainError, match="已在医院直接结算（结算编号 S1）"):
        reimbursement_open(stay, by=world.clerk, at=world.now)
    page = as_user(world.clerk).get(f"/stays/{stay.stay_no}/").content.decode()
    assert "结算编号" in page and "列入手工报销</button>" not in page
    assert not ManualReimbursement.objects.exists()

    load([reversal("R1", of="S1", 结算时间="2026-10-20 10:00:00")])
    assert reimbursement_open(stay, by=world.clerk, at=world.now).state == "waiting"


def test_a_case_that_arrives_later_stops_it_and_is_found_by_the_books(load: Run, world: World) -> None:
    case = reimbursement_open(stay_of_the_case(world), by=world.clerk, at=world.now)
    assert list(nothing_paid_twice(None)) == []
    load([row("S1")])

    with pytest.raises(DomainError, match="已在医院直接结算"):
        reimbursement_done(case, by=world.clerk, at=world.now, note="已转财务")
    assert [broken.subject for broken in nothing_paid_twice(None)] == [case.reimbursement_no]
    reimbursement_withdraw(case, by=world.clerk, at=world.now, reason="医院已直接结算")
    with pytest.raises(DomainError, match="已在医院直接结算"):
        reimbursement_reopen(case, by=world.clerk, at=world.now, reason="再来")
    assert list(nothing_paid_twice(None)) == []


@pytest.mark.parametrize(
    ("case", "changes", "same"),
    [
        ({"入院日期": "2026-09-30", "病案号": "ZY77"}, {}, True),
        ({"入院日期": "2026-09-30"}, {}, False),
        ({"入院日期": "", "出院日期": "", "医疗类别": "11"}, {}, True),
        ({"入院日期": "", "出院日期": "", "医疗类别": "11"}, {"settled_on": dt.date(2026, 10, 8)}, False),
        ({"定点医药机构编号": "H22020200002"}, {}, False),
        ({"参保地区划": "222401"}, {}, False),
    ],
)
def test_which_case_is_of_the_stay(
    load: Run, world: World, case: dict[str, str], changes: dict[str, Any], same: bool
) -> None:
    load([row("S1", **case)])

    assert bool(settled_directly(stay_of_the_case(world, **changes))) is same
