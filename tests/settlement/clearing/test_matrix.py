"""往来矩阵: rows, columns, nets; its page for the province, a region's own part, its files."""

from __future__ import annotations

import io
from collections.abc import Callable

import openpyxl
import pytest
from django.test import Client

from agency.sheets.filled import SheetData
from settlement.clearing.behind import FigureProof
from settlement.clearing.filling import MonthBook, matrix_data, matrix_in, sheet_data
from settlement.clearing.matrix import Matrix, matrix_of
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.rules import LINE_FIELDS, PLATFORM, Line, Parties, Party
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_month")
AsUser = Callable[..., Client]
URL = "/clearing/202610/matrix"

A = Party(1, "220100", "甲市", False, True)
B = Party(2, "220200", "乙市", False, True)
C = Party(3, "110000", "北京市", True, True)
D = Party(4, "120000", "天津市", True, True)


def line(insured: Party, care: Party, due_fen: int) -> Line:
    amounts = dict.fromkeys(LINE_FIELDS[4:], 0) | {"fund_total_fen": due_fen, "due_fen": due_fen}
    return Line(insured.id, care.id, "employee", "inpatient", **amounts)


def owed(data: SheetData) -> dict[str, dict[str, str]]:
    """Row and column names → amount in yuan, where there is one."""
    columns = data.sheet.leaves
    return {
        str(row.values["region"]): {
            column.title: column.plain(row.values[column.key])
            for column in columns[1:]
            if row.values[column.key]
        }
        for row in data.rows
    }


def test_rows_owe_and_columns_are_owed() -> None:
    lines = [line(A, B, 700), line(A, B, 50), line(B, A, 300), line(A, C, 20), line(D, A, 5), line(A, D, 1)]

    found = matrix_of(lines, Parties((A, B, C, D)))

    assert [party.name for party in found.parties] == ["甲市", "乙市", "跨省（省平台）"]
    assert found.owed == {(1, 2): 750, (2, 1): 300, (1, 0): 21, (0, 1): 5}
    assert found.payable == {1: 771, 2: 300, 0: 5}
    assert found.receivable == {1: 305, 2: 750, 0: 21}
    assert found.net == {1: -466, 2: 450, 0: 16}
    assert (found.total, found.is_balanced) == (1076, True)


def test_a_month_without_lines_is_balanced() -> None:
    assert matrix_of([], Parties((A, B))).is_balanced


def test_what_is_owed_to_nobody_of_the_month_is_no_balance() -> None:
    assert not Matrix((A, B, PLATFORM), {(1, 9): 5}).is_balanced


def test_the_province_sees_everybody_beside_everybody(month: ClearingPeriod) -> None:
    data = matrix_data(month, None)
    found = owed(data)

    assert found["长春市"] == {
        "吉林市": "600.00",
        "四平市": "-5.00",
        "跨省（省平台）": "650.00",
        "应付合计": "1245.00",
        "应收合计": "700.00",
        "轧差": "-545.00",
    }
    assert found["吉林市"] == {
        "长春市": "700.00",
        "应付合计": "700.00",
        "应收合计": "1300.00",
        "轧差": "600.00",
    }
    assert found["跨省（省平台）"]["吉林市"] == "700.00"
    assert len(found) == 13
    total = data.total()
    assert (total["payable"], total["receivable"], total["net"]) == (264500, 264500, 0)
    assert (total["to_220200"], total["to_platform"]) == (130000, 65000)


def test_the_sums_are_those_of_sheet_9(month: ClearingPeriod) -> None:
    book = MonthBook(month)
    nine = {row.key: row.values for row in sheet_data("9", month, None, book).rows}

    for party in matrix_in(book).parties:
        matrix = matrix_in(book)
        sums = (matrix.receivable[party.id], matrix.payable[party.id], matrix.net[party.id])
        assert sums == tuple(nine[party.code][key] for key in ("in_sum", "out_sum", "net"))


def test_a_region_sees_its_own_column_and_row(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    response = as_user(world.jilin_clearing).get(f"{URL}/", follow=True)

    assert response.redirect_chain == [(f"{URL}/220200/", 302)]
    data = response.context["data"]
    assert data.title == "吉林省吉林市统筹区异地医保业务费用往来表"
    rows = {row.values["counterpart"]: row.values for row in data.rows}
    assert "吉林市" not in rows
    assert (rows["长春市"]["receivable"], rows["长春市"]["payable"]) == (60000, 70000)
    assert (rows["长春市"]["net"], rows["长春市"]["word"]) == (-10000, "付")
    assert data.total() == {"receivable": 130000, "payable": 70000, "net": 60000}
    assert all(proof.ok for proof in response.context["proofs"])


def test_no_region_sees_the_part_of_another(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    client = as_user(world.yanbian_clearing)

    assert [client.get(f"{URL}/220200{end}").status_code for end in ("/", "/print/", ".pdf")] == [404] * 3
    assert client.get(f"{URL}.xlsx").status_code == 404


def test_every_amount_leads_to_its_cases(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    """The sums as well; a region's are those of its sheets 10 and 11 and what these leave."""
    for by, address, links in (
        (world.prov_clearing, f"{URL}/", 13 * 3 + 6 + 13 + 3),
        (world.jilin_clearing, f"{URL}/220200/", 12 * 3 + 3),
    ):
        client = as_user(by)
        table = client.get(address).context["table"]
        cells = [cell for drawn in (*table.body, table.total) for cell in drawn.cells if cell.url]
        for cell in cells:
            told = int(cell.text.replace(",", "").replace(".", ""))
            assert client.get(cell.url).context["proof"] == FigureProof(told, told), cell.url
        assert len(cells) == links


def test_the_page_shows_its_proofs(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    page = as_user(world.prov_auditor).get(f"{URL}/").content.decode()

    assert "行合计 = 列合计 <b>" in page
    assert "各方轧差合计 = 0.00 <b>" in page
    assert 'class="no"' not in page


def test_it_is_printed_under_sheet_9(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    client = as_user(world.prov_clearing)

    page = client.get("/clearing/202610/sheets/9/print/").content.decode()
    book = openpyxl.load_workbook(io.BytesIO(client.get("/clearing/202610/sheets/9.xlsx").content))

    assert page.index("吉林省异地医保业务费用清算表</h1>") < page.index("吉林省异地医保业务费用往来矩阵</h2>")
    assert book.sheetnames == ["表9", "表9附"]
    assert book["表9附"]["A1"].value == "吉林省异地医保业务费用往来矩阵"


def test_it_is_a_file_of_its_own(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    client = as_user(world.prov_clearing)

    csv = client.get(f"{URL}.csv").content.decode("utf-8-sig").splitlines()
    pdf = client.get(f"{URL}.pdf").content

    assert csv[0].startswith("参保地＼就医地,省直,长春市,吉林市")
    assert csv[2].startswith("长春市,0.00,0.00,600.00,-5.00") and csv[2].endswith(",1245.00,700.00,-545.00")
    assert len(csv) == 14
    assert pdf.startswith(b"%PDF-") and pdf == client.get(f"{URL}.pdf").content
