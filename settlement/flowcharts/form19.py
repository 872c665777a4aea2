"""表 19 流程图: the four flows on paper, a drawing for each machine; the same for all, so without a code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from agency.journal.papers import FormContent
from settlement.clearing.pictures import Picture
from settlement.flowcharts.pictures import LEGEND, chart_picture
from settlement.flowcharts.rules import FlowChart
from settlement.flowcharts.selectors import flows_drawn


@dataclass(frozen=True)
class DrawnFlow:
    """A flow with its drawings."""

    flow: str
    title: str
    pictures: tuple[Picture, ...]


def drawn_flows(flows: tuple[FlowChart, ...]) -> list[DrawnFlow]:
    """Each flow, drawn."""
    return [DrawnFlow(flow.flow, flow.title, tuple(map(chart_picture, flow.charts))) for flow in flows]


@dataclass(frozen=True)
class Form19(FormContent):
    """What the program's own tables of states and steps say; nothing is drawn by hand."""

    FORM_NO: ClassVar[str] = "19"
    TITLE: ClassVar[str] = "吉林省异地就医备案、结算、周转金、清算流程图"
    NAME: ClassVar[str] = "流程图"
    TEMPLATE: ClassVar[str] = "settlement/flowcharts/form19.html"

    flows: tuple[FlowChart, ...] = ()

    def context(self, *, code: str = "", verify_url: str = "") -> dict[str, Any]:
        """What the template is given; the drawings are made here, from what is said."""
        found = super().context(code=code, verify_url=verify_url)
        return {**found, "flows": drawn_flows(self.flows), "legend": LEGEND}


def form19() -> Form19:
    """The form as the program is now."""
    return Form19(flows=flows_drawn())
