"""Somebody comes for the person: of both certificates something is kept before the filing goes on [S1]."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from agency.errors import DomainErrors
from agency.policy.models import Parameter
from filings.filing.agents import Agent, papers_lacking
from filings.filing.entry import INSTITUTION_FIELDS
from filings.filing.models import Filing
from filings.filing.services import filing_approve, filing_change_begin, filing_draft_save, filing_submit
from filings.scans.models import Scan
from filings.scans.services import scan_withdraw
from tests.filings.groups.lists import loaded, make_worker, row, write
from tests.filings.making import PAPERS, id_number, make_draft, make_entry, make_person
from tests.filings.making import make_submitted as submitted
from tests.filings.scans.files import make_scan
from tests.support.world import World

Login = Callable[[object], Client]
AGENT = Agent("李四", id_number("220104", "19880229", 18), "13900001111", "女儿")
KEPT = PAPERS
OWN, PROXY = "own_identity_copy", "proxy_identity_copy"


def refused_fields(filing: Filing, world: World) -> set[str | None]:
    with pytest.raises(DomainErrors) as refused:
        filing_submit(filing, by=world.clerk, at=world.now)
    assert {error.code for error in refused.value.errors} == {"agent_paper_missing"}
    return {error.field for error in refused.value.errors}


def typed(page: Any) -> dict[str, Any]:
    """What a page's form would send as it stands; no hospital is named."""
    form = page.context["form"]
    return {name: form[name].value() or "" for name in form.fields if name not in INSTITUTION_FIELDS}


@pytest.mark.parametrize(
    ("given", "scanned", "original_serves", "lacking"),
    [
        ({}, set(), True, ("agent_proxy_paper", "agent_own_paper")),
        ({OWN: "copy", PROXY: "copy"}, set(), False, ()),
        ({OWN: "original", PROXY: "copy"}, set(), True, ()),
        ({OWN: "original", PROXY: "copy"}, set(), False, ("agent_own_paper",)),
        ({OWN: "deferred", PROXY: "copy"}, set(), True, ("agent_own_paper",)),
        ({}, {PROXY}, True, ("agent_own_paper",)),
        ({OWN: "original"}, {PROXY, OWN}, False, ()),
    ],
)
def test_what_is_kept_of_each_certificate(
    given: dict[str, str], scanned: set[str], original_serves: bool, lacking: tuple[str, ...]
) -> None:
    assert papers_lacking(given, scanned, original_serves=original_serves) == lacking


def test_submission_asks_for_both_and_a_scan_or_a_copy_serves(world: World) -> None:
    filing = make_draft(world, agent=AGENT)
    assert refused_fields(filing, world) == {"agent_proxy_paper", "agent_own_paper"}
    make_scan(world, filing, OWN)
    assert refused_fields(filing, world) == {"agent_proxy_paper"}

    with_copy = make_entry(filing.person, agent=AGENT, materials={**KEPT, PROXY: "copy"})
    filing_draft_save(by=world.clerk, at=world.now, entry=with_copy, filing=filing)

    assert filing_submit(filing, by=world.clerk, at=world.now).state == "under_review"


def test_a_scan_that_was_taken_away_proves_nothing_on_review(world: World) -> None:
    filing = make_draft(world, agent=AGENT, materials={**KEPT, PROXY: "original"})
    scan = make_scan(world, filing, OWN)
    filing_submit(filing, by=world.clerk, at=world.now)
    scan_withdraw(Scan.objects.get(pk=scan.pk), by=world.clerk, at=world.now, reason="拍错了")

    with pytest.raises(DomainErrors, match="要留存参保人身份证件的复印件"):
        filing_approve(filing, by=world.reviewer, at=world.now)

    assert Filing.objects.get(pk=filing.pk).state == "under_review"


