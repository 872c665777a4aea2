"""Pages of reopening and of the versions: who may what, what is shown, what a moment asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from agency.journal.models import AuditEntry, PrintedForm
from agency.sheets.digest import digest
from settlement.clearing.filling import sheet_data
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.reopening import reopening_approve, reopening_propose
from settlement.clearing.version_models import Reopening
from settlement.notices.models import Notice
from settlement.notices.services import LineContent, line_enter
from tests.settlement.clearing import conftest
from tests.settlement.records.files import row
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_signed")
AsUser = Callable[..., Client]
MONTH = "/clearing/202610/"
REOPENING = f"{MONTH}reopening/"
VERSIONS = f"{MONTH}versions/"
SHEET = f"{MONTH}sheets/11/220100/"


def reopen(world: World) -> None:
    reopening_propose(period="202610", reason="漏了一家医院", by=world.prov_clearing, at=world.now)
    at = world.now + dt.timedelta(hours=2)
    reopening_approve(period="202610", by=world.prov_supervisor, at=at)


@pytest.fixture
def signed_twice(
    signed: ClearingPeriod, world: World, load: Callable[..., object], compute: Callable[..., ClearingPeriod]
) -> ClearingPeriod:
    """Signed, opened again, signed with one case more of 长春 in 吉林."""
    reopen(world)
    load([row("S9")])
    month = compute(minutes=180)
    conftest.confirm_rest(month, world)
    return conftest.sign(month, world)


def test_one_proposes_and_another_approves_on_the_page(
    signed: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    proposer, approver = as_user(world.prov_clearing), as_user(world.prov_supervisor)
    assert "重开…" in proposer.get(MONTH).content.decode()

    sent = proposer.post(f"{REOPENING}propose/", {"reason": "漏了一家医院"})
    assert sent["Location"] == REOPENING
    own = proposer.get(REOPENING).content.decode()
    assert "不能由您自己批准" in own and "批准重开</summary>" not in own
    assert "有人提出重开" in approver.get(MONTH).content.decode()
    assert '<summary class="btn go">批准重开</summary>' in approver.get(REOPENING).content.decode()

    done = approver.post(f"{REOPENING}approve/")

    assert done["Location"] == MONTH
    assert ClearingPeriod.objects.get(period="202610").state == "computed"
    page = approver.get(MONTH).content.decode()
    assert "第 1 次签发" in page and "重开" in page
    assert "没有签发的月份可以直接重新计算" in proposer.get(REOPENING).content.decode()


def test_a_reason_that_is_missing_is_told_beside_the_field(
    signed: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    response = as_user(world.prov_clearing).post(f"{REOPENING}propose/", {"reason": " "})

    assert response.status_code == 422
    assert "请写明原因。" in response.content.decode()
    assert not Reopening.objects.exists()


def test_what_cannot_be_opened_is_told_on_the_page(
    signed: ClearingPeriod,
    world: World,
    as_user: AsUser,
    load: Callable[..., object],
    compute: Callable[..., ClearingPeriod],
) -> None:
    reopening_propose(period="202610", reason="试", by=world.prov_clearing, at=world.now)
    load([row("N1", 结算时间="2026-11-02 09:00:00")])
    november = compute("202611")
    conftest.confirm_rest(november, world)
    conftest.sign(november, world)
    client = as_user(world.prov_supervisor)

    page = client.get(REOPENING).content.decode()
    response = client.post(f"{REOPENING}approve/")

    assert "2026年11月已在它之后签发" in page and "批准重开</summary>" not in page
    assert response.status_code == 422
    assert "2026年11月已在它之后签发" in response.content.decode()
    assert AuditEntry.objects.filter(action="refused").latest("seq").detail["code"] == "several"


def test_a_proposal_waits_on_the_home_page_of_who_may_decide(
    signed: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    reopening_propose(period="202610", reason="漏了一家医院", by=world.prov_clearing, at=world.now)

    told = as_user(world.prov_supervisor).get("/").content.decode()

    assert "重开2026年10月清算" in told and f'href="{REOPENING}"' in told
    assert "重开2026年10月清算" not in as_user(world.prov_clearing).get("/").content.decode()


def test_rejected_and_withdrawn_on_the_page(signed: ClearingPeriod, world: World, as_user: AsUser) -> None:
    proposer, decider = as_user(world.prov_clearing), as_user(world.prov_supervisor)
    proposer.post(f"{REOPENING}propose/", {"reason": "甲"})
    assert decider.post(f"{REOPENING}reject/", {"reason": "记入下月"}).status_code == 302
    proposer.post(f"{REOPENING}propose/", {"reason": "乙"})
    assert proposer.post(f"{REOPENING}withdraw/", {"reason": "弄错"}).status_code == 302

    page = proposer.get(REOPENING).content.decode()

    assert "不予重开" in page and "已撤回" in page
    assert ClearingPeriod.objects.get().is_signed


@pytest.mark.parametrize("action", ["approve", "reject"])
def test_nobody_decides_what_they_proposed_by_post(
    signed: ClearingPeriod, world: World, as_user: AsUser, action: str
) -> None:
    Reopening.objects.create(
        reopening_no="CK202610-09",
        period=signed,
        version=1,
        reason="试",
        proposed_by=world.prov_supervisor,
        proposed_at=world.now,
    )

    response = as_user(world.prov_supervisor).post(f"{REOPENING}{action}/", {"reason": "好"})

    assert response.status_code == 403
    assert Reopening.objects.get().state == "proposed"


def test_both_versions_are_compared_side_by_side(
    signed_twice: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    response = as_user(world.prov_clearing).get(VERSIONS)

    assert (response.context["a"].signed_version, response.context["b"].signed_version) == (1, 2)
    lines = [(row.line, row.column, row.before, row.after) for row in response.context["lines"]]
    assert {line for line, *_ in lines} == {"长春市 → 吉林市 职工 住院"}
    assert ("长春市 → 吉林市 职工 住院", "人次", 1, 2) in lines
    assert ("长春市 → 吉林市 职工 住院", "应收（应付）金额", 60000, 130000) in lines
    sheets = [(row.form, row.party.name if row.party else "") for row in response.context["sheets"]]
    assert sheets == [("9", ""), ("11", "长春市"), ("12", "长春市"), ("10", "吉林市"), ("12", "吉林市")]
    assert f"{SHEET}?version=2" in response.content.decode()


def test_a_region_compares_its_own_lines_and_sheets(
    signed_twice: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    jilin = as_user(world.jilin_clearing).get(VERSIONS).context
    yanbian = as_user(world.yanbian_clearing).get(VERSIONS).context

    assert {row.party.name for row in jilin["sheets"]} == {"吉林市"}
    assert len(jilin["lines"]) > 3
    assert (yanbian["lines"], yanbian["sheets"], yanbian["come"]) == ([], [], [])
    assert {row.before for row in yanbian["totals"]} == {0}


def test_deductions_that_differ_are_listed(
    signed: ClearingPeriod,
    world: World,
    as_user: AsUser,
    load: Callable[..., object],
    compute: Callable[..., ClearingPeriod],
) -> None:
    reopen(world)
    load(
        [{"期别": "202610", "结算编号": "S4", "扣款类别": "审核扣款", "原因": "迟到的扣款", "金额": "7.00"}],
        "deductions",
    )
    compute(minutes=180)

    page = as_user(world.prov_clearing).get(f"{VERSIONS}?a=2&b=4")

    assert [row.reason for row in page.context["come"]] == ["迟到的扣款"]
    assert page.context["gone"] == []
    assert "迟到的扣款" in page.content.decode()


@pytest.mark.parametrize("query", ["version=2", "as_of=2026-11-20T13:00"])
def test_a_sheet_as_known_on_a_moment(
    signed_twice: ClearingPeriod, world: World, as_user: AsUser, query: str
) -> None:
    """Signed at 13:00 for the first time; the second signature has the same moment and is the newest then."""
    client = as_user(world.changchun_clearing)
    page = client.get(f"{SHEET}?{query}")

    text = page.content.decode()
    assert "不是现在的表" in text and "看现在的表" in text
    assert "cases/?row" not in text  # what is behind it now is not what was behind it then
    assert page.context["digest"].replace(" ", "") in digest(page.context["data"])
    assert 'class="no"' not in text
    number = page.context["page"].version.version_no
    assert f"{SHEET}print/?version={number}" in text
    assert client.get(f"{SHEET}print/?version={number}").status_code == 200
    csv = client.get(f"{MONTH}sheets/11/220100.csv?version={number}")
    assert f"%E7%AC%AC{number}%E7%89%88" in csv["Content-Disposition"]
    assert PrintedForm.objects.get().digest == digest(page.context["data"])


def test_the_first_version_says_what_it_said(
    signed_twice: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    client = as_user(world.changchun_clearing)

    then = client.get(f"{SHEET}?version=2").context["data"]
    now = client.get(SHEET).context["data"]

    assert (then.total()["cases"], now.total()["cases"]) == (2, 3)
    assert then.remarks == ("本表为第 2 版（签发），2026-11-20 13:00 所知。",)
    assert now.remarks == ()
    assert digest(now) == digest(sheet_data("11", signed_twice, world.changchun))


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("version=99", 422),
        ("version=x", 422),
        ("version=9999999999999999999", 422),
        ("as_of=heute", 422),
        ("as_of=2026-11-20T11:00", 422),
        ("as_of=0001-01-01T00:00", 422),
        ("as_of=9999-12-31T23:59", 422),
        ("as_of=2026-11-20T12:00", 200),
        ("as_of=2026-11-20T04:00:00%2B00:00", 200),
    ],
)
def test_a_moment_that_cannot_be_read_is_told(
    signed: ClearingPeriod, world: World, as_user: AsUser, query: str, status: int
) -> None:
    for url in (SHEET, f"{SHEET}print/", f"{MONTH}sheets/11/220100.csv"):
        assert as_user(world.prov_clearing).get(f"{url}?{query}").status_code == status


def test_who_asked_for_what_is_not_there_finds_the_way_back(
    signed: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    client = as_user(world.prov_clearing)

    told = client.get(f"{SHEET}?as_of=2026-11-20T11:00", headers={"referer": f"http://testserver{SHEET}"})

    page = told.content.decode()
    assert told.status_code == 422
    assert "还没有计算" in page and f'href="{SHEET}">返回上一页' in page
    assert "提交" not in page


@pytest.mark.parametrize("url", [f"{VERSIONS}?a=1&b=x", f"{VERSIONS}?a=1&b=99"])
def test_versions_that_do_not_exist_are_told(
    signed: ClearingPeriod, world: World, as_user: AsUser, url: str
) -> None:
    assert as_user(world.prov_clearing).get(url).status_code == 422


def test_a_sheet_is_counted_again_on_demand(signed: ClearingPeriod, world: World, as_user: AsUser) -> None:
    client = as_user(world.prov_clearing)

    assert "11-20 12:00 计算时核对" in client.get(SHEET).content.decode()
    assert "刚刚重新核对" in client.get(f"{SHEET}?recount=1").content.decode()


def test_counting_again_sees_what_came_since(
    signed: ClearingPeriod, world: World, as_user: AsUser, load: Callable[..., object]
) -> None:
    reopen(world)
    load([row("S9")])
    client = as_user(world.prov_clearing)

    assert 'class="no"' not in client.get(SHEET).content.decode()
    assert '<li class="no">各行 = 明细 2 人次' in client.get(f"{SHEET}?recount=1").content.decode()


def test_opening_a_sheet_does_not_touch_the_records(
    signed: ClearingPeriod,
    world: World,
    as_user: AsUser,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    client = as_user(world.prov_clearing)
    client.get(SHEET)

    with django_assert_max_num_queries(40) as asked:  # type: ignore[attr-defined]
        client.get(SHEET)

    assert [one["sql"] for one in asked if 'FROM "settlement_settlementrecord"' in one["sql"]] == []


@pytest.mark.parametrize("url", [VERSIONS, REOPENING])
def test_a_month_that_nobody_computed_has_neither(
    signed: ClearingPeriod, world: World, as_user: AsUser, url: str
) -> None:
    assert as_user(world.prov_clearing).get(url.replace("202610", "202612")).status_code == 404


def test_a_region_is_not_told_what_of_others_stands_against_it(
    signed: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    """Notices that were paid are named to whoever may propose or approve alone."""
    paid = Notice.objects.get(period="202610", region=world.changchun)
    said = LineContent(world.today, "T1", "in", paid.total_fen, other_account="9900000000000220100")
    line_enter(by=world.system, at=world.now, said=said)

    assert paid.notice_no in as_user(world.prov_clearing).get(REOPENING).content.decode()
    assert paid.notice_no not in as_user(world.yanbian_clearing).get(REOPENING).content.decode()
