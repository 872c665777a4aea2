"""流程: what form 19 shows of each machine: its states, and every step with who takes it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from agency.journal.workflow import Flow, Machine, Step
from agency.organisation.roles import GRANTS, ROLE_LEVELS, Level, May, Role

BY_ITSELF = "由系统或随其他步骤"  # no right of its own is asked: a date, a job or another act takes it


@dataclass(frozen=True)
class ChartState:
    """A state: where a record begins, and whether it is one that nothing leads out of."""

    label: str
    is_first: bool = False
    is_last: bool = False


@dataclass(frozen=True)
class ChartStep:
    """A step from one state to another: places in `Chart.states`."""

    start: int
    end: int
    label: str
    who: str
    needs_reason: bool = False


@dataclass(frozen=True)
class Chart:
    """One machine as it is drawn."""

    kind: str
    title: str
    states: tuple[ChartState, ...]
    steps: tuple[ChartStep, ...]

    def said(self, step: ChartStep) -> tuple[str, str]:
        """The labels of the states that a step joins."""
        return self.states[step.start].label, self.states[step.end].label


@dataclass(frozen=True)
class FlowChart:
    """One of the four flows, with the machines that belong to it."""

    flow: str
    title: str
    charts: tuple[Chart, ...]


def flow_charts(machines: Iterable[Machine]) -> tuple[FlowChart, ...]:
    """The four flows in their order; the machines of each in the order given, each once."""
    known = list({machine.kind: machine for machine in machines}.values())
    return tuple(
        FlowChart(
            str(flow.value),
            f"{flow.label}流程",
            tuple(chart_of(machine) for machine in known if machine.flow == flow),
        )
        for flow in Flow
    )


def chart_of(machine: Machine) -> Chart:
    """Every state and every step that the machine's table has, nothing else."""
    values = [str(value) for value in machine.states.values]
    states = tuple(
        ChartState(machine.label(value), value == machine.first, value in machine.terminal)
        for value in values
    )
    steps = tuple(
        ChartStep(values.index(start), values.index(end), step.label, who_takes(step), step.reason_required)
        for (start, end), step in machine.transitions.items()
    )
    return Chart(machine.kind, machine.title, states, steps)


def who_takes(step: Step) -> str:
    """The roles that may take a step, with their level where not everybody of the role may."""
    if step.may is None:
        return BY_ITSELF
    return "、".join(_role(Role(role), levels) for role, levels in GRANTS[May(step.may)].items())


def _role(role: Role, levels: frozenset[Level]) -> str:
    could = ROLE_LEVELS[role]
    granted = [level for level in Level if level in levels and level in could]
    if len(granted) == len(could):
        return str(role.label)
    return f"{'和'.join(str(level.label) for level in granted)}{role.label}"
