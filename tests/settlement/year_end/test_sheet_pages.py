"""Pages of sheets 16 to 18, and of the other side's beside ours."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from agency.sheets.as_csv import as_csv
from agency.sheets.as_xlsx import as_xlsx
from settlement.clearing.models import SheetComparison
from settlement.year_end.filling import book_of, party_in, year_sheet
from settlement.year_end.models import YearEnd
from tests.settlement.year_end.conftest import close_year
from tests.settlement.year_end.pages import OF_CHANGCHUN, YEAR, AsUser, text
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_year")


def test_a_sheet_is_a_draft_until_the_year_is_closed(
    computed: YearEnd, world: World, as_user: AsUser
) -> None:
    client = as_user(world.changchun_clearing)
    assert "草稿" in text(client, f"{OF_CHANGCHUN}print/")

    close_year(world)

    page = text(client, f"{OF_CHANGCHUN}print/")
    assert "草稿" not in page
    assert "编制日期" in page


def test_a_sheet_without_a_row_says_so(computed: YearEnd, world: World, as_user: AsUser) -> None:
    page = text(as_user(world.yanbian_clearing), f"{YEAR}17/222400/")

    assert "表 17" in page
    assert "本期没有数据" in page


@pytest.mark.parametrize("form", ["17", "18"])
def test_each_sheet_leads_to_the_others_of_the_region(
    computed: YearEnd, world: World, as_user: AsUser, form: str
) -> None:
    page = text(as_user(world.changchun_clearing), f"{YEAR}{form}/220100/")

    assert {f"{YEAR}{other}/220100/" in page for other in ("17", "18")} == {True}


@pytest.mark.parametrize(
    ("url", "name"),
    [(f"{YEAR}16/", "表16 2026年.csv"), (OF_CHANGCHUN, "表18 长春市 2026年.csv")],
    ids=["of the province", "of a region"],
)
def test_a_file_is_called_by_its_form_its_region_and_its_year(
    computed: YearEnd, world: World, as_user: AsUser, url: str, name: str
) -> None:
    response = as_user(world.prov_clearing).get(f"{url}file.csv")

    assert unquote(response["Content-Disposition"]).endswith(name)


# --- the other side's sheet ---------------------------------------------------------------------------------


def our_sheet(form: str, world: World) -> tuple[str, bytes, bytes]:
    """Its page, and what we export of it as CSV and as XLSX."""
    book = book_of("2026")
    region = {"16": None, "17": world.jilin, "18": world.changchun}[form]
    data = year_sheet(form, book, party_in(book, region) if region else None)
    return f"{YEAR}{form}/" + (f"{region.code}/" if region else ""), as_csv(data), as_xlsx(data)


def upload(client: Client, url: str, content: bytes, name: str = "对方的表.csv") -> Client:
    return client.post(f"{url}compare/", {"file": SimpleUploadedFile(name, content)})  # type: ignore[return-value]


@pytest.mark.parametrize("form", ["16", "17", "18"])
def test_what_we_export_comes_back_without_a_difference(
    computed: YearEnd, world: World, as_user: AsUser, form: str
) -> None:
    client = as_user(world.prov_clearing)
    url, as_text, as_book = our_sheet(form, world)
    assert f"{url}compare/" in text(client, url)

    for content, name in ((as_text, "a.csv"), (as_book, "a.xlsx")):
        response = upload(client, url, content, name)
        page = text(client, response["Location"])  # type: ignore[index]
        assert "两边的表相同" in page
        assert f'href="{url}"' in page


@pytest.mark.parametrize("form", ["16", "17", "18"])
def test_their_figure_stands_beside_ours(computed: YearEnd, world: World, as_user: AsUser, form: str) -> None:
    client = as_user(world.prov_clearing)
    url, content, _ = our_sheet(form, world)

    response = upload(client, url, content.replace(b"3450.00", b"3400.00"))

    page = text(client, response["Location"])  # type: ignore[index]
    assert "3,400.00" in page
    assert "3,450.00" in page
    assert "年终核定" in page
    done = SheetComparison.objects.get()
    assert (done.form_no, done.period, done.differences > 0) == (form, "2026", True)
    assert done.comparison_no in text(client, YEAR)
    assert done.comparison_no in text(client, f"{url}compare/")


@pytest.mark.parametrize("content", [b"", b"a,b\r\n1,2\r\n", b"%PDF-1.4"])
def test_a_file_that_is_no_sheet_is_refused_beside_the_field(
    computed: YearEnd, world: World, as_user: AsUser, content: bytes
) -> None:
    response = upload(as_user(world.changchun_clearing), OF_CHANGCHUN, content)

    assert response.status_code == 422  # type: ignore[attr-defined]
    assert 'class="err"' in response.content.decode()  # type: ignore[attr-defined]
    assert not SheetComparison.objects.exists()


def test_another_form_is_told_apart(computed: YearEnd, world: World, as_user: AsUser) -> None:
    _, content, _ = our_sheet("16", world)

    response = upload(as_user(world.changchun_clearing), OF_CHANGCHUN, content)

    assert "不像表 18" in response.content.decode()  # type: ignore[attr-defined]


def test_only_clearing_staff_of_the_region_upload(computed: YearEnd, world: World, as_user: AsUser) -> None:
    _, content, _ = our_sheet("18", world)
    names = ("clerk", "auditor", "supervisor", "jilin_clearing", "prov_finance")

    codes = {
        name: upload(as_user(getattr(world, name)), OF_CHANGCHUN, content).status_code  # type: ignore[attr-defined]
        for name in names
    }

    assert codes == {
        "clerk": 403,
        "auditor": 403,
        "supervisor": 403,
        "jilin_clearing": 404,
        "prov_finance": 403,
    }
    assert f"{OF_CHANGCHUN}compare/" not in text(as_user(world.auditor), OF_CHANGCHUN)
    assert not SheetComparison.objects.exists()
