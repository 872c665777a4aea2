"""The Django admin: the clearing to look at, and their sheet to compare by django-import-export."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from agency.sheets.as_csv import as_csv
from agency.sheets.as_xlsx import as_xlsx
from settlement.clearing.filling import sheet_data
from settlement.clearing.models import ClearingLine, ClearingPeriod, SheetComparison
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_month")
AsUser = Callable[..., Client]
BASE = "/admin/settlement/"
IMPORT = f"{BASE}sheetcomparison/import/"


def upload(client: Client, world: World, content: bytes, **changes: object) -> object:
    given = {
        "resource": "0",
        "format": "0",
        "form_no": "10",
        "period": "202610",
        "region": world.changchun.pk,
    }
    file = SimpleUploadedFile("theirs.csv", content)
    return client.post(IMPORT, {**given, **changes, "import_file": file})


def confirm(client: Client, response: object) -> object:
    initial = response.context["confirm_form"].initial  # type: ignore[attr-defined]
    region = initial["region"].pk if initial["region"] else ""
    return client.post(f"{BASE}sheetcomparison/process_import/", {**initial, "region": region})


@pytest.mark.parametrize("model", ["clearingline", "signedsheet", "sheetcomparison"])
def test_supervisors_look_and_change_nothing(
    signed: ClearingPeriod, world: World, as_user: AsUser, model: str
) -> None:
    for user in (world.supervisor, world.prov_supervisor):
        client = as_user(user)

        assert client.get(f"{BASE}{model}/").status_code == 200
        assert client.get(f"{BASE}{model}/add/").status_code == 403
    assert as_user(world.prov_system).get(f"{BASE}{model}/").status_code == 403
    assert as_user(world.clerk).get(f"{BASE}{model}/").status_code == 302


def test_months_with_the_sums_of_all_regions_are_for_the_province(
    signed: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    assert as_user(world.prov_supervisor).get(f"{BASE}clearingperiod/").status_code == 200
    assert as_user(world.prov_supervisor).get(f"{BASE}clearingperiod/add/").status_code == 403
    assert as_user(world.supervisor).get(f"{BASE}clearingperiod/").status_code == 403


def test_a_regions_supervisor_sees_the_lines_of_the_region(
    month: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    seen = as_user(world.supervisor).get(f"{BASE}clearingline/").context["cl"].result_count

    assert seen == 5
    assert ClearingLine.objects.count() == 6
    other = ClearingLine.objects.get(care_kind="pharmacy")  # 辽宁→吉林
    assert as_user(world.supervisor).get(f"{BASE}clearingline/{other.pk}/change/").status_code == 302
    assert as_user(world.prov_supervisor).get(f"{BASE}clearingline/{other.pk}/change/").status_code == 200


@pytest.mark.parametrize("write", [as_csv, as_xlsx], ids=["csv", "xlsx"])
def test_our_own_sheet_comes_back_without_a_difference(
    month: ClearingPeriod, world: World, as_user: AsUser, write: Callable[..., bytes]
) -> None:
    client = as_user(world.supervisor)

    preview = upload(client, world, write(sheet_data("10", month, world.changchun)))

    assert "没有不同" in preview.content.decode()  # type: ignore[attr-defined]
    assert not SheetComparison.objects.exists()  # a preview keeps nothing
    confirm(client, preview)
    done = SheetComparison.objects.get()
    assert (done.form_no, done.region, done.by, done.differences) == (
        "10",
        world.changchun,
        world.supervisor,
        0,
    )


def test_each_difference_is_previewed_and_then_kept(
    month: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    client = as_user(world.prov_supervisor)
    text = as_csv(sheet_data("11", month, world.changchun)).decode().replace("600.00", "611.00")

    preview = upload(client, world, text.encode(), form_no="11")
    page = preview.content.decode()  # type: ignore[attr-defined]

    assert "<td>吉林市 职工 住院</td>" in page
    assert "<td>611.00</td>" in page
    after = confirm(client, preview)
    done = SheetComparison.objects.get()
    assert after["Location"] == f"{BASE}sheetcomparison/{done.pk}/change/"  # type: ignore[index]
    assert [(row.ours, row.theirs) for row in done.rows.all()] == [("600.00", "611.00")]
    assert "611.00" in client.get(after["Location"]).content.decode()  # type: ignore[index]


def test_the_province_compares_form_9(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    content = as_xlsx(sheet_data("9", month, None))
    book = load_workbook(io.BytesIO(content))
    assert book.active is not None

    preview = upload(as_user(world.prov_supervisor), world, content, form_no="9", region="")

    assert "没有不同" in preview.content.decode()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("supervisor", {"form_no": "9", "region": ""}, "全省的清算表只有省级经办机构可以比对。"),
        ("prov_supervisor", {"form_no": "11"}, "缺少列应付金额"),
        ("prov_supervisor", {"period": "202601"}, "2026年1月还没有计算，没有清算表。"),
        ("prov_supervisor", {"region": ""}, "表 10 是统筹区的表，请指明统筹区。"),
    ],
)
def test_what_cannot_be_compared_is_said(
    month: ClearingPeriod, world: World, as_user: AsUser, name: str, changes: dict, said: str
) -> None:
    content = as_csv(sheet_data("10", month, world.changchun))

    page = upload(as_user(getattr(world, name)), world, content, **changes)

    assert said in page.content.decode()  # type: ignore[attr-defined]
    assert not SheetComparison.objects.exists()


def test_another_regions_sheet_is_not_compared(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    content = as_csv(sheet_data("10", month, world.jilin))

    page = upload(as_user(world.supervisor), world, content, region=world.jilin.pk)

    assert "不在您的统筹区" in page.content.decode()  # type: ignore[attr-defined]
    assert not SheetComparison.objects.exists()


def test_who_may_not_compare_may_not_upload(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    assert as_user(world.prov_system).get(IMPORT).status_code == 403
