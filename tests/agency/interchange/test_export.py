"""Out: what the list shows, as a file that comes back in without a difference."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from openpyxl import load_workbook

from agency.interchange.admin import ReferenceAdmin
from agency.journal.models import AuditEntry
from agency.organisation.models import Institution
from agency.policy.models import Parameter
from tests.agency.interchange.files import AREA, INSTITUTION, PARAMETER, counts, upload
from tests.support.world import World

Login = Callable[[object], Client]
XLSX, CSV = "0", "1"
TABLES = sorted(
    (f"/admin/{model._meta.label_lower.replace('.', '/')}/", number)
    for model, page in admin.site._registry.items()
    if isinstance(page, ReferenceAdmin)
    for number in range(len(page.exchanges))
)


def export(client: Client, url: str, *, kind: str = CSV, table: int = 0, query: str = "", **more: Any) -> Any:
    response = client.post(f"{url}export/{query}", {"resource": str(table), "format": kind, **more})
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    return response


@pytest.mark.parametrize("kind", [XLSX, CSV], ids=["xlsx", "csv"])
def test_every_table_comes_back_without_a_difference(world: World, as_user: Login, kind: str) -> None:
    client = as_user(world.prov_supervisor)
    found: dict[tuple[str, int], object] = {}

    for url, number in TABLES:
        content = export(client, url, kind=kind, table=number).content
        page = upload(client, url, content, name=f"表.{'xlsx' if kind == XLSX else 'csv'}", table=number)
        outcome = page.context.get("outcome")
        found[url, number] = (
            {label: count for label, count in counts(page).items() if label != "相同"}
            if outcome
            else page.context["form"].errors["import_file"][0][-18:]
        )

    assert len(TABLES) == 20
    empty = "只有表头，没有数据行，没有可导入的。"  # no holiday and no account is entered yet
    without = ("/admin/agency/holiday/", "/admin/settlement/institutionaccount/")
    assert {key: what for key, what in found.items() if what} == {(url, 0): empty for url in without}


def test_the_filters_of_the_list_and_the_chosen_rows_are_kept(world: World, as_user: Login) -> None:
    client = as_user(world.prov_supervisor)
    keys = ["filing.lapse_months", "filing.supplement_workdays"]
    chosen = list(Parameter.objects.filter(key__in=keys).values_list("pk", flat=True))

    filtered = export(client, PARAMETER, query="?q=lapse_months").content.decode("utf-8-sig").splitlines()
    form = client.post(PARAMETER, {"action": "export_admin_action", "_selected_action": chosen})
    some = export(client, PARAMETER, export_items=chosen).content.decode("utf-8-sig").splitlines()

    assert [line.split(",")[0] for line in filtered[1:]] == ["filing.lapse_months"]
    assert "导出选中的 2 条" in form.content.decode()
    assert sorted(line.split(",")[0] for line in some[1:]) == keys


def test_all_rows_of_the_list_chosen_is_the_export_of_the_list(world: World, as_user: Login) -> None:
    response = as_user(world.prov_supervisor).post(
        f"{PARAMETER}?q=filing",
        {"action": "export_admin_action", "_selected_action": ["1"], "select_across": "1"},
    )

    assert response["Location"] == f"{PARAMETER}export/?q=filing"


def test_an_export_stands_in_the_log(world: World, as_user: Login) -> None:
    export(as_user(world.prov_supervisor), AREA, query="?q=2201")

    entry = AuditEntry.objects.get(action="exported")
    assert (entry.by, entry.detail["what"], entry.detail["filters"]) == (
        world.prov_supervisor,
        "区划对照",
        ["q"],
    )
    assert entry.detail["rows"] > 5


def test_a_region_takes_out_its_own_only(world: World, as_user: Login) -> None:
    client = as_user(world.supervisor)
    own = set(Institution.objects.filter(region=world.changchun).values_list("code", flat=True))
    other = Institution.objects.filter(region=world.yanbian).first()
    assert other is not None

    institutions = export(client, INSTITUTION).content.decode("utf-8-sig").splitlines()[1:]
    connections = export(client, INSTITUTION, table=1).content.decode("utf-8-sig").splitlines()[1:]
    form = client.post(f"{INSTITUTION}export/", {"resource": "0", "format": CSV, "export_items": [other.pk]})

    assert {line.split(",")[0] for line in institutions} == own
    assert {line.split(",")[0] for line in connections} <= own
    assert other.code not in form.content.decode()


def test_no_cell_becomes_a_formula(world: World, as_user: Login) -> None:
    nasty = '=HYPERLINK("http://example.test","x")'
    Parameter.objects.filter(key="filing.lapse_months").update(note=nasty)
    client = as_user(world.prov_supervisor)

    csv = export(client, PARAMETER, query="?q=lapse_months").content
    book = load_workbook(io.BytesIO(export(client, PARAMETER, kind=XLSX, query="?q=lapse_months").content))

    assert b"\"'=HYPERLINK" in csv
    sheet = book["政策参数"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == nasty]
    assert [cell.data_type for cell in cells] == ["s"]
    assert counts(upload(client, PARAMETER, csv)) == {"相同": 1}


def test_headings_are_told_apart() -> None:
    for page in admin.site._registry.values():
        for exchange in getattr(page, "exchanges", ()):
            titles = [column.title for column in exchange.columns]
            assert len(titles) == len(set(titles)), exchange.title
            assert set(exchange.key) <= {column.name for column in exchange.columns}
