"""Pages of comparing: upload the other side's sheet, look at what differs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agency.sheets.as_csv import as_csv
from settlement.clearing.filling import sheet_data
from settlement.clearing.models import ClearingPeriod, SheetComparison
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_month")
AsUser = Callable[..., Client]
URL = "/clearing/202610/sheets/10/220200/compare/"


@pytest.fixture
def ours(month: ClearingPeriod, world: World) -> bytes:
    return as_csv(sheet_data("10", month, world.jilin))


def upload(client: Client, content: bytes) -> object:
    return client.post(URL, {"file": SimpleUploadedFile("对方的表.csv", content)})


def test_their_sheet_is_compared_and_shown(ours: bytes, world: World, as_user: AsUser) -> None:
    client = as_user(world.jilin_clearing)

    response = upload(client, ours.replace(b"600.00", b"615.00"))

    done = SheetComparison.objects.get()
    assert response["Location"] == f"/clearing/comparisons/{done.comparison_no}/"  # type: ignore[index]
    page = client.get(response["Location"]).content.decode()  # type: ignore[index]
    assert "长春市 职工 住院" in page
    assert "615.00" in page
    assert "第2行第13列" in page
    assert done.comparison_no in client.get(URL).content.decode()
    assert done.comparison_no in client.get("/clearing/202610/").content.decode()


def test_the_same_sheet_says_so(ours: bytes, world: World, as_user: AsUser) -> None:
    client = as_user(world.jilin_clearing)

    response = upload(client, ours)

    assert "两边的表相同" in client.get(response["Location"]).content.decode()  # type: ignore[index]


@pytest.mark.parametrize("content", [b"", b"a,b\r\n1,2\r\n", b"%PDF-1.4"])
def test_a_file_that_is_no_sheet_is_refused_beside_the_field(
    month: ClearingPeriod, world: World, as_user: AsUser, content: bytes
) -> None:
    response = upload(as_user(world.jilin_clearing), content)

    assert response.status_code == 422  # type: ignore[attr-defined]
    assert 'class="err"' in response.content.decode()  # type: ignore[attr-defined]
    assert not SheetComparison.objects.exists()


def test_only_clearing_staff_of_the_region_upload(ours: bytes, world: World, as_user: AsUser) -> None:
    codes = {
        name: upload(as_user(getattr(world, name)), ours).status_code  # type: ignore[attr-defined]
        for name in ("clerk", "auditor", "supervisor", "yanbian_clearing")
    }

    assert codes == {"clerk": 403, "auditor": 403, "supervisor": 403, "yanbian_clearing": 404}
    assert not SheetComparison.objects.exists()


def test_another_regions_comparison_is_not_there(ours: bytes, world: World, as_user: AsUser) -> None:
    url = upload(as_user(world.jilin_clearing), ours)["Location"]  # type: ignore[index]

    assert as_user(world.yanbian_clearing).get(url).status_code == 404
    assert as_user(world.clerk).get(url).status_code == 403
    assert as_user(world.prov_auditor).get(url).status_code == 200
