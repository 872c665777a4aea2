"""数字背后的明细: every figure of every sheet is the sum of what its page lists."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.test import Client

from agency.errors import DomainError
from agency.sheets.filled import LineKind
from settlement.clearing.behind import (
    contribution,
    deductions_behind,
    deductions_of_row,
    figure_behind,
    proof_of,
    records_behind,
)
from settlement.clearing.filling import MonthBook, sheet_data
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.rules import Party
from settlement.clearing.screen import screen_table
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_month")
AsUser = Callable[..., Client]


def cases_url(form: str, row_key: str, column: str, region: str = "220100") -> str:
    where = f"{form}/" if form == "9" else f"{form}/{region}/"
    return f"/clearing/202610/sheets/{where}cases/?{urlencode({'row': row_key, 'column': column})}"


def listed(client: Client, url: str) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Records and deductions on the page, each with what it adds."""
    context = client.get(url).context
    records = [(case.record.settlement_no, case.adds) for case in context.get("rows", [])]
    return sorted(records), sorted((item.reason, adds) for item, adds in context["deductions"])


@pytest.mark.parametrize("form", ["9", "10", "11", "12", "13"])
def test_every_figure_is_the_sum_of_what_is_listed(month: ClearingPeriod, form: str) -> None:
    book = MonthBook(month)
    parties: list[Party | None] = [None] if form == "9" else list(book.parties.pooling)
    seen = 0
    for party in parties:
        data = sheet_data(form, month, party, book)
        for line in data.lines():
            if line.kind is LineKind.SUBTOTAL:
                continue
            key = line.row.key if line.row else ""
            for column in (column for column in data.sheet.leaves if column.is_totalled):
                figure = figure_behind(form, month, party, key, column.key)
                proof = proof_of(figure, month)
                items = [*records_behind(figure, month), *deductions_behind(figure, month)]

                assert proof.stored == proof.added == (line.values[column.key] or 0), figure.label
                assert sum(contribution(figure, item) for item in items) == proof.added, figure.label
                seen += 1
    assert seen > 100


def test_a_row_lists_its_records_and_deductions(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    client = as_user(world.changchun_clearing)

    records, deductions = listed(client, cases_url("11", "220200|employee|inpatient", "due"))

    assert records == [("R2", -70000), ("S1", 70000), ("S2", 70000)]
    assert deductions == [("重复收费", -10000)]


def test_a_count_counts_reversals_down(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    client = as_user(world.changchun_clearing)

    records, deductions = listed(client, cases_url("11", "220200|employee|inpatient", "cases"))

    assert (records, deductions) == ([("R2", -1), ("S1", 1), ("S2", 1)], [])


def test_the_net_of_a_region_takes_what_it_owes_away(
    month: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    client = as_user(world.prov_clearing)

    records, deductions = listed(client, cases_url("9", "220200", "net"))

    assert records == [("R2", -70000), ("S1", 70000), ("S2", 70000), ("S3", -70000), ("S5", 70000)]
    assert deductions == [("重复收费", -10000)]
    assert (
        "表上 600.00 = 明细与扣款合计 600.00" in client.get(cases_url("9", "220200", "net")).content.decode()
    )


def test_the_platforms_figures_lead_to_the_cases_across_the_border(
    month: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    client = as_user(world.prov_clearing)

    assert listed(client, cases_url("9", "platform", "in_sum")) == ([("S4", 70000)], [("未按时上传", -5000)])
    assert listed(client, cases_url("9", "platform", "out_resident")) == ([], [])


def test_a_sub_total_and_a_total_lead_to_all_their_cases(
    month: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    client = as_user(world.changchun_clearing)

    assert listed(client, cases_url("11", "employee", "deducted")) == (
        [],
        [("年度考核", 500), ("未按时上传", 5000), ("重复收费", 10000)],
    )
    assert [number for number, _ in listed(client, cases_url("10", "", "fund"))[0]] == ["R7", "S3", "S7"]


def test_deductions_of_form_14_are_listed_by_row_and_by_kind(
    month: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    client = as_user(world.changchun_clearing)
    number = deductions_of_row(month, MonthBook(month).parties.by_id[world.changchun.pk], "out")[
        0
    ].deduction_no

    assert len(listed(client, cases_url("14", "", "amount"))[1]) == 3
    assert listed(client, cases_url("14", "out|audit_disallowance", "amount"))[1] == [("重复收费", 10000)]
    assert len(listed(client, cases_url("14", f"out|{number}", "amount"))[1]) == 1
    assert listed(client, cases_url("14", "in", "amount"))[1] == []


@pytest.mark.parametrize(
    ("row_key", "column"),
    [("220200|employee|inpatient", "name"), ("999999", "due"), ("", ""), ("<b>", "due"), ("", "seq")],
)
def test_a_figure_that_does_not_exist_is_refused(
    month: ClearingPeriod, world: World, as_user: AsUser, row_key: str, column: str
) -> None:
    response = as_user(world.changchun_clearing).get(cases_url("11", row_key, column))

    assert response.status_code == 422
    assert "<b>" not in response.content.decode().split("<main")[1].split("</h1>")[0]


def test_every_link_of_a_sheet_leads_somewhere(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    client = as_user(world.prov_clearing)
    counted = {}
    for form, region in (
        ("9", None),
        ("10", world.jilin),
        ("12", world.changchun),
        ("14", world.changchun),
    ):
        data = sheet_data(form, month, region)
        url = cases_url(form, "", "", region.code if region else "").partition("?")[0]
        table = screen_table(data, url)
        assert table.total is not None
        links = {cell.url for line in (*table.body, table.total) for cell in line.cells if cell.url}

        counted[form] = len(links)
        assert {client.get(link).status_code for link in links} == {200}
    assert counted == {"9": 182, "10": 36, "12": 91, "14": 7}


def test_the_sheet_of_another_region_leads_nowhere(
    month: ClearingPeriod, world: World, as_user: AsUser
) -> None:
    assert as_user(world.jilin_clearing).get(cases_url("11", "", "due")).status_code == 404


def test_form_14_has_no_figures_of_lines(month: ClearingPeriod) -> None:
    with pytest.raises(DomainError):
        figure_behind("14", month, None, "", "amount")
