"""表 19 流程图: each flow shows every state and step of its machines, and a new one appears by itself."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command
from django.db import models
from django.test import Client

from agency.journal.models import AuditEntry
from agency.journal.workflow import Flow, Machine, Step
from agency.organisation.roles import May
from agency.registry import STATEFUL
from settlement.clearing.pictures import WIDE, Picture
from settlement.flowcharts.form19 import form19
from settlement.flowcharts.pictures import chart_picture
from settlement.flowcharts.rules import BY_ITSELF, chart_of, flow_charts, who_takes
from settlement.flowcharts.selectors import flows_drawn, machines_registered
from tests.support.world import World

AsUser = Callable[..., Client]
SVG = "{http://www.w3.org/2000/svg}"
FILLED = (Flow.FILING, Flow.SETTLEMENT, Flow.FUND, Flow.CLEARING)
MACHINES = machines_registered()
CHARTED = [machine for machine in MACHINES if machine.flow is not None]


class LampState(models.TextChoices):
    OFF = "off", "灭"
    ON = "on", "亮"
    BROKEN = "broken", "坏了再也不会亮的<灯>"


def lamp(more: dict[tuple[str, str], Step] | None = None) -> Machine:
    steps = {
        ("off", "on"): Step("开灯", May.SIGN_CLEARING),
        ("on", "off"): Step("关灯", reason_required=True),
    }
    return Machine(
        kind="lamp",
        title="灯",
        flow=Flow.FUND,
        states=LampState,
        first="off",
        transitions={**steps, **(more or {})},
        terminal=frozenset({"broken"}),
    )


def elements(picture: Picture, tag: str) -> list[ElementTree.Element]:
    """The parts of a drawing; it is well-formed or this fails."""
    return list(ElementTree.fromstring(picture.svg).iter(f"{SVG}{tag}"))


def words(picture: Picture) -> list[str]:
    return [item.text or "" for item in elements(picture, "text")]


def test_whatever_has_states_belongs_to_a_flow_but_a_job() -> None:
    """A slice that registers a machine gives it `flow` and `title` (agency/journal/workflow.py)."""
    assert [machine.kind for machine in MACHINES if machine.flow is None] == ["job"]
    assert [machine.kind for machine in CHARTED if not machine.title] == []


def test_the_four_flows_stand_in_the_order_of_the_title() -> None:
    flows = flows_drawn()

    assert [flow.title for flow in flows] == ["备案流程", "结算流程", "周转金流程", "清算流程"]
    assert [flow.flow for flow in flows if flow.flow in FILLED and not flow.charts] == []
    found = [chart.kind for flow in flows for chart in flow.charts]
    assert sorted(found) == sorted(machine.kind for machine in CHARTED)


def test_the_machines_of_a_flow_stand_in_the_order_of_the_work() -> None:
    kinds = {flow.flow: [chart.kind for chart in flow.charts] for flow in flows_drawn()}

    assert kinds["filing"] == ["filing", "follow_up"]
    assert kinds["settlement"] == ["batch", "correction", "reimbursement"]
    assert kinds["clearing"][:3] == ["period", "checklist_skip", "reopening"]


@pytest.mark.parametrize("machine", CHARTED, ids=lambda machine: machine.kind)
def test_every_state_and_every_step_of_a_machine_stands_in_its_chart(machine: Machine) -> None:
    picture = chart_picture(chart_of(machine))

    expected = [
        (machine.label(start), machine.label(end), step.label)
        for (start, end), step in machine.transitions.items()
    ]
    assert [row[1:4] for row in picture.table[1:]] == expected
    drawn = words(picture)
    for step in machine.transitions.values():
        assert f"{step.label}{' ※' if step.reason_required else ''}" in drawn
    assert len(elements(picture, "circle")) == len(elements(picture, "polygon")) == len(expected)
    joined = "".join(drawn)
    assert [str(label) for label in machine.states.labels if str(label) not in joined] == []
    for start, end, label in expected:
        assert f"{start}→{end}：{label}（" in picture.told


@pytest.mark.parametrize("machine", CHARTED, ids=lambda machine: machine.kind)
def test_no_word_runs_off_the_drawing_and_nothing_needs_a_style(machine: Machine) -> None:
    picture = chart_picture(chart_of(machine))

    assert not re.search(r"style=|<style|<script|\son\w+=|href=", picture.svg)
    for item in elements(picture, "text"):
        long = len(item.text or "") * int(item.attrib["font-size"])
        x, anchor = int(item.attrib["x"]), item.attrib["text-anchor"]
        left = x - {"start": 0, "middle": long // 2, "end": long}[anchor]
        assert -1 <= left <= WIDE - long + 6, item.text


def test_an_arrow_leads_from_its_state_to_its_state() -> None:
    chart = chart_of(lamp())
    picture = chart_picture(chart)

    places = [int(item.attrib["x1"]) for item in elements(picture, "line") if "2 3" in item.attrib.values()]
    starts = [int(item.attrib["cx"]) for item in elements(picture, "circle")]
    tips = [int(item.attrib["points"].split(",")[0]) for item in elements(picture, "polygon")]
    assert len(places) == 3
    assert list(zip(starts, tips, strict=True)) == [(places[0], places[1]), (places[1], places[0])]


def test_a_new_state_and_a_new_step_appear_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(STATEFUL, "_entries", dict(STATEFUL._entries))
    before = form19().digest()

    class Lamp:
        machine = lamp({("on", "broken"): Step("烧坏"), ("on", "on"): Step("再亮些")})

    STATEFUL.register("lamp", order=900)(lambda: Lamp)  # the last of its flow

    (fund,) = (flow for flow in flows_drawn() if flow.flow == Flow.FUND)
    assert [(chart.title, len(chart.steps)) for chart in fund.charts if chart.kind == "lamp"] == [("灯", 4)]
    picture = chart_picture(fund.charts[-1])
    assert {"烧坏", "再亮些"} <= set(words(picture))
    assert "坏了再也不会亮的<灯>" in "".join(words(picture))
    assert form19().digest() != before


def test_a_machine_that_two_models_share_is_drawn_once() -> None:
    assert [len(flow.charts) for flow in flow_charts([lamp(), lamp()])] == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("may", "who"),
    [
        (None, BY_ITSELF),
        (May.TAKE_IN_FILINGS, "窗口经办"),
        (May.SIGN_CLEARING, "省级结算"),
        (May.PAY_STATEMENTS, "统筹区财务"),
        (May.ALLOCATE_PAYMENTS, "财务"),
        (May.JUDGE_PROMISES, "复核、主管"),
    ],
)
def test_who_takes_a_step_is_said_with_the_level_where_it_matters(may: May | None, who: str) -> None:
    assert who_takes(Step("办", may)) == who


def test_the_page_shows_every_chart_with_its_table(world: World, as_user: AsUser) -> None:
    answer = as_user(world.clerk).get("/flowcharts/")
    page = answer.content.decode()

    assert answer.status_code == 200
    assert page.count("<svg") >= len(CHARTED) and page.count("看步骤表") == len(CHARTED)
    for word in ("备案流程", "结算流程", "周转金流程", "清算流程", "复核通过", "放行", "重开已签发的月份"):
        assert word in page
    assert 'href="/forms/19/blank.pdf"' in page


def test_the_list_of_forms_leads_to_it(world: World, as_user: AsUser) -> None:
    page = as_user(world.clerk).get("/forms/").content.decode()

    row = page[page.index('<th scope="row">19</th>') :].partition("</tr>")[0]
    assert 'href="/flowcharts/"' in row and 'href="/forms/19/blank.pdf"' in row
    assert "尚未提供" not in row


def test_the_print_page_and_the_pdf_are_open_to_all_staff_and_unlogged(world: World, as_user: AsUser) -> None:
    client = as_user(world.auditor)
    page = client.get("/flowcharts/print/")
    pdf = client.get("/forms/19/blank.pdf")

    assert "吉林省异地就医备案、结算、周转金、清算流程图" in page.content.decode()
    assert (pdf.status_code, pdf.content[:4]) == (200, b"%PDF")
    assert not AuditEntry.objects.exists()


def test_print_form_19_writes_the_same_bytes_each_time(world: World, tmp_path: Path) -> None:
    files = [tmp_path / "one.pdf", tmp_path / "two.pdf"]
    said = io.StringIO()
    for file in files:
        call_command("print_form", "19", "--json", f"--out={file}", stdout=said)

    assert files[0].read_bytes() == files[1].read_bytes()
    assert json.loads(said.getvalue().splitlines()[0])["digest"] == form19().digest()


def test_print_form_19_with_a_number_says_that_it_has_none(world: World, tmp_path: Path) -> None:
    file = tmp_path / "none.pdf"
    with pytest.raises(CommandError, match="表 19 是流程图，没有编号"):
        call_command("print_form", "19", "--number=1", f"--out={file}")

    assert not file.exists()
