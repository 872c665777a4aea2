"""流程图的来源: the machines of everything that has states, as the slices register them."""

from agency.journal.workflow import Machine
from agency.registry import STATEFUL
from settlement.flowcharts.rules import FlowChart, flow_charts


def machines_registered() -> list[Machine]:
    """In the order of the registry, which is the order within a chart."""
    return [entry.function().machine for entry in STATEFUL]


def flows_drawn() -> tuple[FlowChart, ...]:
    """The four flows as the program has them now. No query."""
    return flow_charts(machines_registered())
