"""预测的页面: the list, one region, what is supposed, past errors, paper, files, home page; who sees what."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from agency.journal.models import PrintedForm
from agency.organisation.models import PoolingRegion
from agency.organisation.roles import Level, Role
from agency.registry import STANDING
from settlement.forecast.rules import ASSUMED_OF_DELAY, ASSUMPTIONS
from settlement.forecast.shown import NEVER, Shown
from settlement.forecast.supposing import open_payments
from settlement.notices.services import payment_allocate
from tests.settlement.notices.statement import finance_of, line, make_notice
from tests.support.world import World, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("laid_running", "january")]
LogIn = Callable[..., Client]
LIST, OWN, OTHER = "/fund-forecast/", "/fund-forecast/220100/", "/fund-forecast/220200/"


def text(client: Client, path: str, status: int = 200, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == status
    return answer.content.decode()


def row_of(client: Client, region: PoolingRegion, kind: str = "employee") -> Shown:
    rows = client.get(LIST).context["rows"]
    return next(row for row in rows if (row.region, row.insurance_type) == (region, kind))


def test_the_list_has_every_region_and_type_with_its_lines(world: World, as_user: LogIn) -> None:
    client = as_user(world.prov_finance)
    page = text(client, LIST)

    assert "2027年1月" in page and "本月明细录到 1月18日" in page
    own = row_of(client, world.changchun)
    assert (own.yellow.text, own.yellow.tone) == ("1 天后（1月21日）", "warn")  # three days after the 18th
    assert (own.red.text, own.end_tone, own.error) == (NEVER, "warn", "42.0%")
    for shown in ("4,000.00", "2,650.00", "66.25%", "1 天后（1月21日）", "3,435.50", "85.88%", "42.0%"):
        assert shown in page
    assert all(line in page for line in ASSUMPTIONS)
    assert len(client.get(LIST).context["rows"]) == 2 * PoolingRegion.objects.filter(kind="pooling").count()


def test_the_list_takes_a_bounded_number_of_queries(
    world: World, as_user: LogIn, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = as_user(world.prov_finance)
    client.get(LIST)

    with django_assert_max_num_queries(30):
        client.get(LIST)


def test_a_regions_page_draws_the_month_and_holds_it_against_past_ones(world: World, as_user: LogIn) -> None:
    page = text(as_user(world.prov_finance), OWN)

    assert "长春市职工本月使用与预测" in page and '<svg xmlns="http://www.w3.org/2000/svg"' in page
    assert "至 18 日长春市职工已用 2,650.00 元，月底预计 3,435.50 元，额度 4,000.00 元。" in page
    assert all(line in page for line in ASSUMPTIONS) and ASSUMED_OF_DELAY not in page
    for month in (
        ("2026年12月", "18 日", "700.00", "1,292.51", "592.51", "84.6%"),
        ("2026年11月", "600.00", "1,064.00", "2,000.00", "-936.00", "-46.8%"),
        ("2026年10月", "1,205.56", "1,400.00", "-194.44", "-13.9%"),
    ):
        assert all(shown in page for shown in month), month
    assert page.index("2026年12月") < page.index("2026年10月")
    assert "没有可画的" in text(as_user(world.prov_finance), OWN, type="resident")
    assert "吉林市居民本月使用与预测" in text(as_user(world.prov_finance), OTHER, type="resident")


def test_another_quota_is_supposed_in_the_address(world: World, as_user: LogIn) -> None:
    """Of 3000.00 the yellow line is 2100.00, the red 2700.00: 50.00 more, one day after the 18th."""
    answer = as_user(world.prov_finance).get(OWN, {"quota": "3,000", "type": "employee"})

    page, shown = answer.content.decode(), answer.context["page"]
    assert (shown.what_if.yellow.text, shown.what_if.red.text) == ("已达到", "预计已到（1月19日）")
    assert shown.row.outlook.quota_fen == 400_000
    assert "（假设）" in page and "不作假设" in page and 'value="3,000"' in page
    assert shown.query == {"type": "employee", "quota": "3000.00"}
    assert "print/?type=employee&amp;quota=3000.00" in page


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"quota": "很多"}, "“很多”不是金额"),
        ({"quota": "-1"}, "额度不能小于 0。"),
        ({"quota": "1.234"}, "小数超过两位"),
        ({"delay": "半个月"}, "请填整天数，0 到 366。"),
        ({"delay": "-1"}, "请填整天数，0 到 366。"),
        ({"delay": "400"}, "请填整天数，0 到 366。"),
    ],
)
def test_what_is_no_supposition_is_said_and_nothing_is_supposed(
    world: World, as_user: LogIn, query: dict[str, str], told: str
) -> None:
    answer = as_user(world.prov_finance).get(OWN, query)

    assert answer.status_code == 422 and told in answer.content.decode()
    assert answer.context["page"].what_if is None


def test_payments_that_come_late_take_up_the_quota_until_they_are_there(world: World, as_user: LogIn) -> None:
    """吉林 owes 100.00 of a notice, 居民 40.00 of it; half is paid, so 20.00 of 居民 are open, and all of
    its first quota, 466.66. Both should have been there in 2026: they come so many days after the 20th."""
    half_paid(world)
    client = as_user(world.prov_finance)

    def end(**query: str) -> Shown:
        page = client.get(OTHER, {"type": "resident", **query}).context["page"]
        return page.what_if or page.row

    now = end()
    assert [payment.of("resident") for payment in open_payments(world.jilin)] == [2_000, 46_666]
    late = end(delay="30").outlook
    assert [(delay.open_fen, delay.arrives_in) for delay in late.delays] == [(2_000, 32), (46_666, 32)]
    assert now.outlook.end_fen is not None
    assert late.end_fen == now.outlook.end_fen + 48_666
    assert (now.red.text, end(delay="30").red.text) == (NEVER, "已达到")
    assert end(delay="3").outlook.end_fen == now.outlook.end_fen
    page = text(client, OTHER, type="resident", delay="3")
    assert ASSUMED_OF_DELAY in page and "居民未付清的付款通知书：486.66 元" in page


def half_paid(world: World) -> None:
    notice = make_notice(world, world.jilin, 10_000, employee_fen=6_000)
    came = line(world, amount_fen=5_000, booked_on=world.today)
    payment_allocate(by=world.prov_finance, at=world.now, line=came, notice=notice, reason="财政代付")


def test_a_region_sees_its_own_alone(world: World, as_user: LogIn) -> None:
    own = as_user(world.changchun_clearing)

    assert own.get(LIST)["Location"] == OWN
    assert "全省" not in text(own, OWN)
    for path in (OTHER, OTHER + "print/", OTHER + "file.csv", LIST + "print/", LIST + "file.csv"):
        text(own, path, 404)
    assert "长春市,职工" in text(own, OWN + "file.csv") and "吉林市" not in text(own, OWN + "file.csv")
    text(as_user(world.clerk), LIST, 403)
    text(as_user(world.clerk), OWN, 403)
    assert Client().get(LIST).status_code == 302


def test_the_list_goes_out_on_paper_and_as_files(world: World, as_user: LogIn) -> None:
    client = as_user(world.prov_finance)

    head, first, *_ = text(client, LIST + "file.csv").removeprefix("\ufeff").splitlines()
    assert head == (
        "序号,统筹区,险种,额度,本月已用-金额,本月已用-使用率,预计达到-黄色预警,预计达到-红色预警,"
        "月底预计-金额,月底预计-使用率,以往误差率"
    )
    rows = text(client, LIST + "file.csv").splitlines()
    assert any(
        row.endswith("长春市,职工,4000.00,2650.00,66.25%,1 天后（1月21日）,本月不会,3435.50,85.88%,42.0%")
        for row in rows
    )
    assert first.startswith("1,")
    assert client.get(LIST + "file.xlsx").content[:2] == b"PK"
    assert "全省周转金使用预测" in text(client, LIST + "print/")
    printed = PrintedForm.objects.get(form_no="使用预测")
    assert (printed.subject_kind, printed.subject_no) == ("fund_forecast", "20270120")
    found = [entry.function(printed) for entry in STANDING]
    standing = next(one for one in found if one is not None)
    assert (standing.label, standing.is_effective) == ("预测，只供当日参考", False)


def test_the_list_of_all_regions_is_one_page_of_paper(world: World, as_user: LogIn) -> None:
    answer = as_user(world.prov_finance).get(LIST + "file.pdf")

    pages = PdfReader(io.BytesIO(answer.content)).pages
    assert len(pages) == 1
    assert "长白山" in pages[0].extract_text()


def test_the_forecast_stands_among_the_pages_of_the_fund(world: World, as_user: LogIn) -> None:
    client = as_user(world.prov_finance)

    for path in ("/quotas/", "/fund-use/", "/fund-use/warnings/", "/fund-use/increases/"):
        assert '<a href="/fund-forecast/">预测</a>' in text(client, path), path
    for path in (LIST, OWN):
        assert '<a href="/fund-forecast/" aria-current="page">预测</a>' in text(client, path), path


def test_a_regions_page_on_paper_keeps_what_is_supposed(world: World, as_user: LogIn) -> None:
    page = text(as_user(world.prov_finance), OWN + "print/", quota="3000")

    assert "3,000.00" in page and "预计已到（1月19日）" in page and "（假设）" in page
    assert 'href="/fund-forecast/220100/?type=employee&amp;quota=3000.00"' in page
    assert "84.6%" in page and ASSUMPTIONS[0] in page and "<form" not in page


def test_on_the_first_day_of_a_month_it_is_as_usual(world: World, as_user: LogIn, january: Any) -> None:
    january.move_to(dt.datetime(2027, 2, 1, 1, tzinfo=dt.UTC))

    page = text(as_user(world.prov_finance), OWN)

    assert "2027年2月" in page and "本月还没有导入结算明细，只按以往月份预测。" in page
    assert "1,366.67" in page and "月初" in page


def test_the_home_page_fetches_what_comes_next(world: World, as_user: LogIn) -> None:
    province, own = as_user(world.prov_finance), as_user(finance_of("220100"))

    for client in (province, own):
        home = text(client, "/")
        assert 'hx-get="/fund-forecast/hint/"' in home and "周转金预测" in home
        hint = text(client, "/fund-forecast/hint/")
        assert "长春市职工" in hint and "黄色 1 天后（1月21日）" in hint
    assert "没有新的额度达到预警线" in text(as_user(finance_of("222400")), "/fund-forecast/hint/")
    assert "fund-forecast/hint" not in text(as_user(world.changchun_clearing), "/")
    assert reverse("settlement:fund_forecast") in text(as_user(world.changchun_clearing), "/")  # the side bar


def test_a_region_that_is_no_more_has_no_rows_but_still_a_page(world: World, as_user: LogIn) -> None:
    PoolingRegion.objects.filter(pk=world.yanbian.pk).update(valid_to=dt.date(2026, 6, 30))
    client = as_user(make_user("all", *Role, level=Level.PROVINCE))

    assert any(
        row.region == world.yanbian for row in client.get(LIST).context["rows"]
    )  # it has quotas of nil
    text(client, "/fund-forecast/222400/")
