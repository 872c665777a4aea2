"""One region's page put together: both types, the one looked at, what is supposed of it, its drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agency.money import plain_yuan
from settlement.clearing.pictures import Picture
from settlement.forecast.forms import WhatIfForm
from settlement.forecast.outlooks import Running
from settlement.forecast.pictures import Course, course_picture
from settlement.forecast.rules import ASSUMED_OF_DELAY, ASSUMED_OF_ERROR, ASSUMPTIONS, Outlook
from settlement.forecast.shown import ErrorRow, Shown
from settlement.forecast.supposing import OpenPayment, delays, open_payments, supposed


@dataclass(frozen=True)
class RegionPage:
    """What is shown of one region; `what_if` None: nothing is supposed. `payments`: those that are open."""

    rows: Sequence[Shown]
    row: Shown
    what_if: Shown | None
    form: WhatIfForm
    running: Running
    payments: Sequence[OpenPayment]
    delay: int | None

    @property
    def compared(self) -> list[tuple[str, Shown]]:
        """As it is, and as it is supposed to be."""
        return [("现在", self.row), *([("假设", self.what_if)] if self.what_if else [])]

    @property
    def query(self) -> dict[str, str]:
        """The address of what is shown, without what was not understood."""
        said = {"type": self.row.insurance_type}
        if self.what_if is not None:
            quota, days = self.form.supposed()
            said |= {} if quota is None else {"quota": plain_yuan(quota)}
            said |= {} if days is None else {"delay": str(days)}
        return said

    @property
    def open_fen(self) -> int:
        """What the region has not paid yet of its notices, of this type."""
        return sum(payment.of(self.row.insurance_type) for payment in self.payments)

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to draw but a line at nil."""
        outlook = (self.what_if or self.row).outlook
        return not (any((self.what_if or self.row).of.by_day) or outlook.end_fen or outlook.quota_fen)

    @property
    def picture(self) -> Picture:
        shown = self.what_if or self.row
        name = f"{shown.region.name}{shown.type_label}"
        course = Course(name, shown.of.by_day, shown.outlook, self.what_if is not None)
        return course_picture("forecast", course)

    @property
    def errors(self) -> list[ErrorRow]:
        """The newest month first."""
        return [ErrorRow(miss) for miss in reversed(self.row.of.misses)]

    @property
    def assumptions(self) -> tuple[str, ...]:
        late = (ASSUMED_OF_DELAY,) if self.delay is not None else ()
        return (*ASSUMPTIONS, *late, ASSUMED_OF_ERROR)


def region_page(rows: Sequence[Shown], running: Running, insurance_type: str, form: WhatIfForm) -> RegionPage:
    """`rows` are the region's two types."""
    row = next(row for row in rows if row.insurance_type == insurance_type)
    payments = open_payments(row.region)
    quota, days = form.supposed()
    if quota is None and days is None:
        return RegionPage(rows, row, None, form, running, payments, None)
    late = () if days is None else delays(payments, insurance_type, days, running)
    what_if = _with(row, supposed(row.outlook, quota, late))
    return RegionPage(rows, row, what_if, form, running, payments, days)


def _with(row: Shown, outlook: Outlook) -> Shown:
    return replace(row, of=replace(row.of, outlook=outlook))
