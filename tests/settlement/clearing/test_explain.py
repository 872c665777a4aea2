"""这个数怎么来的: formula and parts add up to the figure; narrowed, printed and taken out as a list."""

from __future__ import annotations

import io
from collections.abc import Callable
from itertools import product

import pytest
from django.test import Client
from pypdf import PdfReader

from agency.journal.models import AuditEntry
from agency.sheets.filled import LineKind
from settlement.clearing.behind import (
    contribution,
    deductions_behind,
    figure_behind,
    proof_of,
    records_behind,
)
from settlement.clearing.explain import explain_url, explained, narrowed, share_of
from settlement.clearing.filling import MonthBook, sheet_data
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.rules import Party
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_month")
AsUser = Callable[..., Client]
NET_OF_JILIN = "/clearing/202610/sheets/9/cases/?row=220200&column=net"


@pytest.mark.parametrize("form", ["9", "10", "11", "12", "13"])
def test_formula_and_parts_of_every_figure_add_up(month: ClearingPeriod, form: str) -> None:
    book = MonthBook(month)
    parties: list[Party | None] = [None] if form == "9" else list(book.parties.pooling)
    formulas = parts = 0
    for party in parties:
        data = sheet_data(form, month, party, book)
        for line in (line for line in data.lines() if line.kind is not LineKind.SUBTOTAL):
            for column in (column for column in data.sheet.leaves if column.is_totalled):
                key = line.row.key if line.row else ""
                found = explained(figure_behind(form, month, party, key, column.key), month, book.parties)
                assert found.value == (line.values[column.key] or 0), found.figure.label
                for formula in found.formulas:
                    signed = [(-1 if term.sign == "−" else 1) * term.amount for term in formula.terms]
                    assert sum(signed) == formula.result, (found.figure.label, formula)
                    formulas += 1
                for shares in filter(None, (found.by_region, found.by_kind)):
                    assert sum(share.value for share in shares) == found.value, found.figure.label
                    parts += 1
    assert formulas > 40
    assert bool(parts) == (form != "13")  # all residents are of one region, and of one kind of care


