"""Pages of the months and their sheets: who may open what, and what stands on them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client

from agency.journal.models import AuditEntry, PrintedForm
from settlement.clearing.models import ClearingPeriod, RegionConfirmation
from settlement.clearing.selectors import signed_periods
from tests.settlement.records.files import row
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_month")
AsUser = Callable[..., Client]
MONTH = "/clearing/202610/"
JILIN_10 = f"{MONTH}sheets/10/220200/"
PAGES = {
    "list": "/clearing/",
    "month": MONTH,
    "region": f"{MONTH}regions/220200/",
    "sheet": JILIN_10,
    "print": f"{JILIN_10}print/",
    "cases": f"{JILIN_10}cases/?row=&column=due",
    "csv": f"{MONTH}sheets/10/220200.csv",
    "xlsx": f"{MONTH}sheets/13/220200.xlsx",
    "pdf": f"{MONTH}sheets/14/220200.pdf",
}
OF_SHEET = {name: url for name, url in PAGES.items() if name not in ("list", "month")}
SHEET_9 = (
    f"{MONTH}sheets/9/",
    f"{MONTH}sheets/9/print/",
    f"{MONTH}sheets/9.csv",
    f"{MONTH}sheets/9/cases/?column=net",
)
LIST_QUERIES = 17


@pytest.mark.parametrize("url", PAGES.values(), ids=PAGES)
def test_without_login_one_is_sent_to_log_in(month: ClearingPeriod, client: Client, url: str) -> None:
    response = client.get(url)

    assert response.status_code == 302
    assert response["Location"].startswith("/login/?next=")


@pytest.mark.parametrize("url", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("name", ["clerk", "reviewer", "yanbian_clerk", "prov_system"])
def test_the_wrong_role_is_refused(
    month: ClearingPeriod, world: World, as_user: AsUser, name: str, url: str
) -> None:
    assert as_user(getattr(world, name)).get(url).status_code == 403


@pytest.mark.parametrize("url", OF_SHEET.values(), ids=OF_SHEET)
@pytest.mark.parametrize("name", ["changchun_clearing", "yanbian_clearing", "auditor", "supervisor"])
def test_another_regions_sheet_is_not_there(
    month: ClearingPeriod, world: World, as_user: AsUser, name: str, url: str
) -> None:
    assert as_user(getattr(world, name)).get(url).status_code == 404


@pytest.mark.parametrize("url", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("name", ["jilin_clearing", "prov_clearing", "prov_finance", "prov_auditor"])
def test_the_right_people_see_it(
    month: ClearingPeriod, world: World, as_user: AsUser, name: str, url: str
) -> None:
    assert as_user(getattr(world, name)).get(url).status_code == 200


@pytest.mark.parametrize("url", SHEET_9)
def test_sheet_9_is_the_provinces(month: ClearingPeriod, world: World, as_user: AsUser, url: str) -> None:
    assert as_user(world.jilin_clearing).get(url).status_code == 404
    assert as_user(world.prov_auditor).get(url).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "/clearing/202612/",
        "/clearing/202612/sheets/9/",
        f"{MONTH}sheets/10/",
        f"{MONTH}sheets/9/220200/",
        f"{MONTH}sheets/10/210000/",
        f"{MONTH}sheets/15/220200/",
        f"{MONTH}sheets/10/220200.doc",
        "/clearing/202613/",
    ],
)
def test_what_does_not_exist_is_not_there(
    month: ClearingPeriod, world: World, as_user: AsUser, url: str
) -> None:
    assert as_user(world.prov_clearing).get(url).status_code == 404


def test_the_sheet_shows_its_proofs_and_one_filled_button(
    month: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    response = as_user(world.jilin_clearing).get(JILIN_10)

    page = response.content.decode()
    assert "各行 = 明细 2 人次 <b>" in page
    assert "与各参保地付款表对应 <b>12 / 12</b>" in page
    assert "与各参保地付款表对应" in page and 'class="no"' not in page
    assert page.count('class="btn go"') == 1
    assert "看过，下一张" in page
    assert f"{JILIN_10}cases/?row=220100%7Cemployee%7Cinpatient&amp;column=due" in page
    assert f"{JILIN_10}cases/?row=&amp;column=due" in page
    assert f"{JILIN_10}cases/?row=employee&amp;column=due" in page


def test_a_proof_that_does_not_hold_is_seen(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    month.lines.filter(insured_region=world.changchun, care_region=world.jilin).update(in_scope_fen=1)

    page = as_user(world.jilin_clearing).get(JILIN_10).content.decode()

    assert '<li class="no">各行 = 明细 2 人次' in page


def test_a_region_confirms_on_the_page(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    client = as_user(world.jilin_clearing)
    digest = client.get(f"{MONTH}regions/220200/").context["digest"]

    response = client.post(f"{MONTH}confirm/", {"seen_digest": digest})

    assert response["Location"] == MONTH
    given = RegionConfirmation.objects.get()
    assert (given.region, given.by, given.digest) == (world.jilin, world.jilin_clearing, digest)
    assert "btn go" not in client.get(MONTH).content.decode()


@pytest.mark.parametrize("digest", ["", "0" * 64])
def test_only_what_was_shown_is_confirmed(
    month: ClearingPeriod, world: World, as_user: AsUser, digest: str
) -> None:
    response = as_user(world.jilin_clearing).post(f"{MONTH}confirm/", {"seen_digest": digest})

    assert response.status_code == 422
    assert not RegionConfirmation.objects.exists()
    assert AuditEntry.objects.get(action="refused").detail["code"] == "shown_is_outdated"


def test_the_province_signs_on_the_page(
    month: ClearingPeriod, world: World, as_user: AsUser, confirm_all: Callable[..., None]
) -> None:
    confirm_all(month)
    client = as_user(world.prov_clearing)
    page = client.get(MONTH)
    assert '<summary class="btn go">签发</summary>' in page.content.decode()

    response = client.post(f"{MONTH}sign/", {"seen_digest": month.lines_digest})

    assert response["Location"] == MONTH
    assert signed_periods() == {"202610"}
    assert "btn go" not in client.get(MONTH).content.decode()


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("jilin_clearing", "compute"),
        ("jilin_clearing", "sign"),
        ("prov_clearing", "confirm"),
        ("prov_finance", "sign"),
        ("auditor", "confirm"),
    ],
)
def test_steps_of_others_are_refused(
    month: ClearingPeriod, world: World, as_user: AsUser, name: str, action: str
) -> None:
    response = as_user(getattr(world, name)).post(f"{MONTH}{action}/", {"seen_digest": month.lines_digest})

    assert response.status_code == 403
    assert signed_periods() == set()
    assert not RegionConfirmation.objects.exists()


def test_steps_are_only_taken_by_post(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    for action in ("compute", "confirm", "sign"):
        assert as_user(world.prov_clearing).get(f"{MONTH}{action}/").status_code in (403, 405)


def test_new_cases_ask_to_compute_again(
    month: ClearingPeriod, world: World, as_user: AsUser, load: Callable[..., object]
) -> None:
    load([row("S9")])

    page = as_user(world.prov_clearing).get(MONTH).content.decode()
    theirs = as_user(world.jilin_clearing).get(MONTH).content.decode()

    assert '<button class="btn go" type="submit">重新计算</button>' in page
    assert "需要重新计算" in theirs
    assert "btn go" not in theirs


def test_printing_gives_the_content_its_code_and_is_logged(
    month: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    client = as_user(world.jilin_clearing)

    first, second = (client.get(f"{JILIN_10}print/").content.decode() for _ in range(2))

    printed = PrintedForm.objects.get()
    assert (printed.form_no, printed.subject_no) == ("10", "202610/10/220200")
    assert printed.code in first
    assert first == second
    assert "草稿" in first
    assert AuditEntry.objects.filter(action="printed", region=world.jilin).count() == 2


@pytest.mark.parametrize(("name", "start"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF")])
def test_files_are_the_same_each_time_and_logged(
    month: ClearingPeriod, world: World, as_user: AsUser, name: str, start: bytes
) -> None:
    client = as_user(world.jilin_clearing)

    first, second = (client.get(PAGES[name]) for _ in range(2))

    assert first.content == second.content
    assert first.content.startswith(start)
    assert "filename" in first["Content-Disposition"]
    assert AuditEntry.objects.filter(action="exported").count() == 2


def test_the_months_are_listed_newest_first(
    month: ClearingPeriod, world: World, as_user: AsUser, load: Callable[..., object]
) -> None:
    load([row("N1", 结算时间="2026-11-02 09:00:00")])

    months = as_user(world.jilin_clearing).get("/clearing/").context["months"]

    assert [(progress.period, progress.state_label) for progress, _ in months] == [
        ("202611", "未计算"),
        ("202610", "待确认"),
    ]


def test_a_region_sees_its_own_row_and_how_many_are_missing(
    month: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    response = as_user(world.jilin_clearing).get(MONTH)

    assert [shown["party"].name for shown in response.context["rows"]] == ["吉林市"]
    page = response.content.decode()
    assert "12 个统筹区中已确认 0 个" in page
    assert "2,645.00" not in page
    assert "未确认：" not in page
    assert response.context["whole"] is None
    whole = as_user(world.prov_finance).get(MONTH)
    assert len(whole.context["rows"]) == 12
    assert "未确认：省直、长春市、吉林市" in whole.content.decode()
    assert "2,645.00" in whole.content.decode()


def test_the_list_tells_a_region_no_sums_of_all(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    assert "2,645.00" not in as_user(world.jilin_clearing).get("/clearing/").content.decode()
    assert "2,645.00" in as_user(world.prov_finance).get("/clearing/").content.decode()


def test_the_list_costs_the_same_queries_however_many_months(
    month: ClearingPeriod,
    world: World,
    as_user: AsUser,
    load: Callable[..., object],
    compute: Callable[..., ClearingPeriod],
    django_assert_num_queries: Callable[..., AbstractContextManager],
) -> None:
    client = as_user(world.prov_finance)
    load([row("S9")])  # something waits to be computed, before and after
    with django_assert_num_queries(LIST_QUERIES):
        client.get("/clearing/")

    for number in range(1, 5):
        load([row(f"M{number}", 结算时间=f"2027-0{number}-02 10:00:00")])
        compute(f"20270{number}")

    with django_assert_num_queries(LIST_QUERIES):
        client.get("/clearing/")


def test_a_sheet_costs_the_same_queries_whatever_its_length(
    month: ClearingPeriod,
    world: World,
    as_user: AsUser,
    load: Callable[..., object],
    compute: Callable[..., ClearingPeriod],
    django_assert_num_queries: Callable[..., AbstractContextManager],
) -> None:
    client = as_user(world.jilin_clearing)
    with django_assert_num_queries(21):
        client.get(JILIN_10)

    load([row(f"M{number}", 参保地区划=code) for number, code in enumerate(("220302", "220402", "220502"))])
    compute()

    with django_assert_num_queries(21):
        client.get(JILIN_10)
