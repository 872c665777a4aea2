"""The queue of cases without a fitting filing, the mark on a case's page, and who is told which filing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from agency.jobs.models import Job
from agency.journal.models import AuditEntry
from settlement.matching import views
from settlement.matching.services import match_period
from tests.filings.making import id_number
from tests.settlement.matching.marking import make_filing, make_patient
from tests.settlement.records.files import RIGHT, row
from tests.support.world import World

Run = Callable[..., Any]
LogIn = Callable[[object], Client]
QUEUE = "/filing-marks/"


@pytest.fixture
def matched(load: Run, world: World) -> str:
    """A: none; B: for another place; C: exempt; D: of 延边's insured, none. Gives the filing's number."""
    filing = make_filing(world, make_patient(world), care_region=world.yanbian, care_area_code="222400")
    other = {"证件号码": id_number(serial=20), "姓名": "李四"}
    load(
        [
            row("A", **other),
            row("B"),
            row("C", 就医地区划="220221", **other),
            row("D", 参保地区划="222401", 结算时间="2026-11-02 10:00:00", **other),
        ]
    )
    match_period("202610", at=world.now)
    match_period("202611", at=world.now)
    return filing.filing_no


def page(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, response.content
    return response.content.decode()


def listed(html: str) -> str:
    return "".join(number for number in "ABCD" if f"/cases/{number}/" in html)


@pytest.mark.parametrize(
    ("who", "query", "found"),
    [
        ("changchun_clearing", "", "AB"),
        ("changchun_clearing", "side=care", ""),
        ("jilin_clearing", "", ""),
        ("jilin_clearing", "side=care", "ABD"),
        ("yanbian_clearing", "", "D"),
        ("prov_clearing", "", "ABD"),
        ("prov_clearing", "region=222400", "D"),
        ("prov_clearing", "region=220200&side=care", "ABD"),
        ("prov_clearing", "mark=other_place", "B"),
        ("prov_clearing", "period=202611", "D"),
        ("prov_clearing", "institution=H22020200001", "ABD"),
        ("prov_clearing", "institution=H22020299999", ""),
    ],
)
def test_the_queue_is_of_one_side_and_narrowed(
    matched: str, as_user: LogIn, world: World, who: str, query: str, found: str
) -> None:
    html = page(as_user(getattr(world, who)), f"{QUEUE}?{query}")

    assert listed(html) == found
    assert RIGHT["证件号码"] not in html


def test_who_may_not_read_cases_is_sent_away(as_user: LogIn, world: World) -> None:
    assert Client().get(QUEUE).status_code == 302
    assert as_user(world.clerk).get(QUEUE).status_code == 403
    assert as_user(world.auditor).post(f"{QUEUE}again/").status_code == 403
    assert as_user(world.prov_clearing).get(f"{QUEUE}export/pdf/").status_code == 404


def test_a_wrong_month_is_told_at_its_field(matched: str, as_user: LogIn, world: World) -> None:
    assert "期别应为六位数字" in page(as_user(world.prov_clearing), f"{QUEUE}?period=2026-10")
    assert as_user(world.prov_clearing).get(f"{QUEUE}export/csv/?period=2026-10").status_code == 422


def test_the_queue_goes_out_as_a_file_with_masked_numbers(matched: str, as_user: LogIn, world: World) -> None:
    response = as_user(world.changchun_clearing).get(f"{QUEUE}export/csv/?mark=other_place")

    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [(one["结算编号"], one["备案核对"], one["备案编号"], one["核对日"]) for one in rows] == [
        ("B", "就医地不符", matched, "2026-10-01")
    ]
    assert rows[0]["证件号码"] == "2201**********128X"
    entry = AuditEntry.objects.get(action="exported")
    assert (entry.detail["rows"], entry.detail["filters"]) == (1, {"mark": "other_place"})


def test_too_many_are_told_and_not_exported(
    matched: str, as_user: LogIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "EXPORT_LIMIT", 2)

    response = as_user(world.prov_clearing).get(f"{QUEUE}export/xlsx/", follow=True)

    assert "符合条件的超过 2 条，没有导出" in response.content.decode()


def test_matching_again_is_a_job(matched: str, as_user: LogIn, world: World) -> None:
    client = as_user(world.prov_clearing)

    response = client.post(f"{QUEUE}again/", {"period": "202610"})

    job = Job.objects.get(kind="match_filings")
    assert (job.subject_kind, job.subject_no, response.url) == ("period", "202610", f"/jobs/{job.job_no}/")
    assert page(client, response.url)
    wrong = client.post(f"{QUEUE}again/", {"period": "10"}, follow=True)
    assert "期别应为六位数字" in wrong.content.decode()
    assert Job.objects.count() == 1


def test_a_case_tells_why_it_has_its_mark(matched: str, as_user: LogIn, world: World) -> None:
    client = as_user(world.changchun_clearing)

    html = page(client, "/cases/B/")
    assert f"入院日 2026-10-01有效的备案 {matched} 就医地是吉林市，这笔结算在吉林市" in html
    assert "没有为此人办到吉林市的备案" in page(client, "/cases/A/")
    assert "永吉县属县级" in page(client, "/cases/C/")
    assert "异地就医经办规程" in page(client, "/cases/C/")


def test_the_care_side_is_not_told_of_a_filing_for_elsewhere(
    matched: str, as_user: LogIn, world: World
) -> None:
    client = as_user(world.jilin_clearing)

    assert matched not in page(client, "/cases/B/")
    assert "就医地不符" in page(client, "/cases/B/")
    assert matched not in page(client, f"{QUEUE}?side=care")
    assert matched not in client.get(f"{QUEUE}export/csv/?side=care").content.decode()
    assert matched not in client.get("/cases/export/csv/").content.decode()


def test_the_list_has_the_mark_as_a_column_and_in_its_export(
    matched: str, as_user: LogIn, world: World
) -> None:
    client = as_user(world.changchun_clearing)

    assert "就医地不符" in page(client, "/cases/?mark=other_place")
    assert listed(page(client, "/cases/?mark=none")) == "A"
    assert listed(page(client, "/cases/?mark=exempt")) == "C"
    rows = list(csv.DictReader(io.StringIO(client.get("/cases/export/csv/").content.decode("utf-8-sig"))))
    assert {one["结算编号"]: (one["备案核对"], one["备案编号"]) for one in rows} == {
        "A": ("没有备案", ""),
        "B": ("就医地不符", matched),
        "C": ("免备案", ""),
    }


def test_a_case_that_was_not_matched_says_so(load: Run, as_user: LogIn, world: World) -> None:
    load([row("S1"), row("S2", 参保地区划="110000")])

    assert "还没有核对" in page(as_user(world.prov_clearing), "/cases/S1/")
    assert "外省参保" in page(as_user(world.prov_clearing), "/cases/S2/")
