"""预测图: one region's month: what has accrued by day, where it leads, and the lines of the quota. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from settlement.clearing.pictures import (
    IN,
    INK,
    LINE,
    OUT,
    QUIET,
    Picture,
    Unit,
    drawing,
    rule,
    text,
    unit_for,
)
from settlement.forecast.rules import Outlook, Pace, expected_use
from settlement.quotas.rules import half_up

LEFT, RIGHT, TOP, ROOM = 20, 830, 40, 220  # the field of the curve; behind it the names of the lines
EVERY = 5  # days from mark to mark


@dataclass(frozen=True)
class Course:
    """A month to draw: `by_day[n]` is what had accrued after day n (0: before the first), up to the last that
    is known. `supposed`: the outlook is one that somebody supposes."""

    name: str
    by_day: Sequence[int]
    outlook: Outlook
    supposed: bool = False

    @property
    def pace(self) -> Pace:
        return self.outlook.pace

    def line_fen(self, percent: int) -> int:
        """The least use that is `percent` of the quota or more."""
        return -(-percent * (self.outlook.quota_fen or 0) // 100)

    def ahead(self) -> list[int]:
        """What is expected after the last known day and each further one; empty where nothing can be said."""
        expected = (
            expected_use(self.pace, n, self.outlook.delays) for n in range(self.pace.days - self.pace.day + 1)
        )
        return [half_up(use) for use in expected if use is not None]


@dataclass(frozen=True)
class Scale:
    """Where a day and an amount stand in the field."""

    days: int
    most: int

    def at(self, day: int, amount: int) -> tuple[int, int]:
        x = LEFT + (RIGHT - LEFT) * day // self.days
        return x, self.y(amount)

    def y(self, amount: int) -> int:
        return TOP + ROOM - (max(amount, 0) * ROOM // self.most if self.most else 0)


def course_picture(key: str, course: Course) -> Picture:
    """The curve until today full, from today on dashed; the lines of the quota with their names."""
    ahead, lines = course.ahead(), _lines(course)
    amounts = [*course.by_day, *ahead, *(amount for _, amount in lines)]
    unit, scale = unit_for(amounts), Scale(course.pace.days, max(*amounts, 1))
    title = f"{course.name}本月使用与预测{'（假设）' if course.supposed else ''}"
    marks = [text(0, 14, f"{title}（{unit.name}）", size=14), *_axis(scale), *_quota(scale, lines, unit)]
    marks.append(_line((scale.at(day, amount) for day, amount in enumerate(course.by_day)), IN))
    if ahead:
        marks.append(_dashed(scale, course.pace.day, [course.pace.accrued_fen, *ahead]))
    marks += _today(scale, course, ahead, unit)
    told = _told(course, ahead, unit)
    svg = drawing(key, title, told, TOP + ROOM + 30, marks)
    return Picture(key, title, told, svg, _table(course, ahead, unit))


def _lines(course: Course) -> tuple[tuple[str, int], ...]:
    outlook = course.outlook
    if outlook.quota_fen is None:
        return ()
    return (
        (f"黄色 {outlook.yellow}%", course.line_fen(outlook.yellow)),
        (f"红色 {outlook.red}%", course.line_fen(outlook.red)),
        ("额度", outlook.quota_fen),
    )


def _axis(scale: Scale) -> Iterator[str]:
    yield rule(LEFT, TOP + ROOM, RIGHT, TOP + ROOM)
    days = [day for day in range(0, scale.days, EVERY) if scale.days - day > 2]
    for day in (*days, scale.days):
        x, y = scale.at(day, 0)
        yield rule(x, y, x, y + 4)
        yield text(x, y + 18, f"{day} 日" if day else "月初", size=11, anchor="middle", fill=QUIET)


def _quota(scale: Scale, lines: Sequence[tuple[str, int]], unit: Unit) -> Iterator[str]:
    above = TOP + ROOM + 20
    for name, amount in lines:
        y = scale.y(amount)
        above = min(y + 4, above - 15)  # names of lines that lie close stand one above the other
        yield f'<line x1="{LEFT}" y1="{y}" x2="{RIGHT}" y2="{y}" stroke="{LINE}" stroke-width="1.5"/>'
        yield text(RIGHT + 10, above, f"{name}　{unit.text(amount)}", size=11)


def _line(places: Iterable[tuple[int, int]], colour: str, more: str = "") -> str:
    points = " ".join(f"{x},{y}" for x, y in places)
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"{more}/>'


def _dashed(scale: Scale, day: int, amounts: Sequence[int]) -> str:
    """From where it stands, straight up by what is late, on to the last day."""
    first, *ahead = amounts
    points = [scale.at(day, first), *(scale.at(day + n, amount) for n, amount in enumerate(ahead))]
    unlike = dict.fromkeys(points)  # what is not late starts where it stands
    return _line(unlike, OUT, ' stroke-dasharray="7 4"')


def _today(scale: Scale, course: Course, ahead: Sequence[int], unit: Unit) -> Iterator[str]:
    x, y = scale.at(course.pace.day, course.pace.accrued_fen)
    yield f'<circle cx="{x}" cy="{y}" r="4" fill="{IN}"/>'
    anchor = "start" if x < LEFT + 90 else "end"
    if course.pace.day or course.pace.accrued_fen:  # a month that has not begun has used nothing
        yield text(x + (8 if anchor == "start" else -8), y - 8, f"已用 {unit.text(course.pace.accrued_fen)}",
               size=11, anchor=anchor)  # fmt: skip
    if ahead and course.pace.day < course.pace.days:
        x, y = scale.at(course.pace.days, ahead[-1])
        yield text(x - 6, y - 8, f"月底预计 {unit.text(ahead[-1])}", size=11, anchor="end", fill=INK)


def _told(course: Course, ahead: Sequence[int], unit: Unit) -> str:
    so_far = f"至 {course.pace.day} 日{course.name}已用 {unit.text(course.pace.accrued_fen)} {unit.name}"
    quota = course.outlook.quota_fen
    with_quota = "没有额度" if quota is None else f"额度 {unit.text(quota)} {unit.name}"
    if not ahead:
        return f"{so_far}，{with_quota}，没有可以预测的依据。"
    return f"{so_far}，月底预计 {unit.text(ahead[-1])} {unit.name}，{with_quota}。"


def _table(course: Course, ahead: Sequence[int], unit: Unit) -> tuple[tuple[str, ...], ...]:
    head = ("日", f"累计（{unit.name}）", "依据")
    known = [(f"{day} 日", unit.text(amount), "实际") for day, amount in enumerate(course.by_day) if day]
    further = enumerate(ahead[1:], start=course.pace.day + 1)
    return (head, *known, *((f"{day} 日", unit.text(amount), "预测") for day, amount in further))
