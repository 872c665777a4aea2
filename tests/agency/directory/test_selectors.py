"""Who is found in the directory, on which day, and what is open there."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agency.directory.checks import places_fit, spans_do_not_overlap
from agency.directory.selectors import (
    Wanted,
    institutions_found,
    institutions_meant,
    institutions_suggested,
)
from agency.directory.shown import shown
from agency.organisation.institutions import connected_for, is_connected, may_refer, referring
from agency.organisation.models import Institution, InstitutionConnection, Place, PoolingRegion
from agency.policy.care import CareKind

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 11, 20)


def codes(**wanted: str) -> list[str]:
    return [row.code for row in institutions_found(Wanted(ON, **wanted))]


def institution(code: str) -> Institution:
    return Institution.objects.get(code=code)


def test_a_place_is_a_city_or_a_whole_province_and_the_provinces_own_hospitals_lie_in_changchun() -> None:
    shenyang, changchun = codes(province="210000", city="210100"), codes(province="220000", city="220100")

    assert shenyang == ["H21010000001", "H21010000021", "H21010000022", "P21010000024", "P21010000025"]
    assert {"H22010000001", "H22010200006"} <= set(changchun)  # 长春's and 省直's
    assert all(code[1:3] == "22" for code in codes(province="220000"))
    assert codes(province="110000")[0] == "H11000000001"


def test_kind_of_care_scope_level_sort_and_name_narrow_together() -> None:
    in_shenyang = {"province": "210000", "city": "210100"}

    assert codes(**in_shenyang, care="inpatient", scope="cross_province", level="三级", sort="H") == [
        "H21010000001", "H21010000021", "H21010000022",
    ]  # fmt: skip
    assert codes(**in_shenyang, care="inpatient", scope="in_province") == []
    assert codes(**in_shenyang, name="安康") == ["P21010000024"]
    assert codes(name="沈阳 22") == ["H21010000022"]
    assert codes(name="h210100000") == ["H21010000001", "H21010000021", "H21010000022"]
    assert "H22010600024" not in codes(province="220000", scope="in_province")  # connected for nothing
    assert codes(qualification="regional_centre", province="210000") == ["H21010000001"]


def test_the_day_decides_what_is_designated_and_connected() -> None:
    ended, before = "H22010400026", dt.date(2025, 12, 31)

    assert ended not in codes(city="220100", province="220000")
    assert ended in codes(city="220100", province="220000", standing="ended")
    assert ended in [row.code for row in institutions_found(Wanted(before, name=ended))]
    assert not is_connected(institution("H22240300022"), "chronic_outpatient", "cross_province", ON)
    assert is_connected(institution("H22240300022"), "chronic_outpatient", "cross_province", before)


def test_a_stub_is_found_only_as_one() -> None:
    Institution.objects.create(code="H99010000001", name="档案外医院", is_stub=True)

    assert codes(name="H9901") == []
    assert codes(standing="stub") == ["H99010000001"]
    assert institutions_suggested("档案外", on=ON, at_most=5) == []


def test_what_is_open_says_the_same_one_by_one_and_for_many() -> None:
    rows = list(institutions_found(Wanted(ON, standing="")))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        together = {row.institution.code: row for row in shown(rows, ON)}

    assert len(queries) == 2
    one = institution("H22010000001")
    assert connected_for(one, ON) == {
        "outpatient": {"in_province", "cross_province"},
        "chronic_outpatient": {"in_province"},
        "inpatient": {"in_province", "cross_province"},
        "maternity": {"in_province"},
    }
    for kind in CareKind:
        for scope in ("in_province", "cross_province"):
            assert is_connected(one, kind, scope, ON) == (scope in connected_for(one, ON).get(kind, set()))
    words = [cell.words for cell in together["H22010000001"].cells]
    assert words == ["省内 跨省", "省内", "省内 跨省", "", "省内"]
    assert together["H22010000001"].qualifications == ("转诊", "区域中心")
    assert together["H22010400026"].open_words == ""  # ended: nothing is open


def test_who_may_refer_is_the_same_one_by_one_and_for_many() -> None:
    changchun = PoolingRegion.objects.get(code="220100")
    found = {row.code for row in referring(changchun, ON)}

    assert found == {row.code for row in Institution.objects.designated(ON) if may_refer(row, changchun, ON)}
    assert {"H22010000001", "H11000000001"} <= found  # an own hospital; a regional centre elsewhere
    assert "H22021100001" not in found  # 吉林市's, for 吉林市's own insured
    assert "H22010300003" not in found  # its qualification ended in 2025


def test_suggestions_follow_the_place_or_the_referral() -> None:
    changchun = PoolingRegion.objects.get(code="220100")
    here = institutions_suggested("医院", on=ON, province="210000", city="210100", at_most=2)
    referring_first = institutions_suggested("", on=ON, referring_for=changchun, at_most=3)

    assert [row.code for row in here] == [
        "H21010000001",
        "H21010000021",
        "H21010000022",
    ]  # one more than asked
    assert referring_first[0].region == changchun
    assert [row.code for row in institutions_suggested("沈阳市第2", on=ON, at_most=9)] == [
        "H21010000021", "H21010000022",
    ]  # fmt: skip


def test_a_text_means_a_code_or_an_exact_name() -> None:
    assert [row.code for row in institutions_meant(" h21010000001")] == ["H21010000001"]
    assert [row.code for row in institutions_meant("辽宁省第1医院")] == ["H21010000001"]
    assert len(institutions_meant("安康药房")) == 6
    assert institutions_meant("第1医院") == institutions_meant("") == []


def test_the_books_name_overlapping_connections_and_places_elsewhere() -> None:
    assert [*spans_do_not_overlap(None), *places_fit(None)] == []

    row = institution("H22010000001")
    InstitutionConnection.objects.create(
        institution=row, care_kind="inpatient", scope="in_province", valid_from=dt.date(2020, 1, 1)
    )
    Institution.objects.filter(code="H21010000001").update(place=Place.objects.get(code="440100"))

    assert [broken.subject for broken in spans_do_not_overlap(None)] == ["H22010000001"]
    assert [broken.message for broken in places_fit(None)] == ["属于辽宁省，所在地却是广州市"]