def test_a_region_may_want_copies_whatever_was_looked_at(world: World, as_user: Login) -> None:
    Parameter.objects.create(
        key="filing.agent_original_serves",
        region=world.changchun,
        value="false",
        value_type="bool",
        label="代办时核验原件可代替复印件",
        source="[P]",
        valid_from=world.today,
    )
    filing = make_draft(world, agent=AGENT, materials={**KEPT, PROXY: "original", OWN: "copy"})

    assert refused_fields(filing, world) == {"agent_proxy_paper"}
    page = as_user(world.clerk).get(f"/filings/{filing.filing_no}/edit/").content.decode()
    assert "复印件已收，纸质留存" in page and "已核验原件" not in page


def test_the_form_tells_it_beside_the_fields_and_keeps_what_was_chosen(world: World, as_user: Login) -> None:
    filing, client = make_draft(world, agent=AGENT), as_user(world.clerk)
    url = f"/filings/{filing.filing_no}/edit/"

    refused = client.post(f"/filings/{filing.filing_no}/submit/", {"version": filing.version})
    shown = refused.content.decode()
    sent = {
        **typed(refused),
        "version": filing.version,
        "agent_proxy_paper": "copy",
        "agent_own_paper": "original",
    }
    answer = client.post(url, {**sent, "action": "submit"})

    assert refused.status_code == 422 and 'id="id_agent_own_paper_error"' in shown
    assert "要留存代办人身份证件的复印件" in shown
    assert answer.status_code == 302
    given = dict(filing.materials.values_list("material__code", "given_as"))
    assert given == {**KEPT, PROXY: "copy", OWN: "original"}
    assert Filing.objects.get(pk=filing.pk).state == "under_review"


def test_without_an_agent_nothing_is_asked_and_nothing_kept(world: World, as_user: Login) -> None:
    assert submitted(world).state == "under_review"
    filing = make_draft(world, agent=AGENT, materials={**KEPT, PROXY: "copy", OWN: "copy"})
    client = as_user(world.clerk)
    data = typed(client.get(f"/filings/{filing.filing_no}/edit/"))
    data |= dict.fromkeys(("agent_name", "agent_cert_no", "agent_phone", "agent_relation"), "")

    client.post(f"/filings/{filing.filing_no}/edit/", {**data, "version": filing.version, "action": "draft"})

    assert set(filing.materials.values_list("material__code", flat=True)) == set(KEPT)


def test_a_change_asks_anew_and_a_list_is_judged_as_it_came(world: World, tmp_path: Path) -> None:
    person = make_worker(world.changchun)
    said = {"代办人姓名": "孙经理", "代办人证件号码": "E1234567", "代办人电话": "13900001111"}
    batch = loaded(world, write(tmp_path, [row(person, **said)]))
    filing = Filing.objects.get(batch=batch)
    assert filing.state == "in_force" and filing.has_agent

    draft = filing_change_begin(filing, by=world.clerk, at=world.now)
    moved = make_entry(
        person,
        kind="long_term_work",
        agent=Agent("孙经理", "E1234567", "13900001111", "同事"),
        begins_on=draft.begins_on,
    )
    filing_draft_save(by=world.clerk, at=world.now, entry=moved, filing=draft)

    with pytest.raises(DomainErrors) as refused:
        filing_submit(draft, by=world.clerk, at=world.now)
    assert "agent_paper_missing" in {error.code for error in refused.value.errors}


def test_the_page_says_whose_certificate_is_scanned_already(world: World, as_user: Login) -> None:
    filing = make_draft(world, make_person(), agent=AGENT)
    make_scan(world, filing, OWN)

    client = as_user(world.clerk)
    page = client.get(f"/filings/{filing.filing_no}/edit/").content.decode()
    detail = client.get(f"/filings/{filing.filing_no}/").content.decode()

    assert "参保人身份证件已有扫描件，不用再选。" in page
    assert "<h3>代办人身份证件复印件 <span" in detail and "未登记在材料里" not in detail
