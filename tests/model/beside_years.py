"""The program and the second model of a year, driven by the same steps, months and all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agency.errors import DomainError
from agency.organisation.models import PoolingRegion, RegionKind
from agency.sheets.digest import digest
from settlement.clearing import rules
from settlement.year_end.applications import figures_of
from settlement.year_end.filling import all_year_sheets, book_of, region_years
from settlement.year_end.models import YearEnd, YearEndLine
from settlement.year_end.services import year_close, year_compute
from tests.model.beside import FIELDS, Both
from tests.model.clearing import INSIDE, PLATFORM, Refused, following
from tests.model.year import Year, YearLedger
from tests.support.world import CHINA, World

KEYS = ("insured_region_id", "care_region_id", "insurance_type", "care_kind")
YEAR_FIGURES = ("monthly_fen", "received_fen", "paid_fen")
MEMBERS = {"220100", "220200", "222400"}  # who takes part in years; in the months all do
A_MINUTE = dt.timedelta(minutes=1)


class BothYears(Both):
    """Both, with years. Every step has its own minute, so that payments stand before or after a computing."""

    model: YearLedger

    def __init__(
        self, world: World, folder: Path, months: Sequence[str], model: YearLedger | None = None
    ) -> None:
        super().__init__(replace(world), folder, months, model or YearLedger())
        self.model.inside = tuple(code for code in INSIDE if code in MEMBERS)
        regions = PoolingRegion.objects.filter(kind=RegionKind.POOLING)
        regions.exclude(code__in=MEMBERS).update(valid_to=dt.date(2024, 12, 31))
        self.closed: dict[str, list[tuple[str, str]]] = {}  # a closed year's sheets, by their digests

    def step(self, act: str, which: int, month: int, amount: int) -> None:
        self.world.now += A_MINUTE
        super().step(act, which, month, amount)

    def begin(self, month: str) -> None:
        """What follows is done in the month after: from its fifth day on."""
        self.world.now = dt.datetime.strptime(f"{following(month)}05 09", "%Y%m%d %H").replace(tzinfo=CHINA)

    def compute_month(self, period: str, which: int) -> None:
        """Compute a month, or say that it is empty."""
        if not self.model.is_signed(period):
            act = "compute" if period in self.model.known_months() else "empty"
            self.step(act, which, self.months.index(period), 0)

    def sign_month(self, period: str, which: int) -> None:
        """What people do with a month at its end, and first with those before it that were opened again."""
        for month in sorted({*self.model.known_months(), period}):
            if month <= period and not self.model.is_signed(month):
                self._sign(month, which)

    def _sign(self, period: str, which: int) -> None:
        """They decide what was held too long, compute again what is outdated, sign."""
        place = self.months.index(period)
        for held in self.model.too_old(period):
            at = next(at for at, known in enumerate(self.held) if known[0] is held)
            self.step("release" if which % 2 else "reject", at, place, 0)
        month = self.model.months.get(period)
        if month is None or month.is_stale:
            self.compute_month(period, which)
        self.step("sign", which, place, 0)

    def year_compute(self, which: int, month: str, amount: int) -> None:
        self.say(f"{month[:4]} is computed")
        by, at = self.world.prov_clearing, self.world.now
        self.same_code(
            lambda: year_compute(year=month[:4], by=by, at=at), lambda: self.model.compute_year(month[:4])
        )
        self.compare_year(month[:4])

    def year_close(self, which: int, month: str, amount: int) -> None:
        year = month[:4]
        self.say(f"{year} is closed")
        by, at = self.world.prov_supervisor, self.world.now
        done = self.same_code(
            lambda: year_close(year=year, by=by, at=at), lambda: self.model.close_year(year)
        )
        self.compare_year(year)
        if done:
            self.closed[year] = self._year_sheets(year)

    def same_code(self, ours: Callable[[], Any], theirs: Callable[[], Any]) -> bool:
        """The step in both; whether it was done. A refusal has the same reason in both."""
        try:
            theirs()
        except Refused as refused:
            with pytest.raises(DomainError) as raised:
                ours()
            assert raised.value.code in refused.args
            self.say(f"  both refuse: {refused}")
            return False
        ours()
        return True

    # --- what both say ---

    def compare(self) -> None:
        super().compare()
        for year in self.model.years:
            self.compare_year(year)
        for year, digests in self.closed.items():
            assert self._year_sheets(year) == digests, f"{year} changed after it was closed"

    def compare_year(self, name: str) -> None:
        """Every figure of every line, what is received and paid, and what form 15 says of every region."""
        year = self.model.years.get(name)
        stored = YearEnd.objects.filter(year=name).exclude(state="open").first()
        assert (stored is None) == (year is None)
        if year is None or stored is None:
            return
        assert (stored.is_closed, stored.late_through) == (year.is_closed, year.late_through)
        assert stored.monthly_fen == sum(year.monthly.values())
        assert stored.assessed_fen == sum(line["due"] for line in year.lines.values())
        assert self._year_lines(stored) == self._expected_year(year)
        for row in region_years(book_of(name)):
            code = PLATFORM if row.party is rules.PLATFORM else row.party.code
            assert figures_of(row) == year.of(code), code

    def _year_lines(self, year: YearEnd) -> dict[Any, dict[str, int]]:
        names = [*FIELDS.values(), *YEAR_FIGURES]
        found = {}
        for line in YearEndLine.objects.filter(year_end=year).values_list(*KEYS, *names):
            key = (self.codes[line[0]], self.codes[line[1]], *line[2:4])
            found[key] = dict(zip([*FIELDS, *YEAR_FIGURES], line[4:], strict=True))
        return found

    def _expected_year(self, year: Year) -> dict[Any, dict[str, int]]:
        found = self._expected(year.lines)
        for key, line in found.items():
            figures = (year.monthly[key], year.received[key], year.paid[key])
            line.update(zip(YEAR_FIGURES, figures, strict=True))
        return found

    @staticmethod
    def _year_sheets(year: str) -> list[tuple[str, str]]:
        return [
            (f"{form} {party.code if party else ''}", digest(data))
            for form, party, data in all_year_sheets(book_of(year))
        ]
