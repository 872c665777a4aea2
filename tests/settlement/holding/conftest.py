"""Months of clearing with held-over cases: 长春 insures, 吉林 treats; each case is due 700.00."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agency.batches.models import Batch, Refusal
from agency.batches.services import batch_run
from agency.organisation.models import PoolingRegion, User
from settlement.clearing.empty_months import empty_month_compute
from settlement.clearing.filling import MonthBook, sheet_data
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.services import period_compute, period_sign, region_confirm, unconfirmed
from settlement.corrections.services import correction_approve, correction_propose
from settlement.holding import services
from settlement.holding.models import HeldCase
from tests.settlement.clearing import cases
from tests.settlement.deductions.rows import by_case
from tests.settlement.records.files import Row, row
from tests.support.world import World

OCTOBER, NOVEMBER, DECEMBER, JANUARY = "202610", "202611", "202612", "202701"
LINE = "220200|employee|inpatient"  # of 长春's sheet 11: what it owes to 吉林
MIRROR = "220100|employee|inpatient"  # of 吉林's sheet 10


def settled(number: str, period: str, **changes: str) -> Row:
    """A case of 700.00 that was settled in a month."""
    return row(number, 结算时间=f"{period[:4]}-{period[4:]}-09 10:30:00", **changes)


@dataclass
class Books:
    """What people do with months and held cases, each act at noon of the world's day."""

    world: World
    folder: Path
    numbers: itertools.count = field(default_factory=lambda: itertools.count(1))

    def load(self, *rows: Row, kind: str = "settlements") -> Batch:
        path = cases.write(self.folder / f"{kind}-{next(self.numbers)}.csv", rows)
        system, at = self.world.system, self.world.now
        return batch_run(kind=kind, path=path, by=system, system=system, at=at)[0]

    def deduct(self, number: str, period: str, yuan: str) -> Batch:
        return self.load(by_case(number, 期别=period, 金额=yuan), kind="deductions")

    def correct(self, *rows: Row) -> None:
        """Load rows that stand against stored ones, and correct these to the first of them."""
        refusal = Refusal.objects.filter(batch=self.load(*rows)).order_by("line_no")[0]
        by, at = self.world.prov_clearing, self.world.now
        correction = correction_propose(by=by, at=at, refusal=refusal, reason="医院说明")
        correction_approve(by=self.world.prov_clearing_2, at=at, correction=correction)

    def compute(self, period: str, minutes: int = 0) -> ClearingPeriod:
        at = self.world.now + dt.timedelta(minutes=minutes)
        return period_compute(period=period, by=self.world.prov_clearing, at=at)

    def empty(self, period: str) -> ClearingPeriod:
        """Compute a month that somebody says to be empty."""
        return empty_month_compute(period=period, by=self.world.prov_clearing, at=self.world.now)

    def confirm(self, period: str) -> None:
        for party in unconfirmed(ClearingPeriod.objects.get(period=period)):
            region = PoolingRegion.objects.get(pk=party.id)
            region_confirm(period=period, region=region, by=self.world.system, at=self.world.now)

    def sign(self, period: str) -> ClearingPeriod:
        """Compute (again), confirm for every region, sign."""
        self.compute(period)
        self.confirm(period)
        return period_sign(period=period, by=self.world.prov_clearing, at=self.world.now)

    def dispute(self, number: str = "S1", by: User | None = None) -> HeldCase:
        return services.case_dispute(
            by=by or self.world.changchun_clearing,
            at=self.world.now,
            settlement_no=number,
            reason="住院天数与出院小结不符",
        )

    def release(self, case: HeldCase, by: User | None = None) -> HeldCase:
        by = by or self.world.prov_clearing
        return services.case_release(by=by, at=self.world.now, case=case, reason="核对病历属实")

    def reject(self, case: HeldCase, by: User | None = None) -> HeldCase:
        by = by or self.world.prov_clearing
        return services.case_reject(by=by, at=self.world.now, case=case, reason="挂床住院")

    def undo(self, case: HeldCase) -> HeldCase:
        return services.case_undo(
            by=self.world.prov_clearing_2, at=self.world.now, case=case, reason="看错了"
        )

    def take_back(self, case: HeldCase, by: User | None = None) -> HeldCase:
        by = by or self.world.changchun_clearing_2
        return services.case_take_back(by=by, at=self.world.now, case=case, reason="已经核实")

    def shown(self, period: str, key: str = LINE, form: str = "11") -> tuple[int, int, int] | None:
        """上期挂账转入, 本期挂账转出 and what is due (fen) in a row of 长春's sheet, as on the other side's;
        None when there is no such row."""
        month = ClearingPeriod.objects.get(period=period)
        ours = self._row(month, form, self.world.changchun, key)
        if key == LINE:
            assert self._row(month, "10", self.world.jilin, MIRROR) == ours
        return ours

    def _row(
        self, month: ClearingPeriod, form: str, region: PoolingRegion, key: str
    ) -> tuple[int, int, int] | None:
        book = MonthBook(month)
        rows = sheet_data(form, month, book.parties.by_id[region.pk], book).rows
        found = next((one.values for one in rows if one.key == key), None)
        if found is None:
            return None
        into, out, due = (int(found[name] or 0) for name in ("carried_in", "carried_out", "due"))
        return into, out, due


@pytest.fixture
def books(world: World, tmp_path: Path) -> Books:
    return Books(world, tmp_path)


@pytest.fixture
def october(books: Books) -> ClearingPeriod:
    """October with S1 and S2, November with S3, December with S4: October is computed, 1,400.00 due."""
    books.load(
        settled("S1", OCTOBER), settled("S2", OCTOBER), settled("S3", NOVEMBER), settled("S4", DECEMBER)
    )
    return books.compute(OCTOBER)
