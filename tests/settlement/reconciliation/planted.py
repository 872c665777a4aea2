"""A made-up month of any size: our cases, their file, and what was planted in it with the answer to each.

The same seed gives the same month. Rows are lists in the order of COLUMNS: texts, amounts as fen.
`Month.cases()` makes them one after another and keeps nothing of them, so that a million rows go straight
into files (`write`); what was planted is known when it has run through.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agency.identity import check_digit
from agency.periods import first_day, last_day
from settlement.records.layouts import CASES

COLUMNS = CASES.columns
AT = {name: index for index, name in enumerate(COLUMNS)}
AMOUNTS = slice(AT["医疗费总额"], AT["个人现金"] + 1)
HEADINGS_OF_DEDUCTIONS = ("期别", "结算编号", "扣款类别", "原因", "金额")

HOMES = ("220102", "220202", "220302", "220402", "220502", "220602", "220702", "220802", "222401", "220581")
PLACES = ("220104", "220203", "220303", "220403", "220503", "220605", "220723", "220882", "222405", "220581")
OUTSIDE = ("110105", "210102", "310101", "370202", "440305", "460105")
OUTSIDE_PERCENT, UNFILED_PERCENT = 12, 8  # of the cases; of the people, who have no filing
SURNAMES, FIRST, SECOND = "王李张刘陈杨赵黄周吴", "建军杰静佳俊金晶国志", "国华明军平芳英兰红梅 "
CARES = ("11", "13", "14", "140201", "21", "22", "24", "41", "51", "52")
HOSPITALS = 30

Row = list[Any]
Answer = tuple[str, str]  # class, cause ("" for none)


@dataclass(frozen=True)
class Person:
    cert_no: str
    name: str
    person_no: str
    home: str
    insurance: str


@dataclass
class Planted:
    """One case of the month as both sides have it, and what stands beside it."""

    ours: list[Row] = field(default_factory=list)
    theirs: list[Row] = field(default_factory=list)
    other_months: list[Row] = field(default_factory=list)  # ours, of the months beside
    deductions: list[tuple[str, int]] = field(default_factory=list)  # number, fen
    answers: dict[str, Answer] = field(default_factory=dict)

    def answer(self, number: str, kind: str, cause: str = "") -> None:
        self.answers[number] = (kind, cause)


Plant = Callable[["Month", Row], Planted]


class Month:
    """`rows` cases of `period`, of which `each` carry each of the `plants`."""

    def __init__(
        self, rows: int, seed: int, plants: Iterable[Plant], *, each: int = 1, period: str = "202610"
    ) -> None:
        self.rows, self.period = rows, period
        self.chance = random.Random(f"{period} {rows} {seed}")
        self.answers: dict[str, Answer] = {}
        self.people = list(_people(self.chance, max(20, rows // 3)))
        self._days = (last_day(period) - first_day(period)).days + 1
        self._extra = rows
        chosen = [plant for plant in plants for _ in range(each)]
        places = self.chance.sample(range(1, rows + 1), len(chosen))
        self._plants = dict(zip(places, chosen, strict=True))
        unfiled = max(1, len(self.people) * UNFILED_PERCENT // 100)
        self.unfiled, self.filed = self.people[:unfiled], self.people[unfiled:]

    def cases(self) -> Iterator[Planted]:
        """Every case once; `answers` fills on the way."""
        for number in range(1, self.rows + 1):
            plant = self._plants.get(number)
            row = self.case(self.number(number))
            if plant is None:
                yield Planted([row], [row])
                continue
            planted = plant(self, row)
            self.answers |= planted.answers
            yield planted

    def number(self, serial: int) -> str:
        return f"{self.period}{serial:012d}"

    def new_number(self) -> str:
        """A number of no case of the month."""
        self._extra += self.chance.randrange(1, 4)
        return self.number(self._extra)

    def is_taken(self, number: str) -> bool:
        """Whether a number may be one of the month's, or of what was added to it."""
        return number.startswith(self.period) and int(number[6:]) <= self.rows * 4

    def case(self, number: str, person: Person | None = None, *, place: str = "", plain: bool = False) -> Row:
        """A case of a person; `plain`: of somebody who has filed."""
        chance = self.chance
        who = person or _one_of(chance, self.filed if plain else self.people)
        care = place or _one_of(chance, OUTSIDE if chance.random() * 100 < OUTSIDE_PERCENT else PLACES)
        kind = _one_of(chance, CARES)
        day = 1 + int(chance.random() * self._days)
        moment = dt.datetime(int(self.period[:4]), int(self.period[4:]), day, *self._time())  # noqa: DTZ001
        code = f"H{care}{1 + int(chance.random() * HOSPITALS):05d}"
        begun = moment.date() - dt.timedelta(days=int(chance.random() * 9) if kind[0] == "2" else 0)
        return [
            number, who.person_no, "01", who.cert_no, who.name, who.insurance, who.home, care, code,
            f"{code[1:7]}第{int(code[7:])}医院", kind, str(begun), str(moment.date()), str(moment),
            *self._amounts(kind, who.insurance), "0", "",
        ]  # fmt: skip

    def _time(self) -> tuple[int, int, int]:
        second = int(self.chance.random() * 36_000)
        return 8 + second // 3600, second // 60 % 60, second % 60

    def _amounts(self, kind: str, insurance: str) -> list[int]:
        chance = self.chance.random
        most = 2_000_000 if kind[0] == "2" else 60_000
        parts = [int(chance() * most / 10) for _ in range(3)] + [500 + int(chance() * most)]
        total = sum(parts)
        fund = parts[3] * (50 + int(chance() * 35)) // 100
        extra = fund // 11 if chance() < 0.3 else 0
        account = int(chance() * (total - fund) * 0.8) if insurance == "310" else 0
        big, small = (0, extra) if insurance == "310" else (extra, 0)
        cash = total - fund - account
        return [total, *parts, 0, fund - extra, big, small, 0, 0, 0, 0, fund, account, cash]