def test_the_net_is_told_side_by_side(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    context = as_user(world.prov_clearing).get(NET_OF_JILIN).context

    assert context["formulas"] == [
        "轧差 = 应收 1,300.00 − 应付 700.00 = 600.00",
        "应收 = 基金支付合计 1,120.00 + 个人账户 280.00 − 扣款 100.00"
        " + 上期挂账转入 0.00 − 本期挂账转出 0.00 = 1,300.00",
        "应付 = 基金支付合计 560.00 + 个人账户 140.00 − 扣款 0.00"
        " + 上期挂账转入 0.00 − 本期挂账转出 0.00 = 700.00",
    ]
    assert [(share.name, share.value, share.cases) for share, _ in context["by_region"]] == [
        ("长春市", -10000, 2), ("辽宁省", 70000, 1)
    ]  # fmt: skip


def test_cases_are_told_apart_from_reversals(month: ClearingPeriod, world: World) -> None:
    parties = MonthBook(month).parties
    figure = figure_behind("11", month, parties.party(world.changchun.pk), "", "cases")

    (formula,) = explained(figure, month, parties).formulas

    assert [(term.label, term.amount) for term in formula.terms] == [("结算", 3), ("退费", 1)]
    assert formula.result == 2


def test_one_region_is_looked_at_alone(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    client = as_user(world.prov_clearing)
    (_, url), *_ = client.get(NET_OF_JILIN).context["by_region"]

    context = client.get(url).context

    assert url.endswith("&with=220100")
    assert context["label"] == "吉林市 · 轧差 · 其中长春市"
    assert (context["proof"].stored, context["proof"].holds) == (-10000, True)
    assert sorted(case.record.settlement_no for case in context["rows"]) == ["R2", "S1", "S2", "S3"]
    assert context["by_region"] == []


@pytest.mark.parametrize(
    ("form", "region", "row", "column", "with_", "value"),
    [
        ("9", None, "", "in_sum", "220200", 130000),
        ("9", None, "220100", "out_sum", "platform", 65000),
        ("9", None, "platform", "in_sum", "220100", 65000),
        ("10", "220200", "platform", "due", "", 70000),
        ("11", "220100", "platform", "due", "", 65000),
        ("12", "220100", "", "due", "platform", 65000),
        ("9", None, "", "net", "220200", 60000),
    ],
)
def test_parts_of_parts(
    month: ClearingPeriod, form: str, region: str | None, row: str, column: str, with_: str, value: int
) -> None:
    parties = MonthBook(month).parties
    party = next((party for party in parties.pooling if party.code == region), None)
    figure = narrowed(figure_behind(form, month, party, row, column), parties, with_, "")

    assert explained(figure, month, parties).value == value
    assert proof_of(figure, month).stored == proof_of(figure, month).added == value


def test_shares_are_rounded_half_up_and_mixed_signs_have_none(month: ClearingPeriod) -> None:
    assert [share_of(*pair) for pair in ((1, 3), (2, 3), (1, 2000), (1, 2001), (-5, -10), (7, 0))] == [
        "33.3%", "66.7%", "0.1%", "0.0%", "50.0%", ""
    ]  # fmt: skip
    parties = MonthBook(month).parties
    mixed = explained(figure_behind("9", month, None, "220200", "net"), month, parties)
    assert {share.share for share in mixed.by_region} == {""}


def test_a_figure_leads_to_file_and_line_in_three_clicks(
    month: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    client = as_user(world.prov_clearing)
    (_, counterpart), *_ = client.get(explain_url("9", month, None, "220200", "in_sum")).context["by_region"]

    page = client.get(counterpart)
    case = next(case for case in page.context["rows"] if case.record.settlement_no == "S2")

    assert case.batch_opens
    assert (
        f'<a class="code" href="/imports/{case.batch_no}/">{case.batch_no}</a> · {case.record.line_no}'
        in (page.content.decode())
    )
    assert client.get(f"/imports/{case.batch_no}/").status_code == 200


def test_the_address_of_a_figure_serves_other_slices(month: ClearingPeriod, world: World) -> None:
    assert explain_url("11", "202610", "220100", "", "due") == (
        "/clearing/202610/sheets/11/220100/cases/?row=&column=due"
    )
    assert explain_url("11", month, world.changchun, "220200", "due", kind="inpatient").endswith(
        "/11/220100/cases/?row=220200&column=due&kind=inpatient"
    )


def test_the_explanation_is_one_page_with_its_code(
    month: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    client = as_user(world.prov_clearing)
    query = NET_OF_JILIN.partition("?")[2]

    pdf = client.get(f"/clearing/202610/sheets/9/cases.pdf?{query}").content
    page = client.get(f"/clearing/202610/sheets/9/cases/print/?{query}").content.decode()

    (only,) = PdfReader(io.BytesIO(pdf)).pages
    said = only.extract_text()
    assert "清算数字说明" in said and "吉林市 · 轧差" in said and "600.00" in said
    assert "轧差 = 应收 1,300.00 − 应付 700.00 = 600.00" in page
    assert "表上 600.00 = 明细与扣款合计 600.00：相符" in page
    assert "验证码" in page
    assert f'href="../?{query.replace("&", "&amp;")}"' in page
    entry = AuditEntry.objects.filter(action="printed").order_by("-seq")[0]
    assert (entry.subject_no, entry.detail["form_no"]) == ("202610/9", "数字")


def test_the_cases_are_taken_out_with_file_and_line(
    month: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    client = as_user(world.changchun_clearing)

    response = client.get("/clearing/202610/sheets/11/220100/cases/export/csv/?row=220200&column=due")

    header, *lines = response.content.decode("utf-8-sig").splitlines()
    rows = [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]
    assert [(row["种类"], row["编号"], row["计入本数"]) for row in rows[:3]] == [
        ("明细", "S1", "700.00"), ("明细", "S2", "700.00"), ("退费", "R2", "-700.00")
    ]  # fmt: skip
    assert (rows[3]["种类"], rows[3]["扣款"], rows[3]["计入本数"]) == ("扣款", "100.00", "-100.00")
    assert [row["行号"] for row in rows] == ["2", "3", "4", "2"]
    assert all(row["批次号"].startswith("B") for row in rows)
    assert AuditEntry.objects.filter(action="exported").order_by("-seq")[0].detail["rows"] == 4


@pytest.mark.parametrize("end", ["cases/print/", "cases.pdf", "cases/export/xlsx/"])
def test_another_regions_figure_is_not_explained(
    month: ClearingPeriod, world: World, as_user: AsUser, end: str
) -> None:
    url = f"/clearing/202610/sheets/11/220100/{end}?row=&column=due"

    assert as_user(world.jilin_clearing).get(url).status_code == 404
    assert as_user(world.clerk).get(url).status_code == 403


@pytest.mark.parametrize("query", ["row=&column=due&with=999999", "row=&column=nothing"])
def test_what_is_not_there_is_refused(
    month: ClearingPeriod, world: World, as_user: AsUser, query: str
) -> None:
    client = as_user(world.changchun_clearing)

    for end in ("cases/", "cases/print/", "cases.pdf", "cases/export/csv/"):
        assert client.get(f"/clearing/202610/sheets/11/220100/{end}?{query}").status_code == 422
    assert client.get("/clearing/202610/sheets/14/220100/cases/export/csv/").status_code == 404


@pytest.mark.parametrize("form", ["9", "10", "11", "12", "13"])
def test_what_each_case_adds_sums_to_the_figure_also_of_one_region(month: ClearingPeriod, form: str) -> None:
    """Every figure, whole and narrowed to each of its regions: Σ of what its cases and deductions add."""
    book = MonthBook(month)
    parties: list[Party | None] = [None] if form == "9" else list(book.parties.pooling)
    looked = 0
    for party in parties:
        data = sheet_data(form, month, party, book)
        keys = {
            line.row.key if line.row else "" for line in data.lines() if line.kind is not LineKind.SUBTOTAL
        }
        for key, column in product(sorted(keys), (c for c in data.sheet.leaves if c.is_totalled)):
            figure = figure_behind(form, month, party, key, column.key)
            whole = explained(figure, month, book.parties)
            for code, value in [("", whole.value), *((one.code, one.value) for one in whole.by_region)]:
                part = narrowed(figure, book.parties, code, "")
                items = [*records_behind(part, month), *deductions_behind(part, month)]
                assert sum(contribution(part, item) for item in items) == value, part.label
                looked += 1
    assert looked > 60
