"""流程图的画法: a machine as a ladder: its states side by side, a line down from each, and a rung per step.

Each step has a rung of its own, from the state it leaves to the one it leads to, so nothing crosses or covers
however many there are; the words of each stand above it, who takes it at the end. Pure, integers only.
"""

from __future__ import annotations

from collections.abc import Iterator

from settlement.clearing.pictures import (
    IN,
    INK,
    LINE,
    OUT,
    PAPER,
    QUIET,
    SHADES,
    WIDE,
    Picture,
    box,
    drawing,
    text,
)
from settlement.flowcharts.rules import Chart, ChartState, ChartStep

LEFT, RIGHT = 30, 786  # between them stand the states; before: the step's number, behind: who takes it
WHO = RIGHT + 12
TOP, HIGH, ROW = 24, 38, 30  # where the boxes begin, how high one is, from rung to rung
BROAD = 120  # no box is wider
LETTER, WORD = 11, 12  # sizes of a step's and of a state's words
WHO_SIZE, WHO_WIDE = 11, 18  # of who takes it: size, and characters in a line
LOOP = 34
LEGEND = "从左边的状态开始；实线向后办理，虚线退回；粗框是开始，双框是终结；※ 要写明原因。"


def chart_picture(chart: Chart) -> Picture:
    """The drawing, what it says in words, and its steps as a table."""
    told = _told(chart)
    height = TOP + HIGH + ROW * len(chart.steps) + 18
    head = text(0, 14, f"{chart.title}（{len(chart.states)} 个状态，{len(chart.steps)} 步）", size=14)
    marks = [head, text(WHO, TOP + 24, "谁办", fill=QUIET), *_rungs(chart), *_states(chart, height)]
    marks += _steps(chart)
    key = f"flow-{chart.kind.replace('_', '-')}"
    return Picture(key, chart.title, told, drawing(key, chart.title, told, height, marks), _table(chart))


def _middle(chart: Chart, place: int) -> int:
    wide = (RIGHT - LEFT) // len(chart.states)
    return LEFT + place * wide + wide // 2


def _level(number: int) -> int:
    """The height of a rung."""
    return TOP + HIGH + ROW * number + 26


def _band(number: int) -> str:
    return SHADES[0] if number % 2 == 0 else PAPER


def _rungs(chart: Chart) -> Iterator[str]:
    """The ground of each step, with its number and who takes it."""
    for number, step in enumerate(chart.steps):
        y = _level(number)
        yield box(0, y - 21, WIDE, ROW, _band(number))
        yield text(22, y - 2, str(number + 1), size=LETTER, anchor="end", fill=QUIET)
        lines = [step.who[at : at + WHO_WIDE] for at in range(0, len(step.who), WHO_WIDE)]
        first = y - 2 - 6 * (len(lines) - 1)
        for line, words in enumerate(lines):
            yield text(WHO, first + 13 * line, words, size=WHO_SIZE)


def _states(chart: Chart, height: int) -> Iterator[str]:
    """The boxes in a row, each with its line down."""
    wide = min((RIGHT - LEFT) // len(chart.states) - 8, BROAD)
    for place, state in enumerate(chart.states):
        x = _middle(chart, place)
        yield (
            f'<line x1="{x}" y1="{TOP + HIGH}" x2="{x}" y2="{height - 6}" stroke="{LINE}" '
            'stroke-width="1.5" stroke-dasharray="2 3"/>'
        )
        yield from _state(x, wide, state)


def _state(x: int, wide: int, state: ChartState) -> Iterator[str]:
    left, border = x - wide // 2, 3 if state.is_first else 1
    more = f' rx="5" stroke="{INK}" stroke-width="{border}"'
    yield box(left, TOP, wide, HIGH, SHADES[1] if state.is_first else PAPER, more)
    if state.is_last:
        inner = f' rx="3" stroke="{INK}" stroke-width="1"'
        yield box(left + 3, TOP + 3, wide - 6, HIGH - 6, PAPER, inner)
    words, fits = state.label, max((wide - 10) // WORD, 1)
    lines = [words[at : at + fits] for at in range(0, len(words), fits)]
    first = TOP + HIGH // 2 + 4 - 7 * (len(lines) - 1)
    for number, line in enumerate(lines):
        yield text(x, first + 14 * number, line, size=WORD, anchor="middle")


def _steps(chart: Chart) -> Iterator[str]:
    for number, step in enumerate(chart.steps):
        y, start, end = _level(number), _middle(chart, step.start), _middle(chart, step.end)
        yield _loop(start, y) if start == end else _arrow(start, end, y)
        words = f"{step.label}{' ※' if step.needs_reason else ''}"
        long = _length(words) + 8
        middle = start + LOOP + 6 + long // 2 if start == end else (start + end) // 2
        middle = min(max(middle, LEFT + long // 2), RIGHT - long // 2)
        yield box(middle - long // 2, y - 19, long, 15, _band(number))
        yield text(middle, y - 7, words, size=LETTER, anchor="middle")


def _length(words: str) -> int:
    """About how long words are: a Chinese character is as broad as high, others half of it."""
    return sum(LETTER if ord(letter) > 0xFF else LETTER // 2 + 1 for letter in words)


def _arrow(start: int, end: int, y: int) -> str:
    onward = end > start
    colour, tip = (IN, end - 8) if onward else (OUT, end + 8)
    dashes = "" if onward else ' stroke-dasharray="6 3"'
    return (
        f'<circle cx="{start}" cy="{y}" r="3.5" fill="{colour}"/>'
        f'<line x1="{start}" y1="{y}" x2="{tip}" y2="{y}" stroke="{colour}" stroke-width="2"{dashes}/>'
        f'<polygon points="{end},{y} {tip},{y - 5} {tip},{y + 5}" fill="{colour}"/>'
    )


def _loop(x: int, y: int) -> str:
    """A step that leads back to its own state."""
    path = f"M{x},{y - 12} h{LOOP} v12 h{8 - LOOP}"
    return (
        f'<circle cx="{x}" cy="{y - 12}" r="3.5" fill="{IN}"/>'
        f'<path d="{path}" fill="none" stroke="{IN}" stroke-width="2"/>'
        f'<polygon points="{x},{y} {x + 8},{y - 5} {x + 8},{y + 5}" fill="{IN}"/>'
    )


def _told(chart: Chart) -> str:
    first = "、".join(state.label for state in chart.states if state.is_first)
    last = "、".join(state.label for state in chart.states if state.is_last)
    steps = "；".join(_step_told(chart, step) for step in chart.steps)
    return f"从“{first}”开始{f'，到“{last}”终结' if last else ''}。{steps}。"


def _step_told(chart: Chart, step: ChartStep) -> str:
    start, end = chart.said(step)
    reason = "，要写明原因" if step.needs_reason else ""
    return f"{start}→{end}：{step.label}（{step.who}{reason}）"


def _table(chart: Chart) -> tuple[tuple[str, ...], ...]:
    head = ("步", "从", "到", "办理", "谁办", "原因")
    rows = (
        (str(number), *chart.said(step), step.label, step.who, "要写明" if step.needs_reason else "")
        for number, step in enumerate(chart.steps, start=1)
    )
    return (head, *rows)
