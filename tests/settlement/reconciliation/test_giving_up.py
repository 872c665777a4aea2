"""A comparison is voided, a saved mapping retired."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from agency.journal.models import AuditEntry
from settlement.reconciliation import pairing
from settlement.reconciliation.models import ColumnMapping
from settlement.reconciliation.saved_mappings import mapping_save
from tests.settlement.reconciliation.made import (
    NOVEMBER,
    difference,
    make_run,
    only_ours,
    only_theirs,
)
from tests.support.world import World

LogIn = Callable[[object], Client]


def test_a_comparison_is_voided_with_a_reason(as_user: LogIn, world: World) -> None:
    run = make_run(world, only_ours("S1"), region=world.changchun, by=world.changchun_clearing)
    client = as_user(world.changchun_clearing_2)
    url = f"/reconciliation/{run}/void/"

    assert client.post(url, {"reason": ""}).status_code == 422
    assert as_user(world.jilin_clearing).post(url, {"reason": "传错"}).status_code == 404
    assert as_user(world.auditor).post(url, {"reason": "传错"}).status_code == 403
    assert client.post(url, {"reason": "传错文件"}).status_code == 302

    run.refresh_from_db()
    assert run.state == "voided"
    page = client.get(f"/reconciliation/{run}/").content.decode()
    assert "已作废" in page and "报告与签字" not in page
    assert client.get("/reconciliation/differences/?view=open").context["rows"] == []
    again = client.post(url, {"reason": "再来"})
    assert again.status_code == 422 and "不能变为“已作废”" in again.content.decode()


def test_a_comparison_that_another_month_rests_on_is_not_voided(as_user: LogIn, world: World) -> None:
    october = make_run(world, only_ours("S1"))
    make_run(world, only_theirs("S2"), period=NOVEMBER)
    pairing.pair_give(
        difference("S2").pk, difference("S1").pk, by=world.prov_clearing, at=world.now, note="同一笔"
    )

    answer = as_user(world.prov_clearing).post(f"/reconciliation/{october}/void/", {"reason": "传错"})

    assert answer.status_code == 422 and "互相对应，请先退回或撤销" in answer.content.decode()


def test_saved_mappings_are_listed_and_retired(as_user: LogIn, world: World) -> None:
    said = {"source": "hospital", "columns": {"结算编号": "结算流水号"}, "headings": ["结算流水号"]}
    mapping_save(name="省级的", by=world.prov_clearing, at=world.now, **said)
    mapping_save(name="长春的", by=world.changchun_clearing, at=world.now, **said)
    client = as_user(world.changchun_clearing)
    url = "/reconciliation/mappings/"

    rows = client.get(url).context["rows"]
    assert [(item["mapping"].name, item["may_retire"]) for item in rows] == [
        ("省级的", False),
        ("长春的", True),
    ]
    assert len(as_user(world.jilin_clearing).get(url).context["rows"]) == 1
    province, own = (ColumnMapping.objects.get(name=name) for name in ("省级的", "长春的"))
    assert client.post(f"{url}{province.pk}/retire/").status_code == 403
    assert as_user(world.jilin_clearing).post(f"{url}{own.pk}/retire/").status_code == 404
    assert client.post(f"{url}{own.pk}/retire/").status_code == 302

    assert [item["mapping"].name for item in client.get(url).context["rows"]] == ["省级的"]
    assert AuditEntry.objects.get(action="column_mapping_retired").subject_no == "长春的"
