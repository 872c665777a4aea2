"""Stays on pages: entry from card, filing or by number; the page, the card, the filing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.test import Client

from agency.journal.models import AuditEntry
from filings.models import Stay
from filings.stays.hooks import search_stays
from tests.filings.making import enrol, make_draft, make_in_force, make_person
from tests.filings.staying import HOSPITAL, make_late_stay, make_stay
from tests.support.world import World

Login = Callable[[object], Client]


def typed(**changes: str) -> dict[str, str]:
    said = {"institution": HOSPITAL, "admission_no": "ZY9", "admitted_on": "20261110"}
    return {**said, **changes}


def test_a_clerk_records_a_stay_from_the_filing_and_sees_how_it_is_settled(
    world: World, as_user: Login
) -> None:
    filing = make_in_force(world, begins_on=dt.date(2026, 11, 1))
    client = as_user(world.clerk)
    empty = client.get(f"/filings/{filing.filing_no}/").content.decode()
    url = f"/stays/new/?filing={filing.filing_no}"
    assert "还没有登记就医" in empty and f'href="{url}"' in empty

    page = client.get(url).content.decode()
    assert f'value="{filing.filing_no}" selected' in page
    saved = client.post(url, typed(settled_on="2026-11-15", filing=filing.filing_no))

    stay = Stay.objects.get()
    assert saved.url == f"/stays/{stay.stay_no}/"
    for where in (saved.url, f"/filings/{filing.filing_no}/", f"/people/{filing.person.person_no}/"):
        assert "手工报销" in client.get(where).content.decode()
    assert "依据 吉林省异地就医经办规程问答" in client.get(f"/filings/{filing.filing_no}/").content.decode()
    again = client.post(f"/stays/{stay.stay_no}/edit/", typed(version="1", filing=filing.filing_no))
    assert again.url == saved.url
    assert "settled_on: 2026-11-15 → 空" in client.get(saved.url).content.decode()
    client.post(f"/stays/{stay.stay_no}/edit/", typed(version="2"))
    assert "此人有备案，但没有关联" in client.get(saved.url).content.decode()


def test_a_person_is_found_by_number_which_never_stands_in_the_url(world: World, as_user: Login) -> None:
    person = make_person()
    enrol(person, world.changchun)
    client = as_user(world.clerk)

    found = client.post("/stays/new/", {"person": person.cert_no.lower()})
    unknown = as_user(world.yanbian_clerk).post("/stays/new/", {"person": person.cert_no})

    assert found.url == f"/stays/new/?person={person.person_no}"
    assert unknown.status_code == 422 and "本地没有这个号码" in unknown.content.decode()
    assert "请刷身份证" in client.post("/stays/new/").content.decode()
    assert as_user(world.yanbian_clerk).get(found.url).status_code == 404


def test_bad_input_is_told_beside_each_field_and_changes_nothing(world: World, as_user: Login) -> None:
    person = make_person()
    enrol(person, world.changchun)
    client, url = as_user(world.clerk), f"/stays/new/?person={person.person_no}"

    bad = client.post(url, typed(institution="没有的医院", admitted_on="昨天", admission_no=" "))
    many = client.post(url, typed(institution="山东省"))
    ahead = client.post(url, typed(admitted_on="2026-11-21"))

    assert bad.status_code == many.status_code == ahead.status_code == 422
    assert "名录里没有“没有的医院”" in bad.content.decode() and "请填写住院号" in bad.content.decode()
    assert "名称相近的有：H37" in many.content.decode()
    assert "还没有到" in ahead.content.decode()
    assert not Stay.objects.exists()
    assert AuditEntry.objects.filter(action="refused", detail__code="several").count() == 1


def test_a_page_that_is_out_of_date_changes_nothing(world: World, as_user: Login) -> None:
    stay = make_stay(world)
    client, url = as_user(world.clerk), f"/stays/{stay.stay_no}/edit/"
    client.post(url, typed(version="1", admission_no="ZY0002"))

    stale = client.post(url, typed(version="1", admission_no="ZY0003"))
    blind = client.post(url, typed(admission_no="ZY0003"))

    assert "刚被同事改过" in stale.content.decode()
    assert blind.status_code == 422
    assert Stay.objects.get().admission_no == "ZY0002"


def test_only_the_own_region_finds_it_and_a_reader_changes_nothing(world: World, as_user: Login) -> None:
    stay = make_late_stay(world)

    assert (
        as_user(world.clerk)
        .post("/search/", {"term": stay.stay_no.lower()})
        .url.endswith(f"/stays/{stay.stay_no}/")
    )
    assert search_stays(world.yanbian_clerk, stay.stay_no).rows == []  # type: ignore[union-attr]
    reader = as_user(world.auditor)
    page = reader.get(f"/stays/{stay.stay_no}/").content.decode().split("<main")[1]
    assert "更正" not in page and "列入手工报销" not in page
    assert reader.post(f"/stays/{stay.stay_no}/edit/").status_code == 403
    assert as_user(world.yanbian_clerk).post("/unmask/", {"subject": stay.stay_no}).status_code == 404
    whole = as_user(world.clerk).post("/unmask/", {"subject": stay.stay_no}).content.decode()
    assert stay.person.cert_no in whole


def test_a_new_stay_takes_over_the_hospital_of_the_filing_in_force(world: World, as_user: Login) -> None:
    person = make_person()
    enrol(person, world.changchun)
    filing = make_in_force(world, person, care_institution=HOSPITAL)
    make_draft(world, person, city="370600")
    client = as_user(world.clerk)

    for query in (f"person={person.person_no}", f"filing={filing.filing_no}"):
        for url, prefix in (
            ("/stays/new/", ""),
            ("/injuries/new/", "stay-"),
            ("/outside-care/new/", "stay-"),
        ):
            page = client.get(f"{url}?{query}").content.decode()
            assert f'value="{filing.filing_no}" selected' in page, (url, query)
            assert f'name="{prefix}institution_code" value="{HOSPITAL}"' in page, (url, query)
    second = make_in_force(world, person, city="370100")
    unsure = client.get(f"/stays/new/?person={person.person_no}").content.decode()
    assert HOSPITAL not in unsure and f'value="{second.filing_no}" selected' not in unsure
    without = client.get(f"/stays/new/?filing={second.filing_no}").content.decode()
    assert HOSPITAL not in without and f'value="{second.filing_no}" selected' in without
