"""The pages of comparisons: their list, one with its totals and classes, the rows that could not be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agency.jobs.services import job_enqueue
from settlement.reconciliation import judging
from settlement.reconciliation.giving_up import run_void
from settlement.reconciliation.models import ReconciliationRun
from tests.settlement.reconciliation.made import (
    NOVEMBER,
    differing,
    keys,
    make_run,
    only_ours,
    only_theirs,
    total,
    unread,
)
from tests.settlement.records.files import RIGHT, row
from tests.support.world import World

LogIn = Callable[[object], Client]
RUNS = "/reconciliation/"


def url_of(run: ReconciliationRun, tab: str = "") -> str:
    return f"/reconciliation/{run.run_no}/{tab}"


def text_of(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_the_list_is_narrowed_and_leads_to_each_comparison(as_user: LogIn, world: World) -> None:
    ours = make_run(world, only_ours("S1"), region=world.changchun, by=world.changchun_clearing)
    scoped = make_run(world, scope_region=world.jilin)
    november = make_run(world, period=NOVEMBER, source="hospital")
    client = as_user(world.prov_clearing)

    def listed(**narrow: str) -> list[str]:
        return [run.run_no for run in client.get(RUNS, narrow).context["page"].rows]

    assert listed() == [november.run_no, scoped.run_no, ours.run_no]
    assert listed(period=NOVEMBER) == listed(source="hospital") == [november.run_no]
    assert listed(region="220100") == [ours.run_no]
    assert listed(region="220200") == [scoped.run_no]
    assert listed(state="signed") == []
    assert "没有符合条件的对账" in text_of(client, f"{RUNS}?state=signed")
    assert "期别应为六位数字" in text_of(client, f"{RUNS}?period=x")
    assert f'href="{url_of(ours, "differences/")}">1</a>' in text_of(client, RUNS)
    own = as_user(world.changchun_clearing).get(RUNS).context["page"].rows
    assert [run.run_no for run in own] == [ours.run_no]
    assert "还没有对过账" in text_of(as_user(world.jilin_clearing), RUNS)
    assert as_user(world.clerk).get(RUNS).status_code == 403


def test_totals_stand_first_and_only_those_that_differ(as_user: LogIn, world: World) -> None:
    run = make_run(world, differing("S1", "700.00", "690.00"))
    total(run, "H22020200001", "700.00", "690.00")
    total(run, "H22020200002", "500.00", "500.00", insurance_type="resident")
    client = as_user(world.prov_clearing)

    page = client.get(url_of(run))

    assert [(sum_.title, sum_.ours, sum_.theirs, sum_.gap) for sum_ in page.context["sums"]] == [
        ("人次", 1002, 1002, 0),
        ("医疗费总额", 0, 0, 0),
        ("基金支付", 121_000, 119_000, 2_000),
        ("个人账户", 0, 0, 0),
    ]
    rest, differing_row = page.context["totals"]
    assert rest.institution_code == ""
    named = (
        differing_row.institution_code,
        differing_row.insurance,
        differing_row.care,
        differing_row.region,
    )
    assert named == ("H22020200001", "职工", "住院", "长春")
    assert "2 组不符，共 3 组" in page.content.decode()
    everything = client.get(url_of(run), {"totals": "all"})
    assert [row.insurance for row in everything.context["totals"]] == ["", "职工", "居民"]
    assert client.get(url_of(run), {"refunds": "no"}).context["gross"] is True
    opens = f'href="{url_of(run, "differences/")}?institution=H22020200001"'
    assert opens in page.content.decode()


def test_classes_are_counted_and_open_their_differences(as_user: LogIn, world: World) -> None:
    run = make_run(world, only_ours("S1"), only_ours("S2"), only_theirs("S3"))
    judging.verdicts_give(keys("S1"), by=world.prov_clearing, at=world.now, remedy="none", note="说明过")
    client = as_user(world.prov_clearing)

    page = client.get(url_of(run))

    classes = [(one.label, one.count) for one in page.context["classes"]]
    assert classes == [("我有他无", 2), ("他有我无", 1)]
    assert page.context["states"] == {"open": 2, "judged": 1, "settled": 0}
    text = page.content.decode()
    assert f"{url_of(run, 'differences/')}?kind=only_theirs" in text
    assert "待处理 2，待批准 1" in text and "办理差异" in text
    assert "办理差异" not in text_of(as_user(world.prov_auditor), url_of(run)).split("</nav>")[-1]


def test_a_comparison_that_runs_or_failed_says_so(as_user: LogIn, world: World) -> None:
    run = make_run(world, is_compared=False)
    rows = ReconciliationRun.objects.filter(pk=run.pk)
    client = as_user(world.prov_clearing)
    job = job_enqueue(
        "reconcile",
        by=world.prov_clearing,
        at=world.now,
        subject_kind="reconciliation",
        subject_no=run.run_no,
    )

    assert job.job_no in text_of(client, url_of(run))
    rows.update(state="failed", message="文件里没有结算编号这一列。")
    text = text_of(client, url_of(run))
    assert "未能比对" in text and "没有结算编号这一列" in text
    assert "还没有差异" in text_of(client, url_of(run, "differences/"))


def test_rows_that_could_not_be_read_are_told(as_user: LogIn, world: World) -> None:
    run = make_run(world, unread_rows=2)
    unread(run, 17)
    unread(run, 96, "证件号码", RIGHT["证件号码"])
    client = as_user(world.prov_clearing)

    text = text_of(client, url_of(run, "unread/"))

    assert "小数超过两位" in text and "12.345" in text
    assert RIGHT["证件号码"] not in text and "2201**********128X" in text
    assert "读不出的行 2" in text_of(client, url_of(run))


def test_a_comparison_without_a_difference_says_so(as_user: LogIn, world: World) -> None:
    run = make_run(world)
    client = as_user(world.prov_clearing)

    assert "没有差异" in text_of(client, url_of(run))
    assert "比对过的每一笔都相符" in text_of(client, url_of(run, "differences/"))
    assert "每一组的人次和金额两边都相符" in text_of(client, url_of(run))


def test_the_page_asks_as_much_for_many_totals_as_for_one(as_user: LogIn, world: World) -> None:
    run = make_run(world, only_ours("S1"))
    total(run, "H22020200001", "700.00", "690.00")
    client = as_user(world.prov_clearing)
    with CaptureQueriesContext(connection) as one:
        client.get(url_of(run))
    for number in range(2, 30):
        total(run, f"H2202020{number:04}", "700.00", "690.00")

    with CaptureQueriesContext(connection) as many:
        client.get(url_of(run))

    assert len(many) == len(one)


def test_the_same_file_compared_again_is_told(
    as_user: LogIn, world: World, load: Callable[..., Any], compare: Callable[..., Any]
) -> None:
    load([row("S1"), row("S2")])
    client = as_user(world.prov_clearing)
    first, again, other = compare([row("S1")]), compare([row("S1")]), compare([row("S2")])

    def told(run: ReconciliationRun) -> list[str]:
        return [one.run_no for one in client.get(f"/reconciliation/{run.run_no}/").context["same_file"]]

    assert (told(first), told(again), told(other)) == ([again.run_no], [first.run_no], [])
    assert "同一文件已经对过" in client.get(f"/reconciliation/{again.run_no}/").content.decode()
    narrow, widened = (compare([row("S1"), row("S2")], all_details=wide) for wide in (False, True))
    assert (told(widened), told(narrow)) == ([], [widened.run_no])
    run_void(run=again, by=world.prov_clearing, at=world.now, reason="传了两次")
    assert (told(first), told(again)) == ([], [])
