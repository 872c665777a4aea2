"""A row in use is overwritten on the pages of the admin only with a reason, kept with what was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agency.journal.models import AuditEntry
from settlement.records.models import CareType
from tests.support.world import World

LogIn = Callable[[object], Client]


@pytest.fixture
def begun(world: World) -> CareType:
    return CareType.objects.create(
        code="99", name="某类", care_kind="outpatient", valid_from=dt.date(2026, 1, 1)
    )


def change(client: Client, row: CareType, **changes: str) -> Any:
    data = {
        "code": row.code,
        "name": row.name,
        "care_kind": row.care_kind,
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else "",
        "source": row.source,
        **changes,
    }
    return client.post(reverse("admin:settlement_caretype_change", args=[row.pk]), data)


@pytest.mark.parametrize(
    "changes",
    [
        {"care_kind": "inpatient"},
        {"code": "98"},
        {"valid_from": "2026-02-01"},
        {"valid_to": "2026-10-31"},
    ],
)
def test_what_has_begun_is_rewritten_only_with_a_reason(
    changes: dict[str, str], begun: CareType, as_user: LogIn, world: World
) -> None:
    client = as_user(world.prov_supervisor)
    before = CareType.objects.filter(pk=begun.pk).values().get()

    refused = change(client, begun, **changes)
    unchanged = CareType.objects.filter(pk=begun.pk).values().get()
    taken = change(client, begun, **changes, mended_why="录入时看错了文件")

    assert refused.status_code == 200
    assert "已经在用" in refused.content.decode()
    assert unchanged == before
    assert taken.status_code == 302
    (name,) = changes
    detail = AuditEntry.objects.order_by("-seq")[0].detail
    assert (detail["reason"], detail["before"]) == ("录入时看错了文件", {name: str(before[name])})


def test_its_wording_and_an_end_from_yesterday_on_need_none(
    begun: CareType, as_user: LogIn, world: World
) -> None:
    answer = change(as_user(world.prov_supervisor), begun, name="改个叫法", valid_to="2026-11-19")

    begun.refresh_from_db()
    assert answer.status_code == 302
    assert (begun.name, begun.valid_to) == ("改个叫法", dt.date(2026, 11, 19))
    assert "before" not in AuditEntry.objects.order_by("-seq")[0].detail


def test_what_has_not_begun_changes_freely(begun: CareType, as_user: LogIn, world: World) -> None:
    CareType.objects.filter(pk=begun.pk).update(valid_from=dt.date(2026, 12, 1))
    begun.refresh_from_db()
    client = as_user(world.prov_supervisor)

    page = client.get(reverse("admin:settlement_caretype_change", args=[begun.pk])).content.decode()
    answer = change(client, begun, care_kind="inpatient")

    assert "更正原因" not in page
    assert answer.status_code == 302