def _people(chance: random.Random, count: int) -> Iterator[Person]:
    first = dt.date(1935, 1, 1)
    known = set()
    while len(known) < count:
        home = _one_of(chance, HOMES)
        born = first + dt.timedelta(days=chance.randrange(31_000))
        digits = f"{home}{born:%Y%m%d}{chance.randrange(1, 1000):03d}"
        if digits in known:
            continue
        known.add(digits)
        name = _one_of(chance, SURNAMES) + _one_of(chance, FIRST) + _one_of(chance, SECOND).strip()
        insurance = "310" if chance.random() < 0.6 else "390"
        yield Person(digits + check_digit(digits), name, f"2226{len(known):010d}", home, insurance)


def _one_of(chance: random.Random, items: Any) -> Any:
    return items[int(chance.random() * len(items))]


# --- files ------------------------------------------------------------


def texts(row: Row) -> list[str]:
    """A row as a file has it."""
    told = list(row)
    told[AMOUNTS] = map(yuan_text, row[AMOUNTS])
    return told


def yuan_text(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}" if fen >= 0 else f"-{-fen // 100}.{-fen % 100:02d}"


def write(month: Month, folder: Path) -> dict[str, Path]:
    """The month as files: ours, theirs, other_months (to be imported beside ours), deductions."""
    paths = {name: folder / f"{name}.csv" for name in ("ours", "theirs", "other_months", "deductions")}
    streams = {name: path.open("w", encoding="utf-8", newline="") for name, path in paths.items()}
    writers = {name: csv.writer(stream, lineterminator="\n") for name, stream in streams.items()}
    for name in ("ours", "theirs", "other_months"):
        writers[name].writerow(COLUMNS)
    writers["deductions"].writerow(HEADINGS_OF_DEDUCTIONS)
    for planted in month.cases():
        for name in ("ours", "theirs", "other_months"):
            writers[name].writerows(map(texts, getattr(planted, name)))
        writers["deductions"].writerows(
            [month.period, number, "审核扣款", "重复收费", yuan_text(fen)]
            for number, fen in planted.deductions
        )
    for stream in streams.values():
        stream.close()
    return paths
