"""An export is what the list shows, in the very columns of the import: it comes back unchanged."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from agency.batches.kinds import CheckRequest
from agency.journal.models import AuditEntry
from settlement.cases import views
from settlement.records.batches import check_settlements
from tests.settlement.records.files import RIGHT, reversal, row
from tests.settlement.records.test_account_inside import INSIDE, changchun_delivers_inside
from tests.support.world import World

Run = Callable[..., Any]
LogIn = Callable[[object], Client]
__all__ = ["changchun_delivers_inside"]

ROWS = [
    row("A", **INSIDE),
    reversal("B", "A", 基金支付总额="-700.00"),
    row("C", 参保地区划="222401", 病案号="00123", 诊断="=1+1", 入院日期="", 人员编号=""),
    row(
        "D",
        参保地区划="110000",
        险种="居民",
        结算时间="2026-10-31 23:59:59",
        个人现金="290.00",
        医院负担="10",
    ),
]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_exported_comes_back_unchanged(
    load: Run, as_user: LogIn, world: World, tmp_path: Path, kind: str
) -> None:
    load(ROWS)
    path = tmp_path / f"back.{kind}"
    path.write_bytes(as_user(world.prov_clearing).get(f"/cases/export/{kind}/").content)

    outcome = check_settlements(CheckRequest(path=path, file_name=path.name, by=world.system))

    assert (outcome.rows, outcome.unchanged, outcome.refused) == (4, 4, [])


def exported(client: Client, query: str = "") -> list[dict[str, str]]:
    response = client.get(f"/cases/export/csv/?{query}")
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_an_export_is_narrowed_like_the_list_and_logged(load: Run, as_user: LogIn, world: World) -> None:
    load(ROWS)

    rows = exported(as_user(world.yanbian_clearing), "care_kind=inpatient")

    assert [one["结算编号"] for one in rows] == ["C"]
    assert rows[0]["诊断"] == "'=1+1"
    entry = AuditEntry.objects.get(action="exported")
    assert (entry.by, entry.detail["rows"], entry.detail["filters"]) == (
        world.yanbian_clearing,
        1,
        {"care_kind": "inpatient"},
    )
    assert RIGHT["证件号码"] not in str(entry.detail)


def test_who_may_not_see_whole_numbers_gets_masked_ones(load: Run, as_user: LogIn, world: World) -> None:
    load(ROWS[:1])

    assert exported(as_user(world.prov_clearing))[0]["证件号码"] == "22010219900101128X"
    assert exported(as_user(world.prov_finance))[0]["证件号码"] == "2201**********128X"


def test_too_many_cases_are_not_exported_but_told(
    load: Run, as_user: LogIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(ROWS)
    monkeypatch.setattr(views, "EXPORT_LIMIT", 3)

    response = as_user(world.prov_clearing).get("/cases/export/xlsx/?period=202610", follow=True)

    assert response.redirect_chain == [("/cases/?period=202610", 302)]
    assert "符合条件的超过 3 条，没有导出" in response.content.decode()
    assert not AuditEntry.objects.filter(action="exported").exists()


def test_only_known_kinds_of_file_exist(as_user: LogIn, world: World) -> None:
    assert as_user(world.prov_clearing).get("/cases/export/pdf/").status_code == 404


def test_a_filter_that_cannot_be_read_exports_nothing(
    load: Callable[..., object], as_user: Callable[..., Client], world: World
) -> None:
    load([row("S1")])

    response = as_user(world.prov_clearing).get("/cases/export/csv/?period=2026-10")

    assert response.status_code == 422
    assert "期别应为六位数字的年月，如 202610。" in response.content.decode()
    assert not AuditEntry.objects.filter(action="exported").exists()
