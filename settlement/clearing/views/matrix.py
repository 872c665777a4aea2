"""The page of the matrix: who owes whom in a month; a region sees its own row and column."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from agency.money import yuan
from agency.organisation import access
from agency.organisation.roles import May
from agency.sheets.as_html import Cell, Table, TableLine, print_page, table
from agency.sheets.digest import digest, short
from agency.web.access import needs
from agency.web.request import StaffRequest
from settlement.clearing.behind import NET, OF_NET
from settlement.clearing.explain import explain_url
from settlement.clearing.export import sheet_printed
from settlement.clearing.filling import MonthBook, matrix_data, matrix_in, party_named_as_then, sheet_data
from settlement.clearing.matrix import FORM, Matrix
from settlement.clearing.proofs import Proof
from settlement.clearing.rules import PLATFORM, Party
from settlement.clearing.screen import linked_sums, pinned
from settlement.clearing.views.sheets import Shown, as_file, month_and_region

NOTHING = yuan(0)
SUMS = {"payable": "out_sum", "receivable": "in_sum", "net": NET}  # the columns of sheet 9


def shown_matrix(request: StaffRequest, period: str, region_code: str | None) -> Shown:
    """The province's matrix, or a region's own part of it; 404 for whoever it is not for."""
    form = "9" if region_code is None else "10"
    month, region = month_and_region(request.user, period, form, region_code)
    party = party_named_as_then(month, region) if region else None
    book = MonthBook(month)
    return Shown(FORM, month, region, party, book, matrix_data(month, party, book))


@needs(May.READ_CLEARING)
@require_GET
def matrix(request: StaffRequest, period: str, region_code: str | None = None) -> HttpResponse:
    """The matrix on screen: every cell a link to its cases; the proof that nothing is lost above it."""
    user = request.user
    if region_code is None and not access.sees_all(user) and user.region is not None:
        return redirect("settlement:matrix", period=period, region_code=user.region.code)
    page = shown_matrix(request, period, region_code)
    whole = matrix_in(page.book)
    context: dict[str, Any] = {
        "page": page,
        "data": page.data,
        "month": page.month,
        "table": _linked(page, whole),
        "proofs": _proofs(page, whole),
        "digest": short(digest(page.data)),
        "print_url": page.url("matrix_print"),
        "files": [(name.upper(), page.url("matrix_file", extension=name)) for name in ("pdf", "xlsx", "csv")],
    }
    return render(request, "settlement/clearing/matrix.html", context)


def _proofs(page: Shown, whole: Matrix) -> list[Proof]:
    total = page.data.total()
    if page.party is not None:
        own = [sheet_data(form, page.month, page.party, page.book).total()["due"] for form in ("10", "11")]
        return [Proof("与表 10、11 的合计相同", [total["receivable"], total["payable"]] == own)]
    month = page.month
    return [
        Proof("行合计 = 列合计", whole.is_balanced),
        Proof("各方轧差合计 = 0.00", total["net"] == 0),
        Proof("与清算合计相同", total["payable"] == month.payable_fen == month.receivable_fen),
    ]


def _linked(page: Shown, whole: Matrix) -> Table:
    """The table with each amount as a link to the cases behind it; nothing between two parties is pale."""
    links = _own_links if page.party else _whole_links
    data = page.data
    rows = tuple(
        replace(row, links=links(page, party, whole))
        for row, party in zip(data.rows, _rows(page, whole), strict=True)
    )
    drawn = pinned(table(replace(data, rows=rows)), data)
    sums = _own_sums(page) if page.party else _whole_sums(page, whole)
    total = drawn.total and linked_sums(drawn.total, data, None, lambda _, column: sums.get(column.key, ""))
    return replace(drawn, body=tuple(_pale(line) for line in drawn.body), total=total)


def _pale(line: TableLine) -> TableLine:
    def shown(cell: Cell) -> Cell:
        return cell if cell.url or cell.text != NOTHING else replace(cell, classes=f"{cell.classes} quiet")

    return replace(line, cells=tuple(shown(cell) for cell in line.cells))


def _rows(page: Shown, whole: Matrix) -> list[Party]:
    return [party for party in whole.parties if page.party is None or party.id != page.party.id]


def _whole_links(page: Shown, insured: Party, whole: Matrix) -> dict[str, str]:
    found = {name: explain_url("9", page.month, None, insured.code, key) for name, key in SUMS.items()}
    for care in whole.parties:
        if (insured.id, care.id) not in whole.owed:
            continue
        own, form, other = (care, "10", insured) if insured is PLATFORM else (insured, "11", care)
        found[f"to_{care.code}"] = explain_url(form, page.month, own.code, other.code, "due")
    return found


def _whole_sums(page: Shown, whole: Matrix) -> dict[str, str]:
    """The line of sums: a column is what its party is owed, the last ones are those of sheet 9."""
    found = {
        f"to_{care.code}": explain_url("9", page.month, None, care.code, "in_sum") for care in whole.parties
    }
    return found | {name: explain_url("9", page.month, None, "", key) for name, key in SUMS.items()}


def _own_links(page: Shown, other: Party, whole: Matrix) -> dict[str, str]:
    return _of_own(page, other.code)


def _own_sums(page: Shown) -> dict[str, str]:
    return _of_own(page, "")


def _of_own(page: Shown, row_key: str) -> dict[str, str]:
    assert page.party is not None
    asked = {"receivable": ("10", "due"), "payable": ("11", "due"), "net": (OF_NET, NET)}
    own = page.party.code
    return {
        name: explain_url(form, page.month, own, row_key, column) for name, (form, column) in asked.items()
    }


@needs(May.READ_CLEARING)
@require_GET
def matrix_print(request: StaffRequest, period: str, region_code: str | None = None) -> HttpResponse:
    """The page to print, with the verification code of what it says."""
    page = shown_matrix(request, period, region_code)
    printed = sheet_printed(page.data, page.region, book=page.book, by=request.user, at=request.now)
    return HttpResponse(print_page(printed))


@needs(May.READ_CLEARING)
@require_GET
def matrix_file(
    request: StaffRequest, period: str, extension: str, region_code: str | None = None
) -> HttpResponse:
    """The matrix as PDF, XLSX or CSV."""
    page = shown_matrix(request, period, region_code)
    return as_file(request, page, extension)
