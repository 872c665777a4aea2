"""Living through months that a document works out: its input tables as acts, day by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path

from agency.errors import DomainError
from agency.organisation.models import User
from settlement.holding.models import HeldCase
from settlement.notices.models import Notice
from settlement.notices.selectors import with_payments
from settlement.notices.views.notices import standing_of
from tests.settlement.holding.conftest import Books
from tests.settlement.notices import statement
from tests.settlement.records.files import AMOUNTS, Row, row
from tests.support.document import Table
from tests.support.world import CHINA, World

CODES = {"长春市": "220102", "吉林市": "220202", "延边州": "222401", "北京市": "110101"}
OF_BANK = statement.NAMES
ZERO = dict.fromkeys([*AMOUNTS, "实际起付线", "先行自付", "超限价自费"], "0.00")


@dataclass(frozen=True)
class Act:
    """What is done on a day; of one day in the order of `rank`."""

    day: str
    rank: int
    do: Callable[[], object]


@dataclass
class Story:
    """The months of a document as they are lived, and what was seen on the way that does not stay."""

    world: World
    books: Books
    tables: dict[str, Table]
    refused: dict[str, str] = field(default_factory=dict)  # month → why it was not signed
    stood: list[list[str]] = field(default_factory=list)  # of the notice, after each bank line

    def live(self) -> None:
        for act in sorted(self.acts(), key=lambda one: (one.day, one.rank)):
            self.world.now = dt.datetime.combine(dt.date.fromisoformat(act.day), dt.time(12), CHINA)
            act.do()

    def acts(self) -> Iterator[Act]:
        yield from self._files()
        yield from self._corrections()
        yield from self._decided()
        yield from self._months()
        yield from self._bank()

    # --- what comes in ---

    def _files(self) -> Iterator[Act]:
        for day, rows in groupby(self.tables["明细"].records, lambda one: one["文件"]):
            cases = [self._case_row(one) for one in rows]
            yield Act(day, 0, partial(self._load, "settlements", cases))
        for day, rows in groupby(self.tables["扣款"].records, lambda one: one["文件"]):
            deductions = [deduction_row(one) for one in rows]
            yield Act(day, 1, partial(self._load, "deductions", deductions))

    def _load(self, kind: str, rows: list[Row]) -> None:
        batch = self.books.load(*rows, kind=kind)
        assert (batch.accepted, batch.refused) == (len(rows), 0)

    def _case_row(self, said: dict[str, str]) -> Row:
        """A row of a file of settled cases, from the tables 明细 and 金额; no amount but theirs."""
        amounts = next(one for one in self.tables["金额"].records if one["结算编号"] == said["结算编号"])
        return row(
            **{**ZERO, **{name: text for name, text in amounts.items() if name != "结算编号"}},
            number=said["结算编号"],
            参保地区划=CODES[said["参保地"]],
            就医地区划=CODES[said["就医地"]],
            定点医药机构编号=said["医药机构编号"],
            定点医药机构名称=said["医药机构名称"],
            险种=said["险种"],
            医疗类别=said["医疗类别"].split()[-1],
            入院日期="",
            出院日期="",
            结算时间=said["结算时间"],
            退费标志="1" if said["退费"] else "0",
            原结算编号=said["退费"],
        )

    def _corrections(self) -> Iterator[Act]:
        by_case = groupby(self.tables["更正"].records, lambda one: (one["日期"], one["结算编号"]))
        stored = {one["结算编号"]: one for one in self.tables["明细"].records}
        for (day, number), changes in by_case:
            before, told = self._case_row(stored[number]), list(changes)
            assert {one["项目"]: one["原值"] for one in told}.items() <= before.items()
            delivered = before | {one["项目"]: one["更正为"] for one in told}
            yield Act(day, 2, partial(self.books.correct, delivered))

    def _decided(self) -> Iterator[Act]:
        parties = {"长春市": self.world.changchun_clearing, "延边州": self.world.yanbian_clearing}
        for one in self.tables["争议"].records:
            yield Act(one["日期"], 4, partial(self._dispute, one, parties[one["提出方"]]))
        for one in self.tables["裁定"].records:
            yield Act(one["日期"], 4, partial(self._decide, one))

    def _dispute(self, said: dict[str, str], by: User) -> None:
        assert self.books.dispute(said["结算编号"], by).held_no == said["挂账编号"]

    def _decide(self, said: dict[str, str]) -> None:
        how = {"放行": self.books.release, "拒付": self.books.reject}[said["裁定"]]
        how(HeldCase.objects.get(held_no=said["挂账编号"]))

    # --- what is done ---

    def _months(self) -> Iterator[Act]:
        for one in self.tables["期别"].records:
            begin = self.books.empty if one.get("空月") else self.books.compute
            yield Act(one["计算"], 3, partial(begin, one["期别"]))
            if one["签发未成"]:
                yield Act(one["签发未成"], 5, partial(self._refused, one["期别"]))
            yield Act(one["签发"], 5, partial(self.books.sign, one["期别"]))

    def _refused(self, period: str) -> None:
        try:
            self.books.sign(period)
        except DomainError as refused:
            self.refused[period] = refused.message

    def _bank(self) -> Iterator[Act]:
        for one in self.tables["收付款"].records:
            yield Act(one["日期"], 6, partial(self._booked, one))

    def _booked(self, said: dict[str, str]) -> None:
        """One line of the province's account, by a file; what its notice says then."""
        path = self.books.folder / f"{said['流水号']}.csv"
        batch = statement.load(self.world, path, [{name: said[name] for name in OF_BANK}])
        notice = with_payments(Notice.objects.filter(payments__line__batch=batch)).get()
        now = standing_of(notice, self.world.today)
        paid, left = yuan(notice.paid_fen), yuan(now.open_fen)
        self.stood.append([said["流水号"], notice.notice_no, paid, left, now.label])


def yuan(fen: int) -> str:
    """Fen as the document writes an amount, without thousands separators."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def deduction_row(said: dict[str, str]) -> Row:
    """A row of a file of deductions."""
    named = {"文件", "参保地", "就医地"}
    places = {f"{side}区划": CODES.get(said[side], "") for side in ("参保地", "就医地")}
    return {name: text for name, text in said.items() if name not in named} | places


def live_through(world: World, folder: Path, tables: dict[str, Table]) -> Story:
    story = Story(world, Books(world, folder), tables)
    story.live()
    return story
