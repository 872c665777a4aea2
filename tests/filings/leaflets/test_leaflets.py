"""一次性告知单: made from the rules in force, for a scope and a region; no personal data, nothing logged."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

from django.test import Client
from pypdf import PdfReader

from agency.journal.models import AuditEntry
from filings.filing.kinds import FilingKind
from filings.leaflets.content import leaflet_of
from filings.models import KindTerms
from tests.filings.followups.made import promised
from tests.filings.making import make_submitted
from tests.support.world import World

Login = Callable[[object], Client]


def test_a_leaflet_says_what_the_rules_say(world: World) -> None:
    cross = leaflet_of(
        FilingKind.LONG_TERM_RESIDENCE, scope="cross_province", region=world.changchun, on=world.today
    )
    near = leaflet_of(FilingKind.REFERRAL, scope="in_province", region=None, on=world.today)

    assert [(group.label, group.promise) for group in cross.groups] == [
        ("身份凭证", False),
        ("长期证明", True),
    ]
    assert "户口簿首页和本人常住人口登记卡" in cross.groups[1].ways
    assert (cross.is_long_term, cross.lock_months, cross.promise_days, cross.reviewed) == (True, 6, 20, True)
    assert len(cross.counters) == 10 and cross.counters[0] == ("长春市政务服务中心", "南关区华新街700号")
    assert (near.validity_months, near.lock_months, near.promise_days, near.counters) == (6, None, None, ())
    assert near.insured_at == "吉林省"


def test_every_kind_has_its_page_in_both_scopes(world: World, as_user: Login) -> None:
    client = as_user(world.clerk)

    for kind in FilingKind:
        page = client.get(f"/filings/notice/{kind}/?scope=in_province").content.decode()
        assert str(kind.label) in page and "省内" in page and "长春市" in page
    assert client.get("/filings/notice/none/").status_code == 404
    assert client.get("/filings/notice/emergency/?scope=moon").status_code == 200
    KindTerms.objects.filter(kind="temporary_other").update(offered=False)
    assert "窗口现在不受理这一类" in client.get("/filings/notice/temporary_other/").content.decode()


def test_the_province_chooses_the_region(world: World, as_user: Login) -> None:
    page = as_user(world.prov_supervisor).get("/filings/notice/maternity/?region=222400").content.decode()

    assert "延边州" in page and "全省通用" in page


def test_the_paper_fits_one_page_and_nothing_is_logged(world: World, as_user: Login) -> None:
    client = as_user(world.clerk)

    pdf = client.get("/filings/notice/long_term_residence/form/print.pdf").content
    page = client.get("/filings/notice/long_term_residence/form/print/").content.decode()

    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    assert "异地就医备案一次性告知单" in page and "20 个工作日内补交" in page
    assert not AuditEntry.objects.exists()


def test_a_filing_lists_the_forms_that_print_with_its_person(world: World, as_user: Login) -> None:
    rests_on_papers, rests_on_promise = make_submitted(world), promised(world).filing
    client = as_user(world.clerk)

    for filing, expected in ((rests_on_papers, ["1", "3", "4"]), (rests_on_promise, ["1", "2", "3", "4"])):
        url = f"/filings/{filing.filing_no}/"
        listed = client.get(url).content.decode().partition("表单</h2>")[2].partition("</section>")[0]
        assert re.findall(r'href="([^"]+)"', listed) == [f"{url}form/{no}/" for no in expected]
    assert client.get(f"{url}form/4/").status_code == 200
    assert as_user(world.yanbian_clerk).get(url).status_code == 404
